//! Staff change collections.
use crate::admin_world::{self, LINEN, PICKED, World, expect, refusals, shirt, text};
use serde_json::json;
use tradewind_commerce::catalog::{
    CatalogCode::*, CollectionInput, Members, Patch, collection_create, collection_delete, collection_preview,
    collection_set_products, collection_update,
};
use tradewind_domain::collection::{Condition, Rules};
use tradewind_persistence::write::collection_members;
use uuid::Uuid;

fn any(conditions: Vec<Condition>) -> Rules {
    Rules { all: false, conditions }
}

async fn create(world: &World, input: &CollectionInput) -> admin_world::Done<Uuid> {
    world.act(async |tx, moment| collection_create(tx, input, moment).await).await
}

async fn update(world: &World, id: Uuid, input: &CollectionInput) -> admin_world::Done<Uuid> {
    world.act(async |tx, moment| collection_update(tx, id, input, moment).await).await
}

async fn pick(world: &World, id: Uuid, members: Members) -> admin_world::Done<Uuid> {
    world.act(async |tx, _| collection_set_products(tx, id, &members).await).await
}

async fn members(world: &World, id: Uuid) -> Vec<Uuid> {
    collection_members(&world.db, id).await.unwrap()
}

#[tokio::test]
async fn products_follow_the_rules_of_a_collection() {
    for world in admin_world::each().await {
        let (shirt, bag) = (world.shirt("Linen Shirt").await, world.shirt("Bag").await);
        let rules = any(vec![Condition::TitleContains("BAG".into()), Condition::Vendor("nobody".into())]);
        let preview = collection_preview(&world.db, &rules, 5).await.unwrap().unwrap();
        assert_eq!((preview.count, preview.first), (1, vec![bag]));
        assert_eq!(world.lines("SELECT slug FROM collections").await, ["linen", "picked"], "nothing was kept");
        let input = CollectionInput {
            title: text("Bags"),
            description_html: text("<b onclick=x>All</b>"),
            rules: Patch::Set(rules),
            ..CollectionInput::default()
        };
        let done = create(&world, &input).await.unwrap();
        let bags = done.value;
        assert_eq!(done.changes[0].after["descriptionHtml"], "<b>All</b>");
        assert_eq!(members(&world, bags).await, [bag]);
        let both = any(vec![Condition::Tag("Linen".into())]);
        let change = CollectionInput { rules: Patch::Set(both), ..CollectionInput::default() };
        let done = update(&world, bags, &change).await.unwrap();
        assert_eq!(
            done.changes[0].after,
            json!({ "rules": { "all": false, "conditions": [{ "field": "tag", "value": "Linen" }] } })
        );
        assert_eq!(members(&world, bags).await, [shirt, bag]);
        // Without rules it keeps what it has, and people choose.
        let change = CollectionInput { rules: Patch::Clear, position: Some(7), ..CollectionInput::default() };
        update(&world, bags, &change).await.unwrap();
        pick(&world, bags, Members::Remove(vec![bag])).await.unwrap();
        assert_eq!(members(&world, bags).await, [shirt]);
        world.check_derived().await;
        let done = world.act(async |tx, moment| collection_delete(tx, bags, moment).await).await.unwrap();
        assert_eq!(done.changes[0].before["slug"], "bags");
        let done = world.act(async |tx, moment| collection_delete(tx, LINEN, moment).await).await.unwrap();
        assert!(done.changes[0].after.is_null());
        world.check_derived().await;
    }
}

#[tokio::test]
async fn products_are_picked_by_hand() {
    for world in admin_world::each().await {
        let (one, two) = (world.shirt("One").await, world.shirt("Two").await);
        pick(&world, PICKED, Members::Set(vec![two, one])).await.unwrap();
        assert_eq!(members(&world, PICKED).await, [one, two]);
        let done = pick(&world, PICKED, Members::Set(vec![two])).await.unwrap();
        let change = &done.changes[0];
        assert_eq!((&change.before, &change.after), (&json!({ "productIds": [one] }), &json!({ "productIds": [] })));
        pick(&world, PICKED, Members::Add(vec![one])).await.unwrap();
        assert_eq!(pick(&world, PICKED, Members::Add(vec![one, two])).await.unwrap().changes, []);
        world.check_derived().await;
        pick(&world, PICKED, Members::Set(vec![])).await.unwrap();
        assert!(members(&world, PICKED).await.is_empty());

        let nobody = Uuid::from_u128(9);
        let expected = expect(&[(NotFound, "id"), (NotFound, "productIds.1")]);
        assert_eq!(refusals(pick(&world, nobody, Members::Set(vec![one, nobody])).await), expected, "{}", world.on());
        assert_eq!(refusals(pick(&world, LINEN, Members::Set(vec![])).await), expect(&[(FollowsRules, "id")]));
        assert_eq!(refusals(pick(&world, PICKED, Members::Add(vec![])).await), expect(&[(Required, "productIds")]));
        let many = (0..1001).map(Uuid::from_u128).collect();
        assert_eq!(refusals(pick(&world, PICKED, Members::Set(many)).await), expect(&[(TooMany, "productIds")]));
    }
}

#[tokio::test]
async fn a_collection_that_is_wrong_is_not_kept() {
    for world in admin_world::each().await {
        let wrong = CollectionInput {
            title: text(""),
            slug: text("linen"),
            rules: Patch::Set(any(vec![Condition::Tag("fine".into()), Condition::Vendor(" ".into())])),
            ..CollectionInput::default()
        };
        let expected = expect(&[(Required, "title"), (Taken, "slug"), (Required, "rules.conditions.1.value")]);
        assert_eq!(refusals(create(&world, &wrong).await), expected, "{}", world.on());
        assert_eq!(refusals(update(&world, PICKED, &wrong).await), expected);
        let empty = CollectionInput { rules: Patch::Set(any(vec![])), ..CollectionInput::default() };
        let expected = expect(&[(Required, "rules.conditions")]);
        assert_eq!(refusals(update(&world, PICKED, &empty).await), expected);
        let preview = collection_preview(&world.db, &any(vec![]), 5).await.unwrap();
        assert_eq!(preview.unwrap_err()[0].field.as_deref(), Some("rules.conditions"));
        assert_eq!(refusals(create(&world, &CollectionInput::default()).await), expect(&[(Required, "title")]));
        let nobody = Uuid::from_u128(9);
        assert_eq!(refusals(update(&world, nobody, &empty).await), expect(&[(NotFound, "id")]));
        let done = world.act(async |tx, moment| collection_delete(tx, nobody, moment).await).await;
        assert_eq!(refusals(done), expect(&[(NotFound, "id")]));
    }
}

/// Rules that come while products are made find each of them.
#[tokio::test(flavor = "multi_thread")]
async fn no_product_is_missed_by_rules_that_come_meanwhile() {
    for world in admin_world::each().await {
        let rules = Patch::Set(any(vec![Condition::Vendor("Weavers".into())]));
        let input = CollectionInput { title: text("Weavers"), rules, ..CollectionInput::default() };
        let making = async {
            for number in 0..10 {
                world.create(&shirt(&format!("Shirt {number}"))).await;
            }
        };
        let ((), made) = tokio::join!(making, create(&world, &input));
        assert_eq!(members(&world, made.unwrap().value).await.len(), 10, "{}", world.on());
        world.check_derived().await;
    }
}
