//! Accounts of customers: what log-in needs, sessions, tokens that are mailed, addresses, and the mails that wait.
//!
//! Rows of `customers` that were there before are authors of reviews without a password.
use crate::{
    cache_log_triggers::{Logged, Tag, forget, log},
    dialect::{drop_tables, run},
};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A use of a session changes its row in `session_uses`, which is not logged: what is cached of the session stays.
const LOGGED: [Logged; 2] = [
    Logged::both(
        "sessions",
        "session",
        &["id"],
        &[
            Tag::Row("session:{id}"),
            // By the old hash and by the new one: also whoever looked for it and found nothing must learn of it.
            Tag::Row("session-token:{token_hash}"),
            Tag::Row("customer-sessions:{customer_id}"),
        ],
    ),
    Logged::both("addresses", "customer", &["id"], &[Tag::Row("addresses:{customer_id}")]),
];

const SHARED: &str = r#"
ALTER TABLE customers ADD COLUMN password_hash text NULL;
ALTER TABLE customers ADD COLUMN email_verified_at {time} NULL;
ALTER TABLE customers ADD COLUMN given_name text NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN family_name text NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN phone text NULL;
ALTER TABLE customers ADD COLUMN accepts_marketing {bool} NOT NULL DEFAULT false;
ALTER TABLE customers ADD COLUMN disabled_at {time} NULL;
ALTER TABLE customers ADD COLUMN deleted_at {time} NULL;
ALTER TABLE customers ADD COLUMN version {bigint} NOT NULL DEFAULT 1;
ALTER TABLE customers ADD COLUMN updated_at {time} NOT NULL DEFAULT '1970-01-01T00:00:00+00:00';
UPDATE customers SET updated_at = created_at;
CREATE TABLE sessions (
    id {uuid} NOT NULL PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    customer_id {uuid} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    revoked_at {time} NULL,
    user_agent text NOT NULL,
    label text NOT NULL
) {strict};
CREATE INDEX sessions_customer ON sessions (customer_id, created_at DESC, id);
CREATE INDEX sessions_expiry ON sessions (expires_at, id);
CREATE TABLE session_uses (
    session_id {uuid} NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    last_seen_at {time} NOT NULL
) {clustered};
CREATE TABLE customer_tokens (
    id {uuid} NOT NULL PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password', 'change_email')),
    token_hash text NOT NULL UNIQUE,
    customer_id {uuid} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    new_email text NULL CHECK ((purpose = 'change_email') = (new_email IS NOT NULL)),
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time} NULL
) {strict};
CREATE INDEX customer_tokens_customer ON customer_tokens (customer_id, purpose);
CREATE INDEX customer_tokens_expiry ON customer_tokens (expires_at, id);
CREATE TABLE addresses (
    id {uuid} NOT NULL PRIMARY KEY,
    customer_id {uuid} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    first_name text NOT NULL,
    last_name text NOT NULL,
    company text NOT NULL,
    line1 text NOT NULL,
    line2 text NOT NULL,
    city text NOT NULL,
    region text NOT NULL,
    postal_code text NOT NULL,
    country text NOT NULL,
    phone text NULL,
    is_default_shipping {bool} NOT NULL,
    is_default_billing {bool} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX addresses_customer ON addresses (customer_id, created_at, id);
CREATE UNIQUE INDEX addresses_default_shipping ON addresses (customer_id) WHERE is_default_shipping;
CREATE UNIQUE INDEX addresses_default_billing ON addresses (customer_id) WHERE is_default_billing;
CREATE TABLE mail_queue (
    id {uuid} NOT NULL PRIMARY KEY,
    customer_id {uuid} NULL REFERENCES customers (id) ON DELETE CASCADE,
    message text NULL,
    created_at {time} NOT NULL,
    attempts {int} NOT NULL DEFAULT 0,
    next_at {time} NULL,
    sent_at {time} NULL
) {strict};
CREATE INDEX mail_queue_customer ON mail_queue (customer_id);
CREATE INDEX mail_queue_due ON mail_queue (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX mail_queue_age ON mail_queue (created_at, id);
"#;

const TABLES: &[&str] = &["mail_queue", "addresses", "customer_tokens", "session_uses", "sessions"];

const COLUMNS: [&str; 10] = [
    "password_hash",
    "email_verified_at",
    "given_name",
    "family_name",
    "phone",
    "accepts_marketing",
    "disabled_at",
    "deleted_at",
    "version",
    "updated_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, "", "").await?;
        log(m, &LOGGED).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        forget(m, &LOGGED).await?;
        drop_tables(m, TABLES).await?;
        for column in COLUMNS {
            m.get_connection().execute_unprepared(&format!("ALTER TABLE customers DROP COLUMN {column}")).await?;
        }
        Ok(())
    }
}
