//! What the protocol stands on, on a real primary with real replicas, and how replicas are read.
#![cfg(unix)]
use crate::world::{self, World, customer_id};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::time::Duration;
use tradewind_persistence::{
    Db, DbConfig, Route,
    cache_log::{CacheLog, tag},
    migrate,
    read::customer::authors_by_ids,
};
use tradewind_testkit::Cluster;

const ATTEMPTS: usize = 600;
const PAUSE: Duration = Duration::from_millis(20);

async fn open(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn text(db: &DatabaseConnection, sql: &str) -> String {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

async fn number(db: &DatabaseConnection, sql: &str) -> u64 {
    text(db, &format!("SELECT ({sql})::text")).await.parse().unwrap()
}

async fn shop(cluster: &Cluster, replicas: Vec<String>) -> Db {
    let db = Db::connect(&DbConfig { replicas, ..DbConfig::new(cluster.primary_url()) }).await.unwrap();
    migrate(&db).await.unwrap();
    World::fill(&db).await;
    db
}

fn rename(name: &str) -> String {
    format!("UPDATE customers SET display_name = '{name}' WHERE id = '{}'", customer_id(0))
}

const NAME: &str = "SELECT display_name FROM customers WHERE email = 'customer-0@example.com'";

/// E1: ids are taken before the commit. Whoever remembers the highest one misses the lower one that commits later; a
/// poll does not.
#[tokio::test]
async fn a_transaction_that_commits_out_of_order_is_told() {
    for world in
        world::each().await.into_iter().filter(|world| world.test_db.backend() == tradewind_testkit::Backend::Postgres)
    {
        let log = CacheLog::open(&DbConfig::new(world.test_db.url())).unwrap();
        let start = log.poll(None).await.unwrap();
        let (early, late) = (open(world.test_db.url()).await, open(world.test_db.url()).await);
        early.execute_unprepared("BEGIN").await.unwrap();
        early.execute_unprepared(&rename("early")).await.unwrap();
        let xid = number(&early, "pg_current_xact_id()").await;
        let other = format!("UPDATE customers SET display_name = 'late' WHERE id = '{}'", customer_id(1));
        late.execute_unprepared(&other).await.unwrap();
        let first = log.poll(Some(start.xmin)).await.unwrap();
        assert_eq!(first.changes.len(), 1);
        let (highest, told) = first.changes[0];
        assert_eq!(told, tag(&["customer:", &customer_id(1).to_string()]));
        assert!(highest > xid, "the later transaction committed first");
        assert_eq!(first.xmin, xid, "and the open one holds the answer back");
        assert!(first.oldest_write_age.is_some());
        assert_eq!(log.poll(Some(first.xmin)).await.unwrap().changes, [], "each change is told once");
        early.execute_unprepared("COMMIT").await.unwrap();
        let second = log.poll(Some(first.xmin)).await.unwrap();
        assert_eq!(second.changes, [(xid, tag(&["customer:", &customer_id(0).to_string()]))]);
        assert!(second.xmin > highest && second.oldest_write_age.is_none(), "{second:?}");
        // Another reader, or one whose connection was lost, asks by number alone.
        let fresh = CacheLog::open(&DbConfig::new(world.test_db.url())).unwrap().poll(Some(first.xmin)).await.unwrap();
        let mut xids: Vec<u64> = fresh.changes.iter().map(|(xid, _)| *xid).collect();
        xids.sort_unstable();
        assert_eq!(xids, [xid, highest]);
    }
}

/// E2: a commit is in the log of the disk before anybody can see it, so a position there is no proof of having read it.
/// The snapshot is.
#[tokio::test]
async fn a_commit_that_waits_for_a_replica_is_flushed_and_not_visible() {
    let Some(mut cluster) = Cluster::start().await else { return };
    cluster.add_replica(&[]).await;
    let db = shop(&cluster, Vec::new()).await;
    let (writer, observer) = (open(&cluster.primary_url()).await, open(&cluster.primary_url()).await);
    let settings = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'";
    observer.execute_unprepared(settings).await.unwrap();
    observer.execute_unprepared("SELECT pg_reload_conf()").await.unwrap();
    while text(&observer, "SELECT current_setting('synchronous_standby_names')").await != "nobody" {
        tokio::time::sleep(PAUSE).await;
    }
    writer.execute_unprepared("BEGIN").await.unwrap();
    writer.execute_unprepared(&rename("new")).await.unwrap();
    let xid = number(&writer, "pg_current_xact_id()").await;
    let before = text(&observer, "SELECT pg_current_wal_flush_lsn()::text").await;
    let commit = tokio::spawn(async move { writer.execute_unprepared("COMMIT").await });
    let waits = "SELECT count(*)::text FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while text(&observer, waits).await == "0" {
        tokio::time::sleep(PAUSE).await;
    }
    let after = text(&observer, "SELECT pg_current_wal_flush_lsn()::text").await;
    assert_ne!(before, after, "the commit is on the disk");
    assert_eq!(text(&observer, NAME).await, "Customer 0", "and nobody sees it");
    let log = CacheLog::open(&DbConfig::new(cluster.primary_url())).unwrap();
    let poll = log.poll(None).await.unwrap();
    assert!(poll.xmin <= xid && poll.changes.iter().all(|(other, _)| *other != xid), "{xid} {poll:?}");
    observer.execute_unprepared("ALTER SYSTEM RESET synchronous_standby_names").await.unwrap();
    observer.execute_unprepared("SELECT pg_reload_conf()").await.unwrap();
    commit.await.unwrap().unwrap();
    let poll = log.poll(Some(poll.xmin)).await.unwrap();
    assert!(
        poll.xmin > xid && poll.changes.contains(&(xid, tag(&["customer:", &customer_id(0).to_string()]))),
        "{xid} {poll:?}"
    );
    assert_eq!(text(&observer, NAME).await, "new");
    db.close().await;
}

/// E3: on a replica the list of open transactions is empty, so `pg_visible_in_snapshot` says yes too early. E4: its xmin
/// passes a transaction exactly when its rows can be read.
#[tokio::test]
async fn the_xmin_of_a_late_replica_tells_the_truth() {
    let Some(mut cluster) = Cluster::start().await else { return };
    cluster.add_replica(&["recovery_min_apply_delay=3s"]).await;
    let db = shop(&cluster, vec![cluster.replica_url(0)]).await;
    let (primary, replica) = (open(&cluster.primary_url()).await, open(&cluster.replica_url(0)).await);
    let replayed = text(&primary, "SELECT pg_current_wal_lsn()::text").await;
    until(&replica, &format!("SELECT (pg_last_wal_replay_lsn() >= '{replayed}')::text"), "true").await;
    // Open on both sides: the write below has a higher id and commits first.
    let open_writer = open(&cluster.primary_url()).await;
    open_writer.execute_unprepared("BEGIN").await.unwrap();
    open_writer
        .execute_unprepared("UPDATE customers SET display_name = 'open' WHERE email LIKE 'customer-1@%'")
        .await
        .unwrap();
    let open_xid = number(&open_writer, "pg_current_xact_id()").await;
    primary.execute_unprepared("BEGIN").await.unwrap();
    primary.execute_unprepared(&rename("new")).await.unwrap();
    let xid = number(&primary, "pg_current_xact_id()").await;
    primary.execute_unprepared("COMMIT").await.unwrap();
    open_writer.execute_unprepared("ROLLBACK").await.unwrap();
    assert!(open_xid < xid);
    let mut held_back = 0;
    for attempt in 0.. {
        assert!(attempt < ATTEMPTS, "the replica never replays");
        // The state first: what is read after it must be at least as new.
        let state = db.replica_xmin(0).await.unwrap();
        let row = text(&replica, NAME).await;
        if state.xmin > xid {
            assert_eq!(row, "new", "xmin {} passed {xid} before its row", state.xmin);
            break;
        }
        held_back += usize::from(row == "Customer 0");
        let list = "SELECT split_part(pg_current_snapshot()::text, ':', 3)";
        assert_eq!(text(&replica, list).await, "", "a replica lists no open transactions");
        tokio::time::sleep(PAUSE).await;
    }
    assert!(held_back > 10, "the old row was seen {held_back} times while the xmin held back");
    // The trap: one is open, a later one is replayed, and the list says that the open one is visible. The xmin does not.
    let trapped = "UPDATE customers SET display_name = 'open' WHERE email LIKE 'customer-1@%'";
    open_writer.execute_unprepared("BEGIN").await.unwrap();
    open_writer.execute_unprepared(trapped).await.unwrap();
    let open_xid = number(&open_writer, "pg_current_xact_id()").await;
    primary.execute_unprepared(&rename("newer")).await.unwrap();
    until(&replica, NAME, "newer").await;
    let visible = format!("SELECT pg_visible_in_snapshot('{open_xid}', pg_current_snapshot())::text");
    assert_eq!(text(&replica, &visible).await, "true");
    assert_ne!(text(&replica, &NAME.replace("-0@", "-1@")).await, "open");
    assert!(db.replica_xmin(0).await.unwrap().xmin <= open_xid);
    open_writer.execute_unprepared("ROLLBACK").await.unwrap();
    db.close().await;
}

async fn until(db: &DatabaseConnection, sql: &str, expected: &str) {
    for _ in 0..ATTEMPTS {
        if text(db, sql).await == expected {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("never {expected}: {sql}");
}

#[tokio::test]
async fn each_replica_is_read_by_itself_and_a_promoted_one_is_another_history() {
    let Some(mut cluster) = Cluster::start().await else { return };
    cluster.add_replica(&[]).await;
    cluster.add_replica(&[]).await;
    let urls = vec![cluster.replica_url(0), cluster.replica_url(1)];
    let db = shop(&cluster, urls).await;
    assert_eq!(db.replica_count(), 2);
    let (primary, first) = (open(&cluster.primary_url()).await, open(&cluster.replica_url(0)).await);
    let log = CacheLog::open(&DbConfig::new(cluster.primary_url())).unwrap();
    let start = log.poll(None).await.unwrap();
    for replica in 0..2 {
        let state = caught_up(&db, replica, start.xmin).await;
        assert_eq!(state.epoch, start.epoch, "the replica follows the primary's history");
        assert!(state.lag.is_some(), "{state:?}");
    }
    // The first one stands still: it is read as it is, and the others go on.
    first.execute_unprepared("SELECT pg_wal_replay_pause()").await.unwrap();
    until(&first, "SELECT pg_get_wal_replay_pause_state()", "paused").await;
    primary.execute_unprepared(&rename("new")).await.unwrap();
    let poll = log.poll(Some(start.xmin)).await.unwrap();
    caught_up(&db, 1, poll.xmin).await;
    let name = async |db: &Db| authors_by_ids(db, vec![customer_id(0)]).await.unwrap()[0].display_name.clone();
    let request = db.pipelined();
    assert_eq!(name(&request.on(Route::Replica(0))).await, "Customer 0");
    assert_eq!(name(&request.on(Route::Replica(1))).await, "new");
    assert_eq!(name(&request.on(Route::Replica(1)).on(Route::Primary)).await, "new");
    assert_eq!(name(&request.on(Route::Replica(7))).await, "new", "one that is not there is the primary");
    let behind = db.replica_xmin(0).await.unwrap();
    assert!(behind.xmin <= poll.changes[0].0, "{behind:?} {poll:?}");
    db.replica_xmin(7).await.unwrap_err();
    // Writing is the primary's, wherever the reads go.
    let tx = request.on(Route::Replica(0)).begin_write().await.unwrap();
    tx.bulk(&[]).await.unwrap();
    tx.commit().await.unwrap();
    // The second one takes over: another timeline, another epoch, on a connection of its own.
    cluster.kill_primary();
    assert!(log.poll(Some(poll.xmin)).await.is_err());
    let second = open(&cluster.replica_url(1)).await;
    second.execute_unprepared("SELECT pg_promote(true)").await.unwrap();
    let promoted = CacheLog::open(&DbConfig::new(cluster.replica_url(1))).unwrap().poll(None).await.unwrap();
    assert_ne!(promoted.epoch, poll.epoch);
    assert_eq!(db.replica_xmin(1).await.unwrap().epoch, promoted.epoch);
    assert_eq!(db.replica_xmin(0).await.unwrap().epoch, poll.epoch, "the other one has not heard of it");
    // A replica is no place to read the log from: nobody could tell how old it is.
    assert!(CacheLog::open(&DbConfig::new(cluster.replica_url(0))).unwrap().poll(None).await.is_err());
    db.close().await;
}

async fn caught_up(db: &Db, replica: usize, xmin: u64) -> tradewind_persistence::ReplicaState {
    for _ in 0..ATTEMPTS {
        let state = db.replica_xmin(replica).await.unwrap();
        if state.xmin >= xmin {
            return state;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("replica {replica} never reaches {xmin}");
}
