//! What a receiver gets.
use chrono::SecondsFormat;
use serde_json::Value;
use tradewind_persistence::write::webhook::Head;

/// The body: the same, to the byte, at every attempt and for every endpoint.
pub(super) fn body(head: &Head) -> String {
    let (kind, id) = head.aggregate.rsplit_once(':').unwrap_or((&head.aggregate, ""));
    format!(
        r#"{{"id":"{}","topic":{},"createdAt":"{}","sequence":{},"aggregate":{{"kind":{},"id":{}}},"data":{}}}"#,
        head.event_id,
        Value::from(head.topic.as_str()),
        head.created_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        head.position,
        Value::from(kind),
        Value::from(id),
        head.payload,
    )
}
