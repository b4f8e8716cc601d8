//! One round: buyers put it into their carts, then all check out at once; then the books are checked.
use super::{Kind, Plan, journey::Journey, judge::Asked};
use crate::{
    Failure,
    buying::{Buyer, Cart, Fleet, Goods, Refused, Step, Stock, differences, is_settled, stock},
    cluster::get,
    gateway::{Gateway, Intent},
    sampler::{parse, sum},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tokio_postgres::Client;

/// How often a buyer sends a request.
const TRIES: u32 = 20;
/// How long sweepers may take, once everybody has left.
const SETTLE: Duration = Duration::from_secs(120);

/// What a round came to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Round {
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    /// From the first checkout until nothing is under way any more.
    pub(crate) seconds: f64,
    pub(crate) orders: i64,
    /// Of the first item; all of an item's units are `on_hand` and `sold`.
    pub(crate) stock: Stock,
    /// Buyers without an order, by the mutation and its code.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Requests that were sent again, by the reason.
    pub(crate) again: BTreeMap<String, u64>,
    /// Transactions that began again.
    pub(crate) retries: f64,
    pub(crate) deadlocks: i64,
    /// Payments that the gateway gave back or dropped.
    pub(crate) given_back: usize,
    pub(crate) violations: Vec<String>,
}

/// Where a round takes place.
pub(super) struct Till<'a> {
    pub(super) plan: &'a Plan,
    pub(super) client: &'a Client,
    pub(super) fleet: &'a Arc<Fleet>,
    pub(super) gateway: &'a Gateway,
    /// Ports of the servers' metrics.
    pub(super) metrics: Vec<u16>,
}

/// How everybody fared.
#[derive(Default)]
struct Fared {
    orders: BTreeSet<i64>,
    refused: BTreeMap<String, usize>,
    again: BTreeMap<String, u64>,
    violations: Vec<String>,
}

impl Till<'_> {
    pub(super) async fn round(&self, number: usize, kind: Kind) -> Result<Round, Failure> {
        let (items, each) = kind.goods();
        let units = i64::from(self.plan.items) * each;
        let mut goods = Vec::new();
        for _ in 0..items {
            goods.push(Goods::put(self.client, units).await?);
        }
        let known: BTreeSet<String> = self.gateway.intents().into_iter().map(|intent| intent.id).collect();
        let (retries, deadlocks) = (self.retries().await?, self.deadlocks().await?);
        let carts = self.carts(number, kind, &goods).await?;
        let began = Instant::now();
        let mut fared = self.buy(kind, carts, began).await?;
        self.settle(&mut fared.violations).await?;
        let seconds = began.elapsed().as_secs_f64();
        let mut stocks = Vec::new();
        for goods in &goods {
            stocks.push((units, stock(self.client, goods).await?));
        }
        let intents: Vec<Intent> = self.gateway.intents().into_iter().filter(|it| !known.contains(&it.id)).collect();
        fared.violations.extend(differences(self.client).await?);
        let asked =
            Asked { kind, buyers: self.plan.buyers, items: i64::from(self.plan.items), told: fared.orders.len() };
        fared.violations.extend(asked.judge(&stocks, &intents));
        let stock = stocks.first().map(|(_, stock)| *stock).unwrap_or_default();
        Ok(Round {
            number,
            kind,
            seconds,
            orders: stock.orders,
            stock,
            refused: fared.refused,
            again: fared.again,
            retries: self.retries().await? - retries,
            deadlocks: self.deadlocks().await? - deadlocks,
            given_back: intents.iter().filter(|intent| intent.charges > 0 && intent.kept() == 0).count(),
            violations: fared.violations,
        })
    }

    /// Everybody's buyer and cart.
    async fn carts(&self, round: usize, kind: Kind, goods: &[Goods]) -> Result<Vec<(Buyer, Step<Cart>)>, Failure> {
        let mut tasks = JoinSet::new();
        for number in 0..self.plan.buyers {
            let seed = self.plan.seed.wrapping_add(u64::try_from(round * 1_000_000 + number)?);
            let buyer = Buyer::new(Arc::clone(self.fleet), TRIES, seed);
            let lines = kind.lines(goods, number);
            tasks.spawn(async move {
                let cart = buyer.cart(&lines).await;
                (buyer, cart)
            });
        }
        Ok(tasks.join_all().await)
    }

    async fn buy(&self, kind: Kind, carts: Vec<(Buyer, Step<Cart>)>, began: Instant) -> Result<Fared, Failure> {
        let hold = self.plan.hold;
        let mut tasks = JoinSet::new();
        for (buyer, cart) in carts {
            tasks.spawn(async move {
                let bought = match cart {
                    Ok(cart) => Journey { buyer: &buyer, kind, hold, began }.buy(&cart).await,
                    Err(refused) => Err(refused),
                };
                (bought, buyer.again())
            });
        }
        let mut fared = Fared::default();
        while let Some(done) = tasks.join_next().await {
            let (bought, again) = done?;
            fared.add(bought, again);
        }
        Ok(fared)
    }

    /// Waits until nothing is under way.
    async fn settle(&self, violations: &mut Vec<String>) -> Result<(), Failure> {
        let began = Instant::now();
        while self.gateway.under_way() > 0 || !is_settled(self.client).await? {
            if began.elapsed() > SETTLE {
                violations.push(format!("something is still under way after {SETTLE:?}"));
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn retries(&self) -> Result<f64, Failure> {
        let mut all = 0.0;
        for port in &self.metrics {
            all += sum(&parse(&get(*port, "/metrics").await?), "db_client_transaction_retries_total", &[]);
        }
        Ok(all)
    }

    async fn deadlocks(&self) -> Result<i64, Failure> {
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        Ok(self.client.query_one(sql, &[]).await?.try_get(0)?)
    }
}

impl Fared {
    fn add(&mut self, bought: Step<i64>, again: BTreeMap<String, u64>) {
        match bought {
            Ok(number) if !self.orders.insert(number) => {
                self.violations.push(format!("two buyers have the order {number}"));
            }
            Ok(_) => {}
            Err(Refused::Code(code)) => *self.refused.entry(code).or_default() += 1,
            Err(Refused::Broken(text)) => self.violations.push(format!("a buyer was not answered: {text}")),
        }
        for (reason, count) in again {
            *self.again.entry(reason).or_default() += count;
        }
    }
}
