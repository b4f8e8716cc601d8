//! Rows per second of a large first write. Run by hand, in release:
//! `cargo test --release -p tradewind-persistence --test write -- --ignored --nocapture rows_per_second`
use crate::{
    derived::{column, connect},
    world::{self, category_id, media_id, plain_variant, publications, review},
};
use std::time::Instant;
use tradewind_domain::{
    media::Media,
    option::{OptionValue, ProductOption},
    product::Product,
    review::Review,
    variant::StockOnHand,
};
use tradewind_persistence::write::{self, Shop};

const TABLES: [&str; 14] = [
    "products",
    "media",
    "variants",
    "variant_prices",
    "stock_levels",
    "product_publications",
    "product_attributes",
    "collection_products",
    "listings",
    "listing_scopes",
    "product_facets",
    "product_search",
    "search_terms",
    "reviews",
];

/// Five variants in two warehouses and two channels, three media.
fn product(number: u32) -> Product {
    let mut product = world::plain(number);
    product.category_id = Some(category_id(number % 6));
    product.vendor = format!("Vendor {}", number % 60);
    product.tags = vec![format!("tag{}", number % 40), format!("season{}", number % 4)];
    product.description_html = format!("<p>{}</p>", "A soft and warm thing to wear in winter. ".repeat(8));
    let values = ["S", "M", "L", "XL", "XXL"].map(|value| OptionValue { value: value.into(), swatch: None });
    product.options = vec![ProductOption { name: "Size".into(), linked_to: None, values: values.to_vec() }];
    product.variants = (1..6)
        .zip(&values)
        .map(|(n, value)| {
            let mut variant = plain_variant(number, n);
            variant.option_values = vec![value.value.clone()];
            variant.stock = (0..2).map(|n| StockOnHand { warehouse_id: world::warehouse_id(n), on_hand: 20 }).collect();
            variant
        })
        .collect();
    product.media = (1..4)
        .map(|n| Media {
            id: media_id(number, n),
            url: format!("https://cdn.example.com/{number}/{n}.jpg"),
            alt: "A shirt".into(),
            width: Some(800),
            height: Some(800),
            position: n as i32,
        })
        .collect();
    product.publications = publications(&[0, 1]);
    product
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, for release builds"]
async fn rows_per_second() {
    let products: Vec<Product> = (0..10_000).map(product).collect();
    let reviews: Vec<Review> = (0..20_000).map(|n| review(n, n / 2, 4)).collect();
    for world in world::each().await {
        for what in ["new", "again"] {
            let began = Instant::now();
            for (products, reviews) in products.chunks(500).zip(reviews.chunks(1000)) {
                let tx = world.db.begin_write().await.unwrap();
                let shop = Shop::load(&tx).await.unwrap();
                write::save_products(&tx, &shop, products).await.unwrap();
                write::save_reviews(&tx, reviews).await.unwrap();
                tx.commit().await.unwrap();
            }
            let elapsed = began.elapsed();
            let db = connect(&world).await;
            let mut rows = 0;
            for table in TABLES {
                let count = column(&db, &format!("SELECT CAST(count(*) AS text) AS line FROM {table}")).await;
                rows += count[0].parse::<u64>().unwrap();
            }
            println!(
                "{} {what}: {rows} rows in {elapsed:?}: {:.0} rows/s",
                world.backend(),
                rows as f64 / elapsed.as_secs_f64()
            );
        }
    }
}
