//! Facets of a product list.
use crate::{
    cached::cached,
    execution::direct,
    filter::ProductFilter,
    loaders::{Source, batch},
    policy::{CATALOG, CacheControl, Decision, Governed as _, governed},
    product_list::{Group, ListKey, groups},
    scalars::{Decimal, Json},
};
use async_graphql::{Enum, SimpleObject, Value};
use futures_util::future::{try_join, try_join_all};
use get_size2::{GetSize, GetSizeTracker};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use tradewind_domain::{
    currency::Currency,
    listing::{ProductFilter as Filter, option_facet_key},
    money::Money,
};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    DbError,
    read::{
        facet::{
            CategoryCount, PriceBucket, RatingCount, StockCount, ValueCount, category_counts, price_buckets,
            rating_counts, stock_counts, value_counts,
        },
        listing::{ListQuery, Within},
    },
};
use uuid::Uuid;

/// The facets of one list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FacetKey {
    pub(crate) list: ListKey,
}

/// The counts of one list.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct FacetCounts {
    values: Vec<ValueCount>,
    categories: Vec<CategoryCount>,
    prices: Vec<PriceBucket>,
    stock: Option<StockCount>,
    ratings: Option<RatingCount>,
}

impl GetSize for FacetCounts {
    fn get_heap_size_with_tracker<T: GetSizeTracker>(&self, tracker: T) -> (usize, T) {
        let lists = self.values.get_heap_size() + self.categories.get_heap_size() + self.prices.get_heap_size();
        (lists + self.stock.get_heap_size() + self.ratings.get_heap_size(), tracker)
    }
}

batch!(
    /// Facets, each counted without its own filter; lists with the same arguments share statements.
    FacetsOf, "facets" leaf: true, FacetKey => Arc<FacetCounts>, |counts| counts.values.len() + counts.categories.len() + counts.prices.len() + 2,
    |source, keys| {
        let mut loaded = Loaded::default();
        for Group { within, owners, arguments } in groups(source, keys.into_iter().map(|key| (key.list.owner, key.list.query))) {
            let mut counts = count(source, &within, &arguments).await?;
            for (id, owner) in owners {
                let key = FacetKey { list: ListKey { owner, query: Arc::clone(&arguments) } };
                loaded.insert(key, Arc::new(counts.remove(&id).unwrap_or_default()));
            }
        }
        Ok(loaded)
    }
);
cached!(FacetsOf as Facet, until: publication, logged: never;
key(source, key, out) { write!(out, "{}:", source.scope.channel_id).and_then(|()| key.list.describe(&"facets", out)) }
tags(source, key, tags) {
    key.list.tags(source.scope.channel_id, &mut tags);
    tags.listings(source.scope.channel_id);
    tags.facets();
    tags.scopes(source.scope.channel_id);
    tags.categories();
});

/// The key of a value facet, and the query without that facet's filter, for each such filter that is set.
fn own_filters(query: &ListQuery) -> Vec<(String, ListQuery)> {
    let without = |change: &dyn Fn(&mut Filter)| {
        let mut query = query.clone();
        change(&mut query.filter);
        query
    };
    let filter = &query.filter;
    let mut own = Vec::new();
    if !filter.tags.is_empty() {
        own.push(("tag".to_owned(), without(&|filter| filter.tags.clear())));
    }
    if !filter.vendors.is_empty() {
        own.push(("vendor".to_owned(), without(&|filter| filter.vendors.clear())));
    }
    if !filter.product_types.is_empty() {
        own.push(("type".to_owned(), without(&|filter| filter.product_types.clear())));
    }
    for option in &filter.options {
        let key = option_facet_key(&option.name);
        let change = |filter: &mut Filter| filter.options.retain(|other| option_facet_key(&other.name) != key);
        own.push((key.clone(), without(&change)));
    }
    own
}

