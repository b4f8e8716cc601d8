//! Execution as the specification writes it down (October 2021, sections 6.3 and 6.4), one object at a time.
use super::world::{Fate, fate, is_gap, is_thing, length};
use crate::answer::OutputTypes;
use async_graphql::{
    Name, PathSegment, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Directive, ExecutableDocument, Field, Selection, SelectionSet, Type},
};

struct Nulled;

struct Oracle<'d> {
    types: &'d OutputTypes,
    document: &'d ExecutableDocument,
    seed: u64,
}

pub(super) fn answer(types: &OutputTypes, document: &ExecutableDocument, seed: u64) -> Value {
    let oracle = Oracle { types, document, seed };
    let root = &document.operations.iter().next().unwrap().1.node.selection_set.node;
    oracle.object("Query", &[root], &[]).unwrap_or(Value::Null)
}

impl<'d> Oracle<'d> {
    fn object(&self, object: &str, sets: &[&'d SelectionSet], path: &[PathSegment]) -> Result<Value, Nulled> {
        let mut groups: IndexMap<Name, Vec<&'d Field>> = IndexMap::new();
        let mut visited = Vec::new();
        for set in sets {
            self.collect(object, set, &mut groups, &mut visited);
        }
        let mut map = IndexMap::new();
        for (key, fields) in groups {
            let path: Vec<_> = path.iter().cloned().chain([PathSegment::Field(key.to_string())]).collect();
            map.insert(key, self.field(object, &fields, &path)?);
        }
        Ok(Value::Object(map))
    }

    fn collect(
        &self,
        object: &str,
        set: &'d SelectionSet,
        groups: &mut IndexMap<Name, Vec<&'d Field>>,
        visited: &mut Vec<Name>,
    ) {
        for selection in set.items.iter().filter(|selection| !skipped(selection.node.directives())) {
            match &selection.node {
                Selection::Field(field) => {
                    groups.entry(field.node.response_key().node.clone()).or_default().push(&field.node);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if condition.is_none_or(|condition| condition == object || condition == "Being") {
                        self.collect(object, &fragment.node.selection_set.node, groups, visited);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if visited.contains(name) {
                        continue;
                    }
                    visited.push(name.clone());
                    let fragment = &self.document.fragments[name].node;
                    let condition = &fragment.type_condition.node.on.node;
                    if condition == object || condition == "Being" {
                        self.collect(object, &fragment.selection_set.node, groups, visited);
                    }
                }
            }
        }
    }

    fn field(&self, object: &str, fields: &[&'d Field], path: &[PathSegment]) -> Result<Value, Nulled> {
        let name = fields[0].name.node.as_str();
        if name == "__typename" {
            return Ok(Value::from(object));
        }
        let ty = self.types.field(object, name).unwrap();
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set.node).collect();
        match fate(self.seed, path, ty.nullable) {
            Fate::Fails => null(ty),
            Fate::IsAbsent => Ok(Value::Null),
            Fate::IsThere(number) => self.complete(ty, number, &sets, path),
        }
    }

    fn complete(
        &self,
        ty: &Type,
        number: u64,
        sets: &[&'d SelectionSet],
        path: &[PathSegment],
    ) -> Result<Value, Nulled> {
        let completed = match &ty.base {
            BaseType::List(of) => self.list(of, number, sets, path),
            BaseType::Named(name) => match name.as_str() {
                "Int" => Ok(Value::from(number % 10)),
                "Being" if is_thing(self.seed, path) => self.object("Thing", sets, path),
                "Being" => self.object("Other", sets, path),
                object => self.object(object, sets, path),
            },
        };
        completed.or_else(|Nulled| null(ty))
    }

    fn list(&self, of: &Type, number: u64, sets: &[&'d SelectionSet], path: &[PathSegment]) -> Result<Value, Nulled> {
        let item = |index: usize| {
            let path: Vec<_> = path.iter().cloned().chain([PathSegment::Index(index)]).collect();
            match of.nullable && is_gap(self.seed, &path) {
                true => Ok(Value::Null),
                false => self.complete(of, number, sets, &path),
            }
        };
        Ok(Value::List((0..length(number)).map(item).collect::<Result<_, _>>()?))
    }
}

fn null(ty: &Type) -> Result<Value, Nulled> {
    match ty.nullable {
        true => Ok(Value::Null),
        false => Err(Nulled),
    }
}

/// The documents have only literal conditions.
fn skipped(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().any(|directive| {
        let condition = directive.node.get_argument("if").unwrap().node.clone().into_const().unwrap();
        (directive.node.name.node == "skip") == (condition == Value::Boolean(true))
    })
}
