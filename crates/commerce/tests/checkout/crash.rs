//! A process may end at any moment: every await of a payment is one, and the sweeper goes on from there.
use crate::world::{World, each, with};
use chrono::TimeDelta;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tradewind_commerce::account::Token;

/// Runs a future up to its n-th poll, and drops it there, as a process that ends does.
struct Killed<F> {
    future: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Killed<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.future.as_mut().poll(context).map(Some)
    }
}

async fn killed<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    Killed { future: Box::pin(future), polls }.await
}

/// Waits until the gateway has so many payments with money.
async fn held(world: &World, payments: usize) {
    while world.gateway.charges().iter().filter(|charge| charge.tries > 0).count() < payments {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// What a crash after so many polls comes to; None: it was not reached.
async fn crash(world: &World, token: &Token, method: &str, polls: usize) -> Option<()> {
    match killed(polls, world.checkouts.pay(token, &with(method))).await {
        None => Some(()),
        Some(done) => {
            done.unwrap().unwrap();
            None
        }
    }
}

/// The shopper never comes back.
#[tokio::test]
async fn the_sweeper_completes_or_gives_back_whatever_a_crash_left() {
    for world in each().await {
        let (mut polls, mut orders, mut units) = (0, 0, 0);
        loop {
            polls += 1;
            let token = world.ready(&[(1, 1), (2, 2)]).await;
            let is_over = crash(&world, &token, "approve", polls).await.is_none();
            // Half of them are looked at while their goods are held, the others after that.
            let after = if polls % 2 == 0 { TimeDelta::minutes(2) } else { TimeDelta::minutes(16) };
            world.clock.advance(after);
            world.sweep().await;
            let placed = world.count("orders").await;
            assert!(placed <= orders + 1, "{}", world.on());
            units += if placed > orders { 3 } else { 0 };
            orders = placed;
            // Also those that nobody completed end.
            world.clock.advance(TimeDelta::minutes(16));
            world.sweep().await;
            assert_eq!(world.count("orders").await, orders, "{}: an order after the hold was over", world.on());
            if polls % 10 == 0 || is_over {
                world.is_exact().await;
                let on_hand = i64::from(crate::shop::VARIANTS) * crate::world::UNITS - units;
                assert_eq!(world.stock().await, (on_hand, 0), "{} after {polls} polls", world.on());
            }
            if is_over {
                break;
            }
        }
        assert!(polls > 10, "{}: {polls} moments", world.on());
        let with_money = world.gateway.charges().iter().filter(|charge| charge.captured > 0).count();
        assert!(orders == with_money && orders > 1 && orders < polls, "{}: {orders} of {polls}", world.on());
        assert_eq!(world.count("payments WHERE check_at IS NOT NULL").await, 0, "{}: all are settled", world.on());
    }
}

/// The shopper does it again at once, or a little later.
#[tokio::test]
async fn a_shopper_who_pays_again_after_a_crash_pays_once() {
    for world in each().await {
        let mut polls = 0;
        loop {
            polls += 1;
            let token = world.ready(&[(1, 1)]).await;
            let is_over = crash(&world, &token, "approve", polls).await.is_none();
            if polls % 2 == 0 {
                world.clock.advance(TimeDelta::minutes(1));
            }
            let again = world.pay(&token, "approve").await;
            if again.order.is_none() {
                world.clock.advance(TimeDelta::minutes(1));
                world.sweep().await;
                world.pay(&token, "approve").await;
            }
            assert_eq!(world.count("orders").await, polls, "{} after {polls} polls", world.on());
            world.clock.advance(TimeDelta::minutes(20));
            world.sweep().await;
            if is_over {
                break;
            }
        }
        world.is_exact().await;
        let kept = world.gateway.charges().iter().filter(|charge| charge.captured > charge.refunded).count();
        assert_eq!(kept, polls, "{}: one payment for each order", world.on());
    }
}

/// Also the sweeper may end at any moment.
#[tokio::test]
async fn a_sweeper_that_crashes_is_followed_by_another() {
    for world in each().await {
        for polls in 1..40 {
            let token = world.ready(&[(1, 1)]).await;
            let input = with("silent");
            // The gateway has the money, and nobody here knows.
            tokio::select! {
                _ = world.checkouts.pay(&token, &input) => panic!("it never answers"),
                _ = held(&world, polls) => {}
            }
            world.clock.advance(TimeDelta::minutes(if polls % 2 == 0 { 1 } else { 16 }));
            killed(polls, world.checkouts.sweep()).await.transpose().unwrap();
            world.clock.advance(TimeDelta::minutes(16));
            world.sweep().await;
        }
        world.is_exact().await;
        assert_eq!(world.stock().await.1, 0, "{}", world.on());
        assert_eq!(world.count("payments WHERE check_at IS NOT NULL").await, 0, "{}", world.on());
    }
}
