//! `extensions.explain`: what a request did to the database.
use async_graphql::Value;
use std::time::{Duration, Instant};
use tradewind_cache::Lookup;
use tradewind_loader::BatchReport;
use tradewind_persistence::statements::Statements;

/// When the parts of a request began and ended.
pub(crate) struct Clock {
    pub(crate) started: Instant,
    /// Parsed and within the limits.
    pub(crate) parsed: Instant,
    /// The first resolver ran; None: none did.
    pub(crate) resolving: Option<Instant>,
    pub(crate) ended: Instant,
}

impl Clock {
    /// Name, begin and end of each phase.
    fn phases(&self) -> impl Iterator<Item = (&'static str, Instant, Instant)> {
        let validate = self.resolving.map(|resolving| ("validate", self.parsed, resolving));
        let execute = ("execute", self.resolving.unwrap_or(self.parsed), self.ended);
        [("parse", self.started, self.parsed)].into_iter().chain(validate).chain([execute])
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn cache(found: Lookup) -> serde_json::Value {
    serde_json::json!({
        "l1": found.l1, "l2": found.l2, "superseded": found.superseded, "expired": found.expired,
        "missed": found.missed, "negative": found.negative, "joined": found.joined, "unverified": found.unverified,
        "fenceMicros": micros(found.fence),
    })
}

/// `{ statements micros cost phases { name micros startMicros } batches { loader keys rows micros cache … } statementList }`.
pub(crate) fn explain(
    statements: &Statements,
    batches: &[BatchReport],
    lookups: &[(&str, Lookup)],
    cost: u64,
    clock: &Clock,
) -> Value {
    let phase = |(name, began, ended): (&str, Instant, Instant)| {
        let start = began.duration_since(clock.started);
        serde_json::json!({ "name": name, "startMicros": micros(start), "micros": micros(ended.duration_since(began)) })
    };
    let phases: Vec<_> = clock.phases().map(phase).collect();
    let whole = micros(clock.ended.duration_since(clock.started));
    let mut lookups = lookups.to_vec();
    let batches: Vec<_> = batches
        .iter()
        .map(|batch| {
            // Batches of one loader end in the order in which they leave: each waits for the level before.
            let lookup = lookups.iter().position(|(loader, _)| *loader == batch.loader).map(|at| lookups.remove(at).1);
            serde_json::json!({
                "cache": lookup.map(cache),
                "loader": batch.loader, "keys": batch.keys, "rows": batch.rows, "micros": batch.micros,
                "startMicros": batch.start_micros, "chunks": batch.chunks,
            })
        })
        .collect();
    let list: Vec<_> = statements
        .list
        .iter()
        .map(|statement| {
            serde_json::json!({
                "name": statement.name, "rows": statement.rows, "micros": statement.micros,
                "startMicros": statement.start_micros,
            })
        })
        .collect();
    let explain = serde_json::json!({
        "statements": statements.count, "micros": whole, "cost": cost, "phases": phases, "batches": batches,
        "statementList": list,
    });
    Value::from_json(explain).unwrap_or_default()
}
