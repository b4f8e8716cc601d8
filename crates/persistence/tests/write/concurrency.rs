//! Many writers of the same products: one after the other, each whole.
use crate::{
    derived::derived,
    law::write_afresh,
    world::{self, World, adjusted, category_id, plain, plain_variant, review, variant_id, warehouse_id},
};
use tradewind_domain::product::Product;
use tradewind_persistence::{
    Db,
    ledger::check_ledger,
    write::{self, Shop},
};

const WRITERS: u32 = 8;
const ROUNDS: u32 = 6;
const PRODUCTS: u32 = 6;

/// Writer `writer`'s idea of a product, recognisable in every part.
fn version(number: u32, writer: u32, round: u32) -> Product {
    let mut product = plain(number);
    product.title = format!("By writer{writer} in round{round}");
    product.tags = vec![format!("writer{writer}"), format!("shared{}", round % 2)];
    product.variants = (1..=writer % 4 + 1).map(|n| plain_variant(number, n)).collect();
    product.category_id = Some(category_id(writer % 6));
    product.units_sold = i64::from(writer);
    product
}

async fn write_all(db: Db, writer: u32) {
    for round in 0..ROUNDS {
        let tx = db.begin_write().await.unwrap();
        let shop = Shop::load(&tx).await.unwrap();
        let mut products: Vec<Product> = (0..PRODUCTS).map(|number| version(number, writer, round)).collect();
        // The order that a writer names them in must not matter.
        products.rotate_left(usize::try_from(writer % PRODUCTS).unwrap());
        write::save_products(&tx, &shop, &products).await.unwrap();
        tx.commit().await.unwrap();
        let tx = db.begin_write().await.unwrap();
        let numbers = || (0..PRODUCTS).rev();
        let reviews: Vec<_> = numbers().map(|number| review(number, number, 1 + (writer % 5) as i16)).collect();
        write::save_reviews(&tx, &reviews).await.unwrap();
        let levels: Vec<_> =
            numbers().map(|number| (variant_id(number, 1), warehouse_id(1), i64::from(round))).collect();
        write::set_stock(&tx, &shop, &levels, &adjusted()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn run(world: &World) {
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write_all(world.db.clone(), writer))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_neither_deadlock_nor_mix() {
    for world in world::each().await {
        run(&world).await;
        let products = world.all().await;
        assert_eq!(products.len(), 6);
        for (number, mut product) in (0..).zip(products) {
            let writer = u32::try_from(product.units_sold).unwrap();
            let expected = version(number, writer, ROUNDS - 1);
            // The last to set stock may be another one.
            product.variants[0].stock.clone_from(&expected.variants[0].stock);
            assert_eq!(product, expected, "{}", world.backend());
        }
        assert_eq!(check_ledger(&world.db).await.unwrap(), [], "{}", world.backend());
        let edited = derived(&world).await;
        write_afresh(&world, &edited).await;
        assert_eq!(derived(&world).await, edited, "{}", world.backend());
    }
}