async fn count(source: &Source, within: &Within, query: &ListQuery) -> Result<HashMap<Uuid, FacetCounts>, DbError> {
    let (db, scope) = (&source.db.aside(), source.scope);
    let changed = |change: &dyn Fn(&mut Filter)| {
        let mut query = query.clone();
        change(&mut query.filter);
        query
    };
    let without_price = changed(&|filter| (filter.price_min, filter.price_max) = (None, None));
    let without_stock = changed(&|filter| filter.in_stock = None);
    let without_rating = changed(&|filter| filter.rating_min_milli = None);
    let without_category = changed(&|filter| filter.category_ids.clear());
    let own = own_filters(query);
    let own_values = own.iter().map(|(key, query)| value_counts(db, scope, within, query, Some(key)));
    let (((values, own_values), categories), ((prices, stock), ratings)) = try_join(
        try_join(
            try_join(value_counts(db, scope, within, query, None), try_join_all(own_values)),
            category_counts(db, scope, within, &without_category),
        ),
        try_join(
            try_join(price_buckets(db, scope, within, &without_price), stock_counts(db, scope, within, &without_stock)),
            rating_counts(db, scope, within, &without_rating),
        ),
    )
    .await?;
    let mut counts: HashMap<Uuid, FacetCounts> = HashMap::new();
    let filtered = |row: &ValueCount| own.iter().any(|(key, _)| *key == row.key);
    for row in values.into_iter().filter(|row| !filtered(row)).chain(own_values.into_iter().flatten()) {
        counts.entry(row.within).or_default().values.push(row);
    }
    for row in categories {
        counts.entry(row.within).or_default().categories.push(row);
    }
    for row in prices {
        counts.entry(row.within).or_default().prices.push(row);
    }
    for row in stock {
        let counted = counts.entry(row.within).or_default();
        counted.stock = Some(row);
    }
    for row in ratings {
        let counted = counts.entry(row.within).or_default();
        counted.ratings = Some(row);
    }
    Ok(counts)
}

/// How a facet is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FacetKind {
    /// Values to tick, as alternatives.
    List,
    /// A range with a histogram.
    Range,
    /// Yes or no.
    Boolean,
    /// One threshold out of several.
    Threshold,
}

/// A way to narrow the list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(Facet::DECISION))]
pub struct Facet {
    /// `category`, `vendor`, `productType`, `tags`, `price`, `inStock`, `rating`, or `option:` and an option's name.
    pub key: String,
    /// For people.
    pub label: String,
    /// How it is drawn.
    pub kind: FacetKind,
    /// Its values, the most frequent first, at most 100; empty for a range.
    pub values: Vec<FacetValue>,
    /// Its range; null for anything but a range.
    pub range: Option<FacetRange>,
}

/// A value that narrows the list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(FacetValue::DECISION))]
pub struct FacetValue {
    /// What the filter takes.
    pub value: String,
    /// For people.
    pub label: String,
    /// Products that the list would keep.
    pub count: i64,
    /// The filter of this request has it.
    pub selected: bool,
    /// A `ProductFilter` with this value alone: merge it into the filter.
    pub input: Json,
}

/// The span of a figure over the list, in the channel's currency.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(FacetRange::DECISION))]
pub struct FacetRange {
    /// Lowest.
    pub min: Decimal,
    /// Highest.
    pub max: Decimal,
    /// Products per part of the span, from the lowest on; parts without products are there with 0.
    pub histogram: Vec<FacetBucket>,
}

/// One part of the span.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(FacetBucket::DECISION))]
pub struct FacetBucket {
    /// Lowest figure of the part, included.
    pub from: Decimal,
    /// Highest figure of the part, included.
    pub to: Decimal,
    /// Products in the part.
    pub count: i64,
}

fn json(value: serde_json::Value) -> Json {
    Json(Value::from_json(value).unwrap_or(Value::Null))
}

impl FacetCounts {
    /// The facets as they are shown: category first, then options, vendor, kind, tags, price, stock, rating.
    pub(crate) fn facets(&self, asked: &ProductFilter, currency: Currency) -> Vec<Facet> {
        let mut facets = vec![self.categories(asked)];
        let mut keys: Vec<&str> =
            self.values.iter().map(|row| row.key.as_str()).filter(|key| key.starts_with("option:")).collect();
        keys.dedup();
        keys.sort_unstable();
        keys.dedup();
        facets.extend(keys.into_iter().map(|key| self.option(key, asked)));
        facets.push(self.list("vendor", "vendor", "Vendor", asked.vendor.as_deref()));
        facets.push(self.list("type", "productType", "Type", asked.product_type.as_deref()));
        facets.push(self.list("tag", "tags", "Tag", asked.tags.as_deref()));
        facets.extend(self.price(currency));
        facets.extend(self.in_stock(asked));
        facets.extend(self.rating(asked));
        facets.retain(|facet| !facet.values.is_empty() || facet.range.is_some());
        facets
    }

