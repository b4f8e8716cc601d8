//! A customer's orders: pages without gaps, and a number of statements that does not depend on how many there are.
use crate::world::{World, each};
use tradewind_commerce::orders::orders_page;
use tradewind_domain::customer::Customer;
use tradewind_persistence::{
    read::{
        order::{history_by_orders, lines_by_orders},
        order_parts::{fulfilments_by_orders, payments_by_checkouts, returns_by_orders},
    },
    statements::record,
    write::save_customers,
};
use uuid::Uuid;

const ORDERS: usize = 50;
const LINES: u32 = 10;

async fn customer(world: &World, number: u128) -> Uuid {
    let id = Uuid::from_u128(900 + number);
    let email = format!("jo{number}@example.com");
    let tx = world.db().begin_write().await.unwrap();
    let customer = Customer { id, email, display_name: "Jo".into(), created_at: world.clock.now() };
    save_customers(&tx, &[customer]).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn buy(world: &World, customer: Uuid, lines: u32) -> (usize, usize) {
    let cart = world.till.cart(&(1..=lines).map(|number| (number, 1)).collect::<Vec<_>>());
    let (token, started) = record(false, world.ready_cart(cart, Some(customer))).await;
    let (progress, paid) = record(false, world.pay(&token, "approve")).await;
    assert!(progress.order.is_some());
    (started.count, paid.count)
}

#[tokio::test]
async fn fifty_orders_of_ten_lines_are_read_in_six_statements() {
    for world in each().await {
        let (ours, other) = (customer(&world, 1).await, customer(&world, 2).await);
        for number in 0..ORDERS {
            buy(&world, ours, LINES).await;
            if number % 10 == 0 {
                buy(&world, other, 1).await;
            }
        }
        let read = async |first: u32| {
            let page = orders_page(world.db(), ours, None, first).await.unwrap();
            let ids: Vec<Uuid> = page.iter().map(|order| order.id).collect();
            let lines = lines_by_orders(world.db(), ids.clone()).await.unwrap();
            fulfilments_by_orders(world.db(), ids.clone()).await.unwrap();
            returns_by_orders(world.db(), ids.clone()).await.unwrap();
            history_by_orders(world.db(), ids).await.unwrap();
            payments_by_checkouts(world.db(), page.iter().map(|order| order.checkout_id).collect()).await.unwrap();
            (page.len(), lines.values().map(Vec::len).sum::<usize>())
        };
        for (first, size) in [(1, 1), (50, 50)] {
            let (read, statements) = record(false, read(first)).await;
            assert_eq!((read, statements.count), ((size, size * 10), 6), "{}", world.on());
        }
        let (mut numbers, mut after) = (Vec::new(), None);
        loop {
            let page = orders_page(world.db(), ours, after, 7).await.unwrap();
            after = page.last().map(|order| order.number);
            numbers.extend(page.iter().map(|order| order.number));
            // Orders that are placed meanwhile move nothing.
            if numbers.len() == 14 {
                buy(&world, ours, 1).await;
            }
            if page.len() < 7 {
                break;
            }
        }
        assert_eq!(numbers.len(), ORDERS, "{}", world.on());
        assert!(numbers.is_sorted_by(|one, next| one > next));
    }
}

#[tokio::test]
async fn the_statements_of_a_purchase_do_not_depend_on_its_lines() {
    for world in each().await {
        let customer = customer(&world, 1).await;
        let (one, ten) = (buy(&world, customer, 1).await, buy(&world, customer, LINES).await);
        assert_eq!(one, ten, "{}: statements to start and to pay", world.on());
    }
}
