//! A process that ends right before or right behind each call of the gateway: between any two of our transactions.
use crate::world::{World, each, with};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use tokio::sync::Notify;
use tradewind_commerce::payments::{
    Answer, BadWebhook, Confirm, Create, Gateways, MoveMoney, PaymentGateway, TestGateway, Told,
};

/// The gateway, behind a process that ends at the n-th moment: two for each call.
struct Ending {
    gateway: TestGateway,
    moments: AtomicUsize,
    ended: Arc<Notify>,
}

impl Ending {
    async fn moment(&self) {
        if self.moments.fetch_sub(1, SeqCst) == 1 {
            self.ended.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn around<'a>(&'a self, call: Answer<'a>) -> Answer<'a> {
        async move {
            self.moment().await;
            let answer = call.await;
            self.moment().await;
            answer
        }
        .boxed()
    }
}

impl PaymentGateway for Ending {
    fn name(&self) -> &'static str {
        "test"
    }
    fn create<'a>(&'a self, create: &'a Create) -> Answer<'a> {
        self.around(self.gateway.create(create))
    }
    fn confirm<'a>(&'a self, confirm: &'a Confirm) -> Answer<'a> {
        self.around(self.gateway.confirm(confirm))
    }
    fn capture<'a>(&'a self, capture: &'a MoveMoney) -> Answer<'a> {
        self.around(self.gateway.capture(capture))
    }
    fn cancel<'a>(&'a self, gateway_id: &'a str, key: &'a str) -> Answer<'a> {
        self.around(self.gateway.cancel(gateway_id, key))
    }
    fn refund<'a>(&'a self, refund: &'a MoveMoney) -> Answer<'a> {
        self.around(self.gateway.refund(refund))
    }
    fn retrieve<'a>(&'a self, gateway_id: &'a str) -> Answer<'a> {
        self.around(self.gateway.retrieve(gateway_id))
    }
    fn webhook(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<Option<Told>, BadWebhook> {
        self.gateway.webhook(signature, body, now)
    }
}

/// The same shop in a process that ends at the n-th moment.
fn ending(world: &World, moments: usize) -> (World, Arc<Notify>) {
    let (mut world, ended) = (world.clone(), Arc::new(Notify::new()));
    let gateway =
        Ending { gateway: world.gateway.clone(), moments: AtomicUsize::new(moments), ended: Arc::clone(&ended) };
    world.checkouts.gateways = Gateways::new([Arc::new(gateway) as Arc<_>]);
    (world, ended)
}

/// True: it ended there.
async fn ends<F: Future>(act: F, ended: &Notify) -> bool {
    tokio::select! {
        _ = act => false,
        () = ended.notified() => true,
    }
}

/// What is left of a payment, by the moment of the crash: (orders while the goods are held, payments with money).
#[tokio::test]
async fn each_step_of_a_payment() {
    for world in each().await {
        // Before and behind: prepare, try, take.
        let expected = [0, 0, 0, 1, 1, 1];
        for (number, orders) in (1..).zip(expected) {
            let before = world.count("orders").await;
            let token = world.ready(&[(1, 1)]).await;
            let (crashing, ended) = ending(&world, number);
            let input = with("approve");
            assert!(ends(crashing.checkouts.pay(&token, &input), &ended).await, "{} {number}", world.on());
            world.clock.advance(TimeDelta::minutes(2));
            world.sweep().await;
            assert_eq!(world.count("orders").await - before, orders, "{} after moment {number}", world.on());
            world.clock.advance(TimeDelta::minutes(20));
            world.sweep().await;
            assert_eq!(world.count("orders").await - before, orders, "{} after moment {number}", world.on());
            world.is_exact().await;
            assert_eq!(world.stock().await.1, 0, "{} after moment {number}", world.on());
        }
        let token = world.ready(&[(1, 1)]).await;
        let (whole, ended) = ending(&world, expected.len() + 1);
        assert!(!ends(whole.checkouts.pay(&token, &with("approve")), &ended).await, "there are no more moments");
    }
}

/// The same for the money of an order that is cancelled, and for a payment that came too late.
#[tokio::test]
async fn each_step_of_giving_back() {
    for world in each().await {
        for number in 1..=2 {
            let order = world.order(&[(1, 1)]).await;
            let by = crate::cancel::staff();
            let cancelled = world.act(async |tx| world.checkouts.cancel_order(tx, order.id, by).await).await.unwrap();
            let (crashing, ended) = ending(&world, number);
            assert!(ends(crashing.checkouts.settle(cancelled.settle[0]), &ended).await);
            world.clock.advance(TimeDelta::hours(2));
            world.sweep().await;
            let row = crate::cancel::row(&world, order.id).await;
            assert_eq!((row.status.as_str(), row.refunded), ("cancelled", 1490), "{} {number}", world.on());
            world.is_exact().await;
        }
        // Before and behind: ask, drop.
        for number in 1..=4 {
            let token = world.ready(&[(1, 1)]).await;
            world.pay(&token, "action").await;
            world.gateway.act(&world.charge().gateway_id, true);
            world.clock.advance(TimeDelta::minutes(16));
            let (crashing, ended) = ending(&world, number);
            assert!(ends(crashing.checkouts.sweep(), &ended).await, "{} {number}", world.on());
            world.clock.advance(TimeDelta::hours(2));
            world.sweep().await;
            assert!(world.charge().cancelled && world.charge().captured == 0, "{} {number}", world.on());
            world.is_exact().await;
        }
    }
}
