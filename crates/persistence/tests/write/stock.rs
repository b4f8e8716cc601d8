//! Availability follows the stock.
use crate::{
    derived::derived,
    world::{self, World, adjusted, channels, now, plain, variant_id, warehouse_id},
};
use tradewind_persistence::{
    DbError,
    write::{self, Shop},
};

/// In each channel: 3 in stock, 2 low, 0 none.
async fn availability(world: &World) -> Vec<String> {
    let derived = derived(world).await;
    derived["listings"].iter().map(|line| line.rsplit(" | ").nth(3).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn cards_say_what_can_be_sold() {
    for world in world::each().await {
        let mut product = plain(0);
        product.variants.truncate(1);
        world.save(&[product]).await;
        assert_eq!(availability(&world).await, ["3", "3"], "{}", world.backend());
        let tx = world.db.begin_write().await.unwrap();
        let shop = Shop::load(&tx).await.unwrap();
        let levels = [(variant_id(0, 1), warehouse_id(1), 9), (variant_id(0, 1), warehouse_id(1), 0)];
        write::set_stock(&tx, &shop, &levels, &adjusted()).await.unwrap();
        write::set_stock(&tx, &shop, &[(variant_id(0, 1), warehouse_id(2), 5)], &adjusted()).await.unwrap();
        let unknown = write::set_stock(&tx, &shop, &[(variant_id(0, 1), warehouse_id(7), 5)], &adjusted()).await;
        assert!(matches!(unknown, Err(DbError::Setup(_))), "{unknown:?}");
        tx.commit().await.unwrap();
        assert_eq!(availability(&world).await, ["0", "2"]);

        // The first channel sells from warehouse 2 as well.
        let tx = world.db.begin_write().await.unwrap();
        let mut first = channels().remove(0);
        first.warehouse_ids.push(warehouse_id(2));
        write::save_channels(&tx, &[first], now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(availability(&world).await, ["2", "2"]);
    }
}