    fn categories(&self, asked: &ProductFilter) -> Facet {
        let selected = |slug: &String| asked.category.as_ref().is_some_and(|asked| asked.contains(slug));
        let value = |row: &CategoryCount| FacetValue {
            value: row.slug.clone(),
            label: row.name.clone(),
            count: row.count,
            selected: selected(&row.slug),
            input: json(serde_json::json!({ "category": [row.slug] })),
        };
        facet("category", "Category", FacetKind::List, self.categories.iter().map(value).collect())
    }

    fn list(&self, stored: &str, key: &str, label: &str, asked: Option<&[String]>) -> Facet {
        let value = |row: &ValueCount| FacetValue {
            value: row.value.clone(),
            label: row.value.clone(),
            count: row.count,
            selected: asked.is_some_and(|asked| asked.contains(&row.value)),
            input: json(serde_json::json!({ key: [row.value] })),
        };
        let values = self.values.iter().filter(|row| row.key == stored).map(value).collect();
        facet(key, label, FacetKind::List, values)
    }

    fn option(&self, key: &str, asked: &ProductFilter) -> Facet {
        let name = key.strip_prefix("option:").unwrap_or(key);
        let asked: Vec<&String> = asked
            .options
            .iter()
            .flatten()
            .filter(|option| option_facet_key(&option.name) == key)
            .flat_map(|option| &option.values)
            .collect();
        let value = |row: &ValueCount| FacetValue {
            value: row.value.clone(),
            label: row.value.clone(),
            count: row.count,
            selected: asked.contains(&&row.value),
            input: json(serde_json::json!({ "options": [{ "name": name, "values": [row.value] }] })),
        };
        let values = self.values.iter().filter(|row| row.key == key).map(value).collect();
        facet(key, &capitalized(name), FacetKind::List, values)
    }

    fn price(&self, currency: Currency) -> Option<Facet> {
        let first = self.prices.first()?;
        let amount = |minor: i64| Decimal(Money::new(minor, currency).amount());
        let bucket = |number: i64| {
            let from = first.min + number * first.width;
            let count = self.prices.iter().find(|row| row.bucket == number).map_or(0, |row| row.count);
            FacetBucket { from: amount(from), to: amount((from + first.width - 1).min(first.max)), count }
        };
        let last = self.prices.iter().map(|row| row.bucket).max().unwrap_or(0);
        let range =
            FacetRange { min: amount(first.min), max: amount(first.max), histogram: (0..=last).map(bucket).collect() };
        Some(Facet { range: Some(range), ..facet("price", "Price", FacetKind::Range, Vec::new()) })
    }

    fn in_stock(&self, asked: &ProductFilter) -> Option<Facet> {
        let stock = self.stock.as_ref()?;
        let value = |in_stock: bool, label: &str, count: i64| FacetValue {
            value: in_stock.to_string(),
            label: label.to_owned(),
            count,
            selected: asked.in_stock == Some(in_stock),
            input: json(serde_json::json!({ "inStock": in_stock })),
        };
        let values =
            vec![value(true, "In stock", stock.in_stock), value(false, "Out of stock", stock.count - stock.in_stock)];
        Some(facet("inStock", "Availability", FacetKind::Boolean, values))
    }

    fn rating(&self, asked: &ProductFilter) -> Option<Facet> {
        let counts = self.ratings.as_ref()?;
        let asked = asked.rating.as_ref().and_then(|rating| rating.min);
        let value = |stars: i32, count: i64| FacetValue {
            value: stars.to_string(),
            label: format!("{stars} stars and more"),
            count,
            selected: asked == Some(f64::from(stars)),
            input: json(serde_json::json!({ "rating": { "min": stars } })),
        };
        let values = vec![value(4, counts.four), value(3, counts.three), value(2, counts.two), value(1, counts.one)];
        Some(facet("rating", "Rating", FacetKind::Threshold, values))
    }
}

fn facet(key: &str, label: &str, kind: FacetKind, values: Vec<FacetValue>) -> Facet {
    Facet { key: key.to_owned(), label: label.to_owned(), kind, values, range: None }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

direct!(Facet { "key": key, "label": label, "kind": kind, "values": values, "range": range, });
direct!(FacetValue { "value": value, "label": label, "count": count, "selected": selected, "input": input, });
direct!(FacetRange { "min": min, "max": max, "histogram": histogram, });
direct!(FacetBucket { "from": from, "to": to, "count": count, });
crate::execution::direct_enum!(FacetKind);
governed! {
    CATALOG => Facet;
    Decision::Part => FacetValue, FacetRange, FacetBucket;
}
