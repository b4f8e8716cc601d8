//! The production server on PostgreSQL.
use crate::support::{TestServer, filled};
use serde_json::Value;
use tradewind_testkit::TestDb;

#[tokio::test]
async fn it_serves_and_outlives_its_database() {
    let Some(test) = TestDb::postgres().await else { return };
    let data = filled(test).await;
    let server = TestServer::start(&[("DATABASE_URL", data.url())]).await;
    let query = "{ products(search: \"linen\") { totalCount } all: products(first: 2) { nodes { title variants(first: 1) { nodes { sku } } } } }";
    let body: Value = server.post(query).await.json().await.expect("JSON");
    assert!(body.get("errors").is_none(), "{body}");
    assert_eq!(body["data"]["all"]["nodes"].as_array().map(Vec::len), Some(2), "{body}");
    assert_eq!(server.get("/readyz").await.status().as_u16(), 200);
    assert!(
        server
            .scrape()
            .await
            .contains("db_client_operation_duration_seconds_count{statement=\"variants by product\"} 1")
    );

    // Every connection dies, as when the database restarts: one request may notice, the next ones are served again.
    data.sabotage("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
    let mut served = false;
    for _ in 0..20 {
        let body: Value = server.post("{ products { totalCount } }").await.json().await.expect("JSON");
        let code = body["errors"][0]["extensions"]["code"].as_str();
        assert!(matches!(code, None | Some("UNAVAILABLE")), "{body}");
        served = code.is_none();
    }
    assert!(served, "no request was served after the connections were lost");
    server.stop().await;
}
