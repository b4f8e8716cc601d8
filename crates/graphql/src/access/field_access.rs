//! The decisions of the schema, and what a document needs.
use super::{Grant, Grants, Viewer};
use crate::error::Code;
use async_graphql::{
    Name, Positioned,
    parser::types::{ConstDirective, ServiceDocument, TypeKind, TypeSystemDefinition},
};
use async_graphql_value::ConstValue;
use std::collections::HashMap;

/// Who may use each field, read from the schema's text.
#[derive(Debug, Default)]
pub(crate) struct FieldAccess(HashMap<Name, HashMap<Name, Grants>>);

impl FieldAccess {
    /// Reads a schema definition.
    pub(crate) fn of(document: &ServiceDocument) -> Self {
        let mut access = Self::default();
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = &definition.node.kind else { continue };
            for field in &object.fields {
                if let Some(grants) = grants(&field.node.directives) {
                    let fields = access.0.entry(definition.node.name.node.clone()).or_default();
                    fields.insert(field.node.name.node.clone(), grants);
                }
            }
        }
        access
    }

    /// What was decided about a field; `None`: nothing, it is for whom its parent is for.
    pub(crate) fn of_field(&self, object: &str, field: &str) -> Option<Grants> {
        self.0.get(object)?.get(field).copied()
    }
}

/// What `@access` says, if it is there. A word that is not known lets nobody in.
fn grants(directives: &[Positioned<ConstDirective>]) -> Option<Grants> {
    let directive = directives.iter().find(|directive| directive.node.name.node == "access")?;
    let ConstValue::List(words) = &directive.node.get_argument("to")?.node else { return Some(Grants::default()) };
    let grants = words.iter().filter_map(|word| match word {
        ConstValue::Enum(word) => Grant::by_word(word),
        _ => None,
    });
    Some(Grants::of(&grants.collect::<Vec<_>>()))
}

/// What a document needs beyond what everybody may: fields by their coordinates.
#[derive(Clone, Debug, Default)]
pub(crate) struct DocumentAccess(Vec<(String, Grants)>);

impl DocumentAccess {
    /// Takes in a field that is selected.
    pub(crate) fn need(&mut self, object: &str, field: &str, grants: Grants) {
        if grants.meets(Viewer::grants(None)) || self.0.iter().any(|(known, _)| is_of(known, object, field)) {
            return;
        }
        self.0.push((format!("{object}.{field}"), grants));
    }

    /// Refuses where the viewer may not.
    pub(crate) fn check(&self, viewer: Option<Viewer>) -> Result<(), (Code, String)> {
        let held = Viewer::grants(viewer);
        let Some((field, grants)) = self.0.iter().find(|(_, grants)| !grants.meets(held)) else { return Ok(()) };
        let wanted: Vec<_> = grants.iter().map(Grant::word).collect();
        Err(match viewer {
            None => (
                Code::Unauthenticated,
                format!("`{field}` needs one of {}: log in, and send the token with the request", wanted.join(", ")),
            ),
            Some(_) => (Code::Forbidden, format!("`{field}` needs one of {}: you are not", wanted.join(", "))),
        })
    }
}

fn is_of(coordinate: &str, object: &str, field: &str) -> bool {
    coordinate.split_once('.') == Some((object, field))
}
