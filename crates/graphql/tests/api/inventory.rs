//! Stock as subscribers are told of it.
use crate::{
    buying::{create, offer_shipping, pay, ready, start},
    commerce::commerce,
    people::Person,
    shop::{Shop, answer, id, now, product},
    subscription::{at, outcome, request},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::Duration;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    product::{Product, ProductStatus},
    staff::{Area, Permission},
    stock::StockPolicy,
};
use tradewind_graphql::{Caller, Engine, EventStream, Limits, Outcome, RequestContext, Viewer};
use tradewind_persistence::{
    Db, DbBackend, DbConfig,
    changes::follow,
    write::{self, Cause, MovementKind, add_stock, expire_holds, set_low_stock_thresholds, set_stock},
};

const FIGURES: &str = "subscription($ids: [ID!]!) { inventoryChanged(variantIds: $ids) {
    variantId inventory { onHand reserved available availability } } }";

/// A request of somebody who may see all figures.
fn desk(channel: Option<&str>) -> RequestContext {
    let permissions = [Permission::read(Area::Inventory)].into_iter().collect();
    let viewer = Some(Viewer::Staff { member: id(20, 1), session: id(20, 2), permissions });
    RequestContext { caller: Caller { viewer, ..Caller::default() }.into(), ..at(now(), channel) }
}

/// Opaque id of a variant.
fn global(product: u32, position: u32) -> String {
    GlobalId::encode(NodeKind::ProductVariant, id(5, product * 10 + position))
}

async fn begin(
    engine: &Engine,
    query: &str,
    variables: Value,
    channel: Option<&str>,
) -> Result<EventStream, Box<Outcome>> {
    let context = desk(channel);
    let prepared = engine.prepare(request(query, variables), &context)?;
    engine.subscribe(prepared, &context).await
}

async fn watch(engine: &Engine, ids: &[String]) -> EventStream {
    let stream = begin(engine, FIGURES, json!({ "ids": ids }), None).await;
    stream.unwrap_or_else(|refused| panic!("{:?}", refused.response.errors))
}

/// The figures of the next event, one statement for all of them.
async fn told(stream: &mut EventStream, channel: Option<&str>) -> Value {
    let outcome = outcome(stream, &desk(channel)).await;
    let mut answer = answer(&outcome);
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(answer["extensions"]["explain"]["statements"], 1, "{answer}");
    answer["data"]["inventoryChanged"].take()
}

fn change(variant_id: &str, on_hand: i64, reserved: i64) -> Value {
    let available = on_hand - reserved;
    let availability = if available > 5 { "IN_STOCK" } else { "LOW_STOCK" };
    let inventory =
        json!({ "onHand": on_hand, "reserved": reserved, "available": available, "availability": availability });
    json!({ "variantId": variant_id, "inventory": inventory })
}

/// Brings so many more units.
async fn deliver(db: &Db, product: u32, position: u32, units: i64) {
    let tx = db.begin_write().await.unwrap();
    let shop = write::Shop::load(&tx).await.unwrap();
    let places = [(id(5, product * 10 + position), id(2, 1), units)];
    add_stock(&tx, &shop, &places, &Cause::new(MovementKind::Receive, now())).await.unwrap();
    tx.commit().await.unwrap();
}

