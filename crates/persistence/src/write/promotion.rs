//! Promotions and their codes. A promotion is stored whole, as JSON; beside it stand the columns that are searched by, and
//! the count of its uses (`promotion_use.rs`).
use super::{Conn, WriteTx, checkout::damaged, micros, promotion_use::recount};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use std::collections::BTreeMap;
use tradewind_domain::promotion::{EnteredCode, Promotion, Trigger, Usage};
use uuid::Uuid;

/// A promotion with the codes that trigger it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPromotion {
    /// The rule.
    pub promotion: Promotion,
    /// Codes in their stored form, see [`coupon_code`](tradewind_domain::promotion::coupon_code).
    pub codes: Vec<String>,
    /// False: it counts nowhere, and its codes are unknown.
    pub enabled: bool,
}

// `uses` of a new one is zero. Columns are numbered as in `save_promotions`.
const SAVE: &str = "INSERT INTO promotions (id, enabled, needs_code, rule, starts_at, ends_at, limit_total,
        limit_per_customer, uses, created_at, updated_at)
    SELECT {uuid 0}, {bigint 1} = 1, {bigint 2} = 1, {text 3}, {time 4}, {time 5}, {bigint 6}, {bigint 7}, 0, {time 8},
        {time 8} FROM {rows 1} WHERE true ORDER BY u.key
    ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, needs_code = excluded.needs_code, rule = excluded.rule,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, limit_total = excluded.limit_total,
        limit_per_customer = excluded.limit_per_customer, updated_at = excluded.updated_at";
const CODES: &str = "INSERT INTO coupon_codes (code, promotion_id) SELECT {text 0}, {uuid 1} FROM {rows 1}";

/// Inserts or replaces by id, with their codes. A code of another promotion is a [`DbError::Constraint`].
pub async fn save_promotions(tx: &WriteTx, promotions: &[StoredPromotion], now: DateTime<Utc>) -> Result<(), DbError> {
    let mut sorted: Vec<&StoredPromotion> = promotions.iter().collect();
    sorted.sort_by_key(|it| it.promotion.id);
    let ids: Vec<Uuid> = sorted.iter().map(|it| it.promotion.id).collect();
    recount(tx, &ids).await?;
    let row = |it: &&StoredPromotion| {
        let promotion = &it.promotion;
        let limit = |limit: Option<u64>| limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let time = |time: Option<DateTime<Utc>>| time.map(|time| time_value(micros(time)));
        json!([
            id_value(promotion.id),
            i64::from(it.enabled),
            i64::from(promotion.trigger == Trigger::Code),
            json!(promotion).to_string(),
            time(promotion.conditions.starts_at),
            time(promotion.conditions.ends_at),
            limit(promotion.limits.total),
            limit(promotion.limits.per_customer),
            time_value(micros(now)),
        ])
    };
    tx.execute(SAVE, vec![rows(sorted.iter().map(row))]).await?;
    tx.execute("DELETE FROM coupon_codes WHERE promotion_id {ids 1}", vec![Arg::Ids(ids)]).await?;
    let codes = sorted.iter().flat_map(|it| it.codes.iter().map(|code| json!([code, id_value(it.promotion.id)])));
    tx.execute(CODES, vec![rows(codes)]).await?;
    Ok(())
}

/// Deletes promotions with their codes and the count of their uses; how many.
pub async fn delete_promotions(tx: &WriteTx, ids: &[Uuid]) -> Result<u64, DbError> {
    tx.execute("DELETE FROM promotions WHERE id {ids 1}", vec![Arg::Ids(ids.to_vec())]).await
}

/// Who buys, as far as limits of promotions care.
#[derive(Clone, Copy, Debug)]
pub struct BuyerKey<'a> {
    /// None: a guest.
    pub customer_id: Option<Uuid>,
    /// SHA-256 of the e-mail address in the form in which it is compared, hexadecimal; None: not known yet.
    pub email_hash: Option<&'a str>,
}

/// What may count in a cart.
#[derive(Clone, Debug, Default)]
pub struct LivePromotions {
    /// Those that come by themselves now, and those of the codes.
    pub promotions: Vec<Promotion>,
    /// The codes that were found, in the order given.
    pub codes: Vec<EnteredCode>,
    /// How often those with a limit were used.
    pub usage: BTreeMap<Uuid, Usage>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    rule: String,
    uses: i64,
    code: Option<String>,
    used: i64,
}

macro_rules! live {
    ($code:literal, $from:literal) => {
        concat!(
            "SELECT p.id, p.rule, p.uses, ",
            $code,
            " AS code, (SELECT count(*) FROM promotion_uses u WHERE u.promotion_id = p.id
                AND p.limit_per_customer IS NOT NULL AND (u.email_hash = $3 OR u.customer_id = $4)) AS used FROM ",
            $from
        )
    };
}

const LIVE: &str = concat!(
    live!(
        "CAST(NULL AS text)",
        "promotions p WHERE p.enabled AND NOT p.needs_code AND (p.starts_at IS NULL OR p.starts_at <= $1)
            AND (p.ends_at IS NULL OR p.ends_at > $1)"
    ),
    " UNION ALL ",
    live!("c.code", "coupon_codes c JOIN promotions p ON p.id = c.promotion_id WHERE p.enabled AND c.code {texts 2}")
);

/// What may count in a cart with these codes, whatever it has in it: one statement.
pub async fn live_promotions(
    conn: Conn<'_>,
    codes: &[String],
    buyer: BuyerKey<'_>,
    now: DateTime<Utc>,
) -> Result<LivePromotions, DbError> {
    let args = vec![
        Arg::Time(micros(now)),
        Arg::Texts(codes.to_vec()),
        Arg::Text(buyer.email_hash.unwrap_or_default().to_owned()),
        Arg::Id(buyer.customer_id.unwrap_or_default()),
    ];
    let (mut live, mut found) = (LivePromotions::default(), BTreeMap::new());
    for row in conn.all::<Row>(LIVE, args).await? {
        let count = |count: i64| count.max(0).unsigned_abs();
        let usage = Usage { total: count(row.uses), by_customer: count(row.used) };
        if live.usage.insert(row.id, usage).is_none() {
            live.promotions.push(serde_json::from_str(&row.rule).map_err(|_| damaged("promotions.rule"))?);
        }
        found.extend(row.code.map(|code| (code, row.id)));
    }
    let entered = |code: &String| Some(EnteredCode { code: code.clone(), promotion_id: *found.get(code)? });
    live.codes = codes.iter().filter_map(entered).collect();
    Ok(live)
}
