//! What is true of the content of a cart now: in the transaction that buys it, or without one.
use super::{Conn, checkout::damaged, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use tradewind_domain::{country::Country, currency::Currency, zone::Place};
use uuid::Uuid;

/// How a channel prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTerms {
    /// Of its prices.
    pub currency: Currency,
    /// Whether its prices include tax.
    pub tax_inclusive: bool,
    /// Where prices are worked out for until an address is known.
    pub place: Option<Place>,
}

#[derive(FromQueryResult)]
struct ChannelRow {
    currency: String,
    tax_inclusive: bool,
    country: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
}

const CHANNEL: &str = "SELECT c.currency, c.tax_inclusive, p.country, p.region, p.postal_code FROM channels c
    LEFT JOIN channel_places p ON p.channel_id = c.id WHERE c.id = $1";

/// How a channel prices; None: there is no such channel.
pub async fn channel_terms(conn: Conn<'_>, channel_id: Uuid) -> Result<Option<ChannelTerms>, DbError> {
    let rows: Vec<ChannelRow> = conn.all(CHANNEL, vec![Arg::Id(channel_id)]).await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let country = row.country.map(|code| Country::parse(&code)).transpose();
    let country = country.map_err(|_| damaged("channel_places.country"))?;
    let place = |country| {
        Place::new(country, row.region.as_deref().unwrap_or_default(), row.postal_code.as_deref().unwrap_or_default())
    };
    Ok(Some(ChannelTerms {
        currency: Currency::parse(&row.currency).map_err(|_| damaged("channels.currency"))?,
        tax_inclusive: row.tax_inclusive,
        place: country.map(place),
    }))
}

/// A variant that is sold in a channel. Amounts are minor units of the channel's currency.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SoldVariant {
    /// Row id.
    pub id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// The product's.
    pub title: String,
    /// The variant's.
    pub variant_title: String,
    /// Of one unit.
    pub amount: i64,
    /// The struck-through price.
    pub compare_at: Option<i64>,
    /// Of one unit.
    pub weight_grams: Option<i64>,
    /// Whether stock is counted.
    pub tracked: bool,
    /// A word of [`StockPolicy`](tradewind_domain::stock::StockPolicy).
    pub policy: String,
    /// On hand minus reserved, in the channel's warehouses.
    pub available: i64,
    /// None: as products without terms.
    pub tax_category: Option<String>,
    /// None: as products without terms.
    pub needs_shipping: Option<bool>,
}

const VARIANTS: &str = "SELECT v.id, v.product_id, v.sku, pr.title, v.title AS variant_title, vp.amount, vp.compare_at,
        v.weight_grams, v.tracked, v.policy, t.tax_category, t.needs_shipping,
        CAST(coalesce((SELECT sum(s.on_hand - s.reserved) FROM stock_levels s
            JOIN channel_warehouses cw ON cw.warehouse_id = s.warehouse_id AND cw.channel_id = $2
            WHERE s.variant_id = v.id), 0) AS bigint) AS available
    FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
    JOIN listings l ON l.product_id = v.product_id AND l.channel_id = $2
    JOIN products pr ON pr.id = v.product_id LEFT JOIN product_terms t ON t.product_id = v.product_id
    WHERE v.id {ids 1} AND l.published_at <= $3";

/// Those of the variants that are sold in the channel now, in no order.
pub async fn sold_variants(
    conn: Conn<'_>,
    channel_id: Uuid,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<SoldVariant>, DbError> {
    conn.all(VARIANTS, vec![Arg::Ids(ids.to_vec()), Arg::Id(channel_id), Arg::Time(micros(now))]).await
}

#[derive(FromQueryResult)]
struct ScopeRow {
    product_id: Uuid,
    scope_id: Uuid,
}

const SCOPES: &str =
    "SELECT product_id, scope_id FROM listing_scopes WHERE product_id {ids 1} AND channel_id = $2 ORDER BY scope_id";

/// The collections of products, and their categories with all above them.
pub async fn scopes_of_products(
    conn: Conn<'_>,
    channel_id: Uuid,
    products: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Uuid>>, DbError> {
    let mut scopes: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let args = vec![Arg::Ids(products.to_vec()), Arg::Id(channel_id)];
    for row in conn.all::<ScopeRow>(SCOPES, args).await? {
        scopes.entry(row.product_id).or_default().push(row.scope_id);
    }
    Ok(scopes)
}
