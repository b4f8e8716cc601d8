//! The messages of the protocol.
use super::close::Close;
use serde::Deserialize;
use serde_json::{Map, Value};
use tradewind_graphql::Outcome;

/// Ids are echoed in every message.
const LONGEST_ID: usize = 256;

/// What a client says.
#[derive(Debug)]
pub(super) enum ClientMessage {
    ConnectionInit(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    r#type: Value,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    payload: Value,
}

impl ClientMessage {
    /// Reads a text message.
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let invalid = Close::invalid_message;
        if text.trim_start().as_bytes().first() != Some(&b'{') {
            return Err(invalid("Invalid message: it must be a JSON object"));
        }
        let Raw { r#type, id, payload } =
            serde_json::from_str(text).map_err(|_| invalid("Invalid message: it must be a JSON object"))?;
        let Value::String(kind) = r#type else {
            return Err(invalid("Invalid message: `type` must be a string"));
        };
        let object = || invalid("Invalid message: `payload` must be an object");
        match kind.as_str() {
            "connection_init" => match payload {
                Value::Null => Ok(Self::ConnectionInit(Map::new())),
                Value::Object(payload) => Ok(Self::ConnectionInit(payload)),
                _ => Err(object()),
            },
            "ping" => match payload {
                Value::Null => Ok(Self::Ping(None)),
                Value::Object(_) => Ok(Self::Ping(Some(payload))),
                _ => Err(object()),
            },
            "pong" => Ok(Self::Pong),
            "subscribe" if payload.is_object() => Ok(Self::Subscribe { id: read_id(id)?, payload }),
            "subscribe" => Err(object()),
            "complete" => Ok(Self::Complete { id: read_id(id)? }),
            _ => Err(invalid("Invalid message: a client sends connection_init, ping, pong, subscribe or complete")),
        }
    }
}

fn read_id(id: Value) -> Result<String, Close> {
    match id {
        Value::String(id) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
        _ => Err(Close::invalid_message("Invalid message: `id` must be a string of 1 to 256 bytes")),
    }
}

/// `connection_ack`.
pub(super) const ACK: &str = r#"{"type":"connection_ack"}"#;

pub(super) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => serde_json::json!({ "type": "pong", "payload": payload }).to_string(),
        None => r#"{"type":"pong"}"#.to_owned(),
    }
}

pub(super) fn next(id: &str, outcome: &Outcome) -> Vec<u8> {
    message("next", id, |out| outcome.write_json(out))
}

pub(super) fn error(id: &str, outcome: &Outcome) -> Vec<u8> {
    message("error", id, |out| outcome.write_errors(out))
}

fn message(kind: &str, id: &str, payload: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = format!(r#"{{"id":{},"type":"{kind}","payload":"#, Value::from(id)).into_bytes();
    payload(&mut out);
    out.push(b'}');
    out
}

pub(super) fn complete(id: &str) -> String {
    format!(r#"{{"id":{},"type":"complete"}}"#, Value::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_is_said() {
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(257));
        let deep = format!(r#"{{"type":"ping","payload":{}"#, "[".repeat(100_000));
        for (text, expected) in [
            ("", "JSON object"),
            ("not json", "JSON object"),
            (r#"["connection_init",null,null]"#, "JSON object"),
            (r#"{"type":"ping","type":"pong"}"#, "JSON object"),
            (&deep, "JSON object"),
            ("{}", "`type`"),
            (r#"{"type":1}"#, "`type`"),
            (r#"{"type":"start","id":"1","payload":{}}"#, "a client sends"),
            (r#"{"type":"next","id":"1","payload":{}}"#, "a client sends"),
            (r#"{"type":"connection_init","payload":[]}"#, "`payload`"),
            (r#"{"type":"ping","payload":"x"}"#, "`payload`"),
            (r#"{"type":"subscribe","id":"1"}"#, "`payload`"),
            (r#"{"type":"subscribe","payload":{}}"#, "`id`"),
            (r#"{"type":"complete","id":1}"#, "`id`"),
            (r#"{"type":"complete","id":""}"#, "`id`"),
            (&long, "`id`"),
        ] {
            let close = ClientMessage::read(text).expect_err(text).frame();
            assert_eq!(u16::from(close.code), 4400);
            assert!(close.reason.contains(expected), "{text}: {}", close.reason);
        }
    }

    #[test]
    fn ids_are_written_as_json() {
        assert_eq!(complete("a\"b"), r#"{"id":"a\"b","type":"complete"}"#);
    }
}
