//! Ends of holds that meet.
use crate::{
    market::{commit, held, hold, hold_id, is_exact, later, levels, line, release, stocked},
    world::{self, World},
};
use std::collections::BTreeSet;
use tradewind_domain::stock::StockPolicy::Deny;
use tradewind_persistence::{
    Db, DbConfig,
    write::{HoldEnd, HoldState, expire_holds},
};

const HOLDS: u32 = 40;

/// Holds of two units of each of two variants.
async fn world_with_holds(world: &World) {
    stocked(world, Deny, &[&[100], &[100]]).await;
    for number in 0..HOLDS {
        held(&world.db, hold(number), &[line(1, 2), line(2, 2)]).await;
    }
}

async fn another(world: &World) -> Db {
    Db::connect(&DbConfig::new(world.test_db.url())).await.unwrap()
}

/// Until nothing is overdue; which holds it ended.
async fn sweep(db: Db) -> Vec<uuid::Uuid> {
    let mut ended = Vec::new();
    loop {
        let some = expire_holds(&db, later(15), 7).await.unwrap().value;
        if some.is_empty() {
            return ended;
        }
        ended.extend(some);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_sold_or_expires_and_never_both() {
    for world in world::each().await {
        world_with_holds(&world).await;
        let sweepers = [another(&world).await, another(&world).await].map(|db| tokio::spawn(sweep(db)));
        let sellers: Vec<_> = (0..HOLDS)
            .rev()
            .map(|number| {
                let db = world.db.clone();
                tokio::spawn(async move { commit(&db, number).await.value })
            })
            .collect();
        let mut sold = BTreeSet::new();
        for (number, seller) in (0..HOLDS).rev().zip(sellers) {
            match seller.await.unwrap() {
                HoldEnd::Done => assert!(sold.insert(hold_id(number))),
                end => assert_eq!(end, HoldEnd::Before(HoldState::Expired)),
            }
        }
        let mut expired = Vec::new();
        for sweeper in sweepers {
            expired.extend(sweeper.await.unwrap());
        }
        println!("{}: {} sold, {} expired", world.backend(), sold.len(), expired.len());
        assert_eq!(sold.len() + expired.len(), HOLDS as usize);
        assert!(expired.iter().all(|id| !sold.contains(id)));
        let left = 100 - 2 * sold.len();
        assert_eq!(levels(&world).await, vec![format!("{left}/0"); 2], "{}", world.backend());
        is_exact(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sweepers_at_once_give_back_once() {
    for world in world::each().await {
        world_with_holds(&world).await;
        let sweepers = [another(&world).await, another(&world).await].map(|db| tokio::spawn(sweep(db)));
        let mut ended = Vec::new();
        for sweeper in sweepers {
            ended.extend(sweeper.await.unwrap());
        }
        ended.sort();
        assert_eq!(ended, (0..HOLDS).map(hold_id).collect::<Vec<_>>(), "{}", world.backend());
        assert_eq!(levels(&world).await, ["100/0", "100/0"]);
        is_exact(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_releases_one_gives_back() {
    for world in world::each().await {
        world_with_holds(&world).await;
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let db = world.db.clone();
                tokio::spawn(async move { release(&db, 1).await.value })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            match task.await.unwrap() {
                HoldEnd::Done => done += 1,
                end => assert_eq!(end, HoldEnd::Before(HoldState::Released)),
            }
        }
        assert_eq!(done, 1, "{}", world.backend());
        assert_eq!(levels(&world).await, ["100/78", "100/78"]);
        is_exact(&world).await;
    }
}
