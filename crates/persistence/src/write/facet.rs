//! The values that facets count, from an aggregate.
use crate::entity::product_facet::Model;
use std::collections::BTreeSet;
use tradewind_domain::{listing::option_facet_key, product::Product};

/// Longer values are cut, in characters: PostgreSQL refuses index entries above a third of a page (2.7 kB).
pub(crate) const LONGEST_INDEXED: usize = 255;

/// One row per distinct value: tags, vendor, kind, and option values that a variant really has.
pub(crate) fn facets(product: &Product) -> Vec<Model> {
    let tags = product.tags.iter().map(|tag| ("tag".to_owned(), tag.as_str()));
    let one = [("vendor", &product.vendor), ("type", &product.product_type)];
    let one = one.into_iter().map(|(key, value)| (key.to_owned(), value.as_str()));
    let pairs = tags.chain(one).chain(option_values(product)).filter(|(_, value)| !value.is_empty());
    let rows: BTreeSet<(String, String)> = pairs.map(|(key, value)| (indexed(&key), indexed(value))).collect();
    rows.into_iter().map(|(key, value)| Model { product_id: product.id, key, value }).collect()
}

/// Facet key and value of each choice that a variant has.
pub(crate) fn option_values(product: &Product) -> impl Iterator<Item = (String, &str)> {
    product.options.iter().enumerate().flat_map(|(number, option)| {
        let key = option_facet_key(&option.name);
        let values: BTreeSet<&str> = product
            .variants
            .iter()
            .filter_map(|variant| variant.option_values.get(number).map(String::as_str))
            .collect();
        values.into_iter().map(move |value| (key.clone(), value))
    })
}

pub(crate) fn indexed(text: &str) -> String {
    text.chars().take(LONGEST_INDEXED).collect()
}
