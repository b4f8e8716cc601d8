//! Writing whole products, with everything precomputed from them.
use super::{
    Conn, Shop, WriteTx,
    bulk::{Conflict, insert},
    facet::facets,
    listing::{Facts, StockFacts, listings},
    product_rows::ProductRows,
    product_state::{Stored, hand_picked, lock, stored},
    reconcile::reconcile,
    scope::scopes,
    search::{delete_documents, document, save_documents},
    stock_ledger::{Cause, Change, MovementKind, note},
    stock_level::{Level, Which, lock_levels},
};
use crate::{
    DbError,
    entity::{collection_product, listing, listing_scope, media, product, product_facet, stock_level, variant},
    sql::Arg,
};
use sea_orm::FromQueryResult;
use std::collections::{HashMap, HashSet};
use tradewind_domain::product::Product;
use uuid::Uuid;

/// Inserts or replaces whole products by id, hundreds at a time. Variants keep their rows as long as they are in the
/// aggregate, so what is reserved of them, and the reviews of the product, survive; variants and media that are no
/// longer in it are deleted. `shop` must have been loaded in the same transaction.
///
/// Stock on hand becomes what the aggregates say, and the ledger gets the differences, at the time that the newest of the
/// products was updated. An aggregate that comes from [`products_by_slugs`](super::products_by_slugs) in this
/// transaction cannot undo a sale: its levels were taken when it was read.
///
/// A slug of another product, or a reference to a row that does not exist, is a [`DbError::Constraint`], and nothing
/// of the transaction may be committed then. Of two products with the same id the last counts.
pub async fn save_products(tx: &WriteTx, shop: &Shop, products: &[Product]) -> Result<(), DbError> {
    let distinct: HashMap<Uuid, &Product> = products.iter().map(|product| (product.id, product)).collect();
    let mut products: Vec<&Product> = distinct.into_values().collect();
    if products.is_empty() {
        return Ok(());
    }
    // Every writer takes products in this order.
    products.sort_by_key(|product| product.id);
    let mut rows = ProductRows::of(&products)?;
    take(tx, std::mem::take(&mut rows.products)).await?;
    let ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
    tx.product_changed(&ids);
    // From here on no other writer has these products.
    let stored = stored(tx, &ids).await?;
    let is_old = |id: &&Uuid| stored.get(id).is_some_and(|row| row.title.is_some());
    let old: Vec<Uuid> = ids.iter().filter(is_old).copied().collect();
    let mut around = Around::default();
    if !old.is_empty() {
        around = replace(tx, shop, &mut rows, &old).await?;
    }
    let at = products.iter().map(|product| product.updated_at).max().unwrap_or_default();
    let moved = movements(&rows, &around.stock);
    save_children(tx, rows, &old).await?;
    note(tx, moved, &Cause::new(MovementKind::Import, at)).await?;
    save_derived(tx, shop, &products, &old, &stored, &around).await
}

/// Inserts or replaces the rows. Where another writer inserts the same new product, PostgreSQL may report the other's slug
/// instead of taking its row (`ON CONFLICT` names one unique index, and the rest refuse): that writer has committed by then,
/// so the row is found by its id the next time, and a slug that is really another product's is refused again.
async fn take(tx: &WriteTx, rows: Vec<product::Model>) -> Result<(), DbError> {
    let kept = &[product::Column::RatingSum, product::Column::RatingCount];
    let before = tx.savepoint().await?;
    match insert(tx, rows.clone(), Conflict::ReplaceBut(kept)).await {
        Err(DbError::Constraint(_)) => {
            tx.rollback_to(&before).await?;
            insert(tx, rows, Conflict::ReplaceBut(kept)).await
        }
        done => done,
    }
}

/// What belongs to products and is not in their aggregates.
#[derive(Default)]
struct Around {
    stock: StockFacts,
    hand_picked: HashMap<Uuid, Vec<Uuid>>,
}

/// Deletes the variants and levels that the new aggregates no longer have.
async fn replace(tx: &WriteTx, shop: &Shop, rows: &mut ProductRows, old: &[Uuid]) -> Result<Around, DbError> {
    let kept: Vec<Uuid> = rows.variants.iter().map(|row| row.id).collect();
    // Before listings, as whoever sells does, and all at once, because deleted variants have levels too.
    let stock = stock_facts(tx, old, &kept).await?;
    let text = "DELETE FROM variants WHERE product_id {ids 1} AND NOT (id {ids 2})";
    tx.execute(text, vec![Arg::Ids(old.to_vec()), Arg::Ids(kept.clone())]).await?;
    replace_stock(tx, rows, &stock, &kept).await?;
    Ok(Around { stock, hand_picked: hand_picked(tx, shop, old.to_vec()).await? })
}

