//! Expected refusals: `userErrors` of a payload, each type with the codes of its flow.

use tradewind_commerce::account::Refused;

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

            impl $crate::mutation::UserError<$flow> for $error {
                fn of(refused: tradewind_commerce::account::Refused<$flow>, has_input: bool) -> Self {
                    let path = $crate::mutation::path(refused.field.as_deref(), has_input);
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

/// One of `userErrors`.
pub(crate) trait UserError<C> {
    /// Of a mutation that takes what the flow knows as its `input`, or as arguments of its own.
    fn of(refused: Refused<C>, has_input: bool) -> Self;
}

/// The steps from the mutation's arguments to a field.
pub(crate) fn path(field: Option<&str>, has_input: bool) -> Vec<String> {
    let steps = field.into_iter().flat_map(|field| field.split('.'));
    field.iter().filter(|_| has_input).map(|_| "input").chain(steps).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_begins_with_an_argument() {
        assert_eq!(path(Some("email"), true), ["input", "email"]);
        assert_eq!(path(Some("lines.0.quantity"), false), ["lines", "0", "quantity"]);
        assert!(path(None, true).is_empty() && path(None, false).is_empty());
    }
}
