//! Collections and who belongs to them.
use super::{
    Conn, WriteTx,
    bulk::{Conflict, insert},
    micros,
    scope::refresh_scopes,
    shop::load_tree,
};
use crate::{
    DbError,
    entity::{collection, collection_product},
    sql::Arg,
};
use chrono::{DateTime, Utc};
use sea_orm::{DbErr, FromQueryResult};
use std::collections::{BTreeSet, HashMap, HashSet};
use tradewind_domain::{
    collection::{Collection, Rules},
    product::Product,
};
use uuid::Uuid;

/// Products that rules are checked against at a time.
const PAGE: i64 = 1000;

/// The next products as rules see them, in the order of their ids.
pub(super) const RULED: &str =
    "SELECT id, title, tags, vendor, product_type FROM products WHERE id > $1 ORDER BY id LIMIT $2";

pub(crate) async fn load_collections(conn: Conn<'_>) -> Result<Vec<Collection>, DbError> {
    let rows: Vec<collection::Model> = conn.all("SELECT * FROM collections", vec![]).await?;
    let mut collections = rows.into_iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
    collections.sort_by(|a, b| (a.position, &a.title, a.id).cmp(&(b.position, &b.title, b.id)));
    Ok(collections)
}

fn from_row(row: collection::Model) -> Result<Collection, DbError> {
    let rules = row.rules.as_deref().map(serde_json::from_str).transpose();
    let rules = rules.map_err(|error| DbErr::Json(format!("collection {}: rules: {error}", row.id)))?;
    Ok(Collection {
        id: row.id,
        slug: row.slug,
        title: row.title,
        description_html: row.description_html,
        rules,
        position: row.position,
    })
}

/// Inserts or replaces by id. Where rules are new or changed, every product is checked against them. A collection that
/// loses its rules keeps its products, as hand-picked ones.
pub async fn save_collections(tx: &WriteTx, collections: &[Collection], now: DateTime<Utc>) -> Result<(), DbError> {
    let before: HashMap<Uuid, Option<Rules>> =
        load_collections(tx.into()).await?.into_iter().map(|old| (old.id, old.rules)).collect();
    let mut rows = collections.iter().map(|collection| to_row(collection, now)).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|row| row.id);
    insert(tx, rows, Conflict::ReplaceBut(&[collection::Column::CreatedAt])).await?;
    let changed: Vec<(Uuid, &Rules)> = collections
        .iter()
        .filter(|collection| before.get(&collection.id) != Some(&collection.rules))
        .filter_map(|collection| collection.rules.as_ref().map(|rules| (collection.id, rules)))
        .collect();
    apply_rules(tx, &changed).await
}

fn to_row(collection: &Collection, now: DateTime<Utc>) -> Result<collection::Model, DbError> {
    let rules = collection.rules.as_ref().map(serde_json::to_string).transpose();
    Ok(collection::Model {
        id: collection.id,
        slug: collection.slug.clone(),
        title: collection.title.clone(),
        description_html: collection.description_html.clone(),
        rules: rules.map_err(|error| DbErr::Json(error.to_string()))?,
        position: collection.position,
        created_at: micros(now),
        updated_at: micros(now),
    })
}

/// What rules look at.
#[derive(FromQueryResult)]
pub(super) struct RuledProduct {
    pub(super) id: Uuid,
    title: String,
    tags: String,
    vendor: String,
    product_type: String,
}

impl RuledProduct {
    pub(super) fn product(self) -> Result<Product, DbError> {
        let tags = serde_json::from_str(&self.tags);
        let tags = tags.map_err(|error| DbErr::Json(format!("product {}: tags: {error}", self.id)))?;
        let draft = Product::draft(self.id, String::new(), self.title, DateTime::UNIX_EPOCH);
        Ok(Product { tags, vendor: self.vendor, product_type: self.product_type, ..draft })
    }
}

async fn apply_rules(tx: &WriteTx, changed: &[(Uuid, &Rules)]) -> Result<(), DbError> {
    if changed.is_empty() {
        return Ok(());
    }
    let tree = load_tree(tx.into()).await?;
    let mut after = Uuid::nil();
    loop {
        let args = vec![Arg::Id(after), Arg::Int(PAGE)];
        let page: Vec<RuledProduct> = Conn::from(tx).all_locked(RULED, args).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let products = page.into_iter().map(RuledProduct::product).collect::<Result<Vec<_>, _>>()?;
        let members = changed.iter().flat_map(|(id, rules)| {
            products.iter().filter(|product| rules.matches(product)).map(move |product| (*id, product.id))
        });
        let members: BTreeSet<(Uuid, Uuid)> = members.collect();
        let collections: Vec<Uuid> = changed.iter().map(|(id, _)| *id).collect();
        let ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
        let text = "SELECT * FROM collection_products WHERE collection_id {ids 1} AND product_id {ids 2}";
        let old = Conn::from(tx).all(text, vec![Arg::Ids(collections), Arg::Ids(ids)]).await?;
        let touched = replace_members(tx, old, members).await?;
        refresh_scopes(tx, &tree, touched).await?;
    }
}

