//! The demo's collections.
use super::{
    data::{CollectionData, Field},
    ids::id,
};
use crate::seed::Kind;
use tradewind_domain::{
    collection::{Collection, Condition, Rules},
    product::Product,
    slug::slugify,
};
use uuid::Uuid;

/// All of them, with the products of those that are picked by hand.
pub(super) fn collections(data: &[CollectionData], products: &[Product]) -> Vec<(Collection, Vec<Uuid>)> {
    let collection = |(data, position): (&CollectionData, i32)| Collection {
        id: id(Kind::Collection, usize::try_from(position).unwrap_or(0)),
        slug: slugify(&data.title),
        title: data.title.clone(),
        description_html: data.html.clone(),
        rules: rules(data),
        position,
    };
    let picked = |data: &CollectionData| {
        let chosen = products.iter().filter(|product| data.products.contains(&product.slug));
        chosen.map(|product| product.id).collect()
    };
    data.iter().zip(0..).map(|(data, position)| (collection((data, position)), picked(data))).collect()
}

fn rules(data: &CollectionData) -> Option<Rules> {
    let tag = data.tag.clone().map(Condition::Tag);
    let any = data.any.iter().cloned().map(|(field, text)| match field {
        Field::Tag => Condition::Tag(text),
        Field::Vendor => Condition::Vendor(text),
        Field::ProductType => Condition::ProductType(text),
        Field::TitleContains => Condition::TitleContains(text),
    });
    let conditions: Vec<Condition> = tag.into_iter().chain(any).collect();
    (!conditions.is_empty()).then_some(Rules { all: false, conditions })
}
