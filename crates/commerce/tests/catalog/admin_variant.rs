//! Staff make, change and delete variants, and set prices.
use crate::admin_world::{self, EU, US, World, choice, expect, left_out, price, refusals, size, text};
use serde_json::json;
use tradewind_commerce::{
    catalog::{
        BulkDone, CatalogCode::*, MediaInput, Patch, PriceInput, VariantInput, VariantPrices, VariantUpdate, media_add,
        variant_bulk_create, variant_bulk_delete, variant_bulk_update, variant_prices_set,
    },
    staff::OnError::{self, AllOrNothing, EachOnItsOwn},
};
use tradewind_domain::{audit::Subject, stock::StockPolicy};
use uuid::Uuid;

async fn create(world: &World, id: Uuid, inputs: &[VariantInput], policy: OnError) -> admin_world::Done<BulkDone> {
    world.act(async |tx, moment| variant_bulk_create(tx, id, inputs, policy, moment).await).await
}

async fn change(world: &World, id: Uuid, updates: &[VariantUpdate], policy: OnError) -> admin_world::Done<BulkDone> {
    world.act(async |tx, moment| variant_bulk_update(tx, id, updates, policy, moment).await).await
}

async fn delete(world: &World, id: Uuid, ids: &[Uuid], policy: OnError) -> admin_world::Done<BulkDone> {
    world.act(async |tx, moment| variant_bulk_delete(tx, id, ids, policy, moment).await).await
}

async fn set(world: &World, inputs: &[VariantPrices], policy: OnError) -> admin_world::Done<BulkDone> {
    world.act(async |tx, moment| variant_prices_set(tx, inputs, policy, moment).await).await
}

#[tokio::test]
async fn variants_come_change_and_go() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let done = create(&world, id, &[size("L")], AllOrNothing).await.unwrap();
        let large = done.value.ids[0];
        assert_eq!(world.product(id).await.variants[2].id, large);
        assert_eq!((done.changes.len(), done.changes[0].subject), (1, Subject::Variant));
        world.stock(large, 4).await;

        let picture = [MediaInput { url: "https://img.example/l.jpg".into(), ..MediaInput::default() }];
        let pictures = world.act(async |tx, moment| media_add(tx, id, &picture, moment).await).await.unwrap().value;
        let variant = VariantInput {
            sku: Patch::Set(" L-1 ".into()),
            barcode: Patch::Set("4006381333931".into()),
            weight_grams: Patch::Set(250),
            policy: Some(StockPolicy::Backorder),
            tracked: Some(false),
            media_id: Patch::Set(pictures[0]),
            prices: vec![PriceInput { channel: "eu".into(), amount: Some(900), compare_at: Some(1000) }],
            ..VariantInput::default()
        };
        let done = change(&world, id, &[VariantUpdate { id: large, variant }], AllOrNothing).await.unwrap();
        let stored = &world.product(id).await.variants[2];
        assert_eq!((stored.sku.as_deref(), stored.weight_grams, stored.tracked), (Some("L-1"), Some(250), false));
        assert_eq!((stored.stock[0].on_hand, stored.media_id), (4, Some(pictures[0])));
        assert_eq!(
            stored.prices.iter().map(|it| (it.channel_id, it.amount)).collect::<Vec<_>>(),
            [(EU, 900), (US, 1100)]
        );
        assert_eq!(done.changes[0].before["sku"], "SKU-L");
        assert_eq!(done.changes[0].after["prices"]["eu"], json!({ "amount": 900, "compareAt": 1000 }));
        let cleared = VariantInput {
            sku: Patch::Clear,
            barcode: Patch::Clear,
            weight_grams: Patch::Clear,
            media_id: Patch::Clear,
            ..VariantInput::default()
        };
        change(&world, id, &[VariantUpdate { id: large, variant: cleared }], AllOrNothing).await.unwrap();
        let stored = &world.product(id).await.variants[2];
        let fields = (&stored.sku, &stored.barcode, stored.weight_grams, stored.media_id);
        assert_eq!(fields, (&None, &None, None, None));

        let done = delete(&world, id, &[large], AllOrNothing).await.unwrap();
        assert_eq!((done.value.ids, done.changes[0].after.is_null()), (vec![large], true));
        assert_eq!(world.product(id).await.variants.len(), 2);
        world.check_derived().await;
    }
}

