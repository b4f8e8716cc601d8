//! Refusals: what a shopper or a member of staff is told when something is not done, with a code that stays.
use crate::word::Word;
use std::error::Error;

/// An error that a client is shown as `{ field, message, code }`; its `Display` is the message.
pub trait Refusal: Error {
    /// The list that its codes are of.
    type Code: Word;
    /// What a client branches on.
    fn code(&self) -> Self::Code;
    /// The input field at fault, spelled as in the API; None when it is the request as a whole.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

/// A text of a client as it may stand in a message: at most 40 characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
