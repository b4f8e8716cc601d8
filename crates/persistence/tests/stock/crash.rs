//! A connection that is killed in the middle leaves nothing half done.
use crate::{
    market::{held, hold, is_exact, levels, line, stocked, texts},
    world::{self, World, now},
};
use tradewind_domain::stock::StockPolicy::Deny;
use tradewind_persistence::{
    Db, DbConfig, DbError,
    write::{End, Reserved, commit_hold, reserve, transact},
};
use tradewind_testkit::Backend;

const KILL_OPEN: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'";
/// A third of those that are in a transaction.
const KILL_SOME: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND random() < 0.33";

async fn on_postgresql() -> Vec<World> {
    let mut worlds = world::each().await;
    worlds.retain(|world| world.backend() == Backend::Postgres);
    worlds
}

async fn rows(world: &World) -> Vec<String> {
    texts(
        world,
        "SELECT CAST(count(*) AS text) AS line FROM holds UNION ALL SELECT CAST(count(*) AS text) FROM hold_lines
         UNION ALL SELECT CAST(count(*) AS text) FROM stock_movements",
    )
    .await
}

#[tokio::test]
async fn a_killed_reservation_never_was() {
    for world in on_postgresql().await {
        stocked(&world, Deny, &[&[6], &[9]]).await;
        let before = rows(&world).await;
        let tx = world.db.begin_write().await.unwrap();
        // Also what cards say was changed.
        assert!(matches!(reserve(&tx, &hold(1), &[line(1, 3), line(2, 9)], now()).await, Ok(Reserved::Held(_))));
        world.test_db.sabotage(KILL_OPEN).await;
        let outcome = tx.commit().await;
        assert!(matches!(outcome, Err(DbError::Unavailable(_))), "{outcome:?}");
        assert_eq!((levels(&world).await, rows(&world).await), (vec!["6/0".into(), "9/0".into()], before));
        is_exact(&world).await;
        held(&world.db, hold(1), &[line(1, 3), line(2, 9)]).await;
        let tx = world.db.begin_write().await.unwrap();
        commit_hold(&tx, hold(1).id, None, now()).await.unwrap();
        world.test_db.sabotage(KILL_OPEN).await;
        tx.commit().await.unwrap_err();
        assert_eq!(levels(&world).await, ["6/3", "9/9"]);
        assert_eq!(texts(&world, "SELECT state AS line FROM holds").await, ["active"]);
        is_exact(&world).await;
    }
}

/// What somebody saw of a purchase whose connection may die at any moment.
enum Seen {
    Held,
    Refused,
    /// It may have happened or not.
    Nothing,
}

async fn try_to_buy(db: Db, number: u32) -> Seen {
    let outcome = transact(&db, |tx| async move {
        Ok(match reserve(&tx, &hold(number), &[line(1, 1), line(2, 1)], now()).await? {
            Reserved::Held(_) => End::Commit(tx, true),
            Reserved::Refused(_) => End::RollBack(tx, false),
        })
    });
    match outcome.await {
        Ok(done) if done.value => Seen::Held,
        Ok(_) => Seen::Refused,
        Err(_) => Seen::Nothing,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_the_figures_still_agree() {
    for world in on_postgresql().await {
        stocked(&world, Deny, &[&[100], &[100]]).await;
        let db = Db::connect(&DbConfig { max_connections: 12, ..DbConfig::new(world.test_db.url()) }).await.unwrap();
        let buyers: Vec<_> = (0..300).map(|number| tokio::spawn(try_to_buy(db.clone(), number))).collect();
        let (mut seen_held, mut refused, mut unknown) = (0, 0, 0);
        for (number, buyer) in buyers.into_iter().enumerate() {
            if number % 8 == 0 {
                world.test_db.sabotage(KILL_SOME).await;
            }
            match buyer.await.unwrap() {
                Seen::Held => seen_held += 1,
                Seen::Refused => refused += 1,
                Seen::Nothing => unknown += 1,
            }
        }
        let holds: usize = texts(&world, "SELECT CAST(count(*) AS text) AS line FROM holds").await[0].parse().unwrap();
        println!("{seen_held} held, {refused} refused, {unknown} not told; {holds} holds");
        assert!(seen_held <= holds && holds <= 100);
        assert!(refused == 0 || holds == 100, "nobody is refused while there is stock");
        assert_eq!(levels(&world).await, vec![format!("100/{holds}"); 2]);
        is_exact(&world).await;
    }
}
