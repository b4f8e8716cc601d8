//! What validation found.
use crate::error::{Code, refusal};
use async_graphql::{Pos, ServerError};

/// More errors than this do not help anybody.
const MOST: usize = 20;

/// Errors of one document, the first of them.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<ServerError>);

impl Report {
    /// Notes an error at a place of the document.
    pub(super) fn fail(&mut self, at: Pos, message: impl Into<String>) {
        self.push(Code::GraphqlValidationFailed, at, message);
    }

    /// Notes that the text is no document.
    pub(super) fn syntax(&mut self, at: Pos, message: impl Into<String>) {
        self.push(Code::GraphqlParseFailed, at, message);
    }

    fn push(&mut self, code: Code, at: Pos, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(refusal(code, message, Some(at)));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors in the order of the document.
    pub(super) fn finish<T>(mut self, valid: T) -> Result<T, Vec<ServerError>> {
        self.0.sort_by_key(|error| error.locations.first().map(|at| (at.line, at.column)));
        if self.0.is_empty() { Ok(valid) } else { Err(self.0) }
    }
}
