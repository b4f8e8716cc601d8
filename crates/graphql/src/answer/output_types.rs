//! The types of all fields, and what was decided about them, read from the schema's own text.
use super::plan::named;
use crate::{access::FieldAccess, policy::TypePolicies};
use async_graphql::{
    Name, Positioned,
    parser::{
        Error, parse_schema,
        types::{FieldDefinition, OperationType, ServiceDocument, Type, TypeKind, TypeSystemDefinition},
    },
};
use std::{collections::HashMap, sync::Arc};

/// Fields of objects and interfaces, and the objects that an interface or union stands for.
#[derive(Debug)]
pub(crate) struct OutputTypes {
    fields: HashMap<Name, HashMap<Name, Arc<Type>>>,
    possible: HashMap<Name, Vec<Name>>,
    policies: TypePolicies,
    access: FieldAccess,
}

impl OutputTypes {
    /// Reads a schema definition.
    pub(crate) fn parse(sdl: &str) -> Result<Self, Error> {
        Ok(Self::from(parse_schema(sdl)?))
    }

    /// Name of the type that an operation begins at.
    pub(crate) fn root(kind: OperationType) -> &'static str {
        match kind {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        }
    }

    /// The type of a field; None for introspection and for what does not exist.
    pub(crate) fn field(&self, owner: &str, field: &str) -> Option<&Arc<Type>> {
        self.fields.get(owner)?.get(field)
    }

    /// The objects of an interface or union; None for other types.
    pub(crate) fn possible(&self, name: &str) -> Option<&[Name]> {
        self.possible.get(name).map(Vec::as_slice)
    }

    /// What may be kept of each type.
    pub(crate) fn policies(&self) -> &TypePolicies {
        &self.policies
    }

    /// Who may use each field.
    pub(crate) fn access(&self) -> &FieldAccess {
        &self.access
    }

    /// Names of the types of an object's or interface's fields.
    pub(crate) fn reached_from(&self, owner: &str) -> impl Iterator<Item = &str> {
        self.fields.get(owner).into_iter().flatten().map(|(_, ty)| named(ty))
    }

    /// Whether it is an object or an interface.
    pub(crate) fn has_fields(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Whether a fragment on `condition` applies to an object of type `object`.
    pub(crate) fn applies(&self, object: &str, condition: &str) -> bool {
        object == condition || self.possible(condition).is_some_and(|objects| objects.iter().any(|name| name == object))
    }
}

impl From<ServiceDocument> for OutputTypes {
    fn from(document: ServiceDocument) -> Self {
        let (policies, access) = (TypePolicies::of(&document), FieldAccess::of(&document));
        let mut types = Self { fields: HashMap::new(), possible: HashMap::new(), policies, access };
        let of = |fields: Vec<Positioned<FieldDefinition>>| {
            fields.into_iter().map(|field| (field.node.name.node, Arc::new(field.node.ty.node))).collect()
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node;
            match definition.node.kind {
                TypeKind::Object(object) => {
                    for interface in object.implements {
                        types.possible.entry(interface.node).or_default().push(name.clone());
                    }
                    types.fields.insert(name, of(object.fields));
                }
                TypeKind::Interface(interface) => {
                    types.fields.insert(name, of(interface.fields));
                }
                TypeKind::Union(union) => {
                    types.possible.insert(name, union.members.into_iter().map(|member| member.node).collect());
                }
                _ => {}
            }
        }
        types
    }
}
