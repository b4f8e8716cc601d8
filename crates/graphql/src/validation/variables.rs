//! Coercion of a request's variables to the types that its operation declares: `CoerceVariableValues` of the
//! specification (October 2021, section 6.1.2), with texts that name the place, the value and what is expected.
use super::type_system::{Input, InputType, TypeSystem};
use crate::error::{Code, refusal};
use async_graphql::{
    Name, Number, Pos, ServerError, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};
use std::fmt::{self, Write as _};

/// More errors than this do not help anybody.
const MOST_ERRORS: usize = 10;
/// Characters of a value that an error repeats.
const LONGEST_VALUE: usize = 60;

/// The variables as the operation declares them. What it does not declare is dropped, as the specification has it; a
/// default stays with the operation.
pub(crate) fn coerce(
    types: &TypeSystem,
    operation: &OperationDefinition,
    mut given: Variables,
) -> Result<Variables, Vec<ServerError>> {
    let mut coerced = Variables::default();
    let mut errors = Vec::new();
    for definition in &operation.variable_definitions {
        let (name, ty, pos) = (&definition.node.name.node, &definition.node.var_type.node, definition.pos);
        let Some(mut value) = given.remove(name) else {
            if !ty.nullable && definition.node.default_value.is_none() {
                let what = format!(
                    "`${name}` is missing, but the operation needs a value of type `{ty}`: send it in `variables`"
                );
                errors.push(refusal(Code::BadUserInput, what, Some(pos)));
            }
            continue;
        };
        let mut coercion = Coercion { types, variable: name, pos, path: Vec::new(), errors: &mut errors };
        coercion.value(&mut value, ty);
        coerced.insert(name.clone(), value);
        if errors.len() >= MOST_ERRORS {
            break;
        }
    }
    if errors.is_empty() { Ok(coerced) } else { Err(errors) }
}

enum Segment {
    Field(Name),
    Index(usize),
}

struct Coercion<'c> {
    types: &'c TypeSystem,
    variable: &'c Name,
    pos: Pos,
    path: Vec<Segment>,
    errors: &'c mut Vec<ServerError>,
}

impl Coercion<'_> {
    fn value(&mut self, value: &mut Value, ty: &Type) {
        if *value == Value::Null {
            if !ty.nullable {
                self.fail(format_args!("is null, but its type `{ty}` does not allow that"));
            }
            return;
        }
        match &ty.base {
            BaseType::List(of) => self.list(value, of),
            BaseType::Named(name) => self.named(value, name),
        }
    }

    /// A single value is a list of one (specification, section 3.11).
    fn list(&mut self, value: &mut Value, of: &Type) {
        let Value::List(items) = value else {
            self.value(value, of);
            *value = Value::List(vec![std::mem::take(value)]);
            return;
        };
        for (index, item) in items.iter_mut().enumerate() {
            self.path.push(Segment::Index(index));
            self.value(item, of);
            self.path.pop();
            if self.errors.len() >= MOST_ERRORS {
                return;
            }
        }
    }

    fn named(&mut self, value: &mut Value, name: &Name) {
        match self.types.input(name) {
            Some(InputType::Object(fields, one_of)) => self.object(value, name, fields, *one_of),
            Some(InputType::Enum(values)) => self.choice(value, name, values),
            Some(InputType::Scalar) | None => {
                if let Err(expected) = scalar(name, value) {
                    let value = short(value);
                    self.fail(format_args!("is {value}, but must be `{name}`: {expected}"));
                }
            }
        }
    }

    fn choice(&mut self, value: &mut Value, name: &Name, values: &[Name]) {
        if let Value::String(text) = value
            && let Some(known) = values.iter().find(|known| known.as_str() == text)
        {
            *value = Value::Enum(known.clone());
            return;
        }
        let value = short(value);
        let known = values.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        self.fail(format_args!("is {value}, but must be `{name}`: a string, one of {known}"));
    }

    fn object(&mut self, value: &mut Value, name: &Name, fields: &[Input], one_of: bool) {
        let Value::Object(given) = value else {
            let value = short(value);
            return self.fail(format_args!("is {value}, but must be `{name}`: an object"));
        };
        for key in given.keys() {
            if !fields.iter().any(|field| field.name == *key) {
                let (key, known) =
                    (short_text(key), fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>());
                let known = known.join(", ");
                self.fail(format_args!("has a field `{key}`, but `{name}` has only {known}"));
            }
        }
        if one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
            let count = given.len();
            self.fail(format_args!("has {count} fields, but `{name}` takes exactly one, which is not null"));
        }
        for Input { name: key, ty, .. } in
            fields.iter().filter(|field| field.is_required() && !given.contains_key(&field.name))
        {
            self.fail(format_args!("lacks the field `{key}` of type `{ty}`, which `{name}` needs"));
        }
        for field in fields {
            if let Some(value) = given.get_mut(&field.name) {
                self.path.push(Segment::Field(field.name.clone()));
                self.value(value, &field.ty);
                self.path.pop();
            }
        }
    }

    fn fail(&mut self, what: fmt::Arguments<'_>) {
        let mut message = format!("`${}", self.variable);
        for segment in &self.path {
            let _ = match segment {
                Segment::Field(name) => write!(message, ".{name}"),
                Segment::Index(index) => write!(message, "[{index}]"),
            };
        }
        let _ = write!(message, "` {what}");
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(refusal(Code::BadUserInput, message, Some(self.pos)));
        }
    }
}

/// Coerces a scalar in place, or says what is expected. JSON has one kind of number: `5.0` is an integer.
fn scalar(name: &str, value: &mut Value) -> Result<(), &'static str> {
    let fits = match (name, &mut *value) {
        ("Int", Value::Number(number)) => match integer(number).and_then(|number| i32::try_from(number).ok()) {
            Some(integer) => {
                *number = integer.into();
                true
            }
            None => false,
        },
        ("ID", Value::Number(number)) => match integer(number) {
            Some(integer) => {
                *value = Value::String(integer.to_string());
                true
            }
            None => false,
        },
        ("Float", Value::Number(_))
        | ("String" | "ID" | "Decimal" | "DateTime", Value::String(_))
        | ("Boolean", Value::Boolean(_))
        | ("Decimal", Value::Number(_)) => true,
        ("Int" | "Float" | "String" | "ID" | "Boolean" | "Decimal" | "DateTime", _) => false,
        // `JSON`, and whatever comes: its own `parse` has the last word.
        _ => true,
    };
    if fits { Ok(()) } else { Err(expected(name)) }
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
        #[allow(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
    })
}

/// A value as an error repeats it. Writing stops where it gets too long.
fn short(value: &Value) -> Short {
    let mut short = Short::default();
    let _ = write!(short, "{value}");
    short
}

fn short_text(text: &str) -> Short {
    let mut short = Short::default();
    let _ = short.write_str(text);
    short
}

/// The beginning of a text.
#[derive(Default)]
struct Short {
    text: String,
    characters: usize,
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.characters == LONGEST_VALUE {
                self.text.push('…');
                self.characters += 1;
            }
            if self.characters > LONGEST_VALUE {
                return Err(fmt::Error);
            }
            self.text.push(character);
            self.characters += 1;
        }
        Ok(())
    }
}

impl fmt::Display for Short {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