async fn stock_facts(tx: &WriteTx, products: &[Uuid], variants: &[Uuid]) -> Result<StockFacts, DbError> {
    let mut facts = StockFacts::default();
    for stocked in lock_levels(tx, Which::Products(products, variants), Uuid::nil()).await? {
        facts.thresholds.extend(stocked.low_stock_threshold.map(|threshold| (stocked.variant_id, threshold)));
        let level = |level: &Level| ((stocked.variant_id, level.warehouse_id), (level.on_hand, level.reserved));
        facts.levels.extend(stocked.levels.iter().map(level));
    }
    Ok(facts)
}

/// Removes levels that the aggregates no longer have. A level with promised units stays, with nothing on hand, so that
/// the promise is not forgotten.
async fn replace_stock(
    tx: &WriteTx,
    rows: &mut ProductRows,
    stock: &StockFacts,
    variants: &[Uuid],
) -> Result<(), DbError> {
    let new: HashSet<(Uuid, Uuid)> = rows.stock.iter().map(|row| (row.variant_id, row.warehouse_id)).collect();
    let variants: HashSet<&Uuid> = variants.iter().collect();
    let mut gone = Vec::new();
    for ((variant_id, warehouse_id), (_, reserved)) in &stock.levels {
        let (variant_id, warehouse_id, reserved) = (*variant_id, *warehouse_id, *reserved);
        match reserved {
            _ if new.contains(&(variant_id, warehouse_id)) || !variants.contains(&variant_id) => {}
            0 => gone.push([variant_id, warehouse_id].map(|id| id.simple().to_string())),
            _ => rows.stock.push(stock_level::Model { variant_id, warehouse_id, on_hand: 0, reserved }),
        }
    }
    if !gone.is_empty() {
        let text = if tx.postgres() { DELETE_STOCK_POSTGRES } else { DELETE_STOCK_SQLITE };
        tx.execute(text, vec![Arg::Text(serde_json::json!(gone).to_string())]).await?;
    }
    Ok(())
}

/// What the rows change at each level.
fn movements(rows: &ProductRows, stock: &StockFacts) -> Vec<Change> {
    let change = |row: &stock_level::Model| Change {
        variant_id: row.variant_id,
        warehouse_id: row.warehouse_id,
        on_hand: row.on_hand.saturating_sub(stock.on_hand((row.variant_id, row.warehouse_id))),
        reserved: 0,
        reference: None,
    };
    rows.stock.iter().map(change).collect()
}

const DELETE_STOCK_POSTGRES: &str = "DELETE FROM stock_levels WHERE (variant_id, warehouse_id) IN
    (SELECT (gone.row ->> 0)::uuid, (gone.row ->> 1)::uuid FROM json_array_elements($1::json) AS gone (row))";
const DELETE_STOCK_SQLITE: &str = "DELETE FROM stock_levels WHERE (variant_id, warehouse_id) IN
    (SELECT unhex(value ->> 0), unhex(value ->> 1) FROM json_each($1))";

async fn save_children(tx: &WriteTx, mut rows: ProductRows, old: &[Uuid]) -> Result<(), DbError> {
    rows.media.sort_by_key(|row| row.id);
    rows.variants.sort_by_key(|row| row.id);
    rows.stock.sort_by_key(|row| (row.variant_id, row.warehouse_id));
    let media: Vec<Uuid> = rows.media.iter().map(|row| row.id).collect();
    insert(tx, rows.media, Conflict::<media::Column>::ReplaceBut(&[])).await?;
    insert(tx, rows.variants, Conflict::<variant::Column>::ReplaceBut(&[])).await?;
    if !old.is_empty() {
        // After the variants, which no longer refer to it.
        let text = "DELETE FROM media WHERE product_id {ids 1} AND NOT (id {ids 2})";
        tx.execute(text, vec![Arg::Ids(old.to_vec()), Arg::Ids(media)]).await?;
    }
    let prices = stored_of(tx, PRICES, old).await?;
    reconcile(tx, prices, rows.prices, |row| (row.variant_id, row.channel_id)).await?;
    insert(tx, rows.stock, Conflict::ReplaceBut(&[stock_level::Column::Reserved])).await?;
    let publications = stored_of(tx, "SELECT * FROM product_publications WHERE product_id {ids 1}", old).await?;
    reconcile(tx, publications, rows.publications, |row| (row.product_id, row.channel_id)).await?;
    let attributes = stored_of(tx, "SELECT * FROM product_attributes WHERE product_id {ids 1}", old).await?;
    reconcile(tx, attributes, rows.attributes, |row| (row.product_id, row.namespace.clone(), row.key.clone())).await
}

