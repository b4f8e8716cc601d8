//! Anything that can be done to the catalog.
use crate::{
    random,
    world::{
        World, adjusted, category, category_id, channels, collection, collection_id, now, product_id, review,
        variant_id, warehouse_id,
    },
};
use proptest::{collection::vec, option, prelude::*};
use std::collections::BTreeSet;
use tradewind_domain::{
    category::Category,
    collection::{Condition, Rules},
    product::Product,
};
use tradewind_persistence::write::{self, Shop, WriteTx};
use uuid::Uuid;

/// Products that edits are about.
pub(crate) const PRODUCTS: u32 = 6;

/// One change.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Some products, in any state.
    Save(Vec<Product>),
    /// Some products, gone.
    Delete(Vec<u32>),
    /// Products of a hand-picked collection.
    Pick(u32, Vec<u32>),
    /// Reviews as (number, product, rating); a number that is known moves or changes.
    Review(Vec<(u32, u32, i16)>),
    /// Stock as (product, variant, warehouse, on hand).
    Stock(Vec<(u32, u32, u32, i64)>),
    /// Category 1 under another parent.
    Move(Option<u32>),
    /// Collection 2 with other rules.
    Rule(Rules),
    /// The first channel sells from these warehouses.
    Warehouses(Vec<u32>),
}

pub(crate) fn edit() -> impl Strategy<Value = Edit> {
    let product = || 0..PRODUCTS;
    let save = vec(product().prop_flat_map(random::product), 1..4).prop_map(Edit::Save);
    let move_to = option::of(prop::sample::select(vec![0, 3, 4, 5])).prop_map(Edit::Move);
    let condition = prop::sample::select(vec![
        Condition::Tag("été".into()),
        Condition::Vendor("ACME".into()),
        Condition::TitleContains("WOOL".into()),
    ]);
    let rule =
        (any::<bool>(), vec(condition, 0..3)).prop_map(|(all, conditions)| Edit::Rule(Rules { all, conditions }));
    let stock = vec((product(), 1..5u32, 0..3u32, -2..9i64), 1..5).prop_map(Edit::Stock);
    prop_oneof![
        4 => save,
        1 => vec(product(), 0..3).prop_map(Edit::Delete),
        2 => (0..2u32, vec(product(), 0..4)).prop_map(|(n, products)| Edit::Pick(n, products)),
        2 => vec((0..9u32, product(), 1..=5i16), 1..4).prop_map(Edit::Review),
        2 => stock,
        1 => move_to,
        1 => rule,
        1 => prop::sample::subsequence(vec![0, 1, 2], 0..=3).prop_map(Edit::Warehouses),
    ]
}

impl Edit {
    /// In a transaction of its own; what refers to products that are not there is left out.
    pub(crate) async fn apply(&self, world: &World) {
        let here: BTreeSet<Uuid> = world.all().await.iter().map(|product| product.id).collect();
        let tx = world.db.begin_write().await.unwrap();
        let shop = Shop::load(&tx).await.unwrap();
        match self {
            Self::Save(products) => write::save_products(&tx, &shop, products).await.unwrap(),
            Self::Delete(numbers) => {
                let ids: Vec<Uuid> = numbers.iter().map(|n| product_id(*n)).collect();
                write::delete_products(&tx, &ids).await.unwrap();
            }
            Self::Pick(number, products) => {
                let ids: Vec<Uuid> = products.iter().map(|n| product_id(*n)).filter(|id| here.contains(id)).collect();
                write::set_collection_products(&tx, collection_id(*number), &ids).await.unwrap();
            }
            Self::Review(reviews) => review_all(&tx, &here, reviews).await,
            Self::Stock(levels) => stock(world, &tx, &shop, levels).await,
            Self::Move(parent) => {
                let moved = Category { parent_id: parent.map(category_id), ..category(1, None) };
                write::save_categories(&tx, &[moved], now()).await.unwrap();
            }
            Self::Rule(rules) => {
                write::save_collections(&tx, &[collection(2, Some(rules.clone()))], now()).await.unwrap();
            }
            Self::Warehouses(numbers) => {
                let mut first = channels().remove(0);
                first.warehouse_ids = numbers.iter().map(|n| warehouse_id(*n)).collect();
                write::save_channels(&tx, &[first], now()).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }
}

async fn review_all(tx: &WriteTx, here: &BTreeSet<Uuid>, reviews: &[(u32, u32, i16)]) {
    let mut seen = BTreeSet::new();
    let reviews =
        reviews.iter().filter(|(number, product, _)| here.contains(&product_id(*product)) && seen.insert(*number));
    let reviews: Vec<_> = reviews.map(|(number, product, rating)| review(*number, *product, *rating)).collect();
    write::save_reviews(tx, &reviews).await.unwrap();
}

async fn stock(world: &World, tx: &WriteTx, shop: &Shop, levels: &[(u32, u32, u32, i64)]) {
    let variants: BTreeSet<Uuid> =
        world.all().await.iter().flat_map(|product| product.variants.iter().map(|variant| variant.id)).collect();
    let levels =
        levels.iter().map(|(product, n, place, units)| (variant_id(*product, *n), warehouse_id(*place), *units));
    let levels: Vec<_> = levels.filter(|(variant, ..)| variants.contains(variant)).collect();
    write::set_stock(tx, shop, &levels, &adjusted()).await.unwrap();
}
