//! `@access` in the schema's text.
use super::{Grant, Grants};
use crate::schema_directive::{self, SchemaDirective};
use async_graphql::{
    InputType, TypeDirective, Value,
    indexmap::IndexMap,
    registry::{__DirectiveLocation, MetaDirectiveInvocation, Registry, location_traits},
};
use std::borrow::Cow;

/// The directive's name, text and arguments.
pub(crate) const ACCESS: SchemaDirective = SchemaDirective {
    name: "access",
    description: "Who may use a field. Without it, whoever may use the field above.",
    arguments: &[("to", "Whoever is one of these.")],
};

/// The directive, applied to a field.
pub(crate) struct AccessTo;

impl AccessTo {
    /// `@access(to: […])`.
    pub(crate) fn apply(grants: &[Grant]) -> MetaDirectiveInvocation {
        let words = Grants::of(grants).iter().map(|grant| grant.to_value()).collect();
        let args = IndexMap::from_iter([("to".to_owned(), Value::List(words))]);
        MetaDirectiveInvocation { name: ACCESS.name.to_owned(), args }
    }
}

impl TypeDirective for AccessTo {
    fn name(&self) -> Cow<'static, str> {
        ACCESS.name.into()
    }

    fn register(&self, registry: &mut Registry) {
        let types = [<Vec<Grant>>::create_type_info(registry)];
        schema_directive::register(registry, &ACCESS, types, vec![__DirectiveLocation::FIELD_DEFINITION]);
    }
}

impl location_traits::Directive_At_FIELD_DEFINITION for AccessTo {}
