//! Staff change many products at once: one judgement for each, one write for all.
use crate::admin_world::{self, World, expect, left_out, refusals, retitled, text};
use tradewind_commerce::{
    catalog::{
        BulkDone, CatalogCode::*, ProductInput, ProductUpdate, VariantPrices, product_bulk_delete, product_bulk_update,
        variant_prices_set,
    },
    staff::OnError::{self, AllOrNothing, EachOnItsOwn},
};
use tradewind_domain::product::ProductStatus;
use tradewind_persistence::statements::record;
use uuid::Uuid;

async fn update(world: &World, updates: &[ProductUpdate], policy: OnError) -> admin_world::Done<BulkDone> {
    world.act(async |tx, moment| product_bulk_update(tx, updates, policy, moment).await).await
}

async fn delete(world: &World, ids: &[Uuid], policy: OnError) -> admin_world::Done<BulkDone> {
    world.act(async |tx, moment| product_bulk_delete(tx, ids, policy, moment).await).await
}

async fn shirts(world: &World, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(world.shirt(&format!("Shirt {number}")).await);
    }
    ids
}

#[tokio::test]
async fn what_is_wrong_is_said_by_its_place() {
    for world in admin_world::each().await {
        let ids = shirts(&world, 4).await;
        let slug = |id, slug: &str| ProductUpdate {
            id,
            product: ProductInput { slug: text(slug), ..ProductInput::default() },
        };
        let updates = [
            retitled(ids[0], "New"),
            retitled(ids[1], ""),
            slug(ids[2], "fresh"),
            slug(ids[3], "fresh"),
            retitled(ids[0], "Again"),
            retitled(Uuid::from_u128(9), "Nobody"),
        ];
        let expected = [
            (Required, "inputs.1.title"),
            (Taken, "inputs.3.slug"),
            (Duplicate, "inputs.4"),
            (NotFound, "inputs.5.id"),
        ];
        assert_eq!(refusals(update(&world, &updates, AllOrNothing).await), expect(&expected), "{}", world.on());
        assert_eq!(world.product(ids[0]).await.title, "Shirt 0", "nothing was changed");
        let done = update(&world, &updates, EachOnItsOwn).await.unwrap();
        assert_eq!((&done.value.ids[..], left_out(&done.value)), (&[ids[0], ids[2]][..], expect(&expected)));
        assert_eq!(done.changes.len(), 2);
        assert_eq!(
            (world.product(ids[0]).await.title, world.product(ids[2]).await.slug),
            ("New".into(), "fresh".into())
        );
        world.check_derived().await;
    }
}

#[tokio::test]
async fn states_and_tags_of_many_products_change_together() {
    for world in admin_world::each().await {
        let ids = shirts(&world, 3).await;
        let change = ProductInput {
            status: Some(ProductStatus::Draft),
            add_tags: vec!["sale".into()],
            remove_tags: vec!["linen".into()],
            ..ProductInput::default()
        };
        let updates: Vec<ProductUpdate> =
            ids.iter().map(|id| ProductUpdate { id: *id, product: change.clone() }).collect();
        update(&world, &updates, AllOrNothing).await.unwrap();
        for id in &ids {
            let product = world.product(*id).await;
            assert_eq!((product.status, product.tags), (ProductStatus::Draft, vec!["summer".into(), "sale".into()]));
        }
        assert_eq!(world.lines("SELECT CAST(count(*) AS text) FROM listings").await, ["0"]);
        world.check_derived().await;
    }
}

#[tokio::test]
async fn many_products_go_at_once() {
    for world in admin_world::each().await {
        let ids = shirts(&world, 3).await;
        let wrong = [ids[0], ids[0], Uuid::from_u128(9), ids[1]];
        let expected = [(Duplicate, "ids.1"), (NotFound, "ids.2")];
        assert_eq!(refusals(delete(&world, &wrong, AllOrNothing).await), expect(&expected), "{}", world.on());
        let done = delete(&world, &wrong, EachOnItsOwn).await.unwrap();
        assert_eq!((&done.value.ids[..], done.changes.len()), (&[ids[0], ids[1]][..], 2));
        assert_eq!(world.lines("SELECT slug FROM products").await, ["shirt-2"]);
        let many: Vec<Uuid> = (0..101).map(Uuid::from_u128).collect();
        assert_eq!(refusals(delete(&world, &many, EachOnItsOwn).await), expect(&[(TooMany, "ids")]));
        world.check_derived().await;
    }
}

/// The statements of a title, prices and the end, for these products.
async fn counts(world: &World, ids: &[Uuid], title: &str) -> [usize; 3] {
    let updates: Vec<ProductUpdate> = ids
        .iter()
        .zip(0..)
        .map(|(id, number)| {
            let mut update = retitled(*id, &format!("{title} {number}"));
            update.product.slug = Some(format!("{title}-{number}"));
            update
        })
        .collect();
    let mut prices = Vec::new();
    for id in ids {
        let variant_id = world.product(*id).await.variants[0].id;
        prices.push(VariantPrices { variant_id, prices: vec![admin_world::price("eu", 123)] });
    }
    let (done, first) = record(false, update(world, &updates, EachOnItsOwn)).await;
    assert_eq!(done.unwrap().value.ids, ids);
    let set = world.act(async |tx, moment| variant_prices_set(tx, &prices, EachOnItsOwn, moment).await);
    let (done, second) = record(false, set).await;
    assert_eq!(done.unwrap().value.ids.len(), ids.len());
    let (done, third) = record(false, delete(world, ids, EachOnItsOwn)).await;
    assert_eq!(done.unwrap().value.ids, ids);
    [first.count, second.count, third.count]
}

#[tokio::test]
async fn fifty_products_are_as_many_statements_as_one() {
    for world in admin_world::each().await {
        let (one, fifty) = (shirts(&world, 1).await, shirts(&world, 50).await);
        let (few, many) = (counts(&world, &one, "one").await, counts(&world, &fifty, "many").await);
        assert!(few.iter().all(|count| *count > 5), "{few:?}");
        assert_eq!(few, many, "{}", world.on());
    }
}
