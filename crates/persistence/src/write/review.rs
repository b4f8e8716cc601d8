//! Reviews, and the averages that they make.
use super::{
    Conn, WriteTx,
    bulk::{Conflict, insert},
    micros,
    product_state::lock,
};
use crate::{DbError, entity::review::Model, sql::Arg};
use sea_orm::FromQueryResult;
use std::collections::{BTreeSet, HashMap};
use tradewind_domain::review::{Review, average_milli};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct ProductOf {
    product_id: Uuid,
}

#[derive(FromQueryResult)]
struct Ratings {
    product_id: Uuid,
    sum: i64,
    count: i64,
}

const RATINGS: &str = "SELECT product_id, CAST(sum(rating) AS bigint) AS sum, count(*) AS count FROM reviews
    WHERE product_id {ids 1} GROUP BY product_id";

/// Rows of (product, sum, count).
const PRODUCTS: [&str; 2] = [
    "UPDATE products p SET rating_sum = (u.row ->> 1)::bigint, rating_count = (u.row ->> 2)::bigint
     FROM json_array_elements($1::json) AS u (row) WHERE p.id = (u.row ->> 0)::uuid",
    "UPDATE products SET rating_sum = u.value ->> 1, rating_count = u.value ->> 2 FROM json_each($1) u
     WHERE products.id = unhex(u.value ->> 0)",
];
/// Rows of (product, average).
const LISTINGS: [&str; 2] = [
    "UPDATE listings l SET rating_milli = (u.row ->> 1)::bigint FROM json_array_elements($1::json) AS u (row)
     WHERE l.product_id = (u.row ->> 0)::uuid",
    "UPDATE listings SET rating_milli = u.value ->> 1 FROM json_each($1) u WHERE product_id = unhex(u.value ->> 0)",
];
const SCOPES: [&str; 2] = [
    "UPDATE listing_scopes l SET rating_milli = (u.row ->> 1)::bigint FROM json_array_elements($1::json) AS u (row)
     WHERE l.product_id = (u.row ->> 0)::uuid",
    "UPDATE listing_scopes SET rating_milli = u.value ->> 1 FROM json_each($1) u
     WHERE product_id = unhex(u.value ->> 0)",
];

/// Inserts or replaces by id, and brings the averages of the products up to date.
pub async fn save_reviews(tx: &WriteTx, reviews: &[Review]) -> Result<(), DbError> {
    if reviews.is_empty() {
        return Ok(());
    }
    let ids = reviews.iter().map(|review| review.id).collect();
    let text = "SELECT product_id FROM reviews WHERE id {ids 1}";
    let moved: Vec<ProductOf> = Conn::from(tx).all(text, vec![Arg::Ids(ids)]).await?;
    let products = moved.iter().map(|row| row.product_id).chain(reviews.iter().map(|review| review.product_id));
    let products: BTreeSet<Uuid> = products.collect();
    let products = lock(tx, products.into_iter().collect()).await?;
    let mut rows: Vec<Model> = reviews.iter().map(row).collect();
    rows.sort_by_key(|row| row.id);
    insert(tx, rows, Conflict::ReplaceBut(&[])).await?;
    refresh_ratings(tx, products).await
}

/// Deletes the reviews of a customer, and brings the averages of their products up to date.
pub async fn delete_reviews_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    let text = "SELECT DISTINCT product_id FROM reviews WHERE customer_id = $1";
    let reviewed: Vec<ProductOf> = Conn::from(tx).all(text, vec![Arg::Id(customer_id)]).await?;
    let products: BTreeSet<Uuid> = reviewed.iter().map(|row| row.product_id).collect();
    let products = lock(tx, products.into_iter().collect()).await?;
    tx.execute("DELETE FROM reviews WHERE customer_id = $1", vec![Arg::Id(customer_id)]).await?;
    refresh_ratings(tx, products).await
}

fn row(review: &Review) -> Model {
    Model {
        id: review.id,
        product_id: review.product_id,
        customer_id: review.customer_id,
        rating: review.rating.into(),
        title: review.title.clone(),
        body: review.body.clone(),
        verified_purchase: review.verified_purchase,
        created_at: micros(review.created_at),
    }
}

async fn refresh_ratings(tx: &WriteTx, products: Vec<Uuid>) -> Result<(), DbError> {
    tx.product_changed(&products);
    let rows: Vec<Ratings> = Conn::from(tx).all(RATINGS, vec![Arg::Ids(products.clone())]).await?;
    let ratings: HashMap<Uuid, (i64, i64)> =
        rows.into_iter().map(|row| (row.product_id, (row.sum, row.count))).collect();
    let of = |id: &Uuid| ratings.get(id).copied().unwrap_or((0, 0));
    let hex = |id: &Uuid| id.simple().to_string();
    let sums: Vec<_> = products.iter().map(|id| (hex(id), of(id).0, of(id).1)).collect();
    let averages: Vec<_> = products.iter().map(|id| (hex(id), average_milli(of(id).0, of(id).1))).collect();
    let (sums, averages) = (serde_json::json!(sums).to_string(), serde_json::json!(averages).to_string());
    let own = if tx.postgres() { 0 } else { 1 };
    tx.execute(PRODUCTS[own], vec![Arg::Text(sums)]).await?;
    tx.execute(LISTINGS[own], vec![Arg::Text(averages.clone())]).await?;
    tx.execute(SCOPES[own], vec![Arg::Text(averages)]).await?;
    Ok(())
}
