//! Payment intents of Stripe, and of whoever speaks the same: <https://docs.stripe.com/api/payment_intents>.
//!
//! Amounts are held first and captured when there is an order (`capture_method=manual`). Each `POST` has an
//! `Idempotency-Key` made of our payment, so it is repeated where there was no answer.
mod http;
mod intent;
mod signature;

use super::{Answer, BadWebhook, Confirm, Create, GatewayError, MoveMoney, PaymentGateway, Told};
use crate::outbound::HttpClient;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use http::StripeHttp;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tradewind_resilience::{BreakerConfig, LimitMetrics};

/// How the gateway is reached.
#[derive(Clone, Debug)]
pub struct StripeConfig {
    /// `https://api.stripe.com`, or another one that speaks the same.
    pub base_url: String,
    /// `sk_…`
    pub secret_key: SecretString,
    /// `whsec_…`; during a change the old one too.
    pub webhook_secrets: Vec<SecretString>,
    /// How far the time of a webhook may be from ours.
    pub tolerance: TimeDelta,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often it is sent where there was no answer, or one that says to come again.
    pub tries: u32,
    /// The longest wait before the second try; it doubles each time.
    pub pause: Duration,
    /// Most requests at once.
    pub at_once: usize,
    /// Requests that may wait for their turn; more are not sent.
    pub waiting: usize,
    /// When it is not asked for a while.
    pub breaker: BreakerConfig,
    /// Where turns and second tries are counted.
    pub limits: LimitMetrics,
}

impl StripeConfig {
    /// Stripe itself: 10 s for a request, three tries, 32 at once; closed to it after five failures in a row.
    pub fn new(secret_key: SecretString, webhook_secrets: Vec<SecretString>) -> Self {
        Self {
            base_url: "https://api.stripe.com".to_owned(),
            secret_key,
            webhook_secrets,
            tolerance: TimeDelta::minutes(5),
            timeout: Duration::from_secs(10),
            tries: 3,
            pause: Duration::from_millis(500),
            at_once: 32,
            waiting: 256,
            breaker: BreakerConfig {
                slow: Duration::from_secs(5),
                window: Duration::from_secs(30),
                open_max: Duration::from_secs(30),
                ..BreakerConfig::CACHE
            },
            limits: LimitMetrics::default(),
        }
    }
}

/// Payment intents of Stripe.
#[derive(Debug)]
pub struct StripeGateway {
    http: StripeHttp,
    webhook_secrets: Vec<SecretString>,
    tolerance: TimeDelta,
}

/// What is asked for with each intent: the refunds stand at its charge.
const EXPAND: (&str, &str) = ("expand[]", "latest_charge");

impl StripeGateway {
    /// Through this client, which says where it may call. `chance` gives numbers from 0 to 1, for the pauses.
    pub fn new(config: StripeConfig, client: HttpClient, chance: fn() -> f64) -> Self {
        let (webhook_secrets, tolerance) = (config.webhook_secrets.clone(), config.tolerance);
        Self { http: StripeHttp::new(config, client, chance), webhook_secrets, tolerance }
    }

    async fn intent(&self, path: &str, form: &[(&str, String)], key: &str) -> Result<Told, GatewayError> {
        let body = self.http.post(path, form, key).await?;
        intent::read(&body).ok_or_else(|| unreadable(path))
    }
}

fn unreadable(path: &str) -> GatewayError {
    GatewayError::Unknown(format!("the answer to {path} is no payment intent"))
}

impl PaymentGateway for StripeGateway {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn create<'a>(&'a self, create: &'a Create) -> Answer<'a> {
        async move {
            let id = create.payment_id.to_string();
            let form = [
                ("amount", create.amount.to_string()),
                ("currency", create.currency.code().to_ascii_lowercase()),
                ("capture_method", "manual".to_owned()),
                ("metadata[payment_id]", id.clone()),
                (EXPAND.0, EXPAND.1.to_owned()),
            ];
            self.intent("/v1/payment_intents", &form, &format!("{id}:create")).await
        }
        .boxed()
    }

    fn confirm<'a>(&'a self, confirm: &'a Confirm) -> Answer<'a> {
        async move {
            let mut form = vec![("payment_method", confirm.method.clone()), (EXPAND.0, EXPAND.1.to_owned())];
            form.extend(confirm.return_url.iter().map(|url| ("return_url", url.clone())));
            self.intent(&format!("/v1/payment_intents/{}/confirm", confirm.gateway_id), &form, &confirm.key).await
        }
        .boxed()
    }

    fn capture<'a>(&'a self, capture: &'a MoveMoney) -> Answer<'a> {
        async move {
            let form = [("amount_to_capture", capture.amount.to_string()), (EXPAND.0, EXPAND.1.to_owned())];
            self.intent(&format!("/v1/payment_intents/{}/capture", capture.gateway_id), &form, &capture.key).await
        }
        .boxed()
    }

    fn cancel<'a>(&'a self, gateway_id: &'a str, key: &'a str) -> Answer<'a> {
        async move {
            let form = [(EXPAND.0, EXPAND.1.to_owned())];
            self.intent(&format!("/v1/payment_intents/{gateway_id}/cancel"), &form, key).await
        }
        .boxed()
    }

    fn refund<'a>(&'a self, refund: &'a MoveMoney) -> Answer<'a> {
        async move {
            let form = [("payment_intent", refund.gateway_id.clone()), ("amount", refund.amount.to_string())];
            self.http.post("/v1/refunds", &form, &refund.key).await?;
            // The answer is of this refund alone.
            self.retrieve(&refund.gateway_id).await
        }
        .boxed()
    }

    fn retrieve<'a>(&'a self, gateway_id: &'a str) -> Answer<'a> {
        async move {
            let path = format!("/v1/payment_intents/{gateway_id}?{}={}", EXPAND.0, EXPAND.1);
            let body = self.http.get(&path).await?;
            intent::read(&body).ok_or_else(|| unreadable(&path))
        }
        .boxed()
    }

    fn webhook(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<Option<Told>, BadWebhook> {
        let secrets = self.webhook_secrets.iter().map(ExposeSecret::expose_secret);
        signature::check(signature, body, secrets, self.tolerance, now)?;
        intent::of_webhook(body)
    }
}
