//! What the mutations of the tests run on.
use crate::shop::now;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tradewind_commerce::{
    Sources,
    account::{
        AccountConfig, Accounts, HashConfig, Limit, Limits as AccountLimits, PasswordHasher, Throttle, ThrottleConfig,
    },
    cart::{CartPricing, Carts},
    checkout::{CheckoutConfig, Checkouts},
    mail::{Links, Post},
    payments::{Gateways, PaymentGateway, TestGateway},
    pricing::Prices,
};
use tradewind_graphql::Commerce;
use tradewind_persistence::Db;

/// Passwords cost as little as can be, and nobody is throttled.
pub fn commerce(db: &Db) -> Arc<Commerce> {
    static SEED: AtomicU64 = AtomicU64::new(0);
    let hash = HashConfig { memory_kib: 8, passes: 1, ..HashConfig::default() };
    let limit = Limit::per_minutes(1_000_000, 60);
    let limits = AccountLimits { account: limit, client: limit };
    let accounts = Accounts {
        db: db.clone(),
        config: AccountConfig::default(),
        hasher: PasswordHasher::new(hash).unwrap(),
        throttle: Throttle::new(
            None,
            ThrottleConfig { password: limits, registration: limits, mail: limits, look_up: limits },
            "test",
        ),
        post: Post::new("Shop", Links::of_storefront("https://shop.example")).unwrap(),
    };
    let entropy = || {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&SEED.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        seed
    };
    let prices = Prices::of_tables();
    let post = Post::new("Shop", Links::of_storefront("https://shop.example")).unwrap();
    let sources = Sources::new(now, uuid::Uuid::now_v7, || 0.5);
    let checkouts = Checkouts {
        db: db.clone(),
        gateways: Gateways::new([Arc::new(TestGateway::default()) as Arc<dyn PaymentGateway>]),
        pricing: Arc::new(CartPricing { prices: prices.clone(), sources: sources.clone() }),
        post,
        sources,
        config: CheckoutConfig::default(),
    };
    Arc::new(Commerce {
        accounts,
        carts: Carts::default(),
        prices,
        checkouts,
        entropy,
        duplicate_wait: std::time::Duration::from_secs(60),
    })
}
