//! Roles: what those who have them may do.
use super::super::{Conn, WriteTx, micros};
use crate::{DbError, sql::Arg, write::checkout::damaged};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use tradewind_domain::{
    staff::{BuiltInRole, Permissions},
    word::Word as _,
};
use uuid::Uuid;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRole {
    /// Row id.
    pub id: Uuid,
    /// For people; unique.
    pub name: String,
    /// One that every shop has; it cannot be changed.
    pub built_in: Option<BuiltInRole>,
    /// What it allows.
    pub permissions: Permissions,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    built_in: Option<String>,
    permissions: String,
}

/// What a role of these columns allows.
pub(super) fn allowed(built_in: Option<&str>, permissions: &str) -> Result<Permissions, DbError> {
    match built_in {
        Some(word) => {
            BuiltInRole::parse(word).map(BuiltInRole::permissions).ok_or_else(|| damaged("staff_roles.built_in"))
        }
        None => serde_json::from_str(permissions).map_err(|_| damaged("staff_roles.permissions")),
    }
}

impl Row {
    fn role(self) -> Result<StaffRole, DbError> {
        let permissions = allowed(self.built_in.as_deref(), &self.permissions)?;
        let built_in = self.built_in.as_deref().and_then(BuiltInRole::parse);
        Ok(StaffRole { id: self.id, name: self.name, built_in, permissions })
    }
}

/// Every role, the built-in ones first; a shop has few.
pub async fn staff_roles(conn: Conn<'_>) -> Result<Vec<StaffRole>, DbError> {
    let text = "SELECT id, name, built_in, permissions FROM staff_roles ORDER BY id";
    let rows: Vec<Row> = conn.all(text, vec![]).await?;
    rows.into_iter().map(Row::role).collect()
}

/// Waits until nobody else changes members or roles: whether somebody is left who may manage staff depends on all of
/// them. SQLite has one writer at any time.
pub async fn lock_staff(tx: &WriteTx) -> Result<(), DbError> {
    if tx.postgres() {
        tx.execute("LOCK TABLE staff_roles IN SHARE ROW EXCLUSIVE MODE", vec![]).await?;
    }
    Ok(())
}

const SAVE: &str = "INSERT INTO staff_roles (id, name, built_in, permissions, created_at, updated_at)
    VALUES ($1, $2, NULL, $3, $4, $4)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions,
        updated_at = excluded.updated_at WHERE staff_roles.built_in IS NULL";

/// Inserts or replaces a role that is not built in; a name that another one has is a [`DbError::Constraint`].
pub async fn save_staff_role(tx: &WriteTx, role: &StaffRole, now: DateTime<Utc>) -> Result<(), DbError> {
    let permissions = serde_json::to_string(&role.permissions).map_err(|_| damaged("staff_roles.permissions"))?;
    let args = vec![Arg::Id(role.id), Arg::Text(role.name.clone()), Arg::Text(permissions), Arg::Time(micros(now))];
    tx.execute(SAVE, args).await?;
    Ok(())
}

/// Deletes a role that is not built in and that nobody has.
pub async fn delete_staff_role(tx: &WriteTx, id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_roles WHERE id = $1 AND built_in IS NULL", vec![Arg::Id(id)]).await?;
    Ok(())
}
