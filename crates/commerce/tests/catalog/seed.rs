//! The generator alone.
use crate::invariants::{Known, check_reviews, check_together, check_tree};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};
use tradewind_commerce::seed::{Catalog, Seeded};
use tradewind_domain::{
    product::Product, product::ProductStatus, review::Review, search_text::words, stock::StockPolicy,
};
use tradewind_persistence::write::Shop;

fn catalog(products: u32, seed: u64) -> Catalog {
    Catalog::new(&Shop::default(), products, seed)
}

fn everything(catalog: &Catalog) -> (Vec<Product>, Vec<Review>) {
    let (mut products, mut reviews) = (Vec::new(), Vec::new());
    for Seeded { product, reviews: written } in (0..catalog.products()).map(|index| catalog.product(index)) {
        products.push(product);
        reviews.extend(written);
    }
    (products, reviews)
}

fn fingerprint(catalog: &Catalog) -> u64 {
    let mut hasher = DefaultHasher::new();
    let customers: Vec<_> = (0..catalog.customers()).map(|index| catalog.customer(index)).collect();
    let frame = (catalog.market(), catalog.new_categories(), catalog.collections(), everything(catalog), customers);
    format!("{frame:?}").hash(&mut hasher);
    hasher.finish()
}

#[test]
fn the_same_seed_makes_the_same_catalog() {
    assert_eq!(fingerprint(&catalog(300, 42)), fingerprint(&catalog(300, 42)));
    assert_ne!(fingerprint(&catalog(300, 42)), fingerprint(&catalog(300, 43)));
}

/// Pins the output across platforms and releases of the random number crates.
#[test]
fn the_first_product_of_seed_42_never_changes() {
    let Product { id, slug, variants, .. } = catalog(1, 42).product(0).product;
    let shown = format!("{id} {slug} {:?} {}", variants[0].sku, variants[0].prices[0].amount);
    assert_eq!(shown, "01941f29-7c00-72fb-98e7-ec6f0ca82ae6 seoul-bamboo-plate-birh1 Some(\"BIRH1-MEDIUM-PLUM\") 6899");
}

#[test]
fn a_product_does_not_depend_on_how_many_there_are() {
    let (small, large) = (catalog(1000, 7), catalog(100_000, 7));
    assert!((0..1000).step_by(97).all(|index| small.product(index) == large.product(index)));
}

#[test]
fn every_aggregate_holds_its_promises() {
    for (products, seed) in [(1, 1), (3000, 42), (500, u64::MAX)] {
        let catalog = catalog(products, seed);
        let (made, reviews) = everything(&catalog);
        let known = Known::of(catalog.market(), catalog.new_categories());
        made.iter().for_each(|product| known.check(product));
        assert!(made.iter().all(|product| product.variants.len() == 5 && product.media.len() == 3));
        check_together(&made);
        let customers: Vec<_> = (0..catalog.customers()).map(|index| catalog.customer(index)).collect();
        assert_eq!(customers.iter().map(|customer| &customer.email).collect::<HashSet<_>>().len(), customers.len());
        check_reviews(&reviews, &made, &customers.iter().map(|customer| customer.id).collect());
    }
}

#[test]
fn the_frame_is_whole() {
    let catalog = catalog(1, 42);
    check_tree(catalog.new_categories());
    assert_eq!((catalog.categories(), catalog.new_categories().len()), (200, 200));
    assert_eq!(catalog.new_categories().iter().filter(|category| category.parent_id.is_none()).count(), 8);
    assert_eq!(catalog.collections().len(), 30);
    assert_eq!(catalog.collections().iter().filter(|collection| collection.rules.is_some()).count(), 15);
}

#[test]
fn ten_thousand_products_are_skewed_like_a_shop() {
    let catalog = catalog(10_000, 42);
    assert_eq!(catalog.customers(), 5000);
    let (products, reviews) = everything(&catalog);
    let share = |count: usize, low: f64, high: f64, what: &str| {
        let share = count as f64 / 100.0;
        assert!((low..high).contains(&share), "{what}: {share} %");
    };
    let count = |is: &dyn Fn(&Product) -> bool| products.iter().filter(|product| is(product)).count();
    let empty = |product: &Product| product.variants.iter().all(|variant| variant.stock.iter().all(|s| s.on_hand == 0));
    let sold_out = |product: &Product| empty(product) && product.variants[0].policy == StockPolicy::Deny;
    share(count(&sold_out), 7.0, 9.5, "sold out");
    share(count(&|p| p.status != ProductStatus::Active || p.publications.is_empty()), 4.0, 6.0, "invisible");
    share(count(&|p| p.variants[0].prices[0].compare_at.is_some()), 9.0, 11.0, "on sale");
    share(count(&|p| !p.title.is_ascii()), 5.0, 12.0, "accents");

    let distinct = |of: &dyn Fn(&Product) -> Vec<String>| products.iter().flat_map(of).collect::<HashSet<_>>().len();
    assert!((140..=150).contains(&distinct(&|p| vec![p.vendor.clone()])));
    assert!((38..=50).contains(&distinct(&|p| vec![p.product_type.clone()])));
    assert!((280..=330).contains(&distinct(&|p| p.tags.clone())));

    let mut by_product: HashMap<_, usize> = HashMap::new();
    reviews.iter().for_each(|review| *by_product.entry(review.product_id).or_default() += 1);
    assert!((18_500..21_500).contains(&reviews.len()), "{} reviews", reviews.len());
    assert!(by_product.values().filter(|count| **count >= 10).count() >= 300);
    assert!(by_product.values().any(|count| *count >= 40));
    assert!(10_000 - by_product.len() >= 4000, "products without a review");

    let mut vendors: HashMap<_, usize> = HashMap::new();
    products.iter().for_each(|product| *vendors.entry(&product.vendor).or_default() += 1);
    let (most, least) = (vendors.values().max().unwrap(), vendors.values().min().unwrap());
    assert!(*most > 8 * least, "vendors from {least} to {most}");
}

#[test]
fn usual_searches_find_a_page_or_more_and_not_everything() {
    let (products, _) = everything(&catalog(10_000, 42));
    let titles: Vec<_> = products.iter().map(|product| words(&product.title)).collect();
    let text = |query: &str| titles.iter().filter(|title| words(query).iter().all(|word| title.contains(word))).count();
    for query in ["linen shirt", "wool sweater", "leather boots", "canvas sneakers", "zurich", "creme"] {
        assert!((20..=300).contains(&text(query)), "{query}: {}", text(query));
    }
}
