//! Requests to Stripe: bounded, repeated where that is safe, and not sent while it is unwell.
use super::StripeConfig;
use crate::{
    outbound::{Answer, Failure, HttpClient, Post},
    payments::GatewayError,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tradewind_resilience::{Breaker, Bulkhead, Outcome, RetryBudget};

/// The longest answer.
const MOST: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct StripeHttp {
    config: StripeConfig,
    client: HttpClient,
    breaker: Breaker,
    turns: Bulkhead,
    retries: RetryBudget,
    chance: fn() -> f64,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    payment_intent: Option<serde_json::Value>,
}

enum Sent {
    Done(Bytes),
    /// It makes sense to send it again.
    Again(GatewayError),
    Refused(GatewayError),
}

impl StripeHttp {
    pub(super) fn new(config: StripeConfig, client: HttpClient, chance: fn() -> f64) -> Self {
        let breaker = Breaker::new(config.breaker);
        let turns = Bulkhead::new("stripe", config.at_once, config.waiting, &config.limits);
        let retries = RetryBudget::new("stripe", &config.limits);
        Self { config, client, breaker, turns, retries, chance }
    }

    /// The body of the answer, or of the intent in a decline.
    pub(super) async fn post(&self, path: &str, form: &[(&str, String)], key: &str) -> Result<Bytes, GatewayError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(path, Some((body.into(), key))).await
    }

    pub(super) async fn get(&self, path: &str) -> Result<Bytes, GatewayError> {
        self.send(path, None).await
    }

    async fn send(&self, path: &str, body: Option<(Bytes, &str)>) -> Result<Bytes, GatewayError> {
        let _turn = self.turns.enter().await.map_err(|full| GatewayError::NotSent(full.to_string()))?;
        let mut tries = self.retries.begin();
        let mut sent_before = false;
        let mut last = GatewayError::NotSent("it has failed too often".to_owned());
        for number in 0..self.config.tries.max(1) {
            if number > 0 {
                if !tries.again() {
                    return Err(last);
                }
                tokio::time::sleep(self.config.pause.mul_f64((self.chance)()) * (1 << (number - 1).min(8))).await;
            }
            let Some(admitted) = self.breaker.admit() else {
                // What was sent before may have been done.
                return Err(last);
            };
            let sent = self.once(path, body.as_ref()).await;
            admitted.end(if matches!(sent, Sent::Again(_)) { Outcome::Failure } else { Outcome::Success });
            match sent {
                Sent::Done(body) => {
                    tries.succeeded();
                    return Ok(body);
                }
                // After a try whose answer was lost, a refusal may be about what that one did.
                Sent::Refused(GatewayError::Refused(text)) if sent_before => return Err(GatewayError::Unknown(text)),
                Sent::Refused(error) => return Err(error),
                Sent::Again(error) => (last, sent_before) = (error, true),
            }
        }
        Err(last)
    }

    async fn once(&self, path: &str, body: Option<&(Bytes, &str)>) -> Sent {
        let url = format!("{}{path}", self.config.base_url.trim_end_matches('/'));
        let unwritable = || Sent::Refused(GatewayError::NotSent("a header cannot be written".to_owned()));
        let Some(headers) = self.headers(body.map(|(_, key)| *key)) else { return unwritable() };
        let timeout = self.config.timeout;
        let answer = match body {
            Some((body, _)) => self.client.post(Post { url, headers, body: body.clone() }, timeout, MOST).await,
            None => self.client.get(&url, headers, timeout, MOST).await,
        };
        match answer {
            Ok(answer) => judge(answer),
            Err(Failure::NotAllowed(reason)) => Sent::Refused(GatewayError::NotSent(reason.to_string())),
            Err(error) => Sent::Again(GatewayError::Unknown(error.to_string())),
        }
    }

    fn headers(&self, key: Option<&str>) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let basic = STANDARD.encode(format!("{}:", self.config.secret_key.expose_secret()));
        let mut authorization = HeaderValue::try_from(format!("Basic {basic}")).ok()?;
        authorization.set_sensitive(true);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let mut headers = vec![(header::AUTHORIZATION, authorization), (header::CONTENT_TYPE, form)];
        if let Some(key) = key {
            headers.push((HeaderName::from_static("idempotency-key"), HeaderValue::try_from(key).ok()?));
        }
        Some(headers)
    }
}

/// <https://docs.stripe.com/error-low-level>: 409 says that the same key is under way, 429 to come again.
fn judge(answer: Answer) -> Sent {
    let status = answer.status;
    if status.is_success() {
        return Sent::Done(answer.body);
    }
    let detail = serde_json::from_slice::<ErrorBody>(&answer.body).ok().map(|body| body.error);
    let text = detail.as_ref().map_or_else(String::new, |detail| format!("{} {}", detail.code, detail.message));
    let text = format!("{status} {}", text.trim());
    match (status, detail.and_then(|detail| detail.payment_intent)) {
        (StatusCode::PAYMENT_REQUIRED, Some(intent)) => Sent::Done(intent.to_string().into()),
        (StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT, _) => {
            Sent::Again(GatewayError::Unknown(text))
        }
        _ if status.is_server_error() => Sent::Again(GatewayError::Unknown(text)),
        _ => Sent::Refused(GatewayError::Refused(text)),
    }
}