/// From here on so many units lie there.
async fn count(db: &Db, product: u32, position: u32, units: [i64; 2]) {
    let tx = db.begin_write().await.unwrap();
    let shop = write::Shop::load(&tx).await.unwrap();
    let places = [1, 2].map(|place| (id(5, product * 10 + position), id(2, place), units[place as usize - 1]));
    set_stock(&tx, &shop, &places, &Cause::new(MovementKind::Adjust, now())).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_a_sale_and_an_expiry_are_told_with_exact_figures() {
    for shop in Shop::each().await {
        offer_shipping(&shop).await;
        for (name, engine) in std::iter::once(("plain", &shop.engine)).chain(shop.kept()) {
            count(&shop.db, 7, 1, [10, 9]).await;
            let (sold, other, draft) = (global(7, 1), global(7, 2), global(901, 1));
            let mut stream = watch(engine, &[other.clone(), draft.clone(), sold.clone()]).await;
            let hidden = json!({ "variantId": draft, "inventory": null });
            let present = json!([change(&sold, 19, 0), change(&other, 21, 0), hidden]);
            assert_eq!(told(&mut stream, None).await, present, "{}, {name}", shop.name);

            let guest = Person::new(&shop, engine);
            let (cart, _) = create(&guest, json!([{ "variantId": sold, "quantity": 2 }])).await;
            let token = ready(&guest, &cart, "guest@example.com").await;
            assert_eq!(told(&mut stream, None).await, json!([change(&sold, 19, 2)]), "{}, {name}", shop.name);
            let paid = pay(&guest, &token, "approve").await;
            assert!(paid["order"]["number"].is_i64(), "{paid}");
            assert_eq!(told(&mut stream, None).await, json!([change(&sold, 17, 0)]), "{}, {name}", shop.name);

            let (cart, _) = create(&guest, json!([{ "variantId": sold, "quantity": 14 }])).await;
            assert_eq!(start(&guest, &cart).await["userErrors"], json!([]));
            assert_eq!(told(&mut stream, None).await, json!([change(&sold, 17, 14)]), "{}, {name}", shop.name);
            let expired = expire_holds(&shop.db, now() + TimeDelta::days(1), 10).await.unwrap();
            assert_eq!(expired.value.len(), 1);
            assert_eq!(told(&mut stream, None).await, json!([change(&sold, 17, 0)]), "{}, {name}", shop.name);
        }
    }
}

#[tokio::test]
async fn a_channel_has_the_figures_of_its_warehouses() {
    for shop in Shop::each().await {
        let ids = [global(8, 1), global(9, 1)];
        let mut stream = begin(&shop.engine, FIGURES, json!({ "ids": ids }), Some("eu")).await.ok().unwrap();
        // The second warehouse alone; the other product is not published there.
        let other = json!({ "variantId": ids[1], "inventory": null });
        assert_eq!(told(&mut stream, Some("eu")).await, json!([change(&ids[0], 11, 0), other]), "{}", shop.name);
        count(&shop.db, 8, 1, [100, 3]).await;
        assert_eq!(told(&mut stream, Some("eu")).await, json!([change(&ids[0], 3, 0)]), "{}", shop.name);
    }
}

#[tokio::test]
async fn what_a_figure_comes_to_is_as_the_variant_says() {
    for shop in Shop::each().await {
        let ids = [global(5, 1), global(5, 2)];
        let mut stream = watch(&shop.engine, &ids).await;
        told(&mut stream, None).await;
        let tx = shop.db.begin_write().await.unwrap();
        set_low_stock_thresholds(&tx, &[(id(5, 51), Some(15))]).await.unwrap();
        tx.commit().await.unwrap();
        let low = told(&mut stream, None).await;
        assert_eq!(low[0]["inventory"]["availability"], "LOW_STOCK", "{}: {low}", shop.name);
        assert_eq!(low[0]["inventory"]["available"], 15, "{low}");
        let mut changed = product(5);
        changed.variants[0].tracked = false;
        changed.variants[1].policy = StockPolicy::Backorder;
        for level in changed.variants.iter_mut().flat_map(|variant| &mut variant.stock) {
            level.on_hand = 0;
        }
        shop.save(&[changed]).await;
        let both = told(&mut stream, None).await;
        let uncounted = json!({ "onHand": null, "reserved": null, "available": null, "availability": "IN_STOCK" });
        assert_eq!(both[0]["inventory"], uncounted, "{}: {both}", shop.name);
        assert_eq!(both[1]["inventory"]["availability"], "BACKORDER", "{}: {both}", shop.name);
        shop.save(&[Product { status: ProductStatus::Draft, ..product(5) }]).await;
        let gone = told(&mut stream, None).await;
        assert!(gone[0]["inventory"].is_null() && gone[1]["inventory"].is_null(), "{}: {gone}", shop.name);
    }
}

#[tokio::test]
async fn relations_below_are_one_statement_per_level() {
    for shop in Shop::each().await {
        let query = "subscription($ids: [ID!]!) { inventoryChanged(variantIds: $ids) {
            inventory { available variant { sku quantityAvailable product { slug } } } } }";
        let ids: Vec<_> = (1..=5).map(|position| global(7, position)).collect();
        let mut stream = begin(&shop.engine, query, json!({ "ids": ids }), None).await.ok().unwrap();
        let outcome = outcome(&mut stream, &desk(None)).await;
        let told = answer(&outcome);
        let changes = told["data"]["inventoryChanged"].as_array().unwrap();
        assert_eq!(changes.len(), 5, "{told}");
        for change in changes {
            let inventory = &change["inventory"];
            assert_eq!(inventory["available"], inventory["variant"]["quantityAvailable"], "{told}");
            assert_eq!(inventory["variant"]["product"]["slug"], "product-7");
        }
        // The figures; the variants; their levels and the product.
        assert_eq!(told["extensions"]["explain"]["statements"], 4, "{}: {told}", shop.name);
        assert!(outcome.caching.max_age().is_none());
    }
}

