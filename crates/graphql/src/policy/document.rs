//! The strictest decision of all that a document asks for, read from the schema's text.
use super::Decision;
use async_graphql::{
    Name, Positioned,
    parser::types::{ConstDirective, ServiceDocument, TypeKind, TypeSystemDefinition},
};
use async_graphql_value::ConstValue;
use std::collections::HashMap;
use tradewind_cache::{Policy, Scope};

/// The decisions of the schema: of objects, and of their fields where a field tightens.
#[derive(Debug, Default)]
pub(crate) struct TypePolicies {
    types: HashMap<Name, Option<Decision>>,
    fields: HashMap<Name, HashMap<Name, Decision>>,
}

impl TypePolicies {
    /// Reads a schema definition.
    pub(crate) fn of(document: &ServiceDocument) -> Self {
        let mut policies = Self::default();
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = &definition.node.kind else { continue };
            let name = &definition.node.name.node;
            policies.types.insert(name.clone(), decision(&definition.node.directives));
            for field in &object.fields {
                if let Some(decision) = decision(&field.node.directives) {
                    policies.fields.entry(name.clone()).or_default().insert(field.node.name.node.clone(), decision);
                }
            }
        }
        policies
    }

    /// What was decided about an object; `None`: nothing.
    pub(crate) fn of_type(&self, object: &str) -> Option<Decision> {
        self.types.get(object).copied().flatten()
    }

    /// What a field says more than its type.
    pub(crate) fn of_field(&self, object: &str, field: &str) -> Option<Decision> {
        self.fields.get(object)?.get(field).copied()
    }
}

/// What `@cacheControl` says, if it is there.
fn decision(directives: &[Positioned<ConstDirective>]) -> Option<Decision> {
    let directive = directives.iter().find(|directive| directive.node.name.node == "cacheControl")?;
    let argument = |name: &str| directive.node.get_argument(name).map(|value| &value.node);
    let seconds = |name: &str| match argument(name) {
        Some(ConstValue::Number(number)) => number.as_u64().and_then(|seconds| u32::try_from(seconds).ok()),
        _ => None,
    };
    let word = |name: &str, wanted: &str| matches!(argument(name), Some(ConstValue::Enum(word)) if word == wanted);
    if matches!(argument("inheritMaxAge"), Some(ConstValue::Boolean(true))) {
        return Some(Decision::Part);
    }
    let max_age = seconds("maxAge").filter(|seconds| *seconds > 0);
    let Some(max_age) = max_age else { return Some(Decision::Never) };
    let policy = if word("scope", "PRIVATE") { Policy::private(max_age) } else { Policy::public(max_age) };
    let policy = if word("mode", "STRICT") { policy.strict() } else { policy.bounded() };
    Some(Decision::Kept(policy.stale_if_error(seconds("staleIfError").unwrap_or(0))))
}

/// What may be kept of the answer to a document, whatever its variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DocumentPolicy {
    /// Seconds; `None`: nothing was asked for that has a life of its own.
    max_age: Option<u32>,
    is_private: bool,
}

impl DocumentPolicy {
    /// Takes in what was decided about something that the document asks for; `None`, nothing, is as strict as can be.
    pub(crate) fn tighten(&mut self, decision: Option<Decision>) {
        let max_age = match decision {
            Some(Decision::Part) => return,
            Some(Decision::Kept(policy)) => {
                self.is_private |= policy.scope == Scope::Private;
                policy.max_age
            }
            Some(Decision::Never) | None => 0,
        };
        self.max_age = Some(self.max_age.map_or(max_age, |known| known.min(max_age)));
    }

    /// Seconds for which an answer may be kept by whom [`Self::is_public`] allows; 0: not at all.
    pub(crate) fn max_age(self) -> u32 {
        self.max_age.unwrap_or(0)
    }

    /// Whether everybody may share an answer.
    pub(crate) fn is_public(self) -> bool {
        self.max_age() > 0 && !self.is_private
    }
}
