//! Depth, aliases, directives and cost of a parsed document, each fragment visited once: async-graphql visits it once
//! per spread, so eighteen doublings would take it 2^18 visits.
use super::{
    Limits, Refusal,
    cost::{Size, size},
};
use crate::answer::is_mark;
use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use std::collections::HashMap;

/// Figures of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Analysis {
    /// Objects that it may return at most.
    pub(crate) cost: u64,
    /// Nested fields.
    pub(crate) depth: u64,
    /// A fragment spreads itself, at whatever distance: validation will refuse the document.
    pub(crate) circular: bool,
}

/// Figures of a selection set. All of them add up over fragments.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    selections: u64,
    depth: u64,
    aliases: u64,
    directives: u64,
    fields: u64,
    /// Cost below `nodes` and `edges`.
    items: u64,
    /// Cost of everything else.
    rest: u64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.depth = self.depth.max(other.depth);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
        self.items = self.items.saturating_add(other.items);
        self.rest = self.rest.saturating_add(other.rest);
    }
}

struct Visitor<'d> {
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    /// None while a fragment is being visited: a circle, which validation reports.
    fragments: HashMap<&'d str, Option<Sums>>,
    circular: bool,
}

impl<'d> Visitor<'d> {
    fn set(&mut self, set: &'d SelectionSet) -> Sums {
        let mut sums = Sums::default();
        for selection in &set.items {
            let part = self.selection(&selection.node);
            sums.add(part);
        }
        sums
    }

    fn selection(&mut self, selection: &'d Selection) -> Sums {
        let count = |directives: usize| u64::try_from(directives).unwrap_or(u64::MAX);
        match selection {
            Selection::Field(field) if is_mark(&field.node) => Sums::default(),
            Selection::Field(field) => {
                let below = self.set(&field.node.selection_set.node);
                let name = field.node.name.node.as_str();
                let cost = match size(&field.node, self.operation, self.variables) {
                    _ if field.node.selection_set.node.items.is_empty() || name.starts_with("__") => 0,
                    Size::Of(items) => {
                        items.saturating_mul(1u64.saturating_add(below.items).saturating_add(below.rest))
                    }
                    Size::Page(items) => {
                        1u64.saturating_add(items.saturating_mul(below.items)).saturating_add(below.rest)
                    }
                };
                let is_item = matches!(name, "nodes" | "edges");
                Sums {
                    selections: below.selections.saturating_add(1),
                    depth: below.depth + 1,
                    aliases: below.aliases.saturating_add(u64::from(field.node.alias.is_some())),
                    directives: below.directives.saturating_add(count(field.node.directives.len())),
                    fields: 1,
                    items: if is_item { cost } else { 0 },
                    rest: if is_item { 0 } else { cost },
                }
            }
            Selection::InlineFragment(fragment) => {
                let mut sums = self.set(&fragment.node.selection_set.node);
                sums.directives = sums.directives.saturating_add(count(fragment.node.directives.len()));
                sums.selections = sums.selections.saturating_add(1);
                sums
            }
            Selection::FragmentSpread(spread) => {
                let mut sums = self.fragment(spread.node.fragment_name.node.as_str());
                sums.directives = sums.directives.saturating_add(count(spread.node.directives.len()));
                sums.selections = sums.selections.saturating_add(1);
                sums
            }
        }
    }

    fn fragment(&mut self, name: &'d str) -> Sums {
        if let Some(known) = self.fragments.get(name) {
            self.circular |= known.is_none();
            return known.unwrap_or_default();
        }
        self.fragments.insert(name, None);
        let sums = self.document.fragments.get(name).map(|fragment| self.set(&fragment.node.selection_set.node));
        let sums = sums.unwrap_or_default();
        self.fragments.insert(name, Some(sums));
        sums
    }
}

/// Checks the operation that will run, and the size of all that is in the document.
pub(crate) fn analyse(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<Analysis, Refusal> {
    let mut visitor = Visitor { document, operation, variables, fragments: HashMap::new(), circular: false };
    // Validation reads every operation and fragment, so each of them counts.
    let mut all = Sums::default();
    for (_, other) in document.operations.iter() {
        all.add(visitor.set(&other.node.selection_set.node));
    }
    for name in document.fragments.keys() {
        let sums = visitor.fragment(name.as_str());
        all.add(sums);
    }
    let own = visitor.set(&operation.selection_set.node);
    let checks = [
        (
            "selections",
            "selections",
            all.selections,
            limits.selections,
            "spread fewer fragments, or ask for less at once",
        ),
        ("depth", "levels", own.depth.max(all.depth), limits.depth, "nest less, or ask in two operations"),
        ("aliases", "aliases", own.aliases, limits.aliases, "use a list query or `nodes(ids:)` instead"),
        ("rootFields", "root fields", own.fields, limits.root_fields, "ask in several operations"),
        ("directives", "directives", all.directives, limits.directives, "use fewer"),
        (
            "cost",
            "objects at most",
            own.items.saturating_add(own.rest),
            limits.cost,
            "ask for smaller pages (`first`), or for less below them",
        ),
    ];
    for (limit, what, value, most, way_out) in checks {
        if value > most {
            return Err(Refusal::new(limit, what, value, most, way_out));
        }
    }
    Ok(Analysis { cost: own.items.saturating_add(own.rest), depth: own.depth, circular: visitor.circular })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn check(query: &str, limits: &Limits) -> Result<Analysis, Refusal> {
        let document = parse_query(query).unwrap();
        let operation = document.operations.iter().next().map(|(_, operation)| operation.node.clone()).unwrap();
        analyse(&document, &operation, &Variables::default(), limits)
    }

    #[test]
    fn page_sizes_multiply() {
        let query =
            "{ products(first: 50) { nodes { id variants(first: 5) { nodes { sku price { amount } } } } totalCount } }";
        // products 1 + 50 x (product 1 + variants 1 + 5 x (variant 1 + price 1))
        assert_eq!(check(query, &Limits::default()).unwrap().cost, 1 + 50 * (1 + 1 + 5 * 2));
        let deep = "{ products(first: 100) { nodes { variants(first: 100) { nodes { product { id } } } } } }";
        assert_eq!(check(deep, &Limits::default()).unwrap_err().limit, "cost");
    }

    #[test]
    fn doubling_fragments_is_counted_without_being_done() {
        let mut query = String::from("{ ...f0 } fragment f40 on Query { channel { id } }");
        for level in 0..40 {
            query.push_str(&format!(" fragment f{level} on Query {{ ...f{0} ...f{0} }}", level + 1));
        }
        assert_eq!(check(&query, &Limits::default()).unwrap_err().limit, "selections");
        let circle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
        assert!(check(circle, &Limits::default()).unwrap().circular);
        let twice = "{ ...a ...b } fragment a on Query { ...b } fragment b on Query { channel { id } }";
        assert!(!check(twice, &Limits::default()).unwrap().circular);
    }
}
