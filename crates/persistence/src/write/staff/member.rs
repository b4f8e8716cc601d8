//! Members of staff.
use super::{
    super::{Conn, WriteTx, micros},
    role::allowed,
};
use crate::{
    DbError,
    sql::{Arg, id_value, rows},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use tradewind_domain::staff::Permissions;
use uuid::Uuid;

/// A member of staff. `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Row id.
    pub id: Uuid,
    /// In the form in which it is compared; unique among staff.
    pub email: String,
    /// For people.
    pub name: String,
    /// A PHC string; None of who has not followed the invitation yet.
    pub password_hash: Option<String>,
    /// Since when nobody can log in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When they were invited.
    pub created_at: DateTime<Utc>,
    /// Ids of their roles, in order.
    pub roles: Vec<Uuid>,
    /// What any of the roles allows.
    pub permissions: Permissions,
}

impl std::fmt::Debug for StaffMember {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffMember").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A member beside one of the roles.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    password_hash: Option<String>,
    disabled_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    role_id: Option<Uuid>,
    built_in: Option<String>,
    permissions: Option<String>,
}

const COLUMNS: &str = "SELECT m.id, m.email, m.name, m.password_hash, m.disabled_at, m.created_at,
        r.id AS role_id, r.built_in, r.permissions
    FROM staff_members m LEFT JOIN staff_member_roles mr ON mr.member_id = m.id
    LEFT JOIN staff_roles r ON r.id = mr.role_id";

async fn read(conn: Conn<'_>, which: &str, args: Vec<Arg>) -> Result<Vec<StaffMember>, DbError> {
    let rows: Vec<Row> = conn.all(&format!("{COLUMNS} {which} ORDER BY m.id, r.id"), args).await?;
    let mut members: Vec<StaffMember> = Vec::new();
    for row in rows {
        let granted = match row.permissions {
            Some(permissions) => allowed(row.built_in.as_deref(), &permissions)?,
            None => Permissions::NONE,
        };
        match members.last_mut().filter(|last| last.id == row.id) {
            Some(member) => {
                member.roles.extend(row.role_id);
                member.permissions = member.permissions.union(granted);
            }
            None => members.push(StaffMember {
                id: row.id,
                email: row.email,
                name: row.name,
                password_hash: row.password_hash,
                disabled_at: row.disabled_at,
                created_at: row.created_at,
                roles: row.role_id.into_iter().collect(),
                permissions: granted,
            }),
        }
    }
    Ok(members)
}

/// Every member, in the order in which they came; a shop has few.
pub async fn staff_members(conn: Conn<'_>) -> Result<Vec<StaffMember>, DbError> {
    read(conn, "", vec![]).await
}

/// The member with this e-mail address.
pub async fn staff_member_by_email(conn: Conn<'_>, email: &str) -> Result<Option<StaffMember>, DbError> {
    Ok(read(conn, "WHERE m.email = $1", vec![Arg::Text(email.to_owned())]).await?.pop())
}

/// The member with this id.
pub async fn staff_member_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<StaffMember>, DbError> {
    Ok(read(conn, "WHERE m.id = $1", vec![Arg::Id(id)]).await?.pop())
}

#[derive(FromQueryResult)]
struct Locked {
    #[expect(dead_code, reason = "only whether there is one counts")]
    id: Uuid,
}

/// The member, who does not change before the transaction ends.
pub async fn lock_staff_member(tx: &WriteTx, id: Uuid) -> Result<Option<StaffMember>, DbError> {
    let locked: Vec<Locked> =
        Conn::from(tx).all_locked("SELECT id FROM staff_members WHERE id = $1", vec![Arg::Id(id)]).await?;
    if locked.is_empty() { Ok(None) } else { staff_member_by_id(tx.into(), id).await }
}

const INSERT: &str = "INSERT INTO staff_members (id, email, name, password_hash, disabled_at, created_at, updated_at)
    VALUES ($1, $2, $3, NULLIF($4, ''), NULL, $5, $5) ON CONFLICT (email) DO NOTHING";

/// Inserts a member without roles; false, and nothing is changed, where the e-mail address is a member's already.
pub async fn insert_staff_member(tx: &WriteTx, member: &StaffMember) -> Result<bool, DbError> {
    let args = vec![
        Arg::Id(member.id),
        Arg::Text(member.email.clone()),
        Arg::Text(member.name.clone()),
        Arg::Text(member.password_hash.clone().unwrap_or_default()),
        Arg::Time(micros(member.created_at)),
    ];
    Ok(tx.execute(INSERT, args).await? == 1)
}

const SAVE: &str = "UPDATE staff_members SET name = $2, password_hash = NULLIF($3, ''),
        disabled_at = CASE WHEN $4 = 1 THEN coalesce(disabled_at, $5) END, updated_at = $5 WHERE id = $1";

/// Writes name, password and whether they are disabled.
pub async fn save_staff_member(tx: &WriteTx, member: &StaffMember, now: DateTime<Utc>) -> Result<(), DbError> {
    let args = vec![
        Arg::Id(member.id),
        Arg::Text(member.name.clone()),
        Arg::Text(member.password_hash.clone().unwrap_or_default()),
        Arg::Int(member.disabled_at.is_some().into()),
        Arg::Time(micros(now)),
    ];
    tx.execute(SAVE, args).await?;
    Ok(())
}

/// Gives a member these roles, and no others.
pub async fn set_staff_roles(tx: &WriteTx, member_id: Uuid, roles: &[Uuid]) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_member_roles WHERE member_id = $1", vec![Arg::Id(member_id)]).await?;
    let text = "INSERT INTO staff_member_roles (member_id, role_id) SELECT {uuid 0}, {uuid 1} FROM {rows 1}";
    let row = |role: &Uuid| json!([id_value(member_id), id_value(*role)]);
    tx.execute(text, vec![rows(roles.iter().map(row))]).await?;
    Ok(())
}
