//! Many buyers at once for few items, over GraphQL, through three servers: as many orders as there are items, and not one
//! more; and what is held by those who do not pay comes back.
mod journey;
mod judge;
mod kind;
mod report;
mod round;

pub(crate) use kind::Kind;
pub(crate) use report::Report;

use crate::{
    Failure,
    buying::{Fleet, open_shop, raise_open_files},
    cluster::{INSTANCES, Layout, Shops},
    gateway::Gateway,
    stage::Progress,
};
use round::{Round, Till};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Of a hundred answers of the gateway so many are lost.
const LOST_PERCENT: u8 = 3;

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    pub(crate) seed: u64,
    pub(crate) buyers: usize,
    /// Orders that are possible in a round.
    pub(crate) items: u32,
    pub(crate) rounds: usize,
    pub(crate) kinds: Vec<Kind>,
    /// Of the rounds in which holds end.
    pub(crate) hold: Duration,
    pub(crate) connections: usize,
}

/// Runs it.
pub(crate) async fn run(plan: Plan, progress: &Progress) -> Result<Report, Failure> {
    raise_open_files(plan.connections)?;
    progress.count(plan.rounds);
    progress.say("starting PostgreSQL and Redis");
    let gateway = Gateway::start(plan.seed, LOST_PERCENT).await?;
    let settings = settings(&gateway);
    let mut shops = Shops::start(plan.layout.clone(), 1, INSTANCES, &settings).await?;
    let began = Instant::now();
    let rounds = rounds(&plan, &mut shops, &gateway, progress).await;
    shops.stop().await;
    Ok(Report::new(&plan, rounds?, gateway.told(), began.elapsed()))
}

/// Many wait for one row: nobody is to be sent away for that.
fn settings(gateway: &Gateway) -> Vec<(String, String)> {
    let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut all = gateway.settings();
    all.extend([
        own("TRADEWIND_TEST_PAYMENTS", "true"),
        own("TRADEWIND_EXECUTION_TIMEOUT", "5m"),
        own("TRADEWIND_IDLE_TIMEOUT", "1h"),
        own("TRADEWIND_DB_ACQUIRE_TIMEOUT", "2m"),
        own("TRADEWIND_DB_STATEMENT_TIMEOUT", "2m"),
    ]);
    all
}

async fn rounds(plan: &Plan, shops: &mut Shops, gateway: &Gateway, progress: &Progress) -> Result<Vec<Round>, Failure> {
    let shop = shops.shops.first_mut().ok_or("no shop")?;
    let client = shop.client().await?;
    open_shop(&client).await?;
    gateway.tell(shop.addresses());
    let mut fleet = Arc::new(Fleet::new(shop.addresses(), plan.connections));
    let mut order: Vec<Kind> = plan.kinds.iter().copied().cycle().take(plan.rounds).collect();
    order.sort_unstable();
    let mut hold = None;
    let mut rounds = Vec::new();
    for (number, kind) in (1..).zip(order) {
        let wanted = kind.hold(plan.hold);
        if hold != Some(wanted) {
            progress.say("starting three servers");
            for instance in &mut shop.instances {
                for (name, value) in kind.settings(wanted) {
                    instance.set(name, &value);
                }
            }
            shop.serve().await?;
            // The connections to the old processes are gone.
            fleet = Arc::new(Fleet::new(shop.addresses(), plan.connections));
            hold = Some(wanted);
        }
        progress.say(format!("{kind}: {} buyers", plan.buyers));
        let metrics = shop.instances.iter().map(crate::cluster::Instance::metrics).collect();
        let till = Till { plan, client: &client, fleet: &fleet, gateway, metrics };
        rounds.push(till.round(number, kind).await?);
        progress.step();
    }
    Ok(rounds)
}
