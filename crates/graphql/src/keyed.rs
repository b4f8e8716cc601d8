//! Requests with an idempotency key, as a whole: docs/idempotency.md.
use crate::{
    access::Viewer,
    caller::Caller,
    error::{Code, refusal},
    prepare::Prepared,
    request::{GraphqlRequest, Outcome},
};
use async_graphql::{Response, parser::types::OperationType};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_persistence::{
    Db, DbError,
    write::idempotency::{KeyedRequest, KnownAnswer, answer_of, keep_answer, request_hash},
};
use uuid::Uuid;

/// A key that somebody who is not logged in sends must be one that nobody else thinks of: they share its name with all.
const SHORTEST_ANONYMOUS: usize = 16;

/// The hash of a mutation that has a key.
pub(crate) fn hash_of(
    kind: OperationType,
    request: &GraphqlRequest,
    caller: &Caller,
) -> Result<Option<String>, String> {
    let Some(key) = caller.idempotency_key.as_ref().filter(|_| kind == OperationType::Mutation) else {
        return Ok(None);
    };
    if caller.viewer.is_none() && key.as_str().len() < SHORTEST_ANONYMOUS {
        return Err(format!(
            "the Idempotency-Key of a client that is not logged in has at least {SHORTEST_ANONYMOUS} characters, so that \
             nobody else has the same: send a random UUID"
        ));
    }
    Ok(Some(request_hash(&request.query, request.operation_name.as_deref(), &request.variables)))
}

/// The request of a caller in a channel.
pub(crate) fn keyed(prepared: &Prepared, caller: &Caller, channel: Uuid) -> Option<Arc<KeyedRequest>> {
    let (key, hash) = (caller.idempotency_key.clone()?, prepared.request_hash.clone()?);
    let who = match caller.viewer {
        Some(Viewer::Customer { customer, .. }) => format!("customer:{customer}"),
        Some(Viewer::Staff { member, .. }) => format!("staff:{member}"),
        Some(Viewer::ApiKey { key, .. }) => format!("api-key:{key}"),
        None => "anonymous".to_owned(),
    };
    Some(Arc::new(KeyedRequest { key, scope: format!("{who}@{channel}"), hash }))
}

/// What is known of a request before anything of it runs.
pub(crate) enum Known {
    /// Nothing: it runs.
    Nothing,
    /// The text of its answer.
    Answer(String),
    /// The key was used for another request.
    Refused(Response),
}

/// Looks the request up.
pub(crate) async fn known(db: &Db, request: &KeyedRequest, now: DateTime<Utc>) -> Result<Known, DbError> {
    Ok(match answer_of(db, request, now).await? {
        KnownAnswer::None => Known::Nothing,
        KnownAnswer::Kept(text) => Known::Answer(text),
        KnownAnswer::Differs => Known::Refused(Response::from_errors(vec![refusal(Code::BadUserInput, DIFFERS, None)])),
    })
}

/// What a key is refused with that stands for another request.
pub(crate) const DIFFERS: &str =
    "the Idempotency-Key was used for another request within the last 24 hours: send a new key with a new request";

/// Keeps the answer, for replays to be the same to the byte. If that fails, a replay is made from what its fields came to.
pub(crate) async fn keep(db: &Db, request: &KeyedRequest, outcome: &Outcome, now: DateTime<Utc>) {
    let mut text = Vec::new();
    outcome.write_json(&mut text);
    let Ok(text) = String::from_utf8(text) else { return };
    if let Err(cause) = keep_answer(db, request, &text, now).await {
        tracing::warn!(%cause, "an answer is not kept for its idempotency key");
    }
}
