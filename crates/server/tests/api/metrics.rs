use crate::support::TestServer;

#[tokio::test]
async fn metrics_have_their_names_and_bounded_labels() {
    let server = TestServer::start(&[("TRADEWIND_METRICS_OPERATIONS", "Known")]).await;
    server.post("query Known { products(first: 1) { nodes { variants(first: 1) { nodes { id } } } } }").await;
    server.post("query Invented { __typename }").await;
    server.post("{ nothing }").await;
    server.get("/unknown/path").await;
    let text = server.scrape().await;
    for line in [
        r#"http_server_request_duration_seconds_count{http_request_method="POST",http_route="/graphql",http_response_status_code="200",network_protocol_version="1.1"} 3"#,
        r#"http_route="unknown",http_response_status_code="404""#,
        "http_server_active_requests 0",
        r#"tradewind_graphql_operations_total{operation_type="query",operation_name="Known",outcome="ok"} 1"#,
        r#"tradewind_graphql_operations_total{operation_type="query",operation_name="other",outcome="ok"} 1"#,
        r#"tradewind_graphql_operation_duration_seconds_count{operation_type="query"}"#,
        r#"tradewind_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1"#,
        r#"tradewind_graphql_rejected_total{reason="GRAPHQL_VALIDATION_FAILED"} 1"#,
        r#"tradewind_graphql_documents_total{origin="text"} 3"#,
        r#"tradewind_graphql_dataloader_batch_size_count{loader="variants"} 1"#,
        "tradewind_graphql_dataloader_batch_duration_seconds_count",
        "db_client_operation_duration_seconds_count",
        r#"db_client_connection_count{state="idle"}"#,
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains("Invented") && !text.contains("/unknown/path"));
    server.stop().await;
}
