//! Levels of variants: taken for a transaction in one order, and changed together with the ledger.
use super::{
    Conn, WriteTx,
    availability::{Around, crossed, refresh_availability},
    stock_ledger::{CHANGE_POSTGRES, CHANGE_SQLITE, Cause, Change, NOTE, json},
};
use crate::{DbError, sql::Arg};
use sea_orm::FromQueryResult;
use serde::de::DeserializeOwned;
use std::{collections::HashMap, sync::Arc};
use tradewind_domain::stock::StockPolicy;
use uuid::Uuid;

/// A variant with its levels in every warehouse, in the order of their ids.
#[derive(Debug)]
pub(crate) struct Stocked {
    pub(crate) variant_id: Uuid,
    pub(crate) tracked: bool,
    pub(crate) policy: StockPolicy,
    pub(crate) low_stock_threshold: Option<i64>,
    pub(crate) levels: Vec<Level>,
}

/// What lies in a warehouse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub(crate) warehouse_id: Uuid,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    /// The channel that was asked for sells from there.
    pub(crate) sells: bool,
}

#[derive(FromQueryResult)]
struct Row {
    variant_id: Uuid,
    tracked: bool,
    policy: String,
    low_stock_threshold: Option<i64>,
    warehouse_id: Option<Uuid>,
    on_hand: Option<i64>,
    reserved: Option<i64>,
    sells: Option<bool>,
}

/// Whose levels are taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which<'i> {
    /// Of these variants.
    Variants(&'i [Uuid]),
    /// Of those among them whose stock is counted; the others are read alone.
    Tracked(&'i [Uuid]),
    /// Of the variants of products, and of further variants.
    Products(&'i [Uuid], &'i [Uuid]),
}

impl Which<'_> {
    /// A condition on a variant `v`, and one on those whose levels are taken.
    fn conditions(self) -> (&'static str, &'static str) {
        match self {
            Self::Variants(_) => ("v.id {ids 1}", ""),
            Self::Tracked(_) => ("v.id {ids 1}", "AND v.tracked"),
            Self::Products(..) => (
                "v.id IN (SELECT id FROM variants WHERE product_id {ids 1} UNION SELECT id FROM variants WHERE id {ids 3})",
                "",
            ),
        }
    }

    fn args(self, channel_id: Uuid) -> Vec<Arg> {
        let ids = |ids: &[Uuid]| Arg::Ids(ids.to_vec());
        match self {
            Self::Variants(variants) | Self::Tracked(variants) => vec![ids(variants), Arg::Id(channel_id)],
            Self::Products(products, variants) => vec![ids(products), Arg::Id(channel_id), ids(variants)],
        }
    }
}

/// The variants that exist, by id. All of their levels are taken for this transaction, also those that the channel (nil:
/// none) does not sell from: availability is a sum over levels, and whoever changes one of them has them all.
pub(crate) async fn lock_levels(tx: &WriteTx, which: Which<'_>, channel_id: Uuid) -> Result<Vec<Stocked>, DbError> {
    let (variants, only) = which.conditions();
    let lock = if tx.postgres() { "FOR NO KEY UPDATE OF s" } else { "" };
    let text = format!(
        "WITH taken AS MATERIALIZED (
            SELECT s.variant_id, s.warehouse_id, s.on_hand, s.reserved FROM stock_levels s
            JOIN variants v ON v.id = s.variant_id
            WHERE {variants} {only} ORDER BY s.variant_id, s.warehouse_id {lock})
        SELECT v.id AS variant_id, v.tracked, v.policy, v.low_stock_threshold, t.warehouse_id, t.on_hand, t.reserved,
            EXISTS (SELECT 1 FROM channel_warehouses w WHERE w.channel_id = $2 AND w.warehouse_id = t.warehouse_id)
                AS sells
        FROM variants v LEFT JOIN taken t ON t.variant_id = v.id WHERE {variants} ORDER BY v.id, t.warehouse_id"
    );
    let mut stocked: Vec<Stocked> = Vec::new();
    for row in Conn::from(tx).all::<Row>(&text, which.args(channel_id)).await? {
        if stocked.last().is_none_or(|last| last.variant_id != row.variant_id) {
            stocked.push(Stocked {
                variant_id: row.variant_id,
                tracked: row.tracked,
                policy: StockPolicy::from_stored(&row.policy),
                low_stock_threshold: row.low_stock_threshold,
                levels: Vec::new(),
            });
        }
        let level = (row.warehouse_id, row.on_hand, row.reserved, row.sells);
        if let (Some(last), (Some(warehouse_id), Some(on_hand), Some(reserved), Some(sells))) =
            (stocked.last_mut(), level)
        {
            last.levels.push(Level { warehouse_id, on_hand, reserved, sells });
        }
    }
    Ok(stocked)
}

/// No more is promised than there is, unless the variant is sold beyond that.
const IS_ENOUGH: &str = "(t.reserved <= 0 OR s.on_hand - s.reserved >= t.reserved
    OR EXISTS (SELECT 1 FROM variants v WHERE v.id = s.variant_id AND v.policy = 'backorder'))";

