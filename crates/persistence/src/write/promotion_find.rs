//! Promotions as staff look for them.
use super::{Conn, StoredPromotion, WriteTx, checkout::damaged};
use crate::{Db, DbError, sql::Arg};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    enabled: bool,
    rule: String,
}

#[derive(FromQueryResult)]
struct CodeRow {
    code: String,
    promotion_id: Uuid,
}

#[derive(FromQueryResult)]
struct UsesRow {
    id: Uuid,
    uses: i64,
}

macro_rules! promotions {
    ($rest:literal) => {
        concat!("SELECT id, enabled, rule FROM promotions ", $rest)
    };
}

/// Promotions before this one, the newest first, at most so many, with their codes: two statements for any number.
pub async fn promotions_page(
    conn: Conn<'_>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<StoredPromotion>, DbError> {
    let args = vec![Arg::Id(before.unwrap_or(Uuid::max())), Arg::Int(limit.into())];
    let rows = conn.all(promotions!("WHERE id < $1 ORDER BY id DESC LIMIT $2"), args).await?;
    with_codes(conn, rows).await
}

/// The promotion of the id, with its codes.
pub async fn promotion_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<StoredPromotion>, DbError> {
    let rows = conn.all(promotions!("WHERE id = $1"), vec![Arg::Id(id)]).await?;
    Ok(with_codes(conn, rows).await?.pop())
}

/// The promotion of the id for who changes it: nobody uses it before the end of the transaction. It is taken as
/// [`save_promotions`](super::save_promotions) takes it, because a lock that is raised later could end in a deadlock with
/// who buys.
pub async fn lock_promotion(tx: &WriteTx, id: Uuid) -> Result<Option<StoredPromotion>, DbError> {
    let text = if tx.postgres() { promotions!("WHERE id = $1 FOR UPDATE") } else { promotions!("WHERE id = $1") };
    let rows = Conn::from(tx).all(text, vec![Arg::Id(id)]).await?;
    Ok(with_codes(tx.into(), rows).await?.pop())
}

async fn with_codes(conn: Conn<'_>, rows: Vec<Row>) -> Result<Vec<StoredPromotion>, DbError> {
    let ids = rows.iter().map(|row| row.id).collect();
    let text = "SELECT code, promotion_id FROM coupon_codes WHERE promotion_id {ids 1} ORDER BY promotion_id, code";
    let mut codes: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in conn.all::<CodeRow>(text, vec![Arg::Ids(ids)]).await? {
        codes.entry(row.promotion_id).or_default().push(row.code);
    }
    let read = |row: Row| {
        let promotion = serde_json::from_str(&row.rule).map_err(|_| damaged("promotions.rule"))?;
        let codes = codes.remove(&row.id).unwrap_or_default();
        Ok(StoredPromotion { promotion, codes, enabled: row.enabled })
    };
    rows.into_iter().map(read).collect()
}

/// Whose the coupon codes are that some promotion has.
pub async fn coupon_owners(conn: Conn<'_>, codes: &[String]) -> Result<HashMap<String, Uuid>, DbError> {
    let text = "SELECT code, promotion_id FROM coupon_codes WHERE code {texts 1}";
    let rows: Vec<CodeRow> = conn.all(text, vec![Arg::Texts(codes.to_vec())]).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.promotion_id)).collect())
}

/// In how many orders that were not cancelled each of the promotions was used; one statement. Of those with a limit there
/// is a count already.
pub async fn promotion_uses(db: &Db, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i64>, DbError> {
    let text = "SELECT p.id, CASE WHEN p.limit_total IS NULL AND p.limit_per_customer IS NULL
            THEN (SELECT count(*) FROM promotion_uses u WHERE u.promotion_id = p.id) ELSE p.uses END AS uses
        FROM promotions p WHERE p.id {ids 1}";
    let rows: Vec<UsesRow> = Conn::from(db).all(text, vec![Arg::Ids(ids)]).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.uses)).collect())
}
