//! Puts an answer into the order of its plan, and nulls what failed.
use super::{
    MARK,
    plan::{Below, Plan, PlannedField},
};
use async_graphql::{
    Name, PathSegment, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};

/// A field that must not be null is: its parent becomes null (specification, October 2021, section 6.4.4).
pub(crate) struct NullsParent;

/// Nulls what must be null because something in it must not be.
pub(crate) fn require(value: &mut Value, ty: &Type) -> Result<(), NullsParent> {
    if let (BaseType::List(of), Value::List(items)) = (&ty.base, &mut *value)
        && items.iter_mut().any(|item| require(item, of).is_err())
    {
        *value = Value::Null;
    }
    match ty.nullable || *value != Value::Null {
        true => Ok(()),
        false => Err(NullsParent),
    }
}

struct Arranger<'e> {
    errors: &'e [ServerError],
    /// Objects below the root come as JSON: those that are null are meant to be.
    rendered: bool,
    /// Where the walk is; kept only when there are errors.
    path: Vec<PathSegment>,
}

/// Arranges `data` in place. Without errors nothing is allocated, and each key of an object that is in order already
/// costs one comparison.
pub(crate) fn arrange(data: &mut Value, plan: &Plan, errors: &[ServerError], rendered: bool) {
    let mut arranger = Arranger { errors, rendered, path: Vec::new() };
    if arranger.object(data, plan).is_err() {
        *data = Value::Null;
    }
}

impl Arranger<'_> {
    fn object(&mut self, value: &mut Value, plan: &Plan) -> Result<(), NullsParent> {
        let may_have_been = !self.rendered || self.path.is_empty();
        if *value == Value::Null && may_have_been && self.failed_below() {
            *value = Value::Object(IndexMap::new());
        }
        let Value::Object(object) = value else { return Ok(()) };
        let failed = !self.errors.is_empty();
        let mut length = 0;
        for PlannedField { key, ty, below } in &plan.fields {
            if !bring(object, length, key, failed) {
                continue;
            }
            if let (Some(ty), Some((_, field))) = (ty, object.get_index_mut(length))
                && (failed || !matches!(below, Below::Leaf))
            {
                self.at(|| PathSegment::Field(key.to_string()), |arranger| arranger.value(field, ty, below))?;
            }
            length += 1;
        }
        object.truncate(length);
        Ok(())
    }

    fn value(&mut self, value: &mut Value, ty: &Type, below: &Below) -> Result<(), NullsParent> {
        let inside = match (&ty.base, below) {
            (_, Below::Leaf) => return require(value, ty),
            (BaseType::List(of), _) => self.list(value, of, below),
            (BaseType::Named(_), Below::Object(plan)) => self.object(value, plan),
            (BaseType::Named(_), Below::OneOf(plans)) => match type_of(value).and_then(|name| plans.get(name)) {
                Some(plan) => self.object(value, plan),
                None => Ok(()),
            },
        };
        if inside.is_err() {
            *value = Value::Null;
        }
        match ty.nullable || *value != Value::Null || self.errors.is_empty() {
            true => Ok(()),
            false => Err(NullsParent),
        }
    }

    fn list(&mut self, value: &mut Value, of: &Type, below: &Below) -> Result<(), NullsParent> {
        let Value::List(items) = value else { return Ok(()) };
        for (index, item) in items.iter_mut().enumerate() {
            self.at(|| PathSegment::Index(index), |arranger| arranger.value(item, of, below))?;
        }
        Ok(())
    }

    fn at<T>(&mut self, segment: impl FnOnce() -> PathSegment, walk: impl FnOnce(&mut Self) -> T) -> T {
        if self.errors.is_empty() {
            return walk(self);
        }
        self.path.push(segment());
        let result = walk(self);
        self.path.pop();
        result
    }

    /// Whether a field of the object at hand failed: then the object was there, although async-graphql says null.
    fn failed_below(&self) -> bool {
        self.errors.iter().any(|error| error.path.len() > self.path.len() && error.path.starts_with(&self.path))
    }
}

/// Puts `key` at `index`; false when the object does not have it. A field that failed is made, as null.
fn bring(object: &mut IndexMap<Name, Value>, index: usize, key: &Name, failed: bool) -> bool {
    if object.get_index(index).is_some_and(|(at_index, _)| at_index == key) {
        return true;
    }
    match object.get_index_of(key) {
        Some(elsewhere) => object.swap_indices(index, elsewhere),
        None if failed => {
            object.shift_insert(index, key.clone(), Value::Null);
        }
        None => return false,
    }
    true
}

fn type_of(value: &Value) -> Option<&str> {
    let Value::Object(object) = value else { return None };
    match object.get(MARK)? {
        Value::String(name) => Some(name),
        _ => None,
    }
}
