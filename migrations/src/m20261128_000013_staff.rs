//! Staff: members, their roles and sessions, API keys, and the audit log.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `audit_log.actor_id` and `subject_id` refer to nothing: the log outlives what it tells of.
const SHARED: &str = r#"
CREATE TABLE staff_roles (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL UNIQUE,
    built_in text NULL UNIQUE,
    permissions text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE TABLE staff_members (
    id {uuid} NOT NULL PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    password_hash text NULL,
    disabled_at {time} NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE TABLE staff_member_roles (
    member_id {uuid} NOT NULL REFERENCES staff_members (id) ON DELETE CASCADE,
    role_id {uuid} NOT NULL REFERENCES staff_roles (id),
    PRIMARY KEY (member_id, role_id)
) {clustered};
CREATE INDEX staff_member_roles_role ON staff_member_roles (role_id, member_id);
CREATE TABLE staff_sessions (
    id {uuid} NOT NULL PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    member_id {uuid} NOT NULL REFERENCES staff_members (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    revoked_at {time} NULL,
    user_agent text NOT NULL
) {strict};
CREATE INDEX staff_sessions_member ON staff_sessions (member_id, created_at DESC, id);
CREATE INDEX staff_sessions_expiry ON staff_sessions (expires_at, id);
CREATE TABLE staff_tokens (
    id {uuid} NOT NULL PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    member_id {uuid} NOT NULL REFERENCES staff_members (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time} NULL
) {strict};
CREATE INDEX staff_tokens_member ON staff_tokens (member_id);
CREATE INDEX staff_tokens_expiry ON staff_tokens (expires_at, id);
CREATE TABLE api_keys (
    id {uuid} NOT NULL PRIMARY KEY,
    name text NOT NULL,
    key_hash text NOT NULL UNIQUE,
    last_four text NOT NULL,
    permissions text NOT NULL,
    created_by {uuid} NOT NULL REFERENCES staff_members (id),
    created_at {time} NOT NULL,
    expires_at {time} NULL,
    revoked_at {time} NULL
) {strict};
CREATE INDEX api_keys_creator ON api_keys (created_by, id);
CREATE TABLE audit_log (
    id {uuid} NOT NULL PRIMARY KEY,
    at {time} NOT NULL,
    actor text NOT NULL CHECK (actor IN ('staff', 'api_key', 'command')),
    actor_id {uuid} NULL CHECK ((actor = 'command') = (actor_id IS NULL)),
    action text NOT NULL,
    subject text NOT NULL,
    subject_id {uuid} NOT NULL,
    before text NOT NULL,
    after text NOT NULL
) {strict};
CREATE INDEX audit_log_subject ON audit_log (subject_id, id);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id);
"#;

const TABLES: &[&str] =
    &["audit_log", "api_keys", "staff_tokens", "staff_sessions", "staff_member_roles", "staff_members", "staff_roles"];

/// The roles that every shop begins with; what they may do stands in the program, so that it grows with it.
const BUILT_IN: [(&str, &str); 5] = [
    ("Owner", "owner"),
    ("Merchandiser", "merchandiser"),
    ("Support", "support"),
    ("Warehouse", "warehouse"),
    ("Analyst", "analyst"),
];

fn roles(id: impl Fn(usize) -> String) -> String {
    let row = |(place, (name, word)): (usize, &(&str, &str))| {
        let id = id(place + 1);
        format!("({id}, '{name}', '{word}', '[]', '2026-11-28T00:00:00+00:00', '2026-11-28T00:00:00+00:00')")
    };
    let rows: Vec<String> = BUILT_IN.iter().enumerate().map(row).collect();
    let columns = "id, name, built_in, permissions, created_at, updated_at";
    format!("INSERT INTO staff_roles ({columns}) VALUES {};", rows.join(", "))
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let postgres = roles(|number| format!("'019aca00-0000-7000-8000-{number:012}'::uuid"));
        let sqlite = roles(|number| format!("x'019aca00000070008000{number:012}'"));
        run(m, SHARED, &postgres, &sqlite).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await
    }
}
