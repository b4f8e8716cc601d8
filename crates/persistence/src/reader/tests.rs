//! Who shares a connection with whom, and what becomes of it, on a real server.
use super::traffic::WARM;
use crate::{Db, DbConfig, DbError, row::row, sql::fetch_text};
use futures_util::future::join_all;
use std::{borrow::Cow, collections::HashSet, time::Duration};
use tradewind_testkit::TestDb;

row! {
    struct Backend {
        pid: i32,
    }
}

async fn pid(db: &Db, text: &'static str) -> Result<i32, DbError> {
    let rows: Vec<Backend> = fetch_text(db, "test", Cow::Borrowed(text), Vec::new()).await?;
    Ok(rows[0].pid)
}

const PID: &str = "SELECT pg_backend_pid()";
const SLOW: &str = "SELECT pg_backend_pid() FROM pg_sleep(0.4)";

async fn pids(dbs: &[Db], text: &'static str) -> HashSet<i32> {
    join_all(dbs.iter().map(|db| pid(db, text))).await.into_iter().map(|pid| pid.unwrap()).collect()
}

async fn postgres() -> Option<(TestDb, Db)> {
    let test = TestDb::postgres().await?;
    let db = Db::connect(&DbConfig::new(test.url())).await.unwrap();
    Some((test, db))
}

#[tokio::test]
async fn statements_of_a_request_share_a_connection() {
    let Some((_test, db)) = postgres().await else { return };
    let request = db.pipelined();
    assert_eq!(pids(&vec![request.clone(); 5], PID).await.len(), 1);
    assert_eq!(pids(&vec![request.aside(); 5], SLOW).await.len(), 5, "unless they step aside");
    assert_eq!(db.connections().open, db.connections().idle, "all came back");
}

#[tokio::test]
async fn requests_share_the_warm_connections_but_not_slow_ones() {
    let Some((_test, db)) = postgres().await else { return };
    let requests: Vec<Db> = (0..4 * *WARM).map(|_| db.pipelined()).collect();
    pids(&vec![db.clone(); *WARM], SLOW).await; // opens them
    assert!(pids(&requests, PID).await.len() <= *WARM);

    let slow = requests[..*WARM].iter().map(|db| pid(db, SLOW));
    let late = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        pid(&requests[*WARM], PID).await.unwrap()
    };
    let (slow, late) = tokio::join!(join_all(slow), late);
    let slow: Vec<i32> = slow.into_iter().map(Result::unwrap).collect();
    assert!(!slow.contains(&late), "nobody waits behind a slow statement");
}

#[tokio::test]
async fn an_abandoned_statement_that_ends_soon_costs_no_connection() {
    let Some((_test, db)) = postgres().await else { return };
    let request = db.pipelined();
    let before = pid(&request, PID).await.unwrap();
    let abandoned = pid(&request, "SELECT pg_backend_pid() FROM pg_sleep(0.03)");
    assert!(tokio::time::timeout(Duration::from_millis(5), abandoned).await.is_err());
    assert_eq!(pid(&request, PID).await.unwrap(), before, "the next one waits behind it");
    assert_eq!(db.connections().open, 1);
}

#[tokio::test]
async fn whoever_shares_with_a_cancelled_statement_is_answered() {
    let Some((_test, db)) = postgres().await else { return };
    let request = db.pipelined();
    pid(&request, PID).await.unwrap();
    let abandoned = pid(&request, "SELECT pg_backend_pid() FROM pg_sleep(600)");
    let abandoned = tokio::time::timeout(Duration::from_millis(20), abandoned);
    let behind = join_all((0..20).map(|_| pid(&request, "SELECT pg_backend_pid() FROM pg_sleep(0.01)")));
    let (abandoned, behind) = tokio::join!(abandoned, behind);
    assert!(abandoned.is_err());
    for answer in behind {
        answer.expect("asked again on another connection, or never noticed");
    }
}

#[tokio::test]
async fn a_read_whose_connection_is_lost_is_asked_again() {
    let Some((test, db)) = postgres().await else { return };
    let request = db.pipelined();
    let victim = pid(&request, PID).await.unwrap();
    let killed = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        test.sabotage(&format!("SELECT pg_terminate_backend({victim})")).await;
    };
    let (answer, ()) = tokio::join!(pid(&request, SLOW), killed);
    assert_ne!(answer.unwrap(), victim);
}

#[tokio::test]
async fn a_migration_under_way_spoils_no_statement() {
    let Some((test, db)) = postgres().await else { return };
    test.sabotage("CREATE TABLE grows (pid integer); INSERT INTO grows VALUES (7)").await;
    assert_eq!(pid(&db, "SELECT * FROM grows").await.unwrap(), 7);
    test.sabotage("ALTER TABLE grows ADD COLUMN more text").await;
    assert_eq!(pid(&db, "SELECT * FROM grows").await.unwrap(), 7);
}

#[tokio::test]
async fn an_address_with_everything_in_it_is_read_as_sqlx_does() {
    use sea_orm::sqlx::postgres::PgConnectOptions;
    use tokio_postgres::config::{Host, SslMode};
    let address = "postgres://us%20er:p%40ss@db.example:6432/shop?sslmode=verify-full&options=-c%20a%3Db";
    let options: PgConnectOptions = address.parse().unwrap();
    let config = super::config::of(&options, &DbConfig::new(address));
    assert_eq!(config.get_hosts(), [Host::Tcp("db.example".to_owned())]);
    assert_eq!(config.get_ports(), [6432]);
    assert_eq!((config.get_user(), config.get_dbname()), (Some("us er"), Some("shop")));
    assert_eq!(config.get_password(), Some(b"p@ss".as_slice()));
    assert_eq!((config.get_ssl_mode(), config.get_options()), (SslMode::Require, Some("-c a=b")));
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let options = "postgres://db.example/shop?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem".parse().unwrap();
    let refused = super::tls::connector(&options).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("`sslrootcert`") && refused.contains("/nowhere/ca.pem"), "{refused}");
}
