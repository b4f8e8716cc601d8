//! Refusals: what a shopper or a member of staff is told when something is not done, with a code that stays.
use std::error::Error;

/// A closed list of codes that clients may branch on. Names never change meaning.
pub trait RefusalCode: Copy + 'static {
    /// Every code, in the order of the documentation.
    const ALL: &'static [Self];
    /// The name in the API: `INSUFFICIENT_STOCK`.
    fn as_str(self) -> &'static str;
    /// One sentence for the schema.
    fn description(self) -> &'static str;
}

/// An error that a client is shown as `{ field, message, code }`; its `Display` is the message.
pub trait Refusal: Error {
    /// The list that its codes are of.
    type Code: RefusalCode;
    /// What a client branches on.
    fn code(&self) -> Self::Code;
    /// The input field at fault, spelled as in the API; None when it is the request as a whole.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

/// Declares an enum of codes: the doc comment of a variant is its description in the schema.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $( #[doc = $doc:literal] $variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $( #[doc = $doc] $variant, )+ }

        impl $crate::refusal::RefusalCode for $name {
            const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];
            fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }
            fn description(self) -> &'static str {
                match self { $( Self::$variant => $doc.trim_ascii(), )+ }
            }
        }
    };
}
pub(crate) use codes;

/// A text of a client as it may stand in a message: at most 40 characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
