//! Depth, aliases, directives and cost of a parsed document, each fragment visited once: async-graphql visits it once
//! per spread, so eighteen doublings would take it 2^18 visits.
use super::{
    Limits, Refusal,
    cost::{Size, size, varies},
};
use crate::answer::is_mark;
use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use std::collections::HashMap;

/// Figures of a document and the operation that will run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Analysis {
    /// Objects that the operation may return at most; None: that depends on variables.
    pub(crate) cost: Option<u64>,
    /// A fragment that spreads itself, at whatever distance. Nothing may walk such a document spread by spread.
    pub(crate) circular: Option<String>,
}

/// Figures of a selection set. All of them add up over fragments.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    selections: u64,
    /// Nested fields.
    depth: u64,
    /// Nested selection sets, those of fragments included.
    nested: usize,
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
        self.nested = self.nested.max(other.nested);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
        self.items = self.items.saturating_add(other.items);
        self.rest = self.rest.saturating_add(other.rest);
    }

    fn cost(&self) -> u64 {
        self.items.saturating_add(self.rest)
    }
}

struct Visitor<'d> {
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    /// None while a fragment is being visited: a circle, which validation reports.
    fragments: HashMap<&'d str, Option<Sums>>,
    circular: Option<&'d str>,
    /// Sets around the one being visited, and how many there may be: what walks a document does so recursively.
    level: usize,
    deepest: usize,
    /// A variable has a say in the cost.
    varies: bool,
}

impl<'d> Visitor<'d> {
    fn new(
        document: &'d ExecutableDocument,
        operation: &'d OperationDefinition,
        variables: &'d Variables,
        deepest: usize,
    ) -> Self {
        Self {
            document,
            operation,
            variables,
            fragments: HashMap::new(),
            circular: None,
            level: 0,
            deepest,
            varies: false,
        }
    }

    fn set(&mut self, set: &'d SelectionSet) -> Sums {
        let mut sums = Sums::default();
        if set.items.is_empty() {
            return sums;
        }
        self.level += 1;
        // One more is refused anyway.
        if self.level <= self.deepest {
            for selection in &set.items {
                let part = self.selection(&selection.node);
                sums.add(part);
            }
        }
        self.level -= 1;
        sums.nested += 1;
        sums
    }

    fn selection(&mut self, selection: &'d Selection) -> Sums {
        match selection {
            Selection::Field(field) if is_mark(&field.node) => Sums::default(),
            Selection::Field(field) => {
                let below = self.set(&field.node.selection_set.node);
                let name = field.node.name.node.as_str();
                self.varies |= varies(&field.node);
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
                    nested: below.nested,
                    depth: below.depth + 1,
                    aliases: below.aliases.saturating_add(u64::from(field.node.alias.is_some())),
                    directives: below.directives.saturating_add(wide(field.node.directives.len())),
                    fields: 1,
                    items: if is_item { cost } else { 0 },
                    rest: if is_item { 0 } else { cost },
                }
            }
            Selection::InlineFragment(fragment) => {
                let mut sums = self.set(&fragment.node.selection_set.node);
                sums.directives = sums.directives.saturating_add(wide(fragment.node.directives.len()));
                sums.selections = sums.selections.saturating_add(1);
                sums
            }
            Selection::FragmentSpread(spread) => {
                let mut sums = self.fragment(spread.node.fragment_name.node.as_str());
                sums.directives = sums.directives.saturating_add(wide(spread.node.directives.len()));
                sums.selections = sums.selections.saturating_add(1);
                sums
            }
        }
    }

    fn fragment(&mut self, name: &'d str) -> Sums {
        if let Some(known) = self.fragments.get(name) {
            if known.is_none() {
                self.circular = Some(name);
            }
            return known.unwrap_or_default();
        }
        self.fragments.insert(name, None);
        let sums = self.document.fragments.get(name).map(|fragment| self.set(&fragment.node.selection_set.node));
        let sums = sums.unwrap_or_default();
        self.fragments.insert(name, Some(sums));
        sums
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Checks what variables cannot change.
pub(crate) fn analyse(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    limits: &Limits,
) -> Result<Analysis, Refusal> {
    let variables = Variables::default();
    let mut visitor = Visitor::new(document, operation, &variables, limits.brackets);
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
        (
            "brackets",
            "selection sets inside each other",
            wide(all.nested),
            wide(limits.brackets),
            "nest fewer fragments",
        ),
        ("depth", "levels", own.depth.max(all.depth), limits.depth, "nest less, or ask in two operations"),
        ("aliases", "aliases", own.aliases, limits.aliases, "use a list query or `nodes(ids:)` instead"),
        ("rootFields", "root fields", own.fields, limits.root_fields, "ask in several operations"),
        ("directives", "directives", all.directives, limits.directives, "use fewer"),
    ];
    for (limit, what, value, most, way_out) in checks {
        if value > most {
            return Err(Refusal::new(limit, what, value, most, way_out));
        }
    }
    let cost = (!visitor.varies).then(|| own.cost());
    Ok(Analysis { cost, circular: visitor.circular.map(str::to_owned) })
}

