//! Staff change the tree of categories.
use crate::admin_world::{self, CATEGORIES, World, expect, refusals, text};
use serde_json::json;
use tradewind_commerce::catalog::{
    CatalogCode::*, CategoryInput, Patch, category_create, category_delete, category_update,
};
use tradewind_persistence::write::Shop;
use uuid::Uuid;

fn named(name: &str, parent: Patch<Uuid>) -> CategoryInput {
    CategoryInput { name: text(name), parent_id: parent, ..CategoryInput::default() }
}

fn below(parent: Uuid) -> CategoryInput {
    CategoryInput { parent_id: Patch::Set(parent), ..CategoryInput::default() }
}

async fn create(world: &World, input: &CategoryInput) -> admin_world::Done<Uuid> {
    world.act(async |tx, moment| category_create(tx, input, moment).await).await
}

async fn update(world: &World, id: Uuid, input: &CategoryInput) -> admin_world::Done<Uuid> {
    world.act(async |tx, moment| category_update(tx, id, input, moment).await).await
}

async fn delete(world: &World, id: Uuid) -> admin_world::Done<Uuid> {
    world.act(async |tx, moment| category_delete(tx, id, moment).await).await
}

/// In how many of the lists of category 0, 2 and 3 the products are.
async fn listed(world: &World) -> [usize; 3] {
    let scopes = world.lines("SELECT lower(replace(CAST(scope_id AS text), '-', '')) FROM listing_scopes").await;
    let hex = world.lines("SELECT lower(hex(scope_id)) FROM listing_scopes");
    let scopes = if world.on() == tradewind_testkit::Backend::Postgres { scopes } else { hex.await };
    [0, 2, 3].map(|place| scopes.iter().filter(|it| **it == CATEGORIES[place].simple().to_string()).count())
}

#[tokio::test]
async fn categories_come_move_and_go() {
    for world in admin_world::each().await {
        let product = world.shirt("Shirt").await;
        let done = create(&world, &named("Knit Wear", Patch::Set(CATEGORIES[3]))).await.unwrap();
        let knit = done.value;
        let after = json!({ "name": "Knit Wear", "slug": "knit-wear", "parentId": CATEGORIES[3], "position": 0 });
        assert_eq!((done.changes[0].before.is_null(), &done.changes[0].after), (true, &after));
        let twin = create(&world, &named("Knit wear", Patch::Keep)).await.unwrap().value;
        let tree = Shop::load(&world.db).await.unwrap().categories;
        assert_eq!(tree.get(twin).unwrap().slug, "knit-wear-2");

        assert_eq!(listed(&world).await, [2, 2, 0]);
        let done = update(&world, CATEGORIES[2], &below(CATEGORIES[3])).await.unwrap();
        assert_eq!(
            (&done.changes[0].before, &done.changes[0].after),
            (&json!({ "parentId": CATEGORIES[1] }), &json!({ "parentId": CATEGORIES[3] }))
        );
        assert_eq!(listed(&world).await, [0, 2, 2], "its products are found above at once");
        let same = CategoryInput { name: text("Category 2"), ..below(CATEGORIES[3]) };
        assert_eq!(update(&world, CATEGORIES[2], &same).await.unwrap().changes, []);
        world.check_derived().await;

        // The products of a category that goes are in the one above; those of a root are in none.
        delete(&world, CATEGORIES[2]).await.unwrap();
        assert_eq!(world.product(product).await.category_id, Some(CATEGORIES[3]));
        assert_eq!(listed(&world).await, [0, 0, 2]);
        assert_eq!(refusals(delete(&world, CATEGORIES[3]).await), expect(&[(InUse, "id")]), "{}", world.on());
        delete(&world, knit).await.unwrap();
        let done = delete(&world, CATEGORIES[3]).await.unwrap();
        assert_eq!(
            (done.changes[0].before["slug"].as_str(), done.changes[0].after.is_null()),
            (Some("category-3"), true)
        );
        assert_eq!((world.product(product).await.category_id, listed(&world).await), (None, [0, 0, 0]));
        world.check_derived().await;
    }
}

#[tokio::test]
async fn the_tree_stays_a_tree() {
    for world in admin_world::each().await {
        let circle = update(&world, CATEGORIES[0], &below(CATEGORIES[2])).await;
        assert_eq!(refusals(circle), expect(&[(Circular, "parentId")]), "{}", world.on());
        let own = update(&world, CATEGORIES[0], &below(CATEGORIES[0])).await;
        assert_eq!(refusals(own), expect(&[(Circular, "parentId")]));
        let wrong = CategoryInput { slug: text("category-3"), ..named("", Patch::Set(Uuid::from_u128(9))) };
        let expected = expect(&[(Required, "name"), (Taken, "slug"), (NotFound, "parentId")]);
        assert_eq!(refusals(update(&world, CATEGORIES[0], &wrong).await), expected);
        assert_eq!(refusals(create(&world, &wrong).await), expected);
        assert_eq!(refusals(create(&world, &CategoryInput::default()).await), expect(&[(Required, "name")]));
        let nobody = Uuid::from_u128(9);
        assert_eq!(refusals(update(&world, nobody, &below(CATEGORIES[0])).await), expect(&[(NotFound, "id")]));
        assert_eq!(refusals(delete(&world, nobody).await), expect(&[(NotFound, "id")]));
        // 16 levels are possible, and a branch of three does not fit below the 14th.
        let mut parent = CATEGORIES[3];
        let mut levels = vec![parent];
        for level in 2..=16 {
            parent = create(&world, &named(&format!("Level {level}"), Patch::Set(parent))).await.unwrap().value;
            levels.push(parent);
        }
        let deeper = create(&world, &named("Level 17", Patch::Set(parent))).await;
        assert_eq!(refusals(deeper), expect(&[(TooDeep, "parentId")]));
        assert_eq!(refusals(update(&world, CATEGORIES[0], &below(levels[13])).await), expect(&[(TooDeep, "parentId")]));
        update(&world, CATEGORIES[0], &below(levels[12])).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_moves_make_no_circle() {
    for world in admin_world::each().await {
        let (there, back) = (below(CATEGORIES[3]), below(CATEGORIES[0]));
        let both = tokio::join!(update(&world, CATEGORIES[0], &there), update(&world, CATEGORIES[3], &back));
        let refused: Vec<_> = [both.0, both.1].into_iter().filter(Result::is_err).flat_map(refusals).collect();
        assert_eq!(refused, expect(&[(Circular, "parentId")]), "{}", world.on());
    }
}
