//! What mutations and jobs run on, as the configuration says.
use crate::config::{CacheConfig, PaymentsConfig, ShopConfig};
use chrono::{DateTime, TimeDelta, Utc};
use std::{sync::Arc, time::Duration};
use tradewind_commerce::{
    Sources,
    account::{AccountConfig, Accounts, BadHashConfig, HashConfig, PasswordHasher, Throttle, ThrottleConfig},
    cart::{CartPricing, Carts},
    checkout::{CheckoutConfig, Checkouts},
    mail::{BadLink, Links, Post},
    outbound::{HttpClient, Reach},
    payments::{Gateways, PaymentGateway, StripeConfig, StripeGateway, TestGateway},
    pricing::Prices,
};
use tradewind_graphql::Commerce;
use tradewind_kv::Kv;
use tradewind_persistence::Db;
use tradewind_resilience::LimitMetrics;

/// How long a request waits for another one with its idempotency key.
const DUPLICATE_WAIT: Duration = Duration::from_secs(10);

/// Why it cannot be.
#[derive(Debug, thiserror::Error)]
pub enum CommerceError {
    /// Costs of hashes.
    #[error("TRADEWIND_PASSWORD_MEMORY, TRADEWIND_PASSWORD_PASSES: {0}")]
    Hash(#[from] BadHashConfig),
    /// Links in mails.
    #[error("TRADEWIND_STOREFRONT_URL: {0}")]
    Link(#[from] BadLink),
    /// Certificates for gateways.
    #[error("payments: {0}")]
    Tls(#[from] rustls::Error),
}

/// Puts it together.
pub(crate) fn commerce(
    config: &ShopConfig,
    payments: &PaymentsConfig,
    cache: &CacheConfig,
    db: &Db,
    kv: Option<Arc<dyn Kv>>,
    clock: fn() -> DateTime<Utc>,
) -> Result<Arc<Commerce>, CommerceError> {
    let costs =
        HashConfig { memory_kib: config.password_memory_kib, passes: config.password_passes, ..HashConfig::default() };
    let post = Post::new(config.name.clone(), Links::of_storefront(&config.storefront))?;
    let accounts = Accounts {
        db: db.clone(),
        config: AccountConfig { session_life: config.session_life, ..AccountConfig::default() },
        hasher: PasswordHasher::new(costs)?.counted_by(db.limits()),
        throttle: Throttle::new(kv, ThrottleConfig::default(), format!("{}:throttle", cache.namespace)),
        post: post.clone(),
    };
    let prices = Prices::of_tables();
    let checkouts = Checkouts {
        db: db.clone(),
        gateways: gateways(payments, db.limits())?,
        pricing: Arc::new(CartPricing { prices: prices.clone(), sources: sources(clock) }),
        post,
        sources: sources(clock),
        config: checkout_config(payments),
    };
    Ok(Arc::new(Commerce {
        accounts,
        carts: Carts::default(),
        prices,
        checkouts,
        entropy,
        duplicate_wait: DUPLICATE_WAIT,
    }))
}

fn checkout_config(payments: &PaymentsConfig) -> CheckoutConfig {
    let default = CheckoutConfig::default();
    let config = CheckoutConfig {
        hold: TimeDelta::from_std(payments.checkout_hold).unwrap_or(default.hold),
        capture_at_once: payments.capture_at_once,
        ..default
    };
    #[cfg(feature = "rig")]
    let config = {
        let patience = TimeDelta::from_std(payments.patience).unwrap_or(config.patience);
        let longest_patience = config.longest_patience.min(patience * 16);
        CheckoutConfig { patience, longest_patience, sweep: payments.sweep, ..config }
    };
    config
}

fn gateways(config: &PaymentsConfig, limits: &LimitMetrics) -> Result<Gateways, CommerceError> {
    let mut all: Vec<Arc<dyn PaymentGateway>> = Vec::new();
    if config.test {
        all.push(Arc::new(TestGateway::default()));
    }
    if let Some(stripe) = &config.stripe {
        let settings = StripeConfig {
            base_url: stripe.base_url.clone(),
            limits: limits.clone(),
            ..StripeConfig::new(stripe.secret_key.clone(), stripe.webhook_secrets.clone())
        };
        // The operator names the address, nobody else.
        let client = HttpClient::new(Reach::Anywhere)?;
        all.push(Arc::new(StripeGateway::new(settings, client, fastrand::f64)));
    }
    #[cfg(feature = "rig")]
    let all = all.into_iter().map(crate::rig::with_failpoints);
    Ok(Gateways::new(all))
}

/// The clock, ids and chance of what runs for long.
pub(crate) fn sources(clock: fn() -> DateTime<Utc>) -> Sources {
    Sources::new(clock, move || new_id(clock()), fastrand::f64)
}

/// UUIDv7.
fn new_id(now: DateTime<Utc>) -> uuid::Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

/// From the operating system's generator, through the thread's.
pub(crate) fn entropy() -> [u8; 32] {
    rand::random()
}
