//! Scalars of our own, with the document that says how they are written.
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// A decimal number as a string, such as `"12.99"`: no client rounds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(pub String);

/// A decimal number as a string, such as `"12.99"`. A number is accepted as input.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-6")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            // What reads it says with the place why it cannot: a long text is no amount either.
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(InputValueError::custom("a decimal number is a string, such as \"12.99\", or a number")),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub Value);

/// Any JSON value.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }
    fn to_value(&self) -> Value {
        self.0.clone()
    }
}
