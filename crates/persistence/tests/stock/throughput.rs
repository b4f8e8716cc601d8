//! Holds per second of 32 clients, with everything flushed to the disk, beside the same statements by hand. Run it by hand:
//! `scripts/with-services --durable cargo test --release -p tradewind-persistence --test stock -- --ignored --nocapture holds`
use crate::{
    market::{hold, line},
    world::{self, World, channel_id, now, plain, variant_id, warehouse_id},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio_postgres::{Client, NoTls, Statement};
use tradewind_persistence::{
    Db, DbConfig,
    write::{End, Line, NewHold, Reserved, reserve, transact},
};
use tradewind_testkit::Backend;
use uuid::Uuid;

const CLIENTS: u32 = 32;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;
const PRODUCTS: u32 = 1000;

/// Which variant the n-th hold is of.
#[derive(Clone, Copy, Debug)]
enum Demand {
    /// Any of a thousand.
    Spread,
    /// One for all.
    Hot,
}

impl Demand {
    fn variant(self, number: u32) -> Uuid {
        match self {
            // Neighbours in time are far apart.
            Self::Spread => variant_id(number.wrapping_mul(7919) % PRODUCTS, 1),
            Self::Hot => variant_id(0, 1),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, for release builds"]
async fn holds_per_second() {
    for world in world::each().await {
        if world.backend() == Backend::Sqlite {
            continue;
        }
        println!("fsync = {}", crate::market::texts(&world, "SELECT current_setting('fsync') AS line").await[0]);
        fill(&world).await;
        for demand in [Demand::Spread, Demand::Hot] {
            let mut rates = [vec![], vec![], vec![]];
            for _ in 0..ROUNDS {
                rates[0].push(ours(&world, demand).await);
                rates[1].push(floor(&world, demand, true).await);
                rates[2].push(floor(&world, demand, false).await);
            }
            rates.iter_mut().for_each(|rates| rates.sort_by(f64::total_cmp));
            let [ours, floor, silent] = rates.map(|rates| rates[ROUNDS / 2]);
            println!(
                "{demand:?}: {ours:.0} holds/s; by hand {floor:.0}/s (ratio {:.2}), by hand without NOTIFY {silent:.0}/s",
                ours / floor
            );
        }
        crate::market::is_exact(&world).await;
    }
}

async fn fill(world: &World) {
    let mut products: Vec<_> = (0..PRODUCTS).map(plain).collect();
    products.iter_mut().for_each(|product| product.variants[0].stock[0].on_hand = 100_000_000);
    for some in products.chunks(250) {
        world.save(some).await;
    }
}

/// Every hold has a number of its own, also between rounds.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Per second, of clients that each do one after the other.
async fn measure<F: Future<Output = u32> + Send + 'static>(client: impl Fn(Arc<AtomicBool>) -> F) -> f64 {
    let is_over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client(Arc::clone(&is_over)))).collect();
    let began = Instant::now();
    tokio::time::sleep(ROUND).await;
    is_over.store(true, Relaxed);
    let mut done = 0;
    for client in clients {
        done += client.await.unwrap();
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}

async fn ours(world: &World, demand: Demand) -> f64 {
    let db = Db::connect(&DbConfig { max_connections: CLIENTS, ..DbConfig::new(world.test_db.url()) }).await.unwrap();
    let rate = measure(|is_over| {
        let db = db.clone();
        async move {
            let mut done = 0;
            while !is_over.load(Relaxed) {
                let number = NEXT.fetch_add(1, Relaxed);
                let outcome = transact(&db, |tx| async move {
                    let held = reserve(&tx, &hold_of(number), &[line_of(demand, number)], now()).await?;
                    Ok(End::Commit(tx, held))
                });
                assert!(matches!(outcome.await.unwrap().value, Reserved::Held(_)));
                done += 1;
            }
            done
        }
    });
    let rate = rate.await;
    db.close().await;
    rate
}

fn line_of(demand: Demand, number: u32) -> Line {
    Line { variant_id: demand.variant(number), ..line(1, 1) }
}

fn hold_of(number: u32) -> NewHold {
    NewHold { channel_id: channel_id(0), ..hold(number) }
}

const LOCK: &str = "SELECT on_hand, reserved FROM stock_levels WHERE variant_id = $1 ORDER BY warehouse_id
    FOR NO KEY UPDATE";
const WRITE: &str = "WITH moved AS (UPDATE stock_levels SET reserved = reserved + 1
        WHERE variant_id = $1 AND warehouse_id = $2 AND on_hand - reserved >= 1 RETURNING 1),
    noted AS (INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change,
        reference_kind, reference_id, at) VALUES ($1, $2, 'reserve', 0, 1, 'hold', $3, $4)),
    held AS (INSERT INTO holds VALUES ($3, 'checkout', $3, 'active', $5, $4)),
    lines AS (INSERT INTO hold_lines VALUES ($3, 1, $1, $2, 1, 0))
    SELECT count(*) FROM moved";
const NOTIFY: &str = "SELECT pg_notify('tradewind_stock_changed', $1)";

struct Hand {
    client: Client,
    lock: Statement,
    write: Statement,
    notify: Option<Statement>,
}

impl Hand {
    async fn connect(url: String, notifies: bool) -> Self {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("SET plan_cache_mode = force_generic_plan; SET jit = off").await.unwrap();
        let (lock, write) = (client.prepare(LOCK).await.unwrap(), client.prepare(WRITE).await.unwrap());
        let notify = if notifies { Some(client.prepare(NOTIFY).await.unwrap()) } else { None };
        Self { client, lock, write, notify }
    }

    async fn hold(&self, variant: Uuid, number: u32) {
        let hold = hold(number);
        self.client.batch_execute("BEGIN").await.unwrap();
        self.client.query(&self.lock, &[&variant]).await.unwrap();
        let moved = self
            .client
            .query_one(&self.write, &[&variant, &warehouse_id(1), &hold.id, &now(), &hold.expires_at])
            .await
            .unwrap();
        assert_eq!(moved.get::<_, i64>(0), 1);
        if let Some(notify) = &self.notify {
            self.client.query(notify, &[&variant.simple().to_string()]).await.unwrap();
        }
        self.client.batch_execute("COMMIT").await.unwrap();
    }
}

async fn floor(world: &World, demand: Demand, notifies: bool) -> f64 {
    let url = world.test_db.url().to_owned();
    let rate = measure(move |is_over| {
        let url = url.clone();
        async move {
            let hand = Hand::connect(url, notifies).await;
            let mut done = 0;
            while !is_over.load(Relaxed) {
                let number = NEXT.fetch_add(1, Relaxed);
                hand.hold(demand.variant(number), number).await;
                done += 1;
            }
            done
        }
    });
    rate.await
}
