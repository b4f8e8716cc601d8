//! Sessions: who a token stands for, and on which devices a customer is logged in.
use super::group;
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// A session. Whether it lives depends on the time as well: ask [`SessionRow::lives_at`] at each use, also of what was
    /// cached.
    pub struct SessionRow {
        /// Row id.
        pub id: Uuid,
        /// SHA-256 of its token, hexadecimal.
        pub token_hash: String,
        /// Who is logged in.
        pub customer_id: Uuid,
        /// When it began.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
        /// When it ends by itself.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub expires_at: DateTime<Utc>,
        /// When it was ended.
        #[serde(with = "chrono::serde::ts_microseconds_option")]
        pub revoked_at: Option<DateTime<Utc>>,
    }
}

impl SessionRow {
    /// Whether its token is good at this time.
    pub fn lives_at(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

static BY_TOKENS: Sql = Sql::new(
    "sessions by token",
    "SELECT id, token_hash, customer_id, created_at, expires_at, revoked_at FROM sessions WHERE token_hash {texts 1}",
);

/// Sessions whose tokens have these hashes, ended ones too, in no order.
pub async fn sessions_by_token_hashes(db: &Db, hashes: Vec<String>) -> Result<Vec<SessionRow>, DbError> {
    BY_TOKENS.fetch(db, vec![Arg::Texts(hashes)]).await
}

row! {
    /// A device on which a customer is logged in.
    pub struct DeviceRow {
        /// The session.
        pub id: Uuid,
        /// Whose it is.
        pub customer_id: Uuid,
        /// When it began.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub created_at: DateTime<Utc>,
        /// When it ends by itself.
        #[serde(with = "chrono::serde::ts_microseconds")]
        pub expires_at: DateTime<Utc>,
        /// What the client said of itself.
        pub user_agent: String,
        /// What the customer calls it.
        pub label: String,
        /// When it was last used, within the time that the server notes uses by; None: not since it began.
        #[serde(with = "chrono::serde::ts_microseconds_option")]
        pub last_seen_at: Option<DateTime<Utc>>,
    }
}

static DEVICES: Sql = Sql::by_database(
    "devices by customer",
    "SELECT page.* FROM unnest($1::uuid[]) AS customer (id) CROSS JOIN LATERAL (
       SELECT s.id, s.customer_id, s.created_at, s.expires_at, s.user_agent, s.label, u.last_seen_at
       FROM sessions s LEFT JOIN session_uses u ON u.session_id = s.id
       WHERE s.customer_id = customer.id AND s.revoked_at IS NULL AND s.expires_at > $2
       ORDER BY s.created_at DESC, s.id LIMIT $3) page",
    "SELECT id, customer_id, created_at, expires_at, user_agent, label, last_seen_at FROM (
       SELECT s.*, u.last_seen_at, row_number() OVER (PARTITION BY s.customer_id ORDER BY s.created_at DESC, s.id) AS number
       FROM sessions s LEFT JOIN session_uses u ON u.session_id = s.id
       WHERE s.customer_id {ids 1} AND s.revoked_at IS NULL AND s.expires_at > $2)
     WHERE number <= $3 ORDER BY customer_id, created_at DESC, id",
);

/// The devices on which customers are logged in, the newest first, at most `first` for each.
pub async fn devices_by_customers(
    db: &Db,
    customers: Vec<Uuid>,
    first: u32,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<DeviceRow>>, DbError> {
    let args = vec![Arg::Ids(customers), Arg::Time(now), Arg::Int(first.into())];
    Ok(group(DEVICES.fetch(db, args).await?, |row: &DeviceRow| row.customer_id))
}
