//! Expected refusals: `userErrors` of a payload, each type with the codes of its flow.
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType};
use tradewind_domain::word::Word;

/// Declares enums of codes, and the types of `userErrors` with them.
macro_rules! user_errors {
    ($($(#[doc = $doc:literal])+ $error:ident { $code:ident = $flow:ty })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $code($flow);

            impl async_graphql::OutputType for $code {
                fn type_name() -> std::borrow::Cow<'static, str> {
                    stringify!($code).into()
                }
                fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                    let description = concat!($($doc),+).trim_ascii();
                    registry.create_output_type::<Self, _>(async_graphql::registry::MetaTypeId::Enum, |_| {
                        $crate::mutation::codes::<$flow>(stringify!($code), description, std::any::type_name::<Self>())
                    })
                }
                async fn resolve(
                    &self,
                    _: &async_graphql::ContextSelectionSet<'_>,
                    _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
                ) -> async_graphql::ServerResult<async_graphql::Value> {
                    Ok(async_graphql::Value::Enum(async_graphql::Name::new(tradewind_domain::word::Word::as_str(self.0))))
                }
            }

            $(#[doc = $doc])+
            #[derive(Clone, Debug, async_graphql::SimpleObject)]
            #[graphql(crate = "crate::execution")]
            pub struct $error {
                /// For people, with the way out.
                pub message: String,
                /// The way to the input at fault, from the mutation's arguments on; empty where it is the request as a whole.
                pub path: Vec<String>,
                /// For programs.
                pub code: $code,
                /// Seconds after which the same may be tried again; null where it is no question of time.
                pub retry_after: Option<i32>,
            }

            impl From<tradewind_commerce::account::Refused<$flow>> for $error {
                fn from(refused: tradewind_commerce::account::Refused<$flow>) -> Self {
                    let path = $crate::mutation::path(refused.field.as_deref());
                    let retry_after = refused.retry_after.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
                    Self { message: refused.message, path, code: $code(refused.code), retry_after }
                }
            }

            $crate::execution::direct!($error {});
            $crate::policy::governed! { $crate::policy::Decision::Never => $error; }
        )+
    };
}
pub(crate) use user_errors;

/// The schema's enum of a flow's codes.
pub(crate) fn codes<C: Word>(name: &str, description: &str, rust_typename: &'static str) -> MetaType {
    let value = |code: &C| {
        let value = MetaEnumValue {
            name: code.as_str().to_owned(),
            description: Some(code.description().to_owned()),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (code.as_str().to_owned(), value)
    };
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        enum_values: C::ALL.iter().map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(rust_typename),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// `input.` and the steps to a field of it.
pub(crate) fn path(field: Option<&str>) -> Vec<String> {
    let steps = field.into_iter().flat_map(|field| field.split('.'));
    field.iter().map(|_| "input").chain(steps).map(str::to_owned).collect()
}
