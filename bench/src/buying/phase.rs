//! One thing, done a number of times by all clients.
use super::{Client, Opened};
use crate::{
    Failure,
    measurement::{count, percentile},
};
use serde::Serialize;
use std::{
    cell::{Cell, RefCell},
    fmt::{self, Display, Formatter},
    rc::Rc,
    time::Instant,
};
use tokio::task::LocalSet;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Phase {
    /// A unit goes into a cart.
    Add,
    /// Goods and prices of a cart are held.
    Start,
    /// A checkout is paid, and becomes an order.
    Complete,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
    pub(super) target: String,
    pub(super) phase: Phase,
    pub(super) clients: usize,
    pub(super) count: usize,
    pub(super) seconds: f64,
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// Of the server so far.
    pub(super) rss_peak_mib: Option<f64>,
}

impl Display for Measured {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { target, phase, clients, per_second, p50_ms, p99_ms, .. } = self;
        let phase = format!("{phase:?}").to_lowercase();
        write!(
            f,
            "{target:7} {phase:9} {clients:>4} clients {per_second:>8.0}/s  p50 {p50_ms:>7.2} ms  p99 {p99_ms:>7.2} ms"
        )
    }
}

/// Clients, and what they have begun.
pub(super) struct Work {
    clients: Vec<Rc<tokio::sync::Mutex<Client>>>,
    random: RefCell<fastrand::Rng>,
    items: usize,
    checkouts: Rc<RefCell<Vec<Opened>>>,
}

impl Work {
    pub(super) fn new(clients: Vec<Client>, seed: u64, items: usize) -> Self {
        let clients = clients.into_iter().map(|client| Rc::new(tokio::sync::Mutex::new(client))).collect();
        Self { clients, random: RefCell::new(fastrand::Rng::with_seed(seed)), items, checkouts: Rc::default() }
    }

    /// So many empty carts.
    pub(super) async fn carts(&mut self, count: usize) -> Result<Rc<Vec<Opened>>, Failure> {
        let carts = Rc::new(RefCell::new(Vec::with_capacity(count)));
        let filled = Rc::clone(&carts);
        self.all(0..count, move |client, _, _| {
            let filled = Rc::clone(&filled);
            async move {
                let cart = client.lock().await.cart().await?;
                filled.borrow_mut().push(cart);
                Ok(())
            }
        })
        .await?;
        let carts = carts.take();
        Ok(Rc::new(carts))
    }

    /// With each cart, or the checkout that it has become; the first ones are not measured.
    pub(super) async fn run(
        &mut self,
        phase: Phase,
        carts: &Rc<Vec<Opened>>,
        warm_up: usize,
    ) -> Result<Measured, Failure> {
        let checkouts = Rc::clone(&self.checkouts);
        if phase == Phase::Complete {
            let named = Rc::clone(&checkouts);
            let all = named.borrow().len();
            self.all(0..all, move |client, number, _| {
                let checkout = named.borrow().get(number).cloned();
                async move {
                    let checkout = checkout.ok_or("a checkout is missing")?;
                    client.lock().await.name(&checkout).await
                }
            })
            .await?;
        }
        let carts = Rc::clone(carts);
        let all = carts.len();
        let act = move |client: Rc<tokio::sync::Mutex<Client>>, number: usize, variant: usize| {
            let (cart, checkouts) = (carts.get(number).cloned(), Rc::clone(&checkouts));
            async move {
                let mut client = client.lock().await;
                let cart = cart.ok_or("a cart is missing")?;
                match phase {
                    Phase::Add => client.add(&cart, variant).await,
                    Phase::Start => {
                        let started = client.start(&cart).await?;
                        checkouts.borrow_mut().push(started);
                        Ok(())
                    }
                    Phase::Complete => {
                        let checkout = checkouts.borrow().get(number).cloned();
                        client.complete(&checkout.ok_or("a checkout is missing")?).await
                    }
                }
            }
        };
        self.all(0..warm_up.min(all), act.clone()).await?;
        let began = Instant::now();
        let mut micros = self.all(warm_up.min(all)..all, act).await?;
        let seconds = began.elapsed().as_secs_f64();
        micros.sort_unstable();
        Ok(Measured {
            target: String::new(),
            phase,
            clients: self.clients.len(),
            count: micros.len(),
            seconds,
            per_second: count(micros.len()) / seconds.max(f64::MIN_POSITIVE),
            p50_ms: percentile(&micros, 50),
            p99_ms: percentile(&micros, 99),
            rss_peak_mib: None,
        })
    }

    /// Does it once for each number, each client one after the other; how long each took, in microseconds.
    async fn all<A, F>(&self, numbers: std::ops::Range<usize>, act: A) -> Result<Vec<u32>, Failure>
    where
        A: Fn(Rc<tokio::sync::Mutex<Client>>, usize, usize) -> F + Clone + 'static,
        F: Future<Output = Result<(), Failure>>,
    {
        let (next, end) = (Rc::new(Cell::new(numbers.start)), numbers.end);
        let micros = Rc::new(RefCell::new(Vec::with_capacity(numbers.len())));
        let failed = Rc::new(RefCell::new(None));
        let local = LocalSet::new();
        for client in &self.clients {
            let seed = self.random.borrow_mut().u64(..);
            let mut random = fastrand::Rng::with_seed(seed);
            let (client, act, next) = (Rc::clone(client), act.clone(), Rc::clone(&next));
            let (micros, failed, items) = (Rc::clone(&micros), Rc::clone(&failed), self.items);
            local.spawn_local(async move {
                while next.get() < end && failed.borrow().is_none() {
                    let number = next.replace(next.get() + 1);
                    let began = Instant::now();
                    match act(Rc::clone(&client), number, random.usize(..items)).await {
                        Ok(()) => {
                            let took = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
                            micros.borrow_mut().push(took);
                        }
                        Err(error) => {
                            failed.borrow_mut().get_or_insert(error);
                        }
                    }
                }
            });
        }
        local.await;
        match failed.take() {
            Some(error) => Err(error),
            None => Ok(micros.take()),
        }
    }
}
