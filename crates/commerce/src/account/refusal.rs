//! Why a flow did not do what was asked: values that a client is shown, with codes that stay.
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A refusal with a code of the flow's own list. It serialises, so that the answer to a repeated request can be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused<C> {
    /// What a client branches on.
    pub code: C,
    /// The input field at fault, spelled as in the API; None when it is the request as a whole.
    pub field: Option<String>,
    /// For people, with the way out.
    pub message: String,
    /// After so many seconds at most, it may be tried again.
    pub retry_after: Option<u64>,
}

/// What a flow did, or all that is wrong with what was asked.
pub type Outcome<T, C> = Result<T, Vec<Refused<C>>>;

/// Declares the codes of a flow: the doc comment of a variant is its description in the schema.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $( #[doc = $doc:literal] $variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( #[doc = $doc] #[serde(rename = $text)] $variant, )+ }

        impl tradewind_domain::word::Word for $name {
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

/// A refusal of the request as a whole.
pub(crate) fn refused<C>(code: C, message: &str) -> Vec<Refused<C>> {
    vec![Refused { code, field: None, message: message.to_owned(), retry_after: None }]
}

/// A refusal of one field.
pub(crate) fn refused_field<C>(code: C, field: &str, message: &str) -> Vec<Refused<C>> {
    vec![Refused { code, field: Some(field.to_owned()), message: message.to_owned(), retry_after: None }]
}

/// Too many attempts, with the time after which it may be tried again.
pub(crate) fn too_many<C>(code: C, retry_after: Duration) -> Vec<Refused<C>> {
    let seconds = retry_after.as_secs().max(1);
    let message = format!("There were too many attempts: try again in {seconds} seconds.");
    vec![Refused { code, field: None, message, retry_after: Some(seconds) }]
}

/// Everything that is wrong with an input, because a form shows it all at once.
#[derive(Debug)]
pub(crate) struct Checks<C>(Vec<Refused<C>>);

impl<C> Checks<C> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// The value, or None with a refusal of the field.
    pub(crate) fn take<T>(&mut self, field: &str, checked: Result<T, (C, String)>) -> Option<T> {
        checked.map_err(|(code, message)| self.0.extend(refused_field(code, field, &message))).ok()
    }

    /// All that was refused.
    pub(crate) fn refused(self) -> Vec<Refused<C>> {
        self.0
    }
}
