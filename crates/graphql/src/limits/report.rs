//! `extensions.cost`, in the shape that Shopify's clients read: `{ requestedQueryCost actualQueryCost }`.
//!
//! `throttleStatus` is left out: nothing is throttled yet beyond the largest cost of one operation, and a bucket that
//! never empties would tell clients something that is not so.
use async_graphql::{Name, Value, indexmap::IndexMap};

/// Costs of one request; `actual` is None where nothing ran.
pub(crate) fn report(requested: u64, actual: Option<u64>) -> Value {
    let actual = actual.map_or(Value::Null, Value::from);
    let fields = [("requestedQueryCost", Value::from(requested)), ("actualQueryCost", actual)];
    Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), value)).collect::<IndexMap<_, _>>())
}

/// Objects in an answer below its root. Those that are JSON already have been counted when they became it.
pub(crate) fn objects(value: &Value) -> u64 {
    match value {
        Value::List(items) => items.iter().map(with_itself).sum(),
        Value::Object(fields) => fields.values().map(with_itself).sum(),
        _ => 0,
    }
}

fn with_itself(value: &Value) -> u64 {
    u64::from(matches!(value, Value::Object(_))) + objects(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_counted_wherever_they_stand() {
        let answer = serde_json::json!({ "a": { "b": 1, "c": [{ "d": {} }, { "d": null }] }, "e": [1, [{}]] });
        assert_eq!(objects(&Value::from_json(answer).unwrap()), 5);
    }
}
