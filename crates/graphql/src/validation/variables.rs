//! Coercion of a request's variables to the types that its operation declares: `CoerceVariableValues` of the
//! specification (October 2021, section 6.1.2), with texts that name the place, the value and what is expected.
use super::{
    arguments::listed,
    place::{Segment, place, short},
    scalar,
    type_system::{Definition, Input, TypeSystem},
};
use crate::error::{Code, refusal};
use async_graphql::{
    Name, Pos, ServerError, Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};
use std::fmt;

/// More errors than this do not help anybody.
const MOST_ERRORS: usize = 10;

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
        match self.types.get(name) {
            Some(Definition::Input(fields, one_of)) => self.object(value, name, fields, *one_of),
            Some(Definition::Enum(values)) => self.choice(value, name, values),
            // Validation has seen to it that it is an input.
            Some(Definition::Scalar | Definition::Composite(_)) | None => {
                if let Err(expected) = scalar::coerce(name, value) {
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
        let known = listed(values.iter());
        self.fail(format_args!("is {value}, but must be `{name}`: a string, one of {known}"));
    }

    fn object(&mut self, value: &mut Value, name: &Name, fields: &[Input], one_of: bool) {
        let Value::Object(given) = value else {
            let value = short(value);
            return self.fail(format_args!("is {value}, but must be `{name}`: an object"));
        };
        for key in given.keys() {
            if !fields.iter().any(|field| field.name == *key) {
                let (key, known) = (short(key), listed(fields.iter().map(|field| &field.name)));
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
        let message = format!("`{}` {what}", place(format_args!("${}", short(self.variable)), &self.path));
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(refusal(Code::BadUserInput, message, Some(self.pos)));
        }
    }
}
