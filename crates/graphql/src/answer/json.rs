//! An answer as JSON.
use async_graphql::{ServerError, Value};
use bytes::Bytes;
use serde::Serialize;
use std::collections::BTreeMap;

/// Text that is JSON already travels through async-graphql as binary; no type of the schema is.
pub(crate) fn rendered(json: Vec<u8>) -> Value {
    Value::Binary(Bytes::from(json))
}

/// The same value as JSON: copying it costs nothing.
pub(crate) fn render(value: &Value) -> Value {
    let mut json = Vec::new();
    write_value(&mut json, value);
    rendered(json)
}

/// Writes a value, whose objects may be rendered.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Binary(json) => out.extend_from_slice(json),
        Value::String(text) => write_json(out, text.as_str()),
        Value::Enum(name) => write_json(out, name.as_str()),
        Value::Number(number) => write_json(out, number),
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, item);
            }
            out.push(b']');
        }
        Value::Object(object) => {
            write_object(out, object.iter().map(|(key, value)| (key.as_str(), value)));
        }
    }
}

/// Writes an object whose keys are GraphQL names, which need no escapes.
pub(crate) fn write_object<'v>(out: &mut Vec<u8>, fields: impl Iterator<Item = (&'v str, &'v Value)>) {
    out.push(b'{');
    for (index, (key, value)) in fields.enumerate() {
        out.extend_from_slice(if index > 0 { b",\"" } else { b"\"" });
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        write_value(out, value);
    }
    out.push(b'}');
}

/// The answer to a request; `data` is left out when nothing ran, which the specification tells apart from `data: null`.
pub(crate) fn write_answer(
    out: &mut Vec<u8>,
    errors: &[ServerError],
    data: Option<&Value>,
    extensions: &BTreeMap<String, Value>,
) {
    out.push(b'{');
    let mut parts = 0;
    let mut key = |out: &mut Vec<u8>, key: &str| {
        if parts > 0 {
            out.push(b',');
        }
        parts += 1;
        out.extend_from_slice(key.as_bytes());
    };
    if !errors.is_empty() {
        key(out, "\"errors\":");
        write_json(out, errors);
    }
    if let Some(data) = data {
        key(out, "\"data\":");
        write_value(out, data);
    }
    if !extensions.is_empty() {
        key(out, "\"extensions\":");
        write_object(out, extensions.iter().map(|(key, value)| (key.as_str(), value)));
    }
    out.push(b'}');
}

/// Writes what serde writes.
pub(crate) fn write_json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let before = out.len();
    // Writing to memory cannot fail, and none of these has keys that are no text.
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e300..1e300).prop_map(|number: f64| Value::from(number)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let entries = prop::collection::vec(("[A-Za-z_]{1,8}", inner.clone()), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Value::List),
                entries.prop_map(|entries| {
                    Value::Object(
                        entries.into_iter().map(|(key, value)| (async_graphql::Name::new(key), value)).collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn is_what_serde_writes(value in values()) {
            let mut own = Vec::new();
            write_value(&mut own, &value);
            prop_assert_eq!(String::from_utf8(own).unwrap(), serde_json::to_string(&value).unwrap());
        }
    }
}
