//! Channels and warehouses for who changes them.
use super::{Conn, WriteTx};
use crate::{DbError, sql::Arg};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// Takes every channel for this transaction: which one is the default depends on all of them. `against_use`: nothing is
/// priced or sold in any of them before its end either, because that shares a channel's key.
pub async fn lock_channels(tx: &WriteTx, against_use: bool) -> Result<(), DbError> {
    if tx.postgres() {
        let strength = if against_use { "UPDATE" } else { "NO KEY UPDATE" };
        tx.execute(&format!("SELECT id FROM channels ORDER BY id FOR {strength}"), vec![]).await?;
    }
    Ok(())
}

/// Takes every warehouse for this transaction.
pub async fn lock_warehouses(tx: &WriteTx) -> Result<(), DbError> {
    if tx.postgres() {
        tx.execute("SELECT id FROM warehouses ORDER BY id FOR NO KEY UPDATE", vec![]).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Found {
    #[allow(dead_code, reason = "a row has a column")]
    id: Uuid,
}

const IN_USE: &str = "SELECT c.id FROM channels c WHERE c.id = $1 AND (
    EXISTS (SELECT 1 FROM variant_prices p WHERE p.channel_id = c.id)
    OR EXISTS (SELECT 1 FROM checkouts s WHERE s.channel_id = c.id)
    OR EXISTS (SELECT 1 FROM orders o WHERE o.channel_id = c.id))";

/// Whether anything is priced in the channel, or was sold in it.
pub async fn channel_in_use(conn: Conn<'_>, id: Uuid) -> Result<bool, DbError> {
    let rows: Vec<Found> = conn.all(IN_USE, vec![Arg::Id(id)]).await?;
    Ok(!rows.is_empty())
}
