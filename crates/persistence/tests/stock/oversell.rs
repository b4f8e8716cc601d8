//! The law: of N units exactly N are sold, however many want them.
use crate::{
    market::{buy, hold, is_exact, levels, line, stocked},
    world::{self, World},
};
use tradewind_domain::stock::StockPolicy;
use tradewind_persistence::{
    Db, DbConfig,
    write::{Line, Reserved},
};
use tradewind_testkit::Backend;

/// Pools, as of several servers.
const POOLS: usize = 4;

/// What all buyers got.
#[derive(Debug, Default)]
struct Sales {
    held: usize,
    refused: usize,
    /// Transactions that began again.
    retries: u32,
}

/// All at once; `lines` says what each of them wants.
async fn rush(world: &World, buyers: u32, lines: impl Fn(u32) -> Vec<Line>) -> Sales {
    let mut pools = Vec::new();
    for _ in 0..POOLS {
        let config =
            DbConfig { acquire_timeout: std::time::Duration::from_secs(60), ..DbConfig::new(world.test_db.url()) };
        pools.push(Db::connect(&config).await.unwrap());
    }
    let buyer = |number: u32| {
        let (db, lines) = (pools[number as usize % POOLS].clone(), lines(number));
        tokio::spawn(async move { buy(&db, hold(number), &lines).await })
    };
    let tasks: Vec<_> = (0..buyers).map(buyer).collect();
    let mut sales = Sales::default();
    for task in tasks {
        let done = task.await.unwrap();
        sales.retries += done.retries;
        match done.value {
            Reserved::Held(_) => sales.held += 1,
            Reserved::Refused(_) => sales.refused += 1,
        }
    }
    println!("{}: {sales:?}", world.backend());
    for db in pools {
        db.close().await;
    }
    sales
}

/// Buyers and units: twice as many as there is, more on PostgreSQL.
fn size(world: &World) -> (u32, i64) {
    if world.backend() == Backend::Postgres { (200, 100) } else { (40, 20) }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_items_a_hundred_are_sold() {
    for world in world::each().await {
        let (buyers, units) = size(&world);
        stocked(&world, StockPolicy::Deny, &[&[units]]).await;
        let sales = rush(&world, buyers, |_| vec![line(1, 1)]).await;
        assert_eq!((sales.held, sales.refused), (units as usize, buyers as usize - units as usize));
        assert_eq!(levels(&world).await, [format!("{units}/{units}")], "{}", world.backend());
        is_exact(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lines_of_one_item_count_together() {
    for world in world::each().await {
        let (buyers, units) = size(&world);
        stocked(&world, StockPolicy::Deny, &[&[units]]).await;
        let sales = rush(&world, buyers, |_| vec![line(1, 1), line(1, 1)]).await;
        assert_eq!(sales.held, units as usize / 2, "{}", world.backend());
        assert_eq!(levels(&world).await, [format!("{units}/{units}")]);
        is_exact(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_in_opposite_order_do_not_deadlock() {
    for world in world::each().await {
        let (buyers, units) = size(&world);
        stocked(&world, StockPolicy::Deny, &[&[units], &[units], &[units]]).await;
        let sales = rush(&world, buyers, |number| {
            let mut lines = vec![line(1, 1), line(2, 1), line(3, 1)];
            lines.rotate_left(number as usize % 3);
            if number % 2 == 0 {
                lines.reverse();
            }
            lines
        })
        .await;
        assert_eq!((sales.held, sales.retries), (units as usize, 0), "{}", world.backend());
        assert_eq!(levels(&world).await, vec![format!("{units}/{units}"); 3]);
        is_exact(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_warehouses_are_emptied_exactly() {
    for world in world::each().await {
        let (buyers, units) = size(&world);
        // What lies in the third is not sold in this channel.
        stocked(&world, StockPolicy::Deny, &[&[units / 5 * 3, units / 5 * 2, 7], &[units, 0]]).await;
        // Twos, and a one for each of the other variant.
        let sales = rush(&world, buyers, |_| vec![line(2, 1), line(1, 2)]).await;
        assert_eq!(sales.held, units as usize / 2, "{}", world.backend());
        let (first, second) = (units / 5 * 3, units / 5 * 2);
        let expected =
            [format!("{first}/{first}"), format!("{second}/{second}"), "7/0".into(), format!("{units}/{}", units / 2)];
        assert_eq!(levels(&world).await[..4], expected);
        is_exact(&world).await;
    }
}
