//! Answers of the cache are compared with the database: a write that bypasses the log is found, and no other is blamed.
use crate::support::{TestServer, filled};
use serde_json::Value;
use tradewind_testkit::TestDb;

const LIST: &str = "{ products(first: 3, sort: TITLE) { nodes { title variants(first: 2) { nodes { sku } } } } }";
const ESCAPED: &str = r#"cache_sampler_mismatch_total{why="escaped"}"#;

/// Whole answers are not kept, so that each request asks the cache. Half of the batches are compared: of all of them, the
/// first of each request would be under way when the next one comes.
async fn start(data: &TestDb) -> TestServer {
    let settings = [("DATABASE_URL", data.url()), ("TRADEWIND_CACHE_ANSWERS", "0"), ("TRADEWIND_CACHE_SAMPLE", "0.5")];
    TestServer::start(&settings).await
}

/// The sum of what begins so.
async fn metric(server: &TestServer, beginning: &str) -> u64 {
    let text = server.scrape().await;
    let figures = text.lines().filter(|line| line.starts_with(beginning));
    figures.map(|line| line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok()).expect("a count")).sum()
}

async fn titles(server: &TestServer) -> String {
    let answer: Value = server.post(LIST).await.json().await.expect("JSON");
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["products"]["nodes"].to_string()
}

/// Asks until something of the answers was found to have escaped.
async fn until_escaped(server: &TestServer) {
    while metric(server, ESCAPED).await == 0 {
        titles(server).await;
    }
}

/// Ways to write without leaving anything in the log, for each database.
fn bypasses(data: &TestDb) -> Vec<&'static str> {
    if data.url().starts_with("postgres") {
        return vec![
            "BEGIN; ALTER TABLE products DISABLE TRIGGER cache_log_update; UPDATE products SET title = 'New ' || title;
             ALTER TABLE products ENABLE ALWAYS TRIGGER cache_log_update; COMMIT",
            "BEGIN; UPDATE products SET title = 'New ' || title;
             DELETE FROM cache_log WHERE xid = pg_current_xact_id(); COMMIT",
        ];
    }
    vec!["BEGIN; UPDATE products SET title = 'New ' || title; DELETE FROM cache_log; COMMIT"]
}

#[tokio::test]
async fn a_write_that_bypasses_the_log_is_found_and_its_entry_dropped() {
    for data in TestDb::each().await {
        let data = filled(data).await;
        for bypass in bypasses(&data) {
            let server = start(&data).await;
            let before = titles(&server).await;
            assert_eq!(metric(&server, ESCAPED).await, 0);
            data.sabotage(bypass).await;
            assert_eq!(titles(&server).await, before, "nobody knows of it");
            until_escaped(&server).await;
            // The entry goes right after it was counted; others that show titles are found one by one.
            while titles(&server).await == before {}
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn writes_that_are_logged_are_not_blamed_however_busy_it_is() {
    const WRITES: u32 = 40;
    for data in TestDb::each().await {
        let data = filled(data).await;
        let server = start(&data).await;
        let written = std::sync::atomic::AtomicBool::new(false);
        let write = async {
            for _ in 0..WRITES {
                data.sabotage("UPDATE products SET title = 'New ' || title").await;
                data.sabotage("UPDATE variants SET sku = sku || '-'").await;
            }
            written.store(true, std::sync::atomic::Ordering::Relaxed);
        };
        let read = async || {
            while !written.load(std::sync::atomic::Ordering::Relaxed) {
                titles(&server).await;
            }
        };
        tokio::join!(write, read(), read(), read());
        // What was compared last may still be judged.
        while metric(&server, "cache_sampler_checked_total").await < 20 {
            titles(&server).await;
        }
        assert_eq!(metric(&server, ESCAPED).await, 0, "{}", server.scrape().await);
        server.stop().await;
    }
}
