//! Floor (b): one statement that returns nested records in binary, JSON written in Rust: the best there is.
use super::{
    answer::{Rating, SelectedOptions, availability, cursor},
    connections::Connections,
    json::Json,
    nested_sql::texts,
    record::{Record, Records},
    search::Search,
};
use crate::{
    Failure,
    operation::{Argument, Operation},
    shop::Shop,
};
use axum::body::Bytes;
use tokio_postgres::Row;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    option::ProductOption,
};
use uuid::Uuid;

/// A listing's page.
const PAGE: usize = 24;

pub(super) struct Nested {
    connections: Connections,
    shop: Shop,
}

impl Nested {
    pub(super) async fn open(url: &str, count: usize, shop: Shop) -> Result<Self, Failure> {
        Ok(Self { connections: Connections::open(url, count, &texts()).await?, shop })
    }

    pub(super) async fn answer(&self, operation: Operation, argument: &Argument) -> Result<Bytes, Failure> {
        let (db, channel) = (self.connections.pick(), &self.shop.channel);
        let rows = match operation {
            Operation::Q1 => db.query(0, &[&argument.slug, channel]).await?,
            Operation::Q2 => db.query(1, &[&argument.slug, channel]).await?,
            Operation::Q3 => db.query(2, &[channel, &argument.sold, &argument.id]).await?,
            Operation::Q4 => {
                let search = Search::parse(&argument.words);
                db.query(3, &[channel, &search.anywhere, &search.title, &search.title_prefix, &search.keywords_prefix])
                    .await?
            }
        };
        let row = rows.first().ok_or("nothing found")?;
        self.write(operation, row)
    }

    fn write(&self, operation: Operation, row: &Row) -> Result<Bytes, Failure> {
        let json = match operation {
            Operation::Q1 => product_page(Json::new(self.shop, 8 << 10), row.try_get(0)?)?,
            Operation::Q2 => listing(Json::new(self.shop, 16 << 10), row.try_get(0)?)?,
            Operation::Q3 => nested(Json::new(self.shop, 128 << 10), row.try_get(0)?)?,
            Operation::Q4 => search(Json::new(self.shop, 16 << 10), row.try_get(0)?)?,
        };
        Ok(json.bytes.into())
    }
}

fn product_page(mut json: Json, mut product: Record<'_>) -> Result<Json, Failure> {
    json.raw("{\"data\":{\"product\":{\"id\":").id(NodeKind::Product, product.id()?);
    json.raw(",\"slug\":").value(product.text()?)?.raw(",\"title\":").value(product.text()?)?;
    json.raw(",\"vendor\":").value(product.text()?)?;
    json.raw(",\"priceRange\":{\"min\":").money(product.i64()?).raw(",\"max\":").money(product.i64()?);
    json.raw("},\"rating\":").value(&Rating::new(product.i64()?, product.i64()?))?.raw(",\"category\":");
    match (product.optional_text()?, product.optional_text()?) {
        (Some(name), Some(slug)) => json.raw("{\"name\":").value(name)?.raw(",\"slug\":").value(slug)?.raw("}"),
        _ => json.raw("null"),
    };
    let options: Vec<ProductOption> = serde_json::from_str(product.text()?)?;
    json.raw(",\"variants\":{\"nodes\":")
        .list(product.records()?, |json, variant| page_variant(json, variant, &options))?;
    json.raw("},\"media\":").list(product.records()?, |json, mut media| {
        json.raw("{\"url\":").value(media.text()?)?.raw(",\"alt\":").value(media.text()?)?.raw("}");
        Ok(())
    })?;
    json.raw(",\"reviews\":{\"nodes\":").list(product.records()?, page_review)?.raw("}}}}");
    Ok(json)
}

fn page_variant(json: &mut Json, mut variant: Record<'_>, options: &[ProductOption]) -> Result<(), Failure> {
    json.raw("{\"id\":")
        .id(NodeKind::ProductVariant, variant.id()?)
        .raw(",\"sku\":")
        .value(&variant.optional_text()?)?;
    json.raw(",\"title\":").value(variant.text()?)?.raw(",\"price\":").money(variant.i64()?);
    let selected = SelectedOptions { options, values: serde_json::from_str(variant.text()?)? };
    json.raw(",\"selectedOptions\":").value(&selected)?.raw("}");
    Ok(())
}

fn page_review(json: &mut Json, mut review: Record<'_>) -> Result<(), Failure> {
    json.raw("{\"id\":").id(NodeKind::Review, review.id()?).raw(",\"rating\":").value(&review.i32()?)?;
    json.raw(",\"title\":").value(review.text()?)?.raw(",\"body\":").value(review.text()?)?;
    json.raw(",\"createdAt\":\"").raw(&review.time()?.to_rfc3339());
    json.raw("\",\"author\":{\"displayName\":").value(review.text()?)?.raw("}}");
    Ok(())
}

