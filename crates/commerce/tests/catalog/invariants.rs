//! What must hold for every catalog, whoever made it.
use std::collections::{HashMap, HashSet};
use tradewind_commerce::demo::Market;
use tradewind_domain::{category::Category, product::Product, review::Review, slug::slugify};
use uuid::Uuid;

/// Ids that products may refer to.
pub(crate) struct Known {
    pub(crate) channels: Vec<Uuid>,
    pub(crate) warehouses: Vec<Uuid>,
    pub(crate) categories: HashSet<Uuid>,
}

impl Known {
    pub(crate) fn of(market: &Market, categories: &[Category]) -> Self {
        Self {
            channels: market.channels().iter().map(|channel| channel.id).collect(),
            warehouses: market.warehouses.iter().map(|warehouse| warehouse.id).collect(),
            categories: categories.iter().map(|category| category.id).collect(),
        }
    }

    /// Everything that one product promises.
    pub(crate) fn check(&self, product: &Product) {
        let at = &product.slug;
        assert_eq!(*at, slugify(at), "a slug is its own slug");
        assert!(!product.title.is_empty() && !product.vendor.is_empty() && !product.product_type.is_empty(), "{at}");
        assert!(product.category_id.is_some_and(|id| self.categories.contains(&id)), "{at}: category");
        assert!(product.created_at <= product.updated_at, "{at}: times");
        assert!(product.publications.is_sorted_by_key(|publication| publication.channel_id), "{at}: publications");
        assert!(all_different(product.publications.iter().map(|publication| publication.channel_id)), "{at}");
        for publication in &product.publications {
            assert!(self.channels.contains(&publication.channel_id), "{at}: unknown channel");
            assert!(publication.published_at >= product.created_at, "{at}: published before it was made");
        }
        assert!(all_different(product.tags.iter()), "{at}: tags {:?}", product.tags);
        assert!(product.description_html.starts_with("<p>"), "{at}: {}", product.description_html);
        check_options(product);
        self.check_variants(product);
        check_media(product);
    }

    fn check_variants(&self, product: &Product) {
        let at = &product.slug;
        assert!(!product.variants.is_empty(), "{at}: no variant");
        assert!(all_different(product.variants.iter().map(|variant| &variant.option_values)), "{at}: combinations");
        for (variant, position) in product.variants.iter().zip(1..) {
            assert_eq!(variant.position, position, "{at}: positions");
            assert_eq!(variant.option_values.len(), product.options.len(), "{at}: a value for each option");
            for (value, option) in variant.option_values.iter().zip(&product.options) {
                assert!(option.values.iter().any(|known| known.value == *value), "{at}: {value} in {}", option.name);
            }
            assert!(variant.media_id.is_none_or(|id| product.media.iter().any(|media| media.id == id)), "{at}: media");
            assert!(variant.prices.is_sorted_by_key(|price| price.channel_id), "{at}: prices");
            assert!(all_different(variant.prices.iter().map(|price| price.channel_id)), "{at}: prices");
            for price in &variant.prices {
                assert!(self.channels.contains(&price.channel_id) && price.amount > 0, "{at}: {price:?}");
                assert!(price.compare_at.is_none_or(|was| was > price.amount), "{at}: {price:?}");
            }
            for publication in &product.publications {
                let sold = variant.prices.iter().any(|price| price.channel_id == publication.channel_id);
                assert!(sold, "{at}: published without a price");
            }
            assert!(variant.stock.is_sorted_by_key(|level| level.warehouse_id), "{at}: stock");
            let places: Vec<Uuid> = variant.stock.iter().map(|level| level.warehouse_id).collect();
            assert!(
                all_different(places.iter()) && places.iter().all(|id| self.warehouses.contains(id)),
                "{at}: stock"
            );
            assert!(variant.stock.iter().all(|level| level.on_hand >= 0), "{at}: stock");
        }
    }
}

fn check_options(product: &Product) {
    let at = &product.slug;
    assert!(product.options.len() <= 3, "{at}: options");
    assert!(all_different(product.options.iter().map(|option| &option.name)), "{at}: option names");
    for (place, option) in product.options.iter().enumerate() {
        assert!(all_different(option.values.iter().map(|value| &value.value)), "{at}: {option:?}");
        for value in &option.values {
            let used = product.variants.iter().any(|variant| variant.option_values[place] == value.value);
            assert!(used, "{at}: no variant in {}", value.value);
            let hex = |text: &str| text.len() == 7 && text.starts_with('#');
            assert_eq!(value.swatch.as_deref().map(hex), (option.name == "Color").then_some(true), "{at}: {value:?}");
        }
    }
}

fn check_media(product: &Product) {
    for (media, position) in product.media.iter().zip(1..) {
        assert_eq!(media.position, position, "{}", product.slug);
        // RFC 2606: a shop that shows it asks no one.
        assert!(media.url.starts_with("https://") && media.url.contains(".example/"), "{}", media.url);
        assert!(!media.alt.is_empty() && media.width.is_some() && media.height.is_some(), "{}", media.url);
    }
}

/// What the products of a catalog promise together.
pub(crate) fn check_together(products: &[Product]) {
    assert!(all_different(products.iter().map(|product| &product.slug)), "slugs");
    let variants = || products.iter().flat_map(|product| &product.variants);
    assert!(all_different(variants().filter_map(|variant| variant.sku.as_ref())), "SKUs");
    let ids = products.iter().map(|product| product.id).chain(variants().map(|variant| variant.id));
    assert!(all_different(ids.chain(products.iter().flat_map(|product| product.media.iter().map(|m| m.id)))), "ids");
}

/// What reviews promise: known products and authors, and no one writes twice about the same thing.
pub(crate) fn check_reviews(reviews: &[Review], products: &[Product], customers: &HashSet<Uuid>) {
    let products: HashMap<Uuid, &Product> = products.iter().map(|product| (product.id, product)).collect();
    assert!(all_different(reviews.iter().map(|review| review.id)), "ids");
    assert!(all_different(reviews.iter().map(|review| (review.product_id, review.customer_id))), "authors");
    for review in reviews {
        let product = products[&review.product_id];
        assert!(customers.contains(&review.customer_id), "{}", product.slug);
        assert!((1..=5).contains(&review.rating) && !review.title.is_empty() && !review.body.is_empty());
        assert!(review.created_at >= product.created_at, "{}: reviewed before it was made", product.slug);
    }
}

/// What a category tree promises: parents first, three levels.
pub(crate) fn check_tree(categories: &[Category]) {
    let mut depth: HashMap<Uuid, usize> = HashMap::new();
    for category in categories {
        let above = category.parent_id.map_or(0, |parent| depth[&parent]);
        assert!(above < 3, "{}", category.slug);
        depth.insert(category.id, above + 1);
    }
    assert!(depth.values().any(|level| *level == 3));
    assert!(all_different(categories.iter().map(|category| &category.slug)), "slugs");
}

fn all_different<T: Eq + std::hash::Hash>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().all(|item| seen.insert(item))
}
