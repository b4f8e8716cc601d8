//! What is written is what is read.
use crate::{random::product, world};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tradewind_persistence::write::products_by_slugs;

#[tokio::test(flavor = "multi_thread")]
async fn aggregates_come_back_as_they_were_written() {
    for world in world::each().await {
        let runtime = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(48) });
        let products = (product(0), product(1), product(2), product(3)).prop_map(|(a, b, c, d)| [a, b, c, d]);
        // The same four ids over and over: from the second case on, each write replaces any state by any other.
        let result = tokio::task::block_in_place(|| {
            runner.run(&products, |products| {
                let (read, page) = runtime.block_on(async {
                    world.save(&products).await;
                    let slugs: Vec<String> = products.iter().map(|product| product.slug.clone()).collect();
                    let mut read = products_by_slugs(&world.db, &slugs).await.unwrap();
                    read.sort_by_key(|product| product.id);
                    (read, world.all().await)
                });
                prop_assert_eq!(&read[..], &products[..]);
                prop_assert_eq!(&page[..], &products[..]);
                Ok(())
            })
        });
        result.unwrap_or_else(|error| panic!("on {}: {error}", world.backend()));
    }
}
