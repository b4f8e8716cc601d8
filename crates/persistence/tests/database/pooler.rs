//! PgBouncer in transaction mode: 1.21 or newer works, an unfit one is refused with the way out.
//! `./test` starts them where they can be had; each variable names one.
use tradewind_persistence::{Db, DbConfig, DbError, read::channel::all_channels};

fn pooler(variable: &str) -> Option<String> {
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        eprintln!("SKIPPED: {variable} is not set; ./test sets it where that PgBouncer can be had");
    }
    url
}

async fn is_refused(variable: &str) {
    let Some(url) = pooler(variable) else { return };
    match Db::connect(&DbConfig::new(url)).await {
        Err(DbError::Setup(message)) => assert!(message.contains("max_prepared_statements"), "{message}"),
        other => panic!("{variable} must be refused, but: {other:?}"),
    }
}

#[tokio::test]
async fn an_old_pgbouncer_is_refused() {
    is_refused("PGBOUNCER_OLD_URL").await;
}

#[tokio::test]
async fn a_pgbouncer_without_prepared_statements_is_refused() {
    is_refused("PGBOUNCER_UNPREPARED_URL").await;
}

/// More tasks than server connections, several texts by turns: an unfit pooler fails here at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_pgbouncer_works() {
    let Some(url) = pooler("PGBOUNCER_URL") else { return };
    let db = Db::connect(&DbConfig::new(url)).await.unwrap();
    assert_eq!(db.statement_timeout().await.unwrap().as_deref(), Some("8s"), "connect_query of the deployed file");
    tradewind_persistence::migrate(&db).await.unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    all_channels(&db).await.unwrap();
                    tradewind_persistence::read::collection::collection_count(&db).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
