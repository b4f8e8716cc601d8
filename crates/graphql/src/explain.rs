//! `extensions.explain`: what a request did to the database.
use async_graphql::Value;
use tradewind_loader::BatchReport;
use tradewind_persistence::statements::Statements;

/// `{ statements batches { loader keys rows micros … } statementList micros cost }`.
pub(crate) fn explain(statements: &Statements, batches: &[BatchReport], cost: u64, micros: u64) -> Value {
    let batches: Vec<_> = batches
        .iter()
        .map(|batch| {
            serde_json::json!({
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
        "statements": statements.count, "micros": micros, "cost": cost, "batches": batches, "statementList": list,
    });
    Value::from_json(explain).unwrap_or_default()
}