fn listing(mut json: Json, mut category: Record<'_>) -> Result<Json, Failure> {
    json.raw("{\"data\":{\"category\":{\"id\":").id(NodeKind::Category, category.id()?);
    json.raw(",\"name\":").value(category.text()?)?.raw(",\"products\":{\"nodes\":");
    let products = category.records()?;
    let more = products.len() > PAGE;
    let mut last = None;
    json.list(products.take(PAGE), |json, product| {
        last = Some(card(json, product)?);
        Ok(())
    })?;
    json.raw(",\"pageInfo\":{\"hasNextPage\":").value(&more)?.raw(",\"endCursor\":").value(&last)?.raw("}}}}}");
    Ok(json)
}

/// Answers the cursor.
fn card(json: &mut Json, mut product: Record<'_>) -> Result<String, Failure> {
    let id = product.id()?;
    json.raw("{\"id\":").id(NodeKind::Product, id);
    json.raw(",\"slug\":").value(product.text()?)?.raw(",\"title\":").value(product.text()?)?;
    let (price, available) = (product.i64()?, availability(product.i16()?));
    json.raw(",\"featuredMedia\":");
    match (product.optional_text()?, product.optional_text()?) {
        (Some(url), Some(alt)) => json.raw("{\"url\":").value(url)?.raw(",\"alt\":").value(alt)?.raw("}"),
        _ => json.raw("null"),
    };
    json.raw(",\"priceRange\":{\"min\":").money(price).raw("},\"availability\":\"").raw(available).raw("\"}");
    Ok(cursor(price, id))
}

fn nested(mut json: Json, mut page: Record<'_>) -> Result<Json, Failure> {
    let warehouse = |row: Result<Record<'_>, Failure>| warehouse(&mut row?);
    let warehouses = page.records()?.map(warehouse).collect::<Result<Vec<_>, Failure>>()?;
    json.raw("{\"data\":{\"products\":{\"nodes\":").list(page.records()?, |json, mut product| {
        json.raw("{\"id\":").id(NodeKind::Product, product.id()?);
        json.raw(",\"slug\":").value(product.text()?)?.raw(",\"title\":").value(product.text()?)?;
        json.raw(",\"variants\":{\"nodes\":")
            .list(product.records()?, |json, variant| stocked_variant(json, variant, &warehouses))?;
        json.raw("},\"reviews\":{\"nodes\":").list(product.records()?, short_review)?.raw("}}");
        Ok(())
    })?;
    json.raw("}}}");
    Ok(json)
}

/// Its id and its JSON.
fn warehouse(row: &mut Record<'_>) -> Result<(Uuid, String), Failure> {
    let (id, name) = (row.id()?, serde_json::to_string(row.text()?)?);
    Ok((id, format!("{{\"id\":\"{}\",\"name\":{name}}}", GlobalId::encode(NodeKind::Warehouse, id))))
}

fn stocked_variant(json: &mut Json, mut variant: Record<'_>, warehouses: &[(Uuid, String)]) -> Result<(), Failure> {
    json.raw("{\"id\":")
        .id(NodeKind::ProductVariant, variant.id()?)
        .raw(",\"sku\":")
        .value(&variant.optional_text()?)?;
    json.raw(",\"price\":").money(variant.i64()?).raw(",\"stockLevels\":");
    json.list(variant.records()?, |json, mut level| {
        let id = level.id()?;
        let (_, warehouse) =
            warehouses.iter().find(|(own, _)| *own == id).ok_or("a stock level without its warehouse")?;
        json.raw("{\"warehouse\":").raw(warehouse).raw(",\"available\":").value(&level.i64()?)?.raw("}");
        Ok(())
    })?;
    json.raw("}");
    Ok(())
}

fn short_review(json: &mut Json, mut review: Record<'_>) -> Result<(), Failure> {
    json.raw("{\"id\":").id(NodeKind::Review, review.id()?).raw(",\"rating\":").value(&review.i32()?)?;
    json.raw(",\"title\":")
        .value(review.text()?)?
        .raw(",\"author\":{\"displayName\":")
        .value(review.text()?)?
        .raw("}}");
    Ok(())
}

fn search(mut json: Json, hits: Records<'_>) -> Result<Json, Failure> {
    json.raw("{\"data\":{\"products\":{\"nodes\":").list(hits, |json, mut hit| {
        json.raw("{\"id\":").id(NodeKind::Product, hit.id()?);
        json.raw(",\"slug\":").value(hit.text()?)?.raw(",\"title\":").value(hit.text()?)?;
        let price = hit.i64()?;
        json.raw(",\"featuredMedia\":");
        match hit.optional_text()? {
            Some(url) => json.raw("{\"url\":").value(url)?.raw("}"),
            None => json.raw("null"),
        };
        json.raw(",\"priceRange\":{\"min\":").money(price).raw("}}");
        Ok(())
    })?;
    json.raw("}}}");
    Ok(json)
}
