//! The audit log: written in the transaction of what it tells, never changed.
use super::super::{Conn, WriteTx, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
    write::checkout::damaged,
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::fmt;
use tradewind_domain::{
    audit::{Change, Subject},
    word::Word as _,
};
use uuid::Uuid;

/// Who changes the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff.
    Member(Uuid),
    /// An API key.
    ApiKey(Uuid),
    /// Whoever can run commands beside the database.
    Command,
}

impl Actor {
    fn parts(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Member(id) => ("staff", Some(id)),
            Self::ApiKey(id) => ("api_key", Some(id)),
            Self::Command => ("command", None),
        }
    }
}

impl fmt::Display for Actor {
    /// As the history of orders and the ledger of stock keep it: `staff:018f…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (kind, Some(id)) => write!(f, "{kind}:{id}"),
            (kind, None) => f.write_str(kind),
        }
    }
}

impl Actor {
    /// Reads what [`Display`](fmt::Display) wrote; None of other texts.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("staff", id)) => id.parse().ok().map(Self::Member),
            Some(("api_key", id)) => id.parse().ok().map(Self::ApiKey),
            _ if text == "command" => Some(Self::Command),
            _ => None,
        }
    }
}

const INSERT: &str = "INSERT INTO audit_log (id, at, actor, actor_id, action, subject, subject_id, before, after)
    SELECT {uuid 0}, {time 1}, {text 2}, {uuid 3}, {text 4}, {text 5}, {uuid 6}, {text 7}, {text 8}
    FROM {rows 1} ORDER BY u.key";

/// Appends changes, in one statement for any number.
pub async fn insert_changes(
    tx: &WriteTx,
    actor: Actor,
    changes: impl IntoIterator<Item = (Uuid, Change)>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (kind, actor_id) = actor.parts();
    let row = |(id, change): (Uuid, Change)| {
        json!([
            id_value(id),
            time_value(micros(now)),
            kind,
            actor_id.map(id_value),
            change.action,
            change.subject.as_str(),
            id_value(change.id),
            change.before.to_string(),
            change.after.to_string(),
        ])
    };
    tx.execute(INSERT, vec![rows(changes.into_iter().map(row))]).await?;
    Ok(())
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Row id; later ones are higher.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// The name of the member or of the key; None of a command.
    pub actor_name: Option<String>,
    /// What was done, in the words of the API.
    pub action: String,
    /// What it is about.
    pub subject: Subject,
    /// Row id of it.
    pub subject_id: Uuid,
    /// What it was.
    pub before: Value,
    /// What it was then.
    pub after: Value,
}

/// Which entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About this.
    pub subject_id: Option<Uuid>,
    /// By this member or key.
    pub actor_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    actor: String,
    actor_id: Option<Uuid>,
    actor_name: Option<String>,
    action: String,
    subject: String,
    subject_id: Uuid,
    before: String,
    after: String,
}

impl Row {
    fn entry(self) -> Result<AuditEntry, DbError> {
        let actor = match (self.actor.as_str(), self.actor_id) {
            ("staff", Some(id)) => Actor::Member(id),
            ("api_key", Some(id)) => Actor::ApiKey(id),
            ("command", None) => Actor::Command,
            _ => return Err(damaged("audit_log.actor")),
        };
        let read = |text: &str| serde_json::from_str(text).map_err(|_| damaged("audit_log.before"));
        Ok(AuditEntry {
            id: self.id,
            at: self.at,
            actor,
            actor_name: self.actor_name,
            action: self.action,
            subject: Subject::parse(&self.subject).ok_or_else(|| damaged("audit_log.subject"))?,
            subject_id: self.subject_id,
            before: read(&self.before)?,
            after: read(&self.after)?,
        })
    }
}

/// Entries before this one, the newest first, at most so many.
pub async fn audit_entries(
    conn: Conn<'_>,
    filter: AuditFilter,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AuditEntry>, DbError> {
    let mut args = vec![Arg::Id(before.unwrap_or(Uuid::max())), Arg::Int(limit.into())];
    let mut which = String::new();
    for (column, id) in [("subject_id", filter.subject_id), ("actor_id", filter.actor_id)] {
        if let Some(id) = id {
            args.push(Arg::Id(id));
            which.push_str(&format!(" AND l.{column} = ${}", args.len()));
        }
    }
    let text = format!(
        "SELECT l.id, l.at, l.actor, l.actor_id, coalesce(m.name, k.name) AS actor_name, l.action, l.subject, l.subject_id,
            l.before, l.after
        FROM audit_log l LEFT JOIN staff_members m ON l.actor = 'staff' AND m.id = l.actor_id
        LEFT JOIN api_keys k ON l.actor = 'api_key' AND k.id = l.actor_id
        WHERE l.id < $1{which} ORDER BY l.id DESC LIMIT $2"
    );
    let rows: Vec<Row> = conn.all(&text, args).await?;
    rows.into_iter().map(Row::entry).collect()
}
