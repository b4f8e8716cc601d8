//! How often promotions were used, within limits that hold while many buy at once.
//!
//! A use is a row for an order. Of a promotion with a limit, `promotions.uses` counts its rows: it is raised by an update
//! that a reached limit refuses, so buyers of a limited promotion wait for each other from here to the commit, and those of
//! one without limits do not. The row comes before the lock: whoever changes limits waits for rows that are under way
//! (they share the promotion's key) and counts them.
use super::{BuyerKey, Conn, WriteTx, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use uuid::Uuid;

const NOTE: &str = "INSERT INTO promotion_uses (order_id, promotion_id, customer_id, email_hash, used_at)
    SELECT {uuid 0}, p.id, {uuid 2}, {text 3}, {time 4} FROM {rows 1} JOIN promotions p ON p.id = {uuid 1}
    WHERE p.enabled";
const LIMITED: &str = "SELECT id, limit_per_customer FROM promotions
    WHERE id {ids 1} AND (limit_total IS NOT NULL OR limit_per_customer IS NOT NULL) ORDER BY id";
const RAISE: &str = "UPDATE promotions SET uses = uses + 1
    WHERE id {ids 1} AND (limit_total IS NULL OR uses < limit_total)";
const TOO_OFTEN: &str = "SELECT p.id FROM promotions p WHERE p.id {ids 1} AND p.limit_per_customer <
    (SELECT count(*) FROM promotion_uses u WHERE u.promotion_id = p.id AND (u.email_hash = $2 OR u.customer_id = $3))";

#[derive(FromQueryResult)]
struct Limited {
    id: Uuid,
    limit_per_customer: Option<i64>,
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Counts one use of each promotion for an order. False where a limit is reached, or a promotion is gone or disabled: then
/// the caller undoes it. At most four statements for any number of promotions.
pub async fn use_promotions(
    tx: &WriteTx,
    order_id: Uuid,
    promotions: &[Uuid],
    buyer: BuyerKey<'_>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let mut ids = promotions.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(true);
    }
    let email = buyer.email_hash.unwrap_or_default().to_owned();
    let row = |id: &Uuid| {
        let customer = buyer.customer_id.map(id_value);
        json!([id_value(order_id), id_value(*id), customer, email, time_value(micros(now))])
    };
    if tx.execute(NOTE, vec![rows(ids.iter().map(row))]).await? != ids.len() as u64 {
        return Ok(false);
    }
    let limited: Vec<Limited> = Conn::from(tx).all_locked(LIMITED, vec![Arg::Ids(ids)]).await?;
    if limited.is_empty() {
        return Ok(true);
    }
    let ids: Vec<Uuid> = limited.iter().map(|it| it.id).collect();
    if tx.execute(RAISE, vec![Arg::Ids(ids.clone())]).await? != ids.len() as u64 {
        return Ok(false);
    }
    if limited.iter().all(|it| it.limit_per_customer.is_none()) {
        return Ok(true);
    }
    let args = vec![Arg::Ids(ids), Arg::Text(email), Arg::Id(buyer.customer_id.unwrap_or_default())];
    let too_often: Vec<Id> = Conn::from(tx).all(TOO_OFTEN, args).await?;
    Ok(too_often.is_empty())
}

/// The uses of an order do not count any more. A second time changes nothing.
pub async fn release_promotions(tx: &WriteTx, order_id: Uuid) -> Result<(), DbError> {
    let text = "SELECT id FROM promotions WHERE id IN (SELECT promotion_id FROM promotion_uses WHERE order_id = $1)
        ORDER BY id";
    let used: Vec<Id> = Conn::from(tx).all_locked(text, vec![Arg::Id(order_id)]).await?;
    if used.is_empty() {
        return Ok(());
    }
    let lower = "UPDATE promotions SET uses = uses - 1
        WHERE id IN (SELECT promotion_id FROM promotion_uses WHERE order_id = $1 AND promotion_id {ids 2}) AND uses > 0
          AND (limit_total IS NOT NULL OR limit_per_customer IS NOT NULL)";
    let ids: Vec<Uuid> = used.into_iter().map(|it| it.id).collect();
    tx.execute(lower, vec![Arg::Id(order_id), Arg::Ids(ids.clone())]).await?;
    let delete = "DELETE FROM promotion_uses WHERE order_id = $1 AND promotion_id {ids 2}";
    tx.execute(delete, vec![Arg::Id(order_id), Arg::Ids(ids)]).await?;
    Ok(())
}

/// Takes the promotions against every use of them, and sets their counts to what there is.
pub(super) async fn recount(tx: &WriteTx, ids: &[Uuid]) -> Result<(), DbError> {
    if tx.postgres() {
        // Against whoever inserts a use, which shares the key.
        tx.execute("SELECT 1 FROM promotions WHERE id {ids 1} ORDER BY id FOR UPDATE", vec![Arg::Ids(ids.to_vec())])
            .await?;
    }
    let text = "UPDATE promotions
        SET uses = (SELECT count(*) FROM promotion_uses u WHERE u.promotion_id = promotions.id) WHERE id {ids 1}";
    tx.execute(text, vec![Arg::Ids(ids.to_vec())]).await?;
    Ok(())
}
