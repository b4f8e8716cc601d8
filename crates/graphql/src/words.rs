//! Closed lists of words as enums of the schema: the words and their descriptions stand with the rules.
use async_graphql::{
    InputType, InputValueError, Name, Value,
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

/// Lets enums of [`word_enums`] be arguments too.
macro_rules! input_words {
    ($($name:ident),+) => {
        $(
            impl async_graphql::InputType for $name {
                type RawValueType = Self;
                fn type_name() -> std::borrow::Cow<'static, str> {
                    <Self as async_graphql::OutputType>::type_name()
                }
                fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                    <Self as async_graphql::OutputType>::create_type_info(registry)
                }
                fn parse(value: Option<async_graphql::Value>) -> async_graphql::InputValueResult<Self> {
                    $crate::words::read(value).map(Self)
                }
                fn to_value(&self) -> async_graphql::Value {
                    $crate::words::value(self.0)
                }
                fn as_raw_value(&self) -> Option<&Self> {
                    Some(self)
                }
            }
        )+
    };
}
pub(crate) use input_words;

/// The word that a value spells in capitals.
pub(crate) fn read<W: Word, T: InputType>(value: Option<Value>) -> Result<W, InputValueError<T>> {
    let value = value.unwrap_or_default();
    let word = match &value {
        Value::Enum(name) => Some(name.as_str()),
        Value::String(text) => Some(text.as_str()),
        _ => None,
    };
    let known = word.and_then(|word| W::ALL.iter().copied().find(|it| it.as_str().to_ascii_uppercase() == word));
    known.ok_or_else(|| InputValueError::expected_type(value))
}

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
