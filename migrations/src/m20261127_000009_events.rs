//! What a write promises beyond its own rows: the outcome that a repeated request gets again, events for webhooks, and
//! jobs. docs/idempotency.md, docs/webhooks.md and docs/jobs.md explain the tables.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `due_at` of a lane or a job is when it may be taken: its time, the next attempt's, or the end of its holder's lease. So
/// one index finds what waits and what a crashed process left behind.
const SHARED: &str = r#"
CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    claimed_at {time} NOT NULL,
    answer text NULL,
    PRIMARY KEY (scope, key)
) {strict};
CREATE INDEX idempotency_keys_claimed ON idempotency_keys (claimed_at);
CREATE TABLE idempotency_outcomes (
    scope text NOT NULL,
    key text NOT NULL,
    field text NOT NULL,
    claimed_at {time} NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (scope, key, field),
    FOREIGN KEY (scope, key) REFERENCES idempotency_keys (scope, key) ON DELETE CASCADE
) {clustered};

CREATE TABLE webhook_endpoints (
    id {uuid} NOT NULL PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL,
    topics text NOT NULL,
    is_enabled {bool} NOT NULL,
    secret text NOT NULL,
    previous_secret text NULL,
    previous_secret_until {time} NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE TABLE webhook_lanes (
    endpoint_id {uuid} NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    aggregate text NOT NULL,
    due_at {time} NOT NULL,
    holder {uuid} NULL,
    PRIMARY KEY (endpoint_id, aggregate)
) {clustered};
CREATE INDEX webhook_lanes_due ON webhook_lanes (endpoint_id, due_at);
CREATE TABLE webhook_deliveries (
    id {uuid} NOT NULL PRIMARY KEY,
    endpoint_id {uuid} NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    position {bigint} NOT NULL REFERENCES outbox (position) ON DELETE CASCADE,
    aggregate text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'delivered', 'dead')),
    attempts {int} NOT NULL,
    failures {int} NOT NULL,
    created_at {time} NOT NULL,
    ended_at {time} NULL,
    UNIQUE (endpoint_id, position)
) {strict};
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (endpoint_id, aggregate, position) WHERE state = 'open';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (endpoint_id, position) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (position);
CREATE TABLE webhook_attempts (
    delivery_id {uuid} NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number {int} NOT NULL,
    started_at {time} NOT NULL,
    latency_ms {bigint} NOT NULL,
    status {int} NULL,
    error text NULL,
    response text NOT NULL,
    PRIMARY KEY (delivery_id, number)
) {strict};

CREATE TABLE jobs (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    arguments text NOT NULL,
    unique_key text NULL,
    due_at {time} NOT NULL,
    holder {uuid} NULL,
    attempts {int} NOT NULL,
    runs_again {bool} NOT NULL,
    error text NULL,
    created_at {time} NOT NULL,
    dead_at {time} NULL
) {strict};
CREATE INDEX jobs_due ON jobs (name, due_at) WHERE dead_at IS NULL;
CREATE UNIQUE INDEX jobs_unique ON jobs (name, unique_key) WHERE unique_key IS NOT NULL AND dead_at IS NULL;
CREATE INDEX jobs_dead ON jobs (dead_at, id) WHERE dead_at IS NOT NULL;
CREATE TABLE job_schedules (
    name text NOT NULL PRIMARY KEY,
    next_at {time} NOT NULL
) {strict};
"#;

/// Positions are given to nobody again, also after the last rows were deleted.
const OUTBOX_POSTGRES: &str = "
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,";
const OUTBOX_SQLITE: &str = "
CREATE TABLE outbox (
    position integer NOT NULL PRIMARY KEY AUTOINCREMENT,";
const OUTBOX: &str = "
    id {uuid} NOT NULL UNIQUE,
    topic text NOT NULL,
    aggregate text NOT NULL,
    payload text NOT NULL,
    created_at {time} NOT NULL,
    fanned_out_at {time} NULL
) {strict};
CREATE INDEX outbox_waiting ON outbox (position) WHERE fanned_out_at IS NULL;
CREATE INDEX outbox_created ON outbox (created_at, position);
CREATE INDEX outbox_aggregate ON outbox (aggregate, position);
";

/// A row to lock: whoever publishes for an aggregate holds it from the position to the commit. SQLite has one writer at
/// a time.
const AGGREGATES: &str = "CREATE TABLE outbox_aggregates (aggregate text NOT NULL PRIMARY KEY);";

const TABLES: &[&str] = &[
    "job_schedules",
    "jobs",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_lanes",
    "webhook_endpoints",
    "outbox_aggregates",
    "outbox",
    "idempotency_outcomes",
    "idempotency_keys",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let postgres = format!("{OUTBOX_POSTGRES}{OUTBOX}{AGGREGATES}");
        let sqlite = format!("{OUTBOX_SQLITE}{OUTBOX}");
        run(m, "", &postgres, &sqlite).await?;
        run(m, SHARED, "", "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await
    }
}
