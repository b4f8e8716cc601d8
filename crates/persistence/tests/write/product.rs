//! What a second write keeps, and what it refuses.
use crate::{
    derived::{column, connect, derived},
    world::{self, World, channel_id, media_id, plain, plain_variant, product_id, slug, variant_id, warehouse_id},
};
use sea_orm::ConnectionTrait;
use tradewind_domain::{
    media::Media,
    product::ProductStatus,
    variant::{Price, StockOnHand},
};
use tradewind_persistence::{
    DbError,
    write::{self, Shop},
};

async fn reserve(world: &World, units: i64) {
    let db = connect(world).await;
    db.execute_unprepared(&format!("UPDATE stock_levels SET reserved = {units}")).await.unwrap();
    db.close().await.unwrap();
}

async fn levels(world: &World) -> Vec<String> {
    let db = connect(world).await;
    let sql = "SELECT CAST(on_hand AS text) || ' on hand, ' || CAST(reserved AS text) || ' promised' AS line FROM stock_levels";
    let lines = column(&db, sql).await;
    db.close().await.unwrap();
    lines
}

#[tokio::test]
async fn promised_units_survive_a_rewrite() {
    for world in world::each().await {
        let mut product = plain(0);
        product.variants.truncate(1);
        world.save(&[product.clone()]).await;
        reserve(&world, 8).await;
        product.title = "Another title".into();
        world.save(&[product.clone()]).await;
        assert_eq!(levels(&world).await, ["10 on hand, 8 promised"], "{}", world.backend());
        // 10 - 8 units: low stock (2).
        assert!(derived(&world).await["listings"].iter().all(|line| line.contains("| 2 | another title |")));

        // The level leaves the aggregate, but not the promise.
        product.variants[0].stock.clear();
        world.save(&[product.clone()]).await;
        assert_eq!(levels(&world).await, ["0 on hand, 8 promised"]);
        reserve(&world, 0).await;
        world.save(&[product.clone()]).await;
        assert_eq!(levels(&world).await, [""; 0]);
    }
}

#[tokio::test]
async fn what_left_the_aggregate_is_deleted() {
    for world in world::each().await {
        let mut product = plain(0);
        let medium = |n| Media {
            id: media_id(0, n),
            url: format!("https://cdn.example.com/{n}.jpg"),
            alt: String::new(),
            width: None,
            height: None,
            position: i32::try_from(n).unwrap(),
        };
        product.media = vec![medium(1), medium(2)];
        product.variants[0].media_id = Some(media_id(0, 2));
        world.save(&[product.clone()]).await;

        product.variants = vec![product.variants[0].clone(), plain_variant(0, 9)];
        product.variants[0].media_id = Some(media_id(0, 3));
        product.media = vec![medium(3)];
        world.save(&[product.clone()]).await;
        assert_eq!(world.one(0).await, product, "{}", world.backend());
        assert_eq!(product.variants[0].id, variant_id(0, 1));
    }
}

#[tokio::test]
async fn a_listing_sums_up_what_the_channel_sells() {
    for world in world::each().await {
        let mut product = plain(0);
        let price = |n, amount, compare_at| Price { channel_id: channel_id(n), amount, compare_at };
        // The second channel sells the first variant only, from warehouses 1 and 2.
        product.variants[0].prices = vec![price(0, 900, Some(1200)), price(1, 1100, None)];
        product.variants[1].prices = vec![price(0, 2500, None)];
        let level = |n, on_hand| StockOnHand { warehouse_id: warehouse_id(n), on_hand };
        product.variants[0].stock = vec![level(0, 50), level(1, -3), level(2, 5)];
        product.variants[1].stock = vec![level(1, 100)];
        product.units_sold = 7;
        world.save(&[product.clone()]).await;
        let at = &derived(&world).await["listings"];
        let tail = "| plain shirt 0 | 0 | 7";
        assert!(at[0].ends_with(&format!("| 900 | 2500 | 1200 | 1200 | 3 {tail}")), "{at:?}");
        assert!(at[1].ends_with(&format!("| 1100 | 1100 | null | null | 2 {tail}")), "{at:?}");

        product.status = ProductStatus::Archived;
        world.save(&[product]).await;
        let derived = derived(&world).await;
        assert_eq!((derived["listings"].len(), derived["listing_scopes"].len()), (0, 0));
        // Its words are no suggestions any more.
        assert_eq!(derived["terms"], [""; 0]);
    }
}

#[tokio::test]
async fn a_listing_is_in_each_category_above_and_in_its_collections() {
    for world in world::each().await {
        let mut product = plain(0);
        product.publications.truncate(1);
        product.tags = vec!["RED".into()];
        world.save(&[product, plain(1)]).await;
        let tx = world.db.begin_write().await.unwrap();
        write::set_collection_products(&tx, world::collection_id(1), &[product_id(0)]).await.unwrap();
        tx.commit().await.unwrap();
        let scopes = &derived(&world).await["listing_scopes"];
        let of_first: Vec<_> =
            scopes.iter().filter(|line| line.starts_with(&product_id(0).simple().to_string())).collect();
        // Categories 2, 1 and 0; collections 1 (picked), 2 (tag) and 3 (title).
        assert_eq!(of_first.len(), 6, "{}: {scopes:?}", world.backend());
    }
}

#[tokio::test]
async fn a_bad_product_is_never_half_written() {
    for world in world::each().await {
        world.save(&[plain(0)]).await;
        let before = derived(&world).await;
        let (mut taken, mut lost) = (plain(1), plain(2));
        taken.slug = slug(0);
        lost.category_id = Some(product_id(99));
        for bad in [taken, lost] {
            let tx = world.db.begin_write().await.unwrap();
            let shop = Shop::load(&tx).await.unwrap();
            let result = write::save_products(&tx, &shop, &[plain(3), bad]).await;
            assert!(matches!(result, Err(DbError::Constraint(_))), "{}: {result:?}", world.backend());
            drop(tx);
        }
        assert_eq!(derived(&world).await, before);
        assert_eq!(world.all().await, [plain(0)]);
    }
}

#[tokio::test]
async fn of_two_versions_the_last_counts() {
    for world in world::each().await {
        let (first, mut last) = (plain(0), plain(0));
        last.title = "Last".into();
        world.save(&[first, last.clone()]).await;
        assert_eq!(world.all().await, [last]);
    }
}

#[tokio::test]
async fn nothing_is_nothing() {
    for world in world::each().await {
        world.save(&[]).await;
        assert_eq!(write::products_by_slugs(&world.db, &[]).await.unwrap(), []);
        assert_eq!(world.all().await, []);
        let tx = world.db.begin_write().await.unwrap();
        write::save_reviews(&tx, &[]).await.unwrap();
        write::save_customers(&tx, &[]).await.unwrap();
        write::delete_products(&tx, &[product_id(1)]).await.unwrap();
        write::set_stock(&tx, &Shop::default(), &[], &world::adjusted()).await.unwrap();
        tx.commit().await.unwrap();
    }
}
