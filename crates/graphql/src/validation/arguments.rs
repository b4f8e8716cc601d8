//! Arguments and literals: `KnownArgumentNames`, `UniqueArgumentNames`, `ProvidedRequiredArguments` and
//! `ValuesOfCorrectType`. Variables in them are noted for [`usage`](super::usage).
use super::{
    place::{Segment, place, short},
    scalar,
    selections::Walk,
    suggestion::suggestion,
    type_system::{Definition, Input},
    usage::Usage,
};
use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{BaseType, Type},
};
use async_graphql_value::Value;
use std::fmt::Display;

impl<'d> Walk<'d> {
    /// Checks arguments against those of a field or directive; None: of one that does not exist.
    pub(super) fn arguments(
        &mut self,
        given: &'d [(Positioned<Name>, Positioned<Value>)],
        known: Option<&'d [Input]>,
        of: &dyn Display,
        at: Pos,
    ) {
        for (index, (name, value)) in given.iter().enumerate() {
            let argument = known.map(|known| known.iter().find(|argument| argument.name == name.node));
            let Some(Some(Input { ty, has_default, .. })) = argument else {
                if let (Some(None), Some(known)) = (argument, known) {
                    self.unknown_argument(name, known, of);
                }
                self.untyped(&value.node, name.pos);
                continue;
            };
            if given[..index].iter().any(|(earlier, _)| earlier.node == name.node) {
                self.report.fail(name.pos, format!("{of}: argument `{}` is given twice: take one out", name.node));
            }
            let expected = Expected { ty, has_default: *has_default, in_one_of: false };
            let mut path = Vec::new();
            Literal { root: &name.node, path: &mut path, at: name.pos }.check(self, &value.node, expected);
        }
        for argument in known.unwrap_or_default().iter().filter(|argument| argument.is_required()) {
            if !given.iter().any(|(name, _)| name.node == argument.name) {
                let Input { name, ty, .. } = argument;
                self.report.fail(at, format!("{of} needs the argument `{name}` of type `{ty}`"));
            }
        }
    }

    /// Checks a value that has no variables.
    pub(super) fn value(&mut self, root: &str, value: &Value, ty: &'d Type, at: Pos) {
        let expected = Expected { ty, has_default: false, in_one_of: false };
        Literal { root: &root, path: &mut Vec::new(), at }.check(self, value, expected);
    }

    fn unknown_argument(&mut self, name: &Positioned<Name>, known: &[Input], of: &dyn Display) {
        let mut message = format!("{of} has no argument `{}`.", short(&name.node));
        if self.policy.introspection {
            message.push_str(&suggestion(&name.node, known.iter().map(|argument| &argument.name)));
        }
        self.report.fail(name.pos, message);
    }

    /// Notes the variables of a value whose type is not known.
    fn untyped(&mut self, value: &Value, at: Pos) {
        match value {
            Value::Variable(name) => {
                self.scope.usages.push(Usage { variable: name.clone(), at, expected: None });
            }
            Value::List(items) => items.iter().for_each(|item| self.untyped(item, at)),
            Value::Object(fields) => fields.values().for_each(|value| self.untyped(value, at)),
            _ => {}
        }
    }
}

/// What a position takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'d> {
    pub(super) ty: &'d Type,
    /// Its absence is not `null`.
    pub(super) has_default: bool,
    /// The only field of a `@oneOf` object, which is never null.
    pub(super) in_one_of: bool,
}

/// A literal on the way down.
struct Literal<'l> {
    root: &'l dyn Display,
    path: &'l mut Vec<Segment>,
    at: Pos,
}

impl Literal<'_> {
    fn check<'d>(&mut self, walk: &mut Walk<'d>, value: &Value, expected: Expected<'d>) {
        let ty = expected.ty;
        match (value, &ty.base) {
            (Value::Variable(name), _) => {
                walk.scope.usages.push(Usage { variable: name.clone(), at: self.at, expected: Some(expected) });
            }
            (Value::Null, _) => {
                if !ty.nullable {
                    self.fail(walk, &format!("is null, but its type `{ty}` does not allow that"));
                } else if expected.in_one_of {
                    self.fail(walk, "is null, but the only field of a `@oneOf` input is not");
                }
            }
            (Value::List(items), BaseType::List(of)) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Segment::Index(index));
                    self.check(walk, item, Expected { ty: of, has_default: false, in_one_of: false });
                    self.path.pop();
                }
            }
            // A single value is a list of one (section 3.11).
            (_, BaseType::List(of)) => self.check(walk, value, Expected { ty: of, ..expected }),
            (_, BaseType::Named(name)) => self.named(walk, value, name),
        }
    }

    fn named<'d>(&mut self, walk: &mut Walk<'d>, value: &Value, name: &'d Name) {
        match walk.types.get(name) {
            Some(Definition::Input(fields, one_of)) => self.object(walk, value, name, fields, *one_of),
            Some(Definition::Enum(values)) => {
                if !matches!(value, Value::Enum(given) if values.contains(given)) {
                    let known = match walk.policy.introspection {
                        true => format!("one of {}, without quotes", listed(values.iter())),
                        false => "one of its values, without quotes".to_owned(),
                    };
                    self.fail(walk, &format!("is {}, but must be `{name}`: {known}", short(value)));
                    walk.untyped(value, self.at);
                }
            }
            Some(Definition::Scalar) => {
                if let Err(expected) = scalar::check(name, value) {
                    self.fail(walk, &format!("is {}, but must be `{name}`: {expected}", short(value)));
                }
                walk.untyped(value, self.at);
            }
            _ => walk.untyped(value, self.at),
        }
    }

    fn object<'d>(&mut self, walk: &mut Walk<'d>, value: &Value, name: &Name, fields: &'d [Input], one_of: bool) {
        let Value::Object(given) = value else {
            self.fail(walk, &format!("is {}, but must be `{name}`: an object", short(value)));
            return walk.untyped(value, self.at);
        };
        if one_of && given.len() != 1 {
            self.fail(walk, &format!("has {} fields, but `{name}` takes exactly one", given.len()));
        }
        for Input { name: key, ty, .. } in fields.iter().filter(|field| field.is_required()) {
            if !given.contains_key(key) {
                self.fail(walk, &format!("lacks the field `{key}` of type `{ty}`, which `{name}` needs"));
            }
        }
        for (key, value) in given {
            let Some(field) = fields.iter().find(|field| field.name == *key) else {
                let mut message = format!("has a field `{}`, which `{name}` does not have.", short(key));
                if walk.policy.introspection {
                    message.push_str(&suggestion(key, fields.iter().map(|field| &field.name)));
                }
                self.fail(walk, &message);
                walk.untyped(value, self.at);
                continue;
            };
            self.path.push(Segment::Field(key.clone()));
            let expected = Expected { ty: &field.ty, has_default: field.has_default, in_one_of: one_of };
            self.check(walk, value, expected);
            self.path.pop();
        }
    }

    fn fail(&self, walk: &mut Walk<'_>, what: &str) {
        walk.report.fail(self.at, format!("`{}` {what}", place(self.root, self.path)));
    }
}

/// Names with commas between them.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n Name>) -> String {
    names.map(Name::as_str).collect::<Vec<_>>().join(", ")
}
