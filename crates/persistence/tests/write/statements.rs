//! The number of statements does not depend on the number of products.
use crate::world::{self, adjusted, plain, review, slug, variant_id, warehouse_id};
use std::future::Future;
use tradewind_persistence::{
    statements::record,
    write::{self, Shop},
};

async fn count<F: Future>(future: F) -> usize {
    record(false, future).await.1.count
}

#[tokio::test]
async fn one_ten_or_a_hundred_products_are_as_many_statements() {
    for world in world::each().await {
        let mut counts = Vec::new();
        let mut first = 0;
        for many in [1, 10, 100] {
            let products: Vec<_> = (first..first + many).map(plain).collect();
            let new = count(world.save(&products)).await;
            let changed: Vec<_> = products
                .iter()
                .cloned()
                .map(|mut product| {
                    product.title.push_str(" again");
                    product
                })
                .collect();
            let again = count(world.save(&changed)).await;
            let slugs: Vec<_> = (first..first + many).map(slug).collect();
            let read = count(write::products_by_slugs(&world.db, &slugs)).await;
            let tx = world.db.begin_write().await.unwrap();
            let shop = Shop::load(&tx).await.unwrap();
            let levels: Vec<_> = (first..first + many).map(|n| (variant_id(n, 1), warehouse_id(0), 3)).collect();
            let stocked = count(write::set_stock(&tx, &shop, &levels, &adjusted())).await;
            let reviews: Vec<_> = (first..first + many).map(|n| review(n, n, 4)).collect();
            let reviewed = count(write::save_reviews(&tx, &reviews)).await;
            tx.commit().await.unwrap();
            counts.push([new, again, read, stocked, reviewed]);
            first += many;
        }
        println!("{}: new, again, read, stock, reviews: {:?}", world.backend(), counts[0]);
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{}: {counts:?}", world.backend());
    }
}
