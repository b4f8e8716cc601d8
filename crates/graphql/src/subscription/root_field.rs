//! A subscription has one root field (specification, October 2021, section 5.2.3.1). async-graphql runs only fields
//! that stand in the operation itself, each as a stream of its own: here a document becomes such a one.
use crate::{answer::is_mark, documents::prune};
use async_graphql::{
    Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use std::collections::HashSet;

/// Puts the root field into the operation, out of the fragments that it may stand in. The text says what is wrong.
pub(crate) fn with_root_field(
    mut document: ExecutableDocument,
    name: Option<&str>,
) -> Result<ExecutableDocument, String> {
    let fragments = document.fragments.clone();
    let Some(operation) = operation(&mut document, name) else { return Err("there is no such operation".to_owned()) };
    let mut hoist = Hoist { document: &fragments, spread: HashSet::new(), field: None };
    hoist.set(&operation.selection_set.node)?;
    let Some(field) = hoist.field else {
        return Err("a subscription needs one root field, but this one has none".to_owned());
    };
    let pos = field.pos;
    operation.selection_set.node.items = vec![Positioned::new(Selection::Field(field), pos)];
    prune(&mut document, name);
    Ok(document)
}

fn operation<'d>(document: &'d mut ExecutableDocument, name: Option<&str>) -> Option<&'d mut OperationDefinition> {
    match &mut document.operations {
        DocumentOperations::Single(operation) => Some(&mut operation.node),
        DocumentOperations::Multiple(operations) => {
            let mut named = operations.iter_mut();
            named.find(|(other, _)| Some(other.as_str()) == name).map(|(_, operation)| &mut operation.node)
        }
    }
}

type Fragments =
    std::collections::HashMap<async_graphql::Name, Positioned<async_graphql::parser::types::FragmentDefinition>>;

struct Hoist<'d> {
    document: &'d Fragments,
    spread: HashSet<&'d str>,
    field: Option<Positioned<Field>>,
}

impl<'d> Hoist<'d> {
    fn set(&mut self, set: &SelectionSet) -> Result<(), String> {
        for selection in &set.items {
            if let Selection::Field(field) = &selection.node
                && is_mark(&field.node)
            {
                continue;
            }
            if selection.node.directives().iter().any(is_condition) {
                return Err("@skip and @include cannot stand at the root of a subscription".to_owned());
            }
            match &selection.node {
                Selection::Field(field) => self.field(field)?,
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some((name, fragment)) = self.document.get_key_value(name) else {
                        return Err(format!("there is no fragment `{name}`"));
                    };
                    if self.spread.insert(name.as_str()) {
                        self.set(&fragment.node.selection_set.node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Positioned<Field>) -> Result<(), String> {
        if field.node.name.node.starts_with("__") {
            let name = &field.node.name.node;
            return Err(format!("`{name}` cannot stand at the root of a subscription: ask for it in a query"));
        }
        let Some(first) = &mut self.field else {
            self.field = Some(field.clone());
            return Ok(());
        };
        let (one, other) = (&first.node, &field.node);
        let is_same = one.response_key().node == other.response_key().node
            && one.name.node == other.name.node
            && arguments(one) == arguments(other);
        if !is_same {
            return Err(format!(
                "a subscription has one root field, but this one has `{}` and `{}`: subscribe twice",
                one.response_key().node,
                other.response_key().node
            ));
        }
        first.node.selection_set.node.items.extend(other.selection_set.node.items.iter().cloned());
        Ok(())
    }
}

/// In no order.
fn arguments(field: &Field) -> Vec<(&str, String)> {
    let mut arguments: Vec<_> =
        field.arguments.iter().map(|(name, value)| (name.node.as_str(), value.node.to_string())).collect();
    arguments.sort();
    arguments
}

fn is_condition(directive: &Positioned<Directive>) -> bool {
    matches!(directive.node.name.node.as_str(), "skip" | "include")
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn root(query: &str) -> Result<(String, usize, usize), String> {
        let document = with_root_field(parse_query(query).unwrap(), Some("s"))?;
        let operation = document.operations.iter().next().unwrap().1.node.clone();
        let [Positioned { node: Selection::Field(field), .. }] = &operation.selection_set.node.items[..] else {
            panic!("one field")
        };
        let key = field.node.response_key().node.to_string();
        Ok((key, field.node.selection_set.node.items.len(), document.fragments.len()))
    }

    #[test]
    fn the_root_field_comes_out_of_fragments() {
        let of = |key: &str, selections, fragments| Ok((key.to_owned(), selections, fragments));
        assert_eq!(root("subscription s { x: a(n: 1) { b } }"), of("x", 1, 0));
        assert_eq!(
            root("subscription s { ... { ...f } } fragment f on S { a { b ...g } } fragment g on T { c }"),
            of("a", 2, 1)
        );
        assert_eq!(root("subscription s { a(n: 1, m: 2) { b } a(m: 2, n: 1) { c } }"), of("a", 2, 0));
        assert_eq!(root("subscription s { ...f } fragment f on S { a ...f }"), of("a", 0, 0));
    }

    #[test]
    fn what_is_no_subscription_is_said() {
        for (query, expected) in [
            ("subscription s { a b }", "one root field"),
            ("subscription s { a(n: 1) a(n: 2) }", "one root field"),
            ("subscription s { a x: a }", "one root field"),
            ("subscription s { __typename }", "cannot stand at the root"),
            ("subscription s { a @skip(if: true) }", "@skip and @include"),
            ("subscription s { ...f }", "no fragment `f`"),
            ("subscription s { ...f } fragment f on S { ...f }", "has none"),
        ] {
            let refused = root(query).expect_err(query);
            assert!(refused.contains(expected), "{query}: {refused}");
        }
    }
}
