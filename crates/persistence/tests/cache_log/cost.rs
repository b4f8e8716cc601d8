//! What the log costs. Run by hand:
//! `./test -p tradewind-persistence --test cache_log --run-ignored only --no-capture what_the_log_costs`
use crate::world::{self, World, plain};
use sea_orm::{ConnectionTrait, Database, Statement};
use std::time::{Duration, Instant};
use tradewind_persistence::{
    cache_log::{CacheLog, Kind, logged_tables},
    write::{self, Shop},
};
use tradewind_testkit::Backend;

const BLOCKS: u32 = 6;
const ROUNDS: u32 = 16;
const WARM: u32 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Without,
    Logged,
    Bulk,
}

async fn save(world: &World, first: u32, many: u32, round: u32, mode: Mode) -> Duration {
    let mut products: Vec<_> = (first..first + many).map(plain).collect();
    products.iter_mut().for_each(|product| product.title = format!("Shirt {round} {mode:?}"));
    let began = Instant::now();
    let tx = world.db.begin_write().await.unwrap();
    if mode == Mode::Bulk {
        tx.bulk(&[Kind::Product]).await.unwrap();
    }
    let shop = Shop::load(&tx).await.unwrap();
    write::save_products(&tx, &shop, &products).await.unwrap();
    tx.commit().await.unwrap();
    began.elapsed()
}

async fn switch(world: &World, how: &str) {
    let tables = logged_tables(world.db.backend());
    let text: Vec<String> = tables
        .flat_map(|(table, _)| {
            ["insert", "update", "delete"].map(|event| format!("ALTER TABLE {table} {how} TRIGGER cache_log_{event}"))
        })
        .collect();
    world.test_db.sabotage(&text.join(";")).await;
}

async fn figure(world: &World, sql: &str) -> i64 {
    let db = Database::connect(world.test_db.url()).await.unwrap();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let figure = row.unwrap().try_get_by_index(0).unwrap();
    db.close().await.unwrap();
    figure
}

#[tokio::test]
#[ignore = "a measurement"]
async fn what_the_log_costs() {
    for world in world::each().await {
        let postgres = world.backend() == Backend::Postgres;
        for many in [1, 100] {
            for round in 0..5 {
                save(&world, 0, many, round, Mode::Logged).await;
            }
            let modes =
                if postgres { &[Mode::Without, Mode::Logged, Mode::Bulk][..] } else { &[Mode::Logged, Mode::Bulk] };
            let mut times = vec![Vec::new(); modes.len()];
            // In blocks by turns, so that what else the machine does hits all alike; a switched trigger makes every plan
            // new, so each block begins with rounds that do not count.
            for block in 0..BLOCKS {
                for (mode, times) in modes.iter().zip(&mut times) {
                    if postgres && *mode == Mode::Without {
                        switch(&world, "DISABLE").await;
                    }
                    for round in 0..ROUNDS {
                        let time = save(&world, 0, many, block * ROUNDS + round, *mode).await;
                        times.extend((round >= WARM).then_some(time));
                    }
                    if postgres && *mode == Mode::Without {
                        switch(&world, "ENABLE ALWAYS").await;
                    }
                }
            }
            for (mode, times) in modes.iter().zip(&mut times) {
                times.sort();
                println!("{} {many} products {mode:?}: median {:?}", world.backend(), times[times.len() / 2]);
            }
            world.test_db.sabotage("DELETE FROM cache_log").await;
            save(&world, 0, many, 1000, Mode::Logged).await;
            let rows = figure(&world, "SELECT CAST(count(*) AS bigint) FROM cache_log").await;
            println!("{} {many} products: {rows} rows of the log", world.backend());
        }
        if postgres {
            world.test_db.sabotage("VACUUM FULL cache_log").await;
            let bytes =
                figure(&world, "SELECT pg_total_relation_size('cache_log') / (SELECT count(*) FROM cache_log)").await;
            println!("{bytes} bytes a row with its index");
        }
        let log = CacheLog::open(&tradewind_persistence::DbConfig::new(world.test_db.url())).unwrap();
        let mut since = log.poll(None).await.unwrap().xmin;
        let mut polls: Vec<Duration> = Vec::new();
        for _ in 0..500 {
            let began = Instant::now();
            since = log.poll(Some(since)).await.unwrap().xmin;
            polls.push(began.elapsed());
        }
        polls.sort();
        println!("{}: idle poll median {:?}, p99 {:?}", world.backend(), polls[250], polls[495]);
    }
}