#[tokio::test]
async fn what_a_variant_cannot_be_is_refused() {
    for world in admin_world::each().await {
        let (id, other) = (world.shirt("Shirt").await, world.shirt("Other").await);
        let before = world.product(id).await;
        let none = VariantInput { options: None, ..size("L") };
        let empty = VariantInput { options: Some(vec![]), ..size("L") };
        let twice = VariantInput { options: Some(vec![choice("Size", "L"), choice("Size", "L")]), ..size("L") };
        let wrong = VariantInput {
            weight_grams: Patch::Set(-1),
            media_id: Patch::Set(Uuid::from_u128(5)),
            sku: Patch::Set("x".repeat(256)),
            prices: vec![
                price("eu", -1),
                price("eu", 2_000_000_000_000),
                PriceInput { channel: "us".into(), amount: None, compare_at: Some(1) },
            ],
            ..size("L")
        };
        let inputs = [none, empty, twice, wrong, size("L"), size("L"), size("S")];
        let done = create(&world, id, &inputs, AllOrNothing).await;
        let expected = [
            (Required, "variants.0.options"),
            (Required, "variants.1.options"),
            (Duplicate, "variants.2.options.1.option"),
            (TooLong, "variants.3.sku"),
            (Invalid, "variants.3.weightGrams"),
            (NotFound, "variants.3.mediaId"),
            (Invalid, "variants.3.prices.0.amount"),
            (Duplicate, "variants.3.prices.1.channel"),
            (Invalid, "variants.3.prices.1.amount"),
            (Required, "variants.3.prices.2.amount"),
            (Taken, "variants.5.options"),
            (Taken, "variants.6.options"),
        ];
        assert_eq!(refusals(done), expect(&expected), "{}", world.on());
        assert_eq!(world.product(id).await, before);
        // Each on its own: the one that is right is made.
        let done = create(&world, id, &inputs, EachOnItsOwn).await.unwrap();
        assert_eq!((done.value.ids.len(), left_out(&done.value)), (1, expect(&expected)));
        assert_eq!(world.product(id).await.variants.len(), 3);

        let foreign = world.product(other).await.variants[0].id;
        let update = VariantUpdate { id: foreign, variant: VariantInput::default() };
        assert_eq!(refusals(change(&world, id, &[update], AllOrNothing).await), expect(&[(NotFound, "variants.0.id")]));
        assert_eq!(refusals(delete(&world, id, &[foreign], AllOrNothing).await), expect(&[(NotFound, "ids.0")]));
        let nobody = Uuid::from_u128(77);
        assert_eq!(
            refusals(delete(&world, nobody, &[foreign], AllOrNothing).await),
            expect(&[(NotFound, "productId")])
        );
        let many: Vec<VariantInput> = (0..101).map(|_| size("S")).collect();
        assert_eq!(refusals(create(&world, id, &many, EachOnItsOwn).await), expect(&[(TooMany, "variants")]));
        assert_eq!(refusals(create(&world, id, &[], EachOnItsOwn).await), expect(&[(Required, "variants")]));
        world.check_derived().await;
    }
}

#[tokio::test]
async fn a_variant_stays_while_a_buyer_is_promised_it() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let [small, medium] = [0, 1].map(async |place: usize| world.product(id).await.variants[place].id);
        let (small, medium) = (small.await, medium.await);
        world.stock(small, 5).await;
        let hold = world.hold(small).await;
        let refused = delete(&world, id, &[small, medium], AllOrNothing).await;
        assert_eq!(refusals(refused), expect(&[(UnitsHeld, "ids.0")]), "{}", world.on());
        let done = delete(&world, id, &[small, medium], EachOnItsOwn).await.unwrap();
        assert_eq!(done.value.ids, [medium]);
        world.release(hold).await;
        delete(&world, id, &[small], AllOrNothing).await.unwrap();
        assert_eq!(world.product(id).await.variants, []);
        world.check_derived().await;
    }
}

#[tokio::test]
async fn prices_of_many_variants_are_set_at_once() {
    for world in admin_world::each().await {
        let (one, two) = (world.shirt("One").await, world.shirt("Two").await);
        let (first, second) = (world.product(one).await.variants[0].id, world.product(two).await.variants[1].id);
        let to = |variant_id, prices: Vec<PriceInput>| VariantPrices { variant_id, prices };
        let gone = PriceInput { channel: "us".into(), amount: None, compare_at: None };
        let inputs = [to(first, vec![price("eu", 500)]), to(second, vec![gone])];
        let done = set(&world, &inputs, AllOrNothing).await.unwrap();
        assert_eq!(done.value.ids, [first, second]);
        let told: Vec<_> = done.changes.iter().map(|it| (it.subject, it.id, &it.after["prices"])).collect();
        let (cheap, here) = (json!({ "amount": 500, "compareAt": null }), json!({ "amount": 1000, "compareAt": null }));
        let abroad = json!({ "amount": 1100, "compareAt": null });
        let mut expected = vec![
            (Subject::Variant, first, json!({ "eu": cheap, "us": abroad })),
            (Subject::Variant, second, json!({ "eu": here })),
        ];
        let mut told: Vec<_> = told.into_iter().map(|(subject, id, prices)| (subject, id, prices.clone())).collect();
        told.sort_by_key(|it| it.1);
        expected.sort_by_key(|it| it.1);
        assert_eq!(told, expected);

        let unknown = to(Uuid::from_u128(9), vec![price("eu", 1)]);
        let moon = to(second, vec![price("moon", 1)]);
        let inputs = [to(first, vec![price("eu", 600)]), unknown, moon, to(first, vec![price("eu", 700)])];
        let expected =
            [(NotFound, "inputs.1.variantId"), (NotFound, "inputs.2.prices.0.channel"), (Duplicate, "inputs.3")];
        assert_eq!(refusals(set(&world, &inputs, AllOrNothing).await), expect(&expected));
        let done = set(&world, &inputs, EachOnItsOwn).await.unwrap();
        assert_eq!((&done.value.ids[..], left_out(&done.value)), (&[first][..], expect(&expected)));
        assert_eq!(world.product(one).await.variants[0].prices[0].amount, 600);
        assert_eq!(text("SKU-S"), world.product(one).await.variants[0].sku);
        world.check_derived().await;
    }
}