const PRICES: &str =
    "SELECT * FROM variant_prices WHERE variant_id IN (SELECT id FROM variants WHERE product_id {ids 1})";

/// Rows of these products, which this transaction has taken; `text` has their ids as `{ids 1}`.
async fn stored_of<M: FromQueryResult>(tx: &WriteTx, text: &str, products: &[Uuid]) -> Result<Vec<M>, DbError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    Conn::from(tx).all(text, vec![Arg::Ids(products.to_vec())]).await
}

/// Everything precomputed, as rows.
#[derive(Default)]
struct Derived {
    members: Vec<collection_product::Model>,
    listings: Vec<listing::Model>,
    scopes: Vec<listing_scope::Model>,
    facets: Vec<product_facet::Model>,
}

impl Derived {
    fn add(&mut self, shop: &Shop, product: &Product, stored: Option<&Stored>, around: &Around) {
        let ruled = shop.collections.iter().filter(|it| it.rules.as_ref().is_some_and(|rules| rules.matches(product)));
        let ruled: Vec<Uuid> = ruled.map(|collection| collection.id).collect();
        let picked = around.hand_picked.get(&product.id).into_iter().flatten().copied();
        let collections: Vec<Uuid> = ruled.iter().copied().chain(picked).collect();
        let member = |collection_id| collection_product::Model { collection_id, product_id: product.id };
        self.members.extend(ruled.into_iter().map(member));
        let facts = stored
            .map_or_else(Facts::default, |row| Facts { rating_sum: row.rating_sum, rating_count: row.rating_count });
        for listing in listings(shop, product, &facts, &around.stock) {
            self.scopes.extend(scopes(&listing, &shop.categories, product.category_id, &collections));
            self.listings.push(listing);
        }
        self.facets.extend(facets(product));
    }
}

async fn save_derived(
    tx: &WriteTx,
    shop: &Shop,
    products: &[&Product],
    old: &[Uuid],
    stored: &HashMap<Uuid, Stored>,
    around: &Around,
) -> Result<(), DbError> {
    let mut derived = Derived::default();
    for product in products {
        derived.add(shop, product, stored.get(&product.id), around);
    }
    let (members, listings, scopes, facets) = (
        members_by_rule(tx, shop, old).await?,
        stored_of(tx, "SELECT * FROM listings WHERE product_id {ids 1}", old).await?,
        stored_of(tx, "SELECT * FROM listing_scopes WHERE product_id {ids 1}", old).await?,
        stored_of(tx, "SELECT * FROM product_facets WHERE product_id {ids 1}", old).await?,
    );
    reconcile(tx, members, derived.members, |row| (row.collection_id, row.product_id)).await?;
    reconcile(tx, listings, derived.listings, |row| (row.product_id, row.channel_id)).await?;
    reconcile(tx, scopes, derived.scopes, |row| (row.product_id, row.channel_id, row.scope_id)).await?;
    reconcile(tx, facets, derived.facets, |row| (row.product_id, row.key.clone(), row.value.clone())).await?;
    save_documents(tx, products.iter().map(|product| document(product)).collect(), stored).await
}

/// What rules have put into collections; what people have put there stays.
async fn members_by_rule(
    tx: &WriteTx,
    shop: &Shop,
    products: &[Uuid],
) -> Result<Vec<collection_product::Model>, DbError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let ruled = shop.collections.iter().filter(|collection| collection.rules.is_some());
    let ruled = ruled.map(|collection| collection.id).collect();
    let text = "SELECT * FROM collection_products WHERE product_id {ids 1} AND collection_id {ids 2}";
    Conn::from(tx).all(text, vec![Arg::Ids(products.to_vec()), Arg::Ids(ruled)]).await
}

/// Deletes products with everything below them; ids that do not exist are no error.
pub async fn delete_products(tx: &WriteTx, ids: &[Uuid]) -> Result<(), DbError> {
    let ids = lock(tx, ids.to_vec()).await?;
    if ids.is_empty() {
        return Ok(());
    }
    tx.product_changed(&ids);
    lock_levels(tx, Which::Products(&ids, &[]), Uuid::nil()).await?;
    delete_documents(tx, &stored(tx, &ids).await?).await?;
    tx.execute("DELETE FROM products WHERE id {ids 1}", vec![Arg::Ids(ids)]).await?;
    Ok(())
}
