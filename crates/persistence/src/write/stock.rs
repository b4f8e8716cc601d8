//! Stock on hand, and what cards say about it.
use super::{
    Conn, Shop, WriteTx,
    bulk::{Conflict, insert},
    product_state::{lock, lock_of_variants},
};
use crate::{
    DbError,
    entity::stock_level::{Column, Model},
    sql::Arg,
};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use tradewind_domain::stock::{Availability, StockPolicy};
use uuid::Uuid;

/// Products refreshed at a time.
const PAGE: i64 = 1000;

/// Sets what lies in a warehouse, as (variant, warehouse, units on hand); of several for the same place the last
/// counts. Units that are promised already stay promised.
pub async fn set_stock(tx: &WriteTx, shop: &Shop, levels: &[(Uuid, Uuid, i64)]) -> Result<(), DbError> {
    let known = |id: &Uuid| shop.warehouses.iter().any(|warehouse| warehouse.id == *id);
    if let Some((variant_id, warehouse_id, _)) = levels.iter().find(|(_, id, _)| !known(id)) {
        let text = format!("stock of variant {variant_id}: the shop has no warehouse {warehouse_id}; create it first");
        return Err(DbError::Setup(text));
    }
    let levels: BTreeMap<(Uuid, Uuid), i64> =
        levels.iter().map(|(variant, warehouse, on_hand)| ((*variant, *warehouse), *on_hand)).collect();
    let variants: Vec<Uuid> = levels.keys().map(|(variant, _)| *variant).collect();
    let products = lock_of_variants(tx, variants).await?;
    let row = |((variant_id, warehouse_id), on_hand)| Model { variant_id, warehouse_id, on_hand, reserved: 0 };
    insert(tx, levels.into_iter().map(row).collect(), Conflict::ReplaceBut(&[Column::Reserved])).await?;
    refresh_availability(tx, products).await
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
        refresh_availability(tx, page).await?;
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// What one variant has to sell in one channel.
#[derive(FromQueryResult)]
struct Sellable {
    product_id: Uuid,
    channel_id: Uuid,
    tracked: bool,
    policy: String,
    available: i64,
}

const SELLABLE: &str = "SELECT v.product_id, p.channel_id, v.tracked, v.policy,
      CAST(coalesce((SELECT sum(s.on_hand - s.reserved) FROM stock_levels s
        JOIN channel_warehouses w ON w.warehouse_id = s.warehouse_id AND w.channel_id = p.channel_id
        WHERE s.variant_id = v.id), 0) AS bigint) AS available
    FROM variants v JOIN variant_prices p ON p.variant_id = v.id WHERE v.product_id {ids 1}";

const UPDATE_POSTGRES: &str = "UPDATE listings l SET availability = (u.row ->> 2)::smallint
    FROM json_array_elements($1::json) AS u (row)
    WHERE l.product_id = (u.row ->> 0)::uuid AND l.channel_id = (u.row ->> 1)::uuid";
const UPDATE_SQLITE: &str = "UPDATE listings SET availability = u.value ->> 2 FROM json_each($1) u
    WHERE product_id = unhex(u.value ->> 0) AND channel_id = unhex(u.value ->> 1)";

/// Computes the availability of the products' listings again; the caller has locked the products.
async fn refresh_availability(tx: &WriteTx, products: Vec<Uuid>) -> Result<(), DbError> {
    if products.is_empty() {
        return Ok(());
    }
    tx.product_changed(&products);
    let mut best: BTreeMap<(Uuid, Uuid), Vec<Availability>> = BTreeMap::new();
    for row in Conn::from(tx).all::<Sellable>(SELLABLE, vec![Arg::Ids(products)]).await? {
        let policy = StockPolicy::from_stored(&row.policy);
        let availability = Availability::of_variant(row.tracked, policy, row.available);
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
