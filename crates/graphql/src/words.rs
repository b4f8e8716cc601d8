//! Closed lists of words as enums of the schema: the words and their descriptions stand with the rules.
use async_graphql::{
    Name, Value,
    registry::{Deprecation, MetaEnumValue, MetaType},
};
use tradewind_domain::word::Word;

/// Declares enums of the schema, each of a list of words; values are spelled in capitals.
macro_rules! word_enums {
    ($($(#[doc = $doc:literal])+ $name:ident = $words:ty;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name(pub(crate) $words);

            impl async_graphql::OutputType for $name {
                fn type_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }
                fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                    let description = concat!($($doc),+).trim_ascii();
                    registry.create_output_type::<Self, _>(async_graphql::registry::MetaTypeId::Enum, |_| {
                        $crate::words::meta::<$words>(stringify!($name), description, std::any::type_name::<Self>())
                    })
                }
                async fn resolve(
                    &self,
                    _: &async_graphql::ContextSelectionSet<'_>,
                    _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
                ) -> async_graphql::ServerResult<async_graphql::Value> {
                    Ok($crate::words::value(self.0))
                }
            }
        )+
    };
}
pub(crate) use word_enums;

/// The word as a value.
pub(crate) fn value(word: impl Word) -> Value {
    Value::Enum(Name::new(word.as_str().to_ascii_uppercase()))
}

/// The schema's enum of a list.
pub(crate) fn meta<W: Word>(name: &str, description: &str, rust_typename: &'static str) -> MetaType {
    let value = |word: &W| {
        let name = word.as_str().to_ascii_uppercase();
        let value = MetaEnumValue {
            name: name.clone(),
            description: Some(word.description().to_owned()),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name, value)
    };
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        enum_values: W::ALL.iter().map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(rust_typename),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
