//! What a client is told when something fails: one code of a closed list, a text with the way out, never a cause.
use async_graphql::{Error, ErrorExtensionValues, Pos, ServerError};
use tradewind_loader::LoadError;
use tradewind_persistence::DbError;

/// `extensions.code` of every GraphQL error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Code {
    GraphqlParseFailed,
    GraphqlValidationFailed,
    BadUserInput,
    BadCursor,
    PersistedQueryNotFound,
    Unauthenticated,
    Forbidden,
    QueryTooCostly,
    RateLimited,
    Timeout,
    Unavailable,
    Internal,
}

impl Code {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::BadCursor => "BAD_CURSOR",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::QueryTooCostly => "QUERY_TOO_COSTLY",
            Self::RateLimited => "RATE_LIMITED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl From<Code> for &'static str {
    fn from(code: Code) -> Self {
        code.as_str()
    }
}

/// An error of a resolver.
pub(crate) fn error(code: Code, message: impl Into<String>) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    Error { message: message.into(), source: None, extensions: Some(extensions) }
}

/// An error of a request that does not run. `at` is a place in the document.
pub(crate) fn refusal(code: Code, message: impl Into<String>, at: Option<Pos>) -> ServerError {
    let mut refusal = ServerError::new(message, at);
    refusal.extensions.get_or_insert_default().set("code", code.as_str());
    refusal
}

/// An argument that cannot be used; the text names the field and the way out.
pub(crate) fn bad_input(message: impl Into<String>) -> Error {
    error(Code::BadUserInput, message)
}

/// What failed below. The cause rides along for the log.
pub(crate) fn database(cause: DbError) -> Error {
    let (code, message) = match &cause {
        DbError::Unavailable(_) => {
            (Code::Unavailable, "the shop's data is not available at the moment: try again in a few seconds")
        }
        DbError::Timeout(_) => (Code::Timeout, "the query took too long: ask for less, or narrow it with a filter"),
        _ => (Code::Internal, "internal error: report the trace id if it lasts"),
    };
    Error { source: Some(std::sync::Arc::new(cause)), ..error(code, message) }
}

/// A failed batch.
pub(crate) fn load(cause: LoadError<DbError>) -> Error {
    match cause {
        LoadError::Fetch(cause) => database(cause),
        other => database(DbError::Setup(other.to_string())),
    }
}
