//! Parsed and validated documents: clients send the same few texts again and again, and reading one takes longer than
//! most of what else the process does for it.
use crate::{access::DocumentAccess, answer::Plan, policy::DocumentPolicy};
use async_graphql::{
    Name, Positioned, Value,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use equivalent::Equivalent;
use moka::sync::Cache;
use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
};
use tradewind_persistence::read::product::ProductColumns;

/// What a valid document within the limits and the name of one of its operations say, whatever the variables.
#[derive(Debug)]
pub(crate) struct Document {
    /// The operation and its fragments, marked: see `answer`.
    pub(crate) parsed: ExecutableDocument,
    pub(crate) operation_name: Option<String>,
    pub(crate) kind: OperationType,
    /// As if nothing were skipped.
    pub(crate) plan: Plan,
    /// The plan depends on the variables.
    pub(crate) is_conditional: bool,
    /// Objects can become JSON as they are finished.
    pub(crate) is_rendered: bool,
    /// Objects can write themselves.
    pub(crate) is_direct: bool,
    /// What has to be read of products.
    pub(crate) columns: ProductColumns,
    /// What may be kept of the answer.
    pub(crate) policy: DocumentPolicy,
    /// Whom it is for.
    pub(crate) access: DocumentAccess,
    /// None: it depends on the variables.
    pub(crate) cost: Option<u64>,
    /// A variable that may be absent stands where a default comes in.
    pub(crate) has_optional: bool,
    /// The answer, where it is always the same: introspection without variables.
    pub(crate) constant: Option<OnceLock<Value>>,
}

/// Documents by text and operation. Bounded by bytes; a flood of texts that come once does not push out the usual ones.
#[derive(Clone, Debug)]
pub(crate) struct Documents(Cache<Key, Arc<Document>, foldhash::quality::RandomState>);

/// A text and the name of one of its operations.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key(Arc<str>, Option<Box<str>>);

/// The same, borrowed; it hashes as a [`Key`] does.
#[derive(Hash)]
struct Asked<'q>(&'q str, Option<&'q str>);

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.0 && self.1 == key.1.as_deref()
    }
}

impl Documents {
    /// Keeps about so many bytes; none: keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let cache = Cache::builder()
            .max_capacity(u64::try_from(bytes).unwrap_or(u64::MAX))
            .weigher(|Key(text, _), _| weight(text.len()))
            .build_with_hasher(foldhash::quality::RandomState::default());
        Self(cache)
    }

    pub(crate) fn get(&self, query: &str, operation_name: Option<&str>) -> Option<Arc<Document>> {
        self.0.get(&Asked(query, operation_name))
    }

    pub(crate) fn keep(&self, query: &str, operation_name: Option<&str>, document: &Arc<Document>) {
        self.0.insert(Key(query.into(), operation_name.map(Into::into)), Arc::clone(document));
    }
}

/// Whether an operation has the same answer whatever the request: it asks for nothing but the schema.
pub(crate) fn is_constant(operation: &OperationDefinition) -> bool {
    let is_introspection = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(field) => matches!(field.node.name.node.as_str(), "__schema" | "__type" | "__typename"),
        _ => false,
    };
    operation.variable_definitions.is_empty() && operation.selection_set.node.items.iter().all(is_introspection)
}

/// Leaves out what the operation does not need: async-graphql takes a document by value, so each request copies it.
pub(crate) fn prune(document: &mut ExecutableDocument, operation_name: Option<&str>) {
    if let (DocumentOperations::Multiple(operations), Some(wanted)) = (&mut document.operations, operation_name) {
        operations.retain(|name, _| name.as_str() == wanted);
    }
    let mut needed = HashSet::new();
    for (_, operation) in document.operations.iter() {
        spreads(document, &operation.node.selection_set.node, &mut needed);
    }
    document.fragments.retain(|name, _| needed.contains(name));
}

fn spreads(document: &ExecutableDocument, set: &SelectionSet, needed: &mut HashSet<Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => spreads(document, &field.node.selection_set.node, needed),
            Selection::InlineFragment(fragment) => spreads(document, &fragment.node.selection_set.node, needed),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name).filter(|_| needed.insert(name.clone())) {
                    spreads(document, &fragment.node.selection_set.node, needed);
                }
            }
        }
    }
}

/// Bytes that a document of this length takes; measured at 20 to 30 times its text.
fn weight(length: usize) -> u32 {
    u32::try_from(length.saturating_mul(32).saturating_add(1024)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use std::hash::BuildHasher;

    #[test]
    fn borrowed_and_kept_keys_are_alike() {
        let state = foldhash::quality::RandomState::default();
        for (text, name) in [("{ a }", None), ("{ a }", Some("A")), ("{ a }\0A", None), ("", Some(""))] {
            let (asked, key) = (Asked(text, name), Key(text.into(), name.map(Into::into)));
            assert!(asked.equivalent(&key));
            assert_eq!(state.hash_one(asked), state.hash_one(key));
        }
        assert!(!Asked("{ a }", Some("A")).equivalent(&Key("{ a }\0A".into(), None)));
        assert!(!Asked("{ a }", None).equivalent(&Key("{ a }".into(), Some("".into()))));
    }

    #[test]
    fn only_what_the_operation_needs_is_kept() {
        let text = "query A { ...a } query B { ...c } fragment a on Query { x { ...b } } fragment b on X { y }
            fragment c on Query { x }";
        let mut document = parse_query(text).unwrap();
        prune(&mut document, Some("A"));
        assert_eq!(document.operations.iter().map(|(name, _)| name.unwrap().as_str()).collect::<Vec<_>>(), ["A"]);
        let mut fragments: Vec<_> = document.fragments.keys().map(Name::as_str).collect();
        fragments.sort_unstable();
        assert_eq!(fragments, ["a", "b"]);
    }
}