/// Channels' warehouses and counted variants as JSON; argument 1 is a [`Change`] list, whose variants they are. Read after
/// the levels were taken: whoever changes any of this takes them too.
pub(crate) const AROUND_POSTGRES: &str =
    "(SELECT coalesce(json_agg(json_build_array(channel_id, warehouse_id)), '[]')::text FROM channel_warehouses) AS links,
    (SELECT coalesce(json_agg(json_build_array(v.id, v.product_id, v.policy, v.low_stock_threshold)), '[]')::text
        FROM variants v WHERE v.tracked AND v.id IN (SELECT variant_id FROM change)) AS variants";
const AROUND_SQLITE: &str =
    "(SELECT json_group_array(json_array(hex(channel_id), hex(warehouse_id))) FROM channel_warehouses) AS links,
    (SELECT json_group_array(json_array(hex(v.id), hex(v.product_id), v.policy, v.low_stock_threshold))
        FROM variants v WHERE v.tracked AND v.id IN (SELECT variant_id FROM change)) AS variants";

/// Where several changes are about one level, they are added up first: an update takes one row for each.
pub(crate) const TOTAL: &str = "total AS (
    SELECT variant_id, warehouse_id, CAST(sum(on_hand) AS bigint) AS on_hand, CAST(sum(reserved) AS bigint) AS reserved
    FROM change GROUP BY variant_id, warehouse_id)";

/// What a statement about levels answers.
#[derive(FromQueryResult)]
pub(crate) struct Moved {
    pub(crate) moved: i64,
    pub(crate) links: String,
    pub(crate) variants: String,
}

/// The update of levels by `total`.
pub(crate) fn move_levels() -> String {
    format!(
        "UPDATE stock_levels AS s SET on_hand = s.on_hand + t.on_hand, reserved = s.reserved + t.reserved FROM total t
        WHERE s.variant_id = t.variant_id AND s.warehouse_id = t.warehouse_id AND {IS_ENOUGH}"
    )
}

/// Changes levels that this transaction has taken, with their rows of the ledger, and brings what cards say up to date
/// where it is not the same any more.
pub(crate) async fn apply(tx: &WriteTx, stocked: &[Stocked], changes: &[Change], cause: &Cause) -> Result<(), DbError> {
    if changes.is_empty() {
        return Ok(());
    }
    let args = cause.args(json(changes)?);
    let moved = if tx.postgres() {
        let text = format!(
            "WITH {CHANGE_POSTGRES}, {TOTAL}, moved AS ({} RETURNING 1), noted AS ({NOTE})
            SELECT (SELECT count(*) FROM moved) AS moved, {AROUND_POSTGRES}",
            move_levels()
        );
        Conn::from(tx).all(&text, args).await?
    } else {
        apply_sqlite(tx, args).await?
    };
    finish(tx, stocked, changes, moved).await
}

/// One after the other: nobody else writes meanwhile.
pub(crate) async fn apply_sqlite(tx: &WriteTx, args: Vec<Arg>) -> Result<Vec<Moved>, DbError> {
    let rows = || args.iter().take(1).cloned().collect::<Vec<_>>();
    let moved = tx.execute(&format!("WITH {CHANGE_SQLITE}, {TOTAL} {}", move_levels()), rows()).await?;
    let text = format!("WITH {CHANGE_SQLITE} SELECT $2 AS moved, {AROUND_SQLITE}");
    let around = rows().into_iter().chain([Arg::Int(moved.cast_signed())]).collect();
    let answer = Conn::from(tx).all(&text, around).await?;
    tx.execute(&format!("WITH {CHANGE_SQLITE} {NOTE}"), args).await?;
    Ok(answer)
}

/// Checks that every level was changed, and follows with what depends on it.
pub(crate) async fn finish(
    tx: &WriteTx,
    stocked: &[Stocked],
    changes: &[Change],
    moved: Vec<Moved>,
) -> Result<(), DbError> {
    let mut places: Vec<(Uuid, Uuid)> = changes.iter().map(|change| (change.variant_id, change.warehouse_id)).collect();
    places.sort_unstable();
    places.dedup();
    let Some(moved) = moved.into_iter().next().filter(|it| usize::try_from(it.moved) == Ok(places.len())) else {
        // The policy of a variant changed in between, or a level went: what was decided does not hold any more.
        return Err(DbError::Conflict(Arc::new(Outdated)));
    };
    tx.stock_changed(&places.iter().map(|(variant, _)| *variant).collect::<Vec<_>>());
    let around = Around { variants: parsed(&moved.variants)?, links: parsed(&moved.links)? };
    let crossed: Vec<Uuid> = crossed(&around, &available(stocked), changes).into_iter().collect();
    if crossed.is_empty() {
        return Ok(());
    }
    tx.product_changed(&crossed);
    refresh_availability(tx, crossed).await
}

#[derive(Debug, thiserror::Error)]
#[error("a stock level is not what it was when it was taken")]
struct Outdated;

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    Ok(serde_json::from_str(text).map_err(|error| sea_orm::DbErr::Json(error.to_string()))?)
}

fn available(stocked: &[Stocked]) -> HashMap<Uuid, Vec<(Uuid, i64)>> {
    let levels =
        |it: &Stocked| it.levels.iter().map(|at| (at.warehouse_id, at.on_hand.saturating_sub(at.reserved))).collect();
    stocked.iter().map(|it| (it.variant_id, levels(it))).collect()
}
