//! How fast it is: prints, and asserts nothing, because a time depends on the machine.
//! `cargo nextest run --release -p tradewind-commerce --test catalog --run-ignored only --no-capture`
use crate::seed_database::open;
use chrono::TimeDelta;
use std::time::Instant;
use tradewind_commerce::{
    demo,
    seed::{self, Catalog, SeedOptions, end_of_history},
};
use tradewind_persistence::write::Shop;
use tradewind_testkit::TestDb;

#[tokio::test]
#[ignore = "a measurement"]
async fn rows_per_second() {
    let products = 10_000;
    let now = end_of_history() + TimeDelta::days(1);
    let start = Instant::now();
    let catalog = Catalog::new(&Shop::default(), products, 42);
    let reviews: usize = (0..products).map(|index| catalog.product(index).reviews.len()).sum();
    println!("generating alone: {products} products, {reviews} reviews in {:.2?}", start.elapsed());
    for test in TestDb::each().await {
        let db = open(&test).await;
        let start = Instant::now();
        demo::install(&db, now).await.unwrap();
        println!("{}: demo in {:.2?}", test.backend(), start.elapsed());
        for run in ["first", "again"] {
            let start = Instant::now();
            let report = seed::run(&db, &SeedOptions { products, seed: 42, now }, &mut |_| {}).await.unwrap();
            let took = start.elapsed();
            let rate = report.rows as f64 / took.as_secs_f64();
            println!("{}: {run}: {} rows in {took:.2?}: {rate:.0} rows/s", test.backend(), report.rows);
        }
    }
}
