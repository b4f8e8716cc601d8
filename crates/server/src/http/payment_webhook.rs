//! What payment gateways tell: `POST /webhooks/payments/<gateway>`.
use super::{Exchange, Site, body, failure::Failure, reply, route::PAYMENTS};
use axum::body::Body;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{HeaderMap, HeaderName},
};
use tradewind_commerce::checkout::{WebhookError, WebhookOutcome};

const STRIPE: HeaderName = HeaderName::from_static("stripe-signature");
const OURS: HeaderName = HeaderName::from_static("tradewind-signature");

/// Stores what is told; 200 says that it is stored, anything else that it is to be sent again.
pub(super) async fn answer(
    site: &Site,
    exchange: &Exchange,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    if request.method() != Method::POST {
        return Err(Failure::method("POST"));
    }
    let (parts, incoming) = request.into_parts();
    let gateway = parts.uri.path().strip_prefix(PAYMENTS).unwrap_or_default().to_owned();
    let signature = signature(&parts.headers);
    // Its bytes are what is signed, whatever the Content-Type says.
    let bytes = body::read(incoming, site.http.body_limit, site.http.read_timeout).await?;
    let told = site.engine.commerce().checkouts.webhook(&gateway, &signature, &bytes).await;
    let (request_id, trace_id) = (exchange.ids.request_id(), exchange.ids.trace_id());
    let (status, text) = match told {
        Ok(WebhookOutcome::Stored) => (StatusCode::OK, "stored\n"),
        Ok(WebhookOutcome::Ignored) => (StatusCode::OK, "nothing of this shop\n"),
        Err(WebhookError::UnknownGateway) => return Err(Failure::not_found()),
        Err(WebhookError::Bad(cause)) => {
            tracing::warn!(request_id, trace_id = trace_id.as_str(), %cause, gateway, "a webhook of a gateway is not believed");
            return Err(Failure::malformed("the signature or the body of this webhook cannot be used"));
        }
        Err(WebhookError::Failed(cause)) => {
            tracing::error!(request_id, trace_id = trace_id.as_str(), %cause, gateway, "a webhook of a gateway is not stored");
            return Err(Failure::unavailable("it could not be stored: send it again".to_owned()));
        }
    };
    Ok(reply::text(status, "text/plain; charset=utf-8", text))
}

fn signature(headers: &HeaderMap) -> String {
    let value = headers.get(STRIPE).or_else(|| headers.get(OURS));
    value.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
