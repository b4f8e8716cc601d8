//! The table of tax rates, what products are taxed as, and where a channel sells to until an address is known.
use super::{Conn, WriteTx, checkout::damaged, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use tradewind_domain::{
    country::Country,
    rate::Rate,
    tax::TaxRate,
    tax_table::{TaxRule, TaxTable},
    zone::Zone,
};
use uuid::Uuid;

#[derive(FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    layer: String,
    country: Option<String>,
    region: Option<String>,
    postal_prefix: Option<String>,
    category: Option<String>,
    name: String,
    rate_ppm: i64,
}

impl Row {
    pub(super) fn rule(self) -> Result<TaxRule, DbError> {
        let zone = match &self.country {
            None => Zone::Everywhere,
            Some(code) => Zone::In {
                country: Country::parse(code).map_err(|_| damaged("tax_rates.country"))?,
                region: self.region,
                postal_prefix: self.postal_prefix,
            },
        };
        let rate = u32::try_from(self.rate_ppm).ok().and_then(|ppm| Rate::from_ppm(ppm).ok());
        let rate = rate.ok_or_else(|| damaged("tax_rates.rate_ppm"))?;
        let rate = TaxRate { name: self.name, rate };
        Ok(TaxRule { id: self.id, layer: self.layer, zone, category: self.category, rate })
    }
}

const FOR_COUNTRY: &str = "SELECT id, layer, country, region, postal_prefix, category, name, rate_ppm FROM tax_rates
    WHERE country = $1 OR country IS NULL ORDER BY id";

/// The rules that can hold in a country: its own, and those for everywhere.
pub async fn tax_table(conn: Conn<'_>, country: Country) -> Result<TaxTable, DbError> {
    let rows: Vec<Row> = conn.all(FOR_COUNTRY, vec![Arg::Text(country.code().to_owned())]).await?;
    Ok(TaxTable { rules: rows.into_iter().map(Row::rule).collect::<Result<_, _>>()? })
}

const SAVE: &str = "INSERT INTO tax_rates (id, layer, country, region, postal_prefix, category, name, rate_ppm,
        created_at, updated_at)
    SELECT {uuid 0}, {text 1}, {text 2}, {text 3}, {text 4}, {text 5}, {text 6}, {bigint 7}, {time 8}, {time 8}
    FROM {rows 1} WHERE true ORDER BY u.key
    ON CONFLICT (id) DO UPDATE SET layer = excluded.layer, country = excluded.country, region = excluded.region,
        postal_prefix = excluded.postal_prefix, category = excluded.category, name = excluded.name,
        rate_ppm = excluded.rate_ppm, updated_at = excluded.updated_at";

/// Inserts or replaces by id.
pub async fn save_tax_rules(tx: &WriteTx, rules: &[TaxRule], now: DateTime<Utc>) -> Result<(), DbError> {
    let mut rules: Vec<&TaxRule> = rules.iter().collect();
    rules.sort_by_key(|rule| rule.id);
    let row = |rule: &TaxRule| {
        let (country, region, postal_prefix) = match &rule.zone {
            Zone::Everywhere => (None, None, None),
            Zone::In { country, region, postal_prefix } => {
                (Some(country.code()), region.as_ref(), postal_prefix.as_ref())
            }
        };
        let TaxRate { name, rate } = &rule.rate;
        let at = time_value(micros(now));
        json!([id_value(rule.id), rule.layer, country, region, postal_prefix, rule.category, name, rate.ppm(), at])
    };
    tx.execute(SAVE, vec![rows(rules.into_iter().map(row))]).await?;
    Ok(())
}

/// Deletes rules; how many.
pub async fn delete_tax_rules(tx: &WriteTx, ids: &[Uuid]) -> Result<u64, DbError> {
    tx.execute("DELETE FROM tax_rates WHERE id {ids 1}", vec![Arg::Ids(ids.to_vec())]).await
}

/// How a product is sold. One without terms is of the tax category `standard`, and is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductTerms {
    /// The product.
    pub product_id: Uuid,
    /// How it is taxed, such as `books`.
    pub tax_category: String,
    /// False: there is nothing to send, such as of a download.
    pub needs_shipping: bool,
}

/// What products are taxed as that have no terms.
pub const STANDARD_TAX: &str = "standard";

#[derive(FromQueryResult)]
struct TermsRow {
    product_id: Uuid,
    tax_category: String,
    needs_shipping: bool,
}

/// The terms of those of the products that have some.
pub async fn product_terms<'a>(conn: impl Into<Conn<'a>>, products: &[Uuid]) -> Result<Vec<ProductTerms>, DbError> {
    let text = "SELECT product_id, tax_category, needs_shipping FROM product_terms WHERE product_id {ids 1}
        ORDER BY product_id";
    let rows: Vec<TermsRow> = conn.into().all(text, vec![Arg::Ids(products.to_vec())]).await?;
    let terms = |TermsRow { product_id, tax_category, needs_shipping }| ProductTerms {
        product_id,
        tax_category,
        needs_shipping,
    };
    Ok(rows.into_iter().map(terms).collect())
}

const TERMS: &str = "INSERT INTO product_terms (product_id, tax_category, needs_shipping)
    SELECT {uuid 0}, {text 1}, {bigint 2} = 1 FROM {rows 1} WHERE true ORDER BY u.key
    ON CONFLICT (product_id) DO UPDATE SET tax_category = excluded.tax_category,
        needs_shipping = excluded.needs_shipping";

/// Sets the terms of products.
pub async fn save_product_terms(tx: &WriteTx, terms: &[ProductTerms]) -> Result<(), DbError> {
    let mut terms: Vec<&ProductTerms> = terms.iter().collect();
    terms.sort_by_key(|it| it.product_id);
    let row = |it: &ProductTerms| json!([id_value(it.product_id), it.tax_category, i64::from(it.needs_shipping)]);
    tx.execute(TERMS, vec![rows(terms.into_iter().map(row))]).await?;
    Ok(())
}

/// Where a channel's prices are worked out for until an address is known. A channel without one shows no tax before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPlace {
    /// The channel.
    pub channel_id: Uuid,
    /// The country.
    pub country: Country,
    /// A state or province; may be empty.
    pub region: String,
    /// May be empty.
    pub postal_code: String,
}

const PLACES: &str = "INSERT INTO channel_places (channel_id, country, region, postal_code)
    SELECT {uuid 0}, {text 1}, {text 2}, {text 3} FROM {rows 1} WHERE true ORDER BY u.key
    ON CONFLICT (channel_id) DO UPDATE SET country = excluded.country, region = excluded.region,
        postal_code = excluded.postal_code";

/// Sets the places of channels.
pub async fn save_channel_places(tx: &WriteTx, places: &[ChannelPlace]) -> Result<(), DbError> {
    let mut places: Vec<&ChannelPlace> = places.iter().collect();
    places.sort_by_key(|it| it.channel_id);
    let row = |it: &ChannelPlace| json!([id_value(it.channel_id), it.country.code(), it.region, it.postal_code]);
    tx.execute(PLACES, vec![rows(places.into_iter().map(row))]).await?;
    Ok(())
}
