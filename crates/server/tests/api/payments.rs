//! What payment gateways tell over HTTP.
use crate::support::TestServer;
use reqwest::StatusCode;

#[tokio::test]
async fn a_webhook_is_believed_only_with_its_signature() {
    let server = TestServer::start(&[("TRADEWIND_TEST_PAYMENTS", "true")]).await;
    let post = async |path: &str, signature: Option<&str>, body: &'static str| {
        let request = server.client.post(server.url(path)).body(body);
        let request = match signature {
            Some(signature) => request.header("tradewind-signature", signature),
            None => request,
        };
        request.send().await.expect("an answer").status()
    };
    let path = "/webhooks/payments/test";
    assert_eq!(post(path, None, "{}").await, StatusCode::BAD_REQUEST);
    assert_eq!(post(path, Some("wrong"), "{}").await, StatusCode::BAD_REQUEST);
    assert_eq!(post("/webhooks/payments/stripe", None, "{}").await, StatusCode::NOT_FOUND, "it is not configured");
    assert_eq!(server.get(path).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    server.stop().await;
}

#[tokio::test]
async fn a_stripe_webhook_needs_its_secret() {
    let settings = [("TRADEWIND_STRIPE_SECRET_KEY", "sk_test_1"), ("TRADEWIND_STRIPE_WEBHOOK_SECRETS", "whsec_1")];
    let server = TestServer::start(&settings).await;
    let request = server.client.post(server.url("/webhooks/payments/stripe")).header("stripe-signature", "t=1,v1=00");
    let refused = request.body("{}").send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    server.stop().await;
}