/// Replaces the hand-picked products of a collection. Refused for a collection with rules, which would undo it.
pub async fn set_collection_products(tx: &WriteTx, collection_id: Uuid, products: &[Uuid]) -> Result<(), DbError> {
    let row: Vec<collection::Model> =
        Conn::from(tx).all_locked("SELECT * FROM collections WHERE id = $1", vec![Arg::Id(collection_id)]).await?;
    if let Some(ruled) = row.first().filter(|row| row.rules.is_some()) {
        let text = "follows rules: change the rules, or remove them to pick products by hand";
        return Err(DbError::Setup(format!("collection `{}` {text}", ruled.slug)));
    }
    let text = "SELECT * FROM collection_products WHERE collection_id = $1";
    let old: Vec<collection_product::Model> = Conn::from(tx).all(text, vec![Arg::Id(collection_id)]).await?;
    let members: BTreeSet<(Uuid, Uuid)> = products.iter().map(|product| (collection_id, *product)).collect();
    // The locks come before the change, as in every other writer.
    let mut touched: Vec<Uuid> = old.iter().map(|row| row.product_id).chain(products.iter().copied()).collect();
    touched.sort_unstable();
    touched.dedup();
    super::product_state::lock(tx, touched).await?;
    let touched = replace_members(tx, old, members).await?;
    refresh_scopes(tx, &load_tree(tx.into()).await?, touched).await
}

/// Takes a collection for this transaction; whether it is there.
pub async fn lock_collection(tx: &WriteTx, collection_id: Uuid) -> Result<bool, DbError> {
    let text = "SELECT * FROM collections WHERE id = $1";
    let rows: Vec<collection::Model> = Conn::from(tx).all_locked(text, vec![Arg::Id(collection_id)]).await?;
    Ok(!rows.is_empty())
}

/// The products of a collection, in the order of their ids.
pub async fn collection_members<'a>(conn: impl Into<Conn<'a>>, collection_id: Uuid) -> Result<Vec<Uuid>, DbError> {
    let text = "SELECT * FROM collection_products WHERE collection_id = $1 ORDER BY product_id";
    let rows: Vec<collection_product::Model> = conn.into().all(text, vec![Arg::Id(collection_id)]).await?;
    Ok(rows.into_iter().map(|row| row.product_id).collect())
}

/// Deletes a collection; its products stay. Nothing happens without it.
pub async fn delete_collection(tx: &WriteTx, collection_id: Uuid) -> Result<(), DbError> {
    let members = collection_members(tx, collection_id).await?;
    super::product_state::lock(tx, members.clone()).await?;
    tx.execute("DELETE FROM collections WHERE id = $1", vec![Arg::Id(collection_id)]).await?;
    refresh_scopes(tx, &load_tree(tx.into()).await?, members).await
}

/// Deletes and inserts the difference; the products that it touched.
async fn replace_members(
    tx: &WriteTx,
    old: Vec<collection_product::Model>,
    members: BTreeSet<(Uuid, Uuid)>,
) -> Result<Vec<Uuid>, DbError> {
    let old: BTreeSet<(Uuid, Uuid)> = old.into_iter().map(|row| (row.collection_id, row.product_id)).collect();
    let mut gone: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (collection_id, product_id) in old.difference(&members) {
        gone.entry(*collection_id).or_default().push(*product_id);
    }
    for (collection_id, products) in gone {
        let text = "DELETE FROM collection_products WHERE collection_id = $1 AND product_id {ids 2}";
        tx.execute(text, vec![Arg::Id(collection_id), Arg::Ids(products)]).await?;
    }
    let new = members.difference(&old);
    let rows = new.map(|(collection_id, product_id)| collection_product::Model {
        collection_id: *collection_id,
        product_id: *product_id,
    });
    insert(tx, rows.collect(), Conflict::<collection_product::Column>::Refuse).await?;
    let touched: HashSet<Uuid> = old.symmetric_difference(&members).map(|(_, product)| *product).collect();
    Ok(touched.into_iter().collect())
}