/// What the operation costs with these variables. The document has no circles.
pub(crate) fn cost(document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> u64 {
    Visitor::new(document, operation, variables, usize::MAX).set(&operation.selection_set.node).cost()
}

/// Refuses an operation that costs too much.
pub(crate) fn check_cost(cost: u64, limits: &Limits) -> Result<(), Refusal> {
    let way_out = "ask for smaller pages (`first`), or for less below them";
    match cost > limits.cost {
        true => Err(Refusal::new("cost", "objects at most", cost, limits.cost, way_out)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn check(query: &str, limits: &Limits) -> Result<Analysis, Refusal> {
        let document = parse_query(query).unwrap();
        let operation = document.operations.iter().next().map(|(_, operation)| operation.node.clone()).unwrap();
        let analysis = analyse(&document, &operation, limits)?;
        check_cost(analysis.cost.unwrap_or_default(), limits)?;
        Ok(analysis)
    }

    #[test]
    fn page_sizes_multiply() {
        let query =
            "{ products(first: 50) { nodes { id variants(first: 5) { nodes { sku price { amount } } } } totalCount } }";
        // products 1 + 50 x (product 1 + variants 1 + 5 x (variant 1 + price 1))
        assert_eq!(check(query, &Limits::default()).unwrap().cost, Some(1 + 50 * (1 + 1 + 5 * 2)));
        let deep = "{ products(first: 100) { nodes { variants(first: 100) { nodes { product { id } } } } } }";
        assert_eq!(check(deep, &Limits::default()).unwrap_err().limit, "cost");
    }

    #[test]
    fn variables_have_their_say() {
        let document = parse_query("query($n: Int = 7) { products(first: $n) { nodes { id } } }").unwrap();
        let operation = &document.operations.iter().next().unwrap().1.node;
        assert_eq!(analyse(&document, operation, &Limits::default()).unwrap().cost, None);
        let with = |json| cost(&document, operation, &Variables::from_json(json));
        assert_eq!(with(serde_json::json!({})), 1 + 7);
        assert_eq!(with(serde_json::json!({ "n": 50 })), 1 + 50);
        assert_eq!(with(serde_json::json!({ "n": null })), 1 + 20);
    }

    #[test]
    fn ids_that_are_a_default_are_counted() {
        let document = parse_query("query($ids: [ID!]! = [\"a\", \"b\", \"c\"]) { nodes(ids: $ids) { id } }").unwrap();
        let operation = &document.operations.iter().next().unwrap().1.node;
        let with = |json| cost(&document, operation, &Variables::from_json(json));
        assert_eq!(with(serde_json::json!({})), 3);
        assert_eq!(with(serde_json::json!({ "ids": ["a", "b"] })), 2);
    }

    #[test]
    fn doubling_fragments_is_counted_without_being_done() {
        let mut query = String::from("{ ...f0 } fragment f40 on Query { channel { id } }");
        for level in 0..40 {
            query.push_str(&format!(" fragment f{level} on Query {{ ...f{0} ...f{0} }}", level + 1));
        }
        assert_eq!(check(&query, &Limits::default()).unwrap_err().limit, "selections");
        let circle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
        assert!(check(circle, &Limits::default()).unwrap().circular.is_some());
        let twice = "{ ...a ...b } fragment a on Query { ...b } fragment b on Query { channel { id } }";
        assert_eq!(check(twice, &Limits::default()).unwrap().circular, None);
    }

    #[test]
    fn a_long_chain_of_fragments_is_refused_before_the_stack_ends() {
        for (fragments, refused) in [(60, false), (64, true), (5_000, true)] {
            let mut query = String::from("{ ...f0 }");
            for level in 0..fragments {
                query.push_str(&format!(" fragment f{level} on Query {{ ...f{} }}", level + 1));
            }
            query.push_str(&format!(" fragment f{fragments} on Query {{ __typename }}"));
            let limits = Limits { selections: u64::MAX, ..Limits::default() };
            assert_eq!(check(&query, &limits).map_err(|refusal| refusal.limit).err(), refused.then_some("brackets"));
        }
    }
}
