//! Everything that a seed makes, by index, without a database.
use super::{
    category::Tree,
    collection, customer,
    groups::GROUPS,
    product,
    skew::Zipf,
    words::{COLORS, THEMES, VENDORS},
};
use crate::demo::Market;
use tradewind_domain::{category::Category, collection::Collection, customer::Customer};
use tradewind_persistence::write::Shop;
use uuid::Uuid;

pub use product::Seeded;

/// A generated shop. The same seed gives the same rows, on every platform; a product is the same however many products
/// there are, except for who wrote its reviews in a shop of fewer than 1,000 products.
#[derive(Debug)]
pub struct Catalog {
    seed: u64,
    products: u32,
    market: Market,
    collections: Vec<Collection>,
    pub(super) tree: Tree,
    pub(super) popular_groups: Zipf,
    pub(super) popular_kinds: Zipf,
    pub(super) popular_vendors: Zipf,
    pub(super) popular_themes: Zipf,
    pub(super) popular_colors: Zipf,
    pub(super) busy_customers: Zipf,
}

impl Catalog {
    /// A catalog that uses the channels, warehouses and categories that the shop has, and adds what is missing.
    pub fn new(shop: &Shop, products: u32, seed: u64) -> Self {
        let customers = usize::try_from(customer::customer_count(products)).unwrap_or(0);
        // A collection of the shop that has the slug already stays as it is.
        let taken = |new: &Collection| shop.collections.iter().any(|old| old.slug == new.slug && old.id != new.id);
        Self {
            seed,
            products,
            market: Market::of(shop),
            collections: collection::collections().into_iter().filter(|new| !taken(new)).collect(),
            tree: Tree::of(&shop.categories),
            popular_groups: Zipf::new(GROUPS.len(), 6),
            popular_kinds: Zipf::new(5, 2),
            popular_vendors: Zipf::new(VENDORS, 8),
            popular_themes: Zipf::new(THEMES.len(), 6),
            popular_colors: Zipf::new(COLORS.len(), 4),
            busy_customers: Zipf::new(customers, 400),
        }
    }

    /// What everything is derived from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Where it is sold and stored.
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// Categories that the shop does not have yet, parents first.
    pub fn new_categories(&self) -> &[Category] {
        &self.tree.new
    }

    /// How many categories the tree has, with those that the shop had.
    pub fn categories(&self) -> usize {
        self.tree.count
    }

    /// Collections in display order.
    pub fn collections(&self) -> &[Collection] {
        &self.collections
    }

    /// The products of a collection that is picked by hand; none for one with rules.
    pub fn picked(&self, collection: &Collection) -> Vec<Uuid> {
        if collection.rules.is_some() {
            return Vec::new();
        }
        let indexes = collection::picked(self.seed, collection.position, self.products);
        indexes.into_iter().map(|index| self.product_id(index)).collect()
    }

    /// How many customers there are.
    pub fn customers(&self) -> u32 {
        customer::customer_count(self.products)
    }

    /// The customer at an index below [`customers`](Self::customers).
    pub fn customer(&self, index: u32) -> Customer {
        customer::customer(self.seed, index)
    }

    /// How many products there are.
    pub fn products(&self) -> u32 {
        self.products
    }

    /// The product at an index below [`products`](Self::products), with its reviews.
    pub fn product(&self, index: u32) -> Seeded {
        product::product(self, index)
    }

    fn product_id(&self, index: u32) -> Uuid {
        super::ids::row_id(self.seed, super::ids::Kind::Product, index.into())
    }
}
