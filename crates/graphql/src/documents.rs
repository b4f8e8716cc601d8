//! Parsed documents: clients send the same few texts again and again, and parsing one takes longer than most of what
//! else the process does for it.
use crate::answer::Plan;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use moka::sync::Cache;
use std::{borrow::Cow, sync::Arc};

/// What a document and the name of one of its operations say, whatever the variables.
#[derive(Debug)]
pub(crate) struct Document {
    /// Marked: see `answer`.
    pub(crate) parsed: ExecutableDocument,
    pub(crate) operation_name: Option<String>,
    pub(crate) kind: OperationType,
    /// As if nothing were skipped.
    pub(crate) plan: Plan,
    /// The plan depends on the variables.
    pub(crate) is_conditional: bool,
    /// Objects can become JSON as they are finished.
    pub(crate) is_rendered: bool,
}

/// Documents by text and operation. Bounded by bytes; a flood of texts that come once does not push out the usual ones.
#[derive(Clone, Debug)]
pub(crate) struct Documents(Cache<Arc<str>, Arc<Document>, foldhash::quality::RandomState>);

impl Documents {
    /// Keeps about so many bytes; none: keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let cache = Cache::builder()
            .max_capacity(u64::try_from(bytes).unwrap_or(u64::MAX))
            .weigher(|text: &Arc<str>, _| weight(text.len()))
            .build_with_hasher(foldhash::quality::RandomState::default());
        Self(cache)
    }

    pub(crate) fn get(&self, query: &str, operation_name: Option<&str>) -> Option<Arc<Document>> {
        self.0.get(key(query, operation_name).as_ref())
    }

    pub(crate) fn keep(&self, query: &str, operation_name: Option<&str>, document: &Arc<Document>) {
        self.0.insert(key(query, operation_name).into(), Arc::clone(document));
    }
}

/// A text with a NUL in it is no document, so no two keys are alike.
fn key<'q>(query: &'q str, operation_name: Option<&str>) -> Cow<'q, str> {
    match operation_name {
        None => Cow::Borrowed(query),
        Some(name) => Cow::Owned(format!("{query}\0{name}")),
    }
}

/// Bytes that a document of this length takes; measured at 20 to 30 times its text.
fn weight(length: usize) -> u32 {
    u32::try_from(length.saturating_mul(32).saturating_add(1024)).unwrap_or(u32::MAX)
}
