//! What a query may do.
use super::{Reader, Var, value};
use std::time::Duration;
use tradewind_graphql::{Limits, MOST_BRACKETS};

static EXECUTION_TIMEOUT: Var = Var::new(
    "TRADEWIND_EXECUTION_TIMEOUT",
    "graphql.execution_timeout",
    "10s",
    "how long one operation may run; then code TIMEOUT",
);
static CONCURRENCY: Var = Var::new(
    "TRADEWIND_MAX_CONCURRENT_OPERATIONS",
    "graphql.max_concurrent_operations",
    "16",
    "operations that run at the same time; others wait for their turn, within their execution timeout. More than the \
     database has connections for only takes memory",
);
static WAITING: Var = Var::new(
    "TRADEWIND_MAX_WAITING_OPERATIONS",
    "graphql.max_waiting_operations",
    "1000",
    "operations that may wait for their turn; more are refused at once with 503, UNAVAILABLE and Retry-After",
);
static EXPLAIN: Var = Var::new(
    "TRADEWIND_EXPLAIN",
    "graphql.explain",
    "false",
    "answer the header Tradewind-Explain: 1 with the statements and batches of the operation",
)
.dev("true");
static INTROSPECTION: Var = Var::new(
    "TRADEWIND_INTROSPECTION",
    "graphql.introspection",
    "true",
    "answer __schema and __type, and suggest names in errors",
);
static DOCUMENT: Var = Var::new("TRADEWIND_MAX_DOCUMENT", "graphql.max_document", "64KiB", "largest document");
static DOCUMENT_CACHE: Var = Var::new(
    "TRADEWIND_DOCUMENT_CACHE",
    "graphql.document_cache",
    "16MiB",
    "memory for parsed documents, so that a known text is not parsed again",
);
static TOKENS: Var = Var::new("TRADEWIND_MAX_TOKENS", "graphql.max_tokens", "5000", "lexical tokens of a document");
static BRACKETS: Var = Var::new(
    "TRADEWIND_MAX_BRACKETS",
    "graphql.max_brackets",
    "64",
    "brackets of any kind open at once, and selection sets inside each other after fragments are spread",
);
static SELECTIONS: Var = Var::new(
    "TRADEWIND_MAX_SELECTIONS",
    "graphql.max_selections",
    "5000",
    "selections of an operation after its fragments are spread",
);
static DEPTH: Var = Var::new("TRADEWIND_MAX_DEPTH", "graphql.max_depth", "16", "nested fields; introspection needs 15");
static ALIASES: Var = Var::new("TRADEWIND_MAX_ALIASES", "graphql.max_aliases", "60", "fields with an alias");
static ROOT_FIELDS: Var =
    Var::new("TRADEWIND_MAX_ROOT_FIELDS", "graphql.max_root_fields", "30", "fields of the operation itself");
static DIRECTIVES: Var =
    Var::new("TRADEWIND_MAX_DIRECTIVES", "graphql.max_directives", "60", "directives of an operation");
static COST: Var = Var::new(
    "TRADEWIND_MAX_COST",
    "graphql.max_cost",
    "20000",
    "objects that an operation may return at most, page sizes multiplied",
);

pub(super) const VARS: &[&Var] = &[
    &EXECUTION_TIMEOUT,
    &CONCURRENCY,
    &WAITING,
    &EXPLAIN,
    &INTROSPECTION,
    &DOCUMENT,
    &DOCUMENT_CACHE,
    &TOKENS,
    &BRACKETS,
    &SELECTIONS,
    &DEPTH,
    &ALIASES,
    &ROOT_FIELDS,
    &DIRECTIVES,
    &COST,
];

/// Limits of a query.
#[derive(Clone, Debug)]
pub struct GraphqlConfig {
    /// How long one operation may run.
    pub execution_timeout: Duration,
    /// Operations that run at the same time.
    pub max_concurrent_operations: usize,
    /// Operations that may wait for their turn.
    pub max_waiting_operations: usize,
    /// Whether `Tradewind-Explain: 1` is answered.
    pub explain: bool,
    /// What is refused before it runs.
    pub limits: Limits,
}

impl GraphqlConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let execution_timeout = reader.read(&EXECUTION_TIMEOUT, value::duration);
        let concurrency = reader.read(&CONCURRENCY, |text| value::number(text, 1..=100_000));
        let waiting = reader.read(&WAITING, |text| value::number(text, 0..=1_000_000));
        let explain = reader.read(&EXPLAIN, value::switch);
        let limits = limits(reader);
        Some(Self {
            execution_timeout: execution_timeout?,
            max_concurrent_operations: concurrency?,
            max_waiting_operations: waiting?,
            explain: explain?,
            limits: limits?,
        })
    }
}

fn limits(reader: &mut Reader) -> Option<Limits> {
    let mut count = |var| reader.read(var, |text| value::number::<u64>(text, 1..=1_000_000));
    let (selections, depth, aliases) = (count(&SELECTIONS), count(&DEPTH), count(&ALIASES));
    let (root_fields, directives, cost) = (count(&ROOT_FIELDS), count(&DIRECTIVES), count(&COST));
    let document_bytes = reader.read(&DOCUMENT, |text| value::bytes(text, 1024..=1 << 20));
    let document_cache_bytes = reader.read(&DOCUMENT_CACHE, |text| value::bytes(text, 0..=1 << 30));
    let tokens = reader.read(&TOKENS, |text| value::number(text, 1..=1_000_000));
    let brackets = reader.read(&BRACKETS, |text| value::number(text, 1..=MOST_BRACKETS));
    let introspection = reader.read(&INTROSPECTION, value::switch);
    Some(Limits {
        document_bytes: document_bytes?,
        tokens: tokens?,
        brackets: brackets?,
        selections: selections?,
        depth: depth?,
        aliases: aliases?,
        root_fields: root_fields?,
        directives: directives?,
        cost: cost?,
        introspection: introspection?,
        document_cache_bytes: document_cache_bytes?,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Profile, Sources};

    #[test]
    fn defaults_are_those_of_the_engine() {
        let config = Config::read(Profile::Dev, &Sources::default()).expect("defaults");
        assert_eq!(config.graphql.limits, tradewind_graphql::Limits::default());
    }
}
