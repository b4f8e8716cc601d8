//! What a client is told of a request that does not run, and of errors of one that did.
use crate::{
    directory::NoChannel,
    error::Code,
    limits::Refusal,
    request::{Outcome, RequestContext},
};
use async_graphql::{ServerError, Value};
use tradewind_persistence::DbError;

/// Longer texts in errors echo what the client sent; nobody reads them.
const LONGEST_MESSAGE: usize = 500;

pub(crate) fn refuse(code: Code, message: String, context: &RequestContext) -> Box<Outcome> {
    Box::new(Outcome::refused(code, message, &context.trace_id))
}

pub(crate) fn unfit(mut errors: Vec<ServerError>, context: &RequestContext) -> Box<Outcome> {
    for error in &mut errors {
        finish(error, context);
    }
    Box::new(Outcome::unfit(errors.first().and_then(code_of), errors))
}

pub(crate) fn too_costly(refusal: Refusal, context: &RequestContext) -> Box<Outcome> {
    let mut outcome = refuse(Code::QueryTooCostly, refusal.message, context);
    outcome.limit = Some(refusal.limit);
    outcome
}

pub(crate) fn without_channel(cause: NoChannel, context: &RequestContext) -> Outcome {
    let asked = cut(context.channel.clone().unwrap_or_default());
    let (code, message) = match cause {
        NoChannel::Unknown(known) => (
            Code::BadUserInput,
            format!("header Tradewind-Channel: there is no channel `{asked}`: use one of {}", known.join(", ")),
        ),
        NoChannel::Empty => (
            Code::Unavailable,
            "the shop has no channel yet: fill it with `tradewind import shopify` or `tradewind seed`".to_owned(),
        ),
        NoChannel::Failed(cause) => {
            tracing::error!(request_id = context.request_id, trace_id = context.trace_id, %cause, "channels cannot be read");
            (Code::Unavailable, "the shop's data is not available at the moment: try again in a few seconds".to_owned())
        }
    };
    Outcome::refused(code, message, &context.trace_id)
}

pub(crate) fn code_of(error: &ServerError) -> Option<&'static str> {
    let code = error.extensions.as_ref()?.get("code")?;
    const CODES: [Code; 11] = [
        Code::GraphqlParseFailed,
        Code::GraphqlValidationFailed,
        Code::BadUserInput,
        Code::BadCursor,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::QueryTooCostly,
        Code::RateLimited,
        Code::Timeout,
        Code::Unavailable,
        Code::Internal,
    ];
    CODES.iter().map(|code| code.as_str()).find(|word| *code == Value::from(*word))
}

/// Gives each error its code and trace id; a cause goes to the log and nowhere else.
pub(crate) fn finish(error: &mut ServerError, context: &RequestContext) {
    if let Some(cause) = error.source::<DbError>() {
        let path = error.path.iter().map(|segment| match segment {
            async_graphql::PathSegment::Field(name) => name.clone(),
            async_graphql::PathSegment::Index(index) => index.to_string(),
        });
        let path = path.collect::<Vec<_>>().join(".");
        tracing::error!(request_id = context.request_id, trace_id = context.trace_id, path, %cause, "a resolver failed");
    }
    error.message = cut(std::mem::take(&mut error.message));
    let coded = code_of(error).is_some();
    let extensions = error.extensions.get_or_insert_default();
    if !coded {
        // Our resolvers always set a code; what is left are async-graphql's own checks.
        let code = if error.path.is_empty() { Code::GraphqlValidationFailed } else { Code::BadUserInput };
        extensions.set("code", code.as_str());
    }
    extensions.set("traceId", context.trace_id.as_str());
}

pub(crate) fn cut(message: String) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message;
    }
    let mut short: String = message.chars().take(LONGEST_MESSAGE).collect();
    short.push('…');
    short
}
