//! What the scalars accept, as JSON in variables and as literals in documents.
use async_graphql::{Number, Value as Json};
use async_graphql_value::Value as Literal;

/// Coerces a variable's value in place, or says what is expected. JSON has one kind of number: `5.0` is an integer.
pub(super) fn coerce(name: &str, value: &mut Json) -> Result<(), &'static str> {
    let fits = match (name, &mut *value) {
        ("Int", Json::Number(number)) => match integer(number).and_then(|number| i32::try_from(number).ok()) {
            Some(integer) => {
                *number = integer.into();
                true
            }
            None => false,
        },
        ("ID", Json::Number(number)) => match integer(number) {
            Some(integer) => {
                *value = Json::String(integer.to_string());
                true
            }
            None => false,
        },
        ("Float" | "Decimal", Json::Number(_))
        | ("String" | "ID" | "Decimal" | "DateTime", Json::String(_))
        | ("Boolean", Json::Boolean(_)) => true,
        _ => is_open(name),
    };
    if fits { Ok(()) } else { Err(expected(name)) }
}

/// Whether a literal fits, or what is expected.
pub(super) fn check(name: &str, value: &Literal) -> Result<(), &'static str> {
    let fits = match (name, value) {
        ("Int", Literal::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("ID", Literal::Number(number)) => number.is_i64() || number.is_u64(),
        ("Float" | "Decimal", Literal::Number(_))
        | ("String" | "ID" | "Decimal" | "DateTime", Literal::String(_))
        | ("Boolean", Literal::Boolean(_)) => true,
        _ => is_open(name),
    };
    if fits { Ok(()) } else { Err(expected(name)) }
}

/// `JSON`, and whatever comes: its own `parse` has the last word.
fn is_open(name: &str) -> bool {
    !matches!(name, "Int" | "Float" | "String" | "ID" | "Boolean" | "Decimal" | "DateTime")
}

fn expected(scalar: &str) -> &'static str {
    match scalar {
        "Int" => "a whole number from -2147483648 to 2147483647",
        "Float" => "a number",
        "String" => "a string",
        "Boolean" => "true or false",
        "ID" => "a string, the `id` that a query returned",
        "Decimal" => "a decimal number as a string, such as \"12.99\", or a number",
        _ => "a date and time as a string, such as \"2026-01-31T12:00:00Z\"",
    }
}

/// The whole number that `number` is; beyond 2^53 a float has no exact value.
fn integer(number: &Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        #[allow(clippy::cast_possible_truncation, reason = "whole, and at most 2^53")]
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
    })
}
