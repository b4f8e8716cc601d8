//! A collector that keeps what it gets.
use crate::support::TestServer;
use axum::{Router, body::Bytes, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span, span::SpanKind},
};
use parking_lot::Mutex;
use prost::Message;
use std::sync::Arc;

type Spans = Arc<Mutex<Vec<Span>>>;

async fn collector() -> (String, Spans) {
    let spans = Spans::default();
    let kept = Arc::clone(&spans);
    let keep = move |body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        kept.lock().extend(scopes.flat_map(|scope| scope.spans));
        Bytes::new()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(keep))).await });
    (url, spans)
}

#[tokio::test]
async fn a_trace_shows_operation_batches_and_statements() {
    let (url, spans) = collector().await;
    let server = TestServer::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), ("TRADEWIND_CACHE", "off")]).await;
    let query = "query Q { products(first: 1) { nodes { variants(first: 1) { nodes { id } } } } }";
    let request = server
        .client
        .post(server.url("/graphql"))
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let body = request
        .json(&serde_json::json!({ "query": query }))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(!body.contains("extensions"), "nobody asked for explain: {body}");
    server.stop().await;

    let spans = spans.lock();
    let named =
        |name: &str| spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name} in {spans:#?}"));
    let (http, operation) = (named("POST /graphql"), named("query"));
    assert!(spans.iter().all(|span| span.trace_id == 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes()));
    assert_eq!(http.parent_span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
    assert_eq!(http.kind(), SpanKind::Server);
    assert_eq!(operation.parent_span_id, http.span_id);
    let loads = spans.iter().filter(|span| span.name.starts_with("load "));
    let statements = spans.iter().filter(|span| span.name.starts_with("sql "));
    assert_eq!((loads.count(), statements.count()), (2, 2), "{spans:#?}");
    for phase in ["graphql parse", "graphql validate", "graphql execute"] {
        assert_eq!(named(phase).parent_span_id, operation.span_id, "{phase}");
    }
    assert!(spans.iter().all(|span| span.end_time_unix_nano >= span.start_time_unix_nano));
}

#[tokio::test]
async fn a_trace_that_the_caller_does_not_record_is_not_sent() {
    let (url, spans) = collector().await;
    let server = TestServer::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url)]).await;
    let request = server.client.get(server.url("/graphql?query=%7B__typename%7D"));
    request
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
        .send()
        .await
        .expect("an answer");
    server.stop().await;
    assert!(spans.lock().is_empty());
}
