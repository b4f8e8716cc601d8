//! The number of statements does not depend on the number of lines.
use crate::world::{self, CHANNEL, World, customer, days, line, now, random};
use std::future::Future;
use tradewind_commerce::{
    account::Moment,
    cart::{CartRef, LineUpdate, NewCart, NewLine},
};
use tradewind_persistence::{
    read::cart::{carts_by_ids, carts_of_customers},
    statements::record,
};
use uuid::Uuid;

async fn count<F: Future>(future: F) -> usize {
    record(false, future).await.1.count
}

/// Reading; creating, adding to half of the lines and half new ones, setting quantities, removing, the note, nothing; claiming
/// with and without another cart, and creating again.
async fn counts(world: &World, who: u32, many: u32) -> Vec<usize> {
    let (carts, mut random) = (world.carts, random());
    let moment = &mut Moment::new(now(), &mut random);
    let lines = |from: u32| -> Vec<NewLine> { (from..from + many).map(|number| line(number, 1)).collect() };
    let tx = world.db.begin_write().await.unwrap();
    let mut at = CartRef { id: Uuid::nil(), token: None, customer_id: None };
    let mut counts = Vec::new();
    let new = NewCart { channel_id: CHANNEL, customer_id: None, lines: lines(1) };
    counts.push(
        count(async {
            let created = carts.create(&tx, &new, moment).await.unwrap().unwrap();
            at = CartRef { id: created.change.cart_id, token: created.token, customer_id: None };
        })
        .await,
    );
    counts.push(count(carts.add_lines(&tx, &at, Some(1), &lines(1 + many / 2), moment)).await);
    let stored = carts.cart_by_ref((&tx).into(), &at, now()).await.unwrap().unwrap();
    let ids: Vec<Uuid> = stored.cart.lines.iter().map(|line| line.id).collect();
    let update = |id: &Uuid| LineUpdate { line_id: *id, quantity: Some(7), attributes: None };
    let updates: Vec<_> = ids.iter().take(many as usize).map(update).collect();
    counts.push(count(carts.update_lines(&tx, &at, Some(2), &updates, now())).await);
    counts.push(count(carts.remove_lines(&tx, &at, Some(3), &ids[..ids.len() / 2], now())).await);
    counts.push(count(carts.set_note(&tx, &at, Some(4), "a", now())).await);
    counts.push(count(carts.set_note(&tx, &at, Some(5), "a", now())).await);
    counts.push(count(carts.set_note(&tx, &at, Some(4), "b", now())).await);
    counts.push(count(carts.cart_by_ref((&tx).into(), &at, now())).await);
    counts.push(count(carts.claim(&tx, &at, customer(who), moment)).await);
    let own = NewCart { customer_id: Some(customer(who)), lines: lines(2), ..new.clone() };
    counts.push(count(carts.create(&tx, &own, moment)).await);
    let guest = carts.create(&tx, &new, moment).await.unwrap().unwrap();
    let guest = CartRef { id: guest.change.cart_id, token: guest.token, customer_id: None };
    counts.push(count(carts.claim(&tx, &guest, customer(who), moment)).await);
    let read = carts.cart_by_ref((&tx).into(), &CartRef { customer_id: Some(customer(who)), ..at }, now()).await;
    assert_eq!(read.unwrap().unwrap().version, 7, "everything was done");
    tx.commit().await.unwrap();
    counts
}

#[tokio::test]
async fn two_ten_or_fifty_lines_are_as_many_statements() {
    for world in world::each().await {
        for (who, many) in [(1, 2), (2, 10), (3, 50)] {
            // A change: the lock, the cart; what is sold; the row, the lines.
            let expected = [3, 5, 5, 4, 3, 2, 2, 1, 4, 6, 6];
            assert_eq!(counts(&world, who, many).await, expected, "{}: {many} lines", world.on());
        }
        let ids: Vec<Uuid> = (1..50).map(customer).collect();
        let found = count(async {
            assert_eq!(carts_of_customers(&world.db, CHANNEL, ids.clone(), days(1)).await.unwrap().len(), 3);
        });
        assert_eq!(found.await, 1, "{}", world.on());
        assert_eq!(count(carts_by_ids(&world.db, ids)).await, 1, "{}", world.on());
    }
}
