//! What cards read, from an aggregate: one row per channel.
use super::{Shop, facet::indexed, micros};
use crate::entity::listing::Model;
use std::collections::HashMap;
use tradewind_domain::{
    channel::Channel,
    product::{Product, ProductStatus, Publication},
    review::average_milli,
    search_text::fold,
    stock::Availability,
    variant::{Price, Variant},
};
use uuid::Uuid;

/// What a listing needs and the aggregate does not hold.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) rating_sum: i64,
    pub(crate) rating_count: i64,
}

/// What is stored of the stock of variants, and not in their aggregates.
#[derive(Default)]
pub(crate) struct StockFacts {
    /// Units on hand and promised, by variant and warehouse.
    pub(crate) levels: HashMap<(Uuid, Uuid), (i64, i64)>,
    /// From how many units on a variant is nearly sold out, where it says so itself.
    pub(crate) thresholds: HashMap<Uuid, i64>,
}

impl StockFacts {
    pub(crate) fn on_hand(&self, place: (Uuid, Uuid)) -> i64 {
        self.levels.get(&place).map_or(0, |(on_hand, _)| *on_hand)
    }

    fn reserved(&self, place: (Uuid, Uuid)) -> i64 {
        self.levels.get(&place).map_or(0, |(_, reserved)| *reserved)
    }
}

/// A row for each channel where the product is published and has a price, if it is active. `published_at` may be in
/// the future: readers compare it with their clock.
pub(crate) fn listings(shop: &Shop, product: &Product, facts: &Facts, stock: &StockFacts) -> Vec<Model> {
    if product.status != ProductStatus::Active {
        return Vec::new();
    }
    let title_key = indexed(&fold(&product.title));
    let rating_milli = average_milli(facts.rating_sum, facts.rating_count);
    let row = |publication: &Publication| {
        let channel = shop.channels.iter().find(|channel| channel.id == publication.channel_id)?;
        let prices = Prices::of(product, channel.id)?;
        Some(Model {
            product_id: product.id,
            channel_id: channel.id,
            published_at: micros(publication.published_at),
            min_price: prices.min,
            max_price: prices.max,
            min_compare_at: prices.min_compare_at,
            max_compare_at: prices.max_compare_at,
            availability: availability(channel, product, stock).as_i16(),
            title_key: title_key.clone(),
            rating_milli,
            units_sold: product.units_sold,
        })
    };
    product.publications.iter().filter_map(row).collect()
}

/// The range of a product's prices in one channel.
struct Prices {
    min: i64,
    max: i64,
    min_compare_at: Option<i64>,
    max_compare_at: Option<i64>,
}

impl Prices {
    /// None without any price.
    fn of(product: &Product, channel_id: Uuid) -> Option<Self> {
        let prices = || product.variants.iter().filter_map(|variant| price_in(variant, channel_id));
        let compare_at = || prices().filter_map(|price| price.compare_at);
        Some(Self {
            min: prices().map(|price| price.amount).min()?,
            max: prices().map(|price| price.amount).max()?,
            min_compare_at: compare_at().min(),
            max_compare_at: compare_at().max(),
        })
    }
}

fn price_in(variant: &Variant, channel_id: Uuid) -> Option<&Price> {
    variant.prices.iter().find(|price| price.channel_id == channel_id)
}

/// Of the variants that the channel sells, from its warehouses.
fn availability(channel: &Channel, product: &Product, stock: &StockFacts) -> Availability {
    let sold = product.variants.iter().filter(|variant| price_in(variant, channel.id).is_some());
    Availability::of_product(sold.map(|variant| {
        let levels = variant.stock.iter().filter(|level| channel.warehouse_ids.contains(&level.warehouse_id));
        let available =
            levels.map(|level| level.on_hand.saturating_sub(stock.reserved((variant.id, level.warehouse_id))));
        let available = available.fold(0, i64::saturating_add);
        let threshold = stock.thresholds.get(&variant.id).copied();
        Availability::with_threshold(variant.tracked, variant.policy, available, threshold)
    }))
}
