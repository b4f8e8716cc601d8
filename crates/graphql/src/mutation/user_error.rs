//! Expected refusals: `userErrors` of a payload, each type with the codes of its flow.

/// Declares enums of codes, and the types of `userErrors` with them.
macro_rules! user_errors {
    ($($(#[doc = $doc:literal])+ $error:ident { $code:ident = $flow:ty })+) => {
        $(
            $crate::words::word_enums! { $(#[doc = $doc])+ $code = $flow; }

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

/// `input.` and the steps to a field of it.
pub(crate) fn path(field: Option<&str>) -> Vec<String> {
    let steps = field.into_iter().flat_map(|field| field.split('.'));
    field.iter().map(|_| "input").chain(steps).map(str::to_owned).collect()
}