#[tokio::test]
async fn a_burst_that_nobody_took_is_one_event_with_the_last_figures() {
    for shop in Shop::each().await {
        let ids = [global(7, 1), global(7, 2), global(7, 3)];
        let mut stream = watch(&shop.engine, &ids).await;
        told(&mut stream, None).await;
        for round in 0..50 {
            deliver(&shop.db, 7, 1, 1).await;
            deliver(&shop.db, 7, 2, round).await;
        }
        let last = json!([change(&ids[0], 19 + 50, 0), change(&ids[1], 21 + 49 * 50 / 2, 0)]);
        assert_eq!(told(&mut stream, None).await, last, "{}", shop.name);
        let silent = tokio::time::timeout(Duration::ZERO, stream.changed(&desk(None))).await;
        assert!(silent.is_err(), "nothing else changed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_under_way_ends_with_the_last_figures() {
    for shop in Shop::each().await {
        let ids = [global(7, 1)];
        let mut stream = watch(&shop.engine, &ids).await;
        told(&mut stream, None).await;
        let db = shop.db.clone();
        let writing = tokio::spawn(async move {
            for _ in 0..100 {
                deliver(&db, 7, 1, 1).await;
            }
        });
        let (mut events, mut before) = (0, 19);
        while before < 119 {
            // One statement each.
            let told = told(&mut stream, None).await;
            let on_hand = told[0]["inventory"]["onHand"].as_i64().unwrap();
            assert!(on_hand >= before, "{}: {on_hand} after {before}", shop.name);
            (events, before) = (events + 1, on_hand);
        }
        writing.await.unwrap();
        assert!(before == 119 && events <= 100, "{}: {events} events", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_instance_does_another_one_tells() {
    for shop in Shop::each().await {
        if shop.db.backend() != DbBackend::Postgres {
            continue;
        }
        offer_shipping(&shop).await;
        let there = Db::connect(&DbConfig::new(shop.test.url())).await.unwrap();
        let following = tokio::spawn({
            let there = there.clone();
            async move { follow(&there).await }
        });
        there.stock_changes().followed().await;
        let engine = Engine::start(there.clone(), Limits::default(), None, None, commerce(&there)).await.unwrap();
        let ids = [global(7, 1), global(7, 2)];
        let mut stream = watch(&engine, &ids).await;
        let present = json!([change(&ids[0], 19, 0), change(&ids[1], 21, 0)]);
        assert_eq!(told(&mut stream, None).await, present);
        let guest = Person::new(&shop, &shop.engine);
        let (cart, _) = create(&guest, json!([{ "variantId": ids[0], "quantity": 3 }])).await;
        let token = ready(&guest, &cart, "guest@example.com").await;
        assert_eq!(told(&mut stream, None).await, json!([change(&ids[0], 19, 3)]));
        pay(&guest, &token, "approve").await;
        assert_eq!(told(&mut stream, None).await, json!([change(&ids[0], 16, 0)]));

        // The connection that tells of changes is lost, and with it those of the moment: the figures come all the same.
        let lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE query ILIKE 'LISTEN%' AND datname = current_database()";
        shop.test.sabotage(lost).await;
        deliver(&shop.db, 7, 2, 9).await;
        let last = change(&ids[1], 30, 0);
        loop {
            let told = told(&mut stream, None).await;
            if told.as_array().unwrap().contains(&last) {
                break;
            }
        }
        // And what is done after it is heard of again.
        there.stock_changes().followed().await;
        deliver(&shop.db, 7, 1, 4).await;
        while !told(&mut stream, None).await.as_array().unwrap().contains(&change(&ids[0], 20, 0)) {}
        following.abort();
    }
}

#[tokio::test]
async fn figures_that_could_not_be_read_are_read_again() {
    for shop in Shop::each().await {
        let ids = [global(7, 1), global(7, 2)];
        let mut stream = watch(&shop.engine, &ids).await;
        told(&mut stream, None).await;
        let pace = stream.rest();
        deliver(&shop.db, 7, 2, 1).await;
        shop.sabotage("ALTER TABLE stock_levels RENAME TO elsewhere").await;
        let failed = answer(&outcome(&mut stream, &desk(None)).await);
        assert_eq!(failed["errors"][0]["extensions"]["code"], "INTERNAL", "{}: {failed}", shop.name);
        assert!(stream.rest() > pace, "it is not asked for again at once");
        shop.sabotage("ALTER TABLE elsewhere RENAME TO stock_levels").await;
        // Nothing else has changed.
        assert_eq!(told(&mut stream, None).await, json!([change(&ids[1], 22, 0)]), "{}", shop.name);
        assert_eq!(stream.rest(), pace);
    }
}

#[tokio::test]
async fn which_variants_is_said_well() {
    let shop = Shop::each().await.remove(0);
    let many: Vec<String> = (0..101).map(|number| global(number, 1)).collect();
    let product = GlobalId::encode(NodeKind::Product, id(4, 1));
    for (ids, code, text) in [
        (json!([]), "BAD_USER_INPUT", "`variantIds` has 0 ids, but 1 to 100"),
        (json!(many), "BAD_USER_INPUT", "`variantIds` has 101 ids, but 1 to 100"),
        (json!([global(1, 1), product]), "BAD_USER_INPUT", "`variantIds[1]` is the id of a Product"),
        (json!(["x"]), "BAD_USER_INPUT", "`variantIds[0]`"),
        (Value::Null, "BAD_USER_INPUT", "$ids"),
    ] {
        let refused = *begin(&shop.engine, FIGURES, json!({ "ids": ids }), None).await.err().unwrap();
        let message = &refused.response.errors[0].message;
        assert!(refused.error_code == Some(code) && message.contains(text), "{ids}: {message}");
    }
    let all = "subscription { inventoryChanged { variantId } }";
    let refused = begin(&shop.engine, all, json!({}), None).await.err().unwrap();
    assert_eq!(refused.error_code, Some("GRAPHQL_VALIDATION_FAILED"));
    // The same one twice is one; 100 are within what an operation may cost.
    let mut stream = watch(&shop.engine, &[many[1].clone(), many[1].clone()]).await;
    assert_eq!(told(&mut stream, None).await.as_array().unwrap().len(), 1);
    let mut stream = watch(&shop.engine, &many[..100]).await;
    assert_eq!(told(&mut stream, None).await.as_array().unwrap().len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_is_told_what_can_be_had_and_no_more() {
    for shop in Shop::each().await {
        let ids = json!({ "ids": [global(7, 1)] });
        let context = at(now(), None);
        let refused = shop.engine.prepare(request(FIGURES, ids.clone()), &context).err().expect("refused");
        assert_eq!(answer(&refused)["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{}", shop.name);
        let public = "subscription($ids: [ID!]!) { inventoryChanged(variantIds: $ids) { inventory { available availability } } }";
        let prepared = shop.engine.prepare(request(public, ids), &context).unwrap_or_else(|_| panic!("{}", shop.name));
        assert!(shop.engine.subscribe(prepared, &context).await.is_ok(), "{}", shop.name);
    }
}
