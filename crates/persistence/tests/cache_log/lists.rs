//! Entries of product lists and their facets.
use crate::{
    entries::{Entries, put},
    world::{category_id, collection_id},
};
use tradewind_domain::listing::{OptionFilter, ProductFilter, ProductSort};
use tradewind_persistence::{
    Db,
    read::{
        Scope, facet,
        listing::{ListPage, ListQuery, Within, count_products, list_products},
        product::ProductColumns,
        search::SearchQuery,
    },
};
use uuid::Uuid;

fn queries() -> Vec<ListQuery> {
    let plain = |sort| ListQuery { filter: ProductFilter::default(), search: None, sort };
    let filtered = |filter| ListQuery { filter, search: None, sort: ProductSort::Newest };
    vec![
        plain(ProductSort::PriceAsc),
        plain(ProductSort::Rating),
        ListQuery { search: SearchQuery::parse("shirt"), ..plain(ProductSort::Relevance) },
        filtered(ProductFilter { tags: vec!["red".into()], ..Default::default() }),
        filtered(ProductFilter {
            options: vec![OptionFilter { name: "Color".into(), values: vec!["Red".into()] }],
            ..Default::default()
        }),
        filtered(ProductFilter { in_stock: Some(true), ..Default::default() }),
        filtered(ProductFilter {
            category_ids: vec![category_id(0)],
            collection_ids: vec![collection_id(2)],
            ..Default::default()
        }),
    ]
}

/// What decides which products are in the list.
fn tags_of(scope: Scope, query: &ListQuery, list: Uuid) -> Vec<String> {
    let channel = scope.channel_id;
    let filter = &query.filter;
    let own = if list == channel { format!("listings:{channel}") } else { format!("scope:{channel}:{list}") };
    let mut tags = vec![own];
    let mut add = |condition: bool, tag: String| tags.extend(condition.then_some(tag));
    add(!filter.tags.is_empty() || !filter.options.is_empty(), "facets".into());
    add(!filter.category_ids.is_empty() || !filter.collection_ids.is_empty(), format!("scopes:{channel}"));
    add(filter.in_stock.is_some(), format!("listings:{channel}"));
    add(query.search.is_some(), "search".into());
    tags
}

/// Lists of the channel and of each scope, one by one, with their counts and facets.
pub(crate) async fn lists(entries: &mut Entries, db: &Db, scope: Scope) {
    let scopes: Vec<Uuid> = (0..6).map(category_id).chain((0..4).map(collection_id)).collect();
    for within in [Within::Channel, Within::Scopes(scopes)] {
        for (number, query) in queries().into_iter().enumerate() {
            pages(entries, db, scope, &within, number, &query).await;
            facets(entries, db, scope, &within, number, &query).await;
        }
    }
}

fn ids(scope: Scope, within: &Within) -> Vec<Uuid> {
    match within {
        Within::Channel => vec![scope.channel_id],
        Within::Scopes(ids) => ids.clone(),
    }
}

async fn pages(entries: &mut Entries, db: &Db, scope: Scope, within: &Within, number: usize, query: &ListQuery) {
    let page = ListPage { limit: 4, after: None, until: None, backwards: false };
    let rows = list_products(db, scope, within, query, &page, ProductColumns::Details).await.unwrap();
    let counts = count_products(db, scope, within, query).await.unwrap();
    for list in ids(scope, within) {
        let tags = tags_of(scope, query, list);
        let name = |what: &str| format!("{} {what} {number} of {list}", scope.channel_id);
        put(entries, name("count"), counts.get(&list), tags.clone());
        let rows = rows.get(&list).map_or(&[][..], Vec::as_slice);
        let members = rows.iter().map(|row| format!("product:{}", row.product.id));
        put(entries, name("list"), rows, tags.into_iter().chain(members).collect());
    }
}

async fn facets(entries: &mut Entries, db: &Db, scope: Scope, within: &Within, number: usize, query: &ListQuery) {
    let channel = scope.channel_id;
    let values = facet::value_counts(db, scope, within, query, None).await.unwrap();
    let categories = facet::category_counts(db, scope, within, query).await.unwrap();
    let prices = facet::price_buckets(db, scope, within, query).await.unwrap();
    let stock = facet::stock_counts(db, scope, within, query).await.unwrap();
    let ratings = facet::rating_counts(db, scope, within, query).await.unwrap();
    for list in ids(scope, within) {
        let mut facet = |what: &str, value: serde_json::Value, more: &[String]| {
            let tags = tags_of(scope, query, list).into_iter().chain(more.iter().cloned()).collect();
            put(entries, format!("{channel} {what} {number} of {list}"), value, tags);
        };
        macro_rules! of_list {
            ($rows:expr) => {
                serde_json::to_value($rows.iter().filter(|row| row.within == list).collect::<Vec<_>>()).unwrap()
            };
        }
        facet("values", of_list!(values), &["facets".into()]);
        facet("categories", of_list!(categories), &[format!("scopes:{channel}"), "categories".into()]);
        facet("prices", of_list!(prices), &[]);
        facet("stock", of_list!(stock), &[format!("listings:{channel}")]);
        facet("ratings", of_list!(ratings), &[]);
    }
}
