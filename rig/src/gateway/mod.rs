//! A payment gateway outside of the servers: it speaks payment intents as Stripe does, and keeps books that no crash of a
//! server touches. Some of its answers are lost, and it tells everything by webhooks, several times and at any moment.
mod books;
mod server;
#[cfg(test)]
mod tests;
mod webhook;

pub(crate) use books::Intent;

use crate::{Failure, cluster::local};
use books::Books;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};
use webhook::Webhooks;

/// What servers know it by.
const KEY: &str = "sk_test_rig";
/// What its webhooks are signed with.
const SECRET: &str = "whsec_rig";

/// Ways to pay.
pub(crate) mod method {
    /// The amount is held.
    pub(crate) const APPROVE: &str = "pm_approve";
    /// Declined.
    pub(crate) const DECLINE: &str = "pm_decline";
    /// The shopper must act: [`Gateway::act`](super::Gateway::act).
    pub(crate) const ACTION: &str = "pm_action";
}

/// An amount for which no payment can be prepared.
pub(crate) const UNPAYABLE: i64 = 1300;

/// It runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Gateway {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    books: Mutex<Books>,
    random: Mutex<fastrand::Rng>,
    webhooks: Webhooks,
    /// Of a hundred answers so many are lost.
    lost_percent: u8,
}

impl Shared {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn random<T>(&self, choose: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        choose(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Gateway {
    /// Serves on a free port.
    pub(crate) async fn start(seed: u64, lost_percent: u8) -> Result<Self, Failure> {
        let listener = TcpListener::bind(local(0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            books: Mutex::default(),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            webhooks: Webhooks::default(),
            lost_percent,
        });
        let routes = server::routes(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            // It fails only where the listener does; then nobody is paid, which the checks say.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { shared, address, task })
    }

    /// Where its webhooks go from now on: to any of these.
    pub(crate) fn tell(&self, servers: Vec<SocketAddr>) {
        self.shared.webhooks.tell(servers);
    }

    /// What a server is told of it.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let own = |name: &str, value: String| (name.to_owned(), value);
        vec![
            own("TRADEWIND_STRIPE_SECRET_KEY", KEY.to_owned()),
            own("TRADEWIND_STRIPE_WEBHOOK_SECRETS", SECRET.to_owned()),
            own("TRADEWIND_STRIPE_URL", format!("http://{}", self.address)),
        ]
    }

    /// Every payment that was prepared.
    pub(crate) fn intents(&self) -> Vec<Intent> {
        self.shared.books().intents().cloned().collect()
    }

    /// The shopper does what the bank wants of them, where it still waits for that; whether it did. `takes`: the money is
    /// not only held.
    pub(crate) fn act(&self, id: &str, takes: bool) -> bool {
        let acted = self.shared.books().act(id, takes);
        if let Some(intent) = &acted {
            server::announce(&self.shared, intent, "payment_intent.amount_capturable_updated", 0);
        }
        acted.is_some()
    }

    /// Webhooks that are on their way.
    pub(crate) fn under_way(&self) -> usize {
        self.shared.webhooks.under_way()
    }

    /// Webhooks that a server took, and those that none did however often they were sent.
    pub(crate) fn told(&self) -> (u64, u64) {
        self.shared.webhooks.told()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}
