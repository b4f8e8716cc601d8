//! What cards say about stock, kept in `listings`.
//!
//! Whoever changes stock first has the levels of the variant for its transaction, all of them; then the listings of the
//! product, if what they say may change; and reads what they are made of after that. So of two that sell the last units of
//! two variants at the same time, the second sees what the first did.
use super::{
    Conn, WriteTx,
    product_state::lock,
    stock_ledger::Change,
    stock_level::{Which, lock_levels},
};
use crate::{DbError, sql::Arg};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_domain::stock::{Availability, StockPolicy};
use uuid::Uuid;

/// Products refreshed at a time.
const PAGE: i64 = 1000;

/// What one variant has to sell in one channel.
#[derive(FromQueryResult)]
struct Sellable {
    product_id: Uuid,
    channel_id: Uuid,
    tracked: bool,
    policy: String,
    low_stock_threshold: Option<i64>,
    available: i64,
}

const SELLABLE: &str = "SELECT v.product_id, p.channel_id, v.tracked, v.policy, v.low_stock_threshold,
      CAST(coalesce((SELECT sum(s.on_hand - s.reserved) FROM stock_levels s
        JOIN channel_warehouses w ON w.warehouse_id = s.warehouse_id AND w.channel_id = p.channel_id
        WHERE s.variant_id = v.id), 0) AS bigint) AS available
    FROM variants v JOIN variant_prices p ON p.variant_id = v.id WHERE v.product_id {ids 1}";

const LISTINGS: &str = "SELECT product_id AS id FROM listings WHERE product_id {ids 1} ORDER BY product_id, channel_id";

const UPDATE_POSTGRES: &str = "UPDATE listings l SET availability = (u.row ->> 2)::smallint
    FROM json_array_elements($1::json) AS u (row)
    WHERE l.product_id = (u.row ->> 0)::uuid AND l.channel_id = (u.row ->> 1)::uuid
      AND l.availability <> (u.row ->> 2)::smallint";
const UPDATE_SQLITE: &str = "UPDATE listings SET availability = u.value ->> 2 FROM json_each($1) u
    WHERE product_id = unhex(u.value ->> 0) AND channel_id = unhex(u.value ->> 1) AND availability <> u.value ->> 2";

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Computes the availability of the products' listings again: three statements. Where it is what it was, no row is
/// written. The caller has the levels that it changed.
pub(crate) async fn refresh_availability(tx: &WriteTx, products: Vec<Uuid>) -> Result<(), DbError> {
    let listed: Vec<Id> = Conn::from(tx).all_locked(LISTINGS, vec![Arg::Ids(products)]).await?;
    let listed: BTreeSet<Uuid> = listed.into_iter().map(|row| row.id).collect();
    if listed.is_empty() {
        return Ok(());
    }
    let mut best: BTreeMap<(Uuid, Uuid), Vec<Availability>> = BTreeMap::new();
    let sellable = Conn::from(tx).all::<Sellable>(SELLABLE, vec![Arg::Ids(listed.into_iter().collect())]).await?;
    for row in sellable {
        let policy = StockPolicy::from_stored(&row.policy);
        let availability = Availability::with_threshold(row.tracked, policy, row.available, row.low_stock_threshold);
        best.entry((row.product_id, row.channel_id)).or_default().push(availability);
    }
    let rows = best.into_iter().map(|((product, channel), variants)| {
        (product.simple().to_string(), channel.simple().to_string(), Availability::of_product(variants).as_i16())
    });
    let rows = serde_json::json!(rows.collect::<Vec<_>>()).to_string();
    let text = if tx.postgres() { UPDATE_POSTGRES } else { UPDATE_SQLITE };
    tx.execute(text, vec![Arg::Text(rows)]).await?;
    Ok(())
}

/// Every listing's availability, after channels changed their warehouses.
pub(crate) async fn refresh_all_availability(tx: &WriteTx) -> Result<(), DbError> {
    let mut after = Uuid::nil();
    loop {
        let text = "SELECT id FROM products WHERE id > $1 ORDER BY id LIMIT $2";
        let page: Vec<Id> = Conn::from(tx).all(text, vec![Arg::Id(after), Arg::Int(PAGE)]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let page = lock(tx, page.into_iter().map(|row| row.id).collect()).await?;
        // Whoever sells meanwhile goes by the old warehouses, or waits and goes by the new ones.
        lock_levels(tx, Which::Products(&page, &[]), Uuid::nil()).await?;
        tx.product_changed(&page);
        refresh_availability(tx, page).await?;
    }
}

/// What the availability of variants depends on beside their levels.
#[derive(Debug, Default)]
pub(crate) struct Around {
    pub(crate) variants: Vec<CountedVariant>,
    /// Channels and their warehouses.
    pub(crate) links: Vec<(Uuid, Uuid)>,
}

/// A variant whose stock is counted, as (id, product, policy, threshold).
pub(crate) type CountedVariant = (Uuid, Uuid, String, Option<i64>);

/// Products of which a variant is now more or less available in some channel, as cards say it. `levels` is what can be
/// promised at each variant's levels before the changes.
pub(crate) fn crossed(around: &Around, levels: &HashMap<Uuid, Vec<(Uuid, i64)>>, changes: &[Change]) -> BTreeSet<Uuid> {
    let mut change: HashMap<(Uuid, Uuid), i64> = HashMap::new();
    for it in changes {
        let change = change.entry((it.variant_id, it.warehouse_id)).or_default();
        *change = change.saturating_add(it.on_hand.saturating_sub(it.reserved));
    }
    let mut warehouses: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (channel, warehouse) in &around.links {
        warehouses.entry(*channel).or_default().push(*warehouse);
    }
    let is_crossed = |(variant, _, policy, threshold): &&CountedVariant| {
        let levels = levels.get(variant).map_or(&[][..], Vec::as_slice);
        let policy = StockPolicy::from_stored(policy);
        let class = |available| Availability::with_threshold(true, policy, available, *threshold);
        warehouses.values().any(|warehouses| {
            let here = levels.iter().filter(|(warehouse, _)| warehouses.contains(warehouse));
            let (before, by) = here.fold((0i64, 0i64), |(before, by), (warehouse, available)| {
                let changed = change.get(&(*variant, *warehouse)).copied().unwrap_or(0);
                (before.saturating_add(*available), by.saturating_add(changed))
            });
            class(before) != class(before.saturating_add(by))
        })
    };
    around.variants.iter().filter(is_crossed).map(|(_, product, ..)| *product).collect()
}
