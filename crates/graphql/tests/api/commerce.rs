//! What the mutations of the tests run on.
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tradewind_commerce::{
    account::{
        AccountConfig, Accounts, HashConfig, Limit, Limits as AccountLimits, PasswordHasher, Throttle, ThrottleConfig,
    },
    mail::{Links, Post},
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
        throttle: Throttle::new(None, ThrottleConfig { password: limits, registration: limits, mail: limits }, "test"),
        post: Post::new("Shop", Links::of_storefront("https://shop.example")).unwrap(),
    };
    let entropy = || {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&SEED.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        seed
    };
    Arc::new(Commerce { accounts, entropy, duplicate_wait: std::time::Duration::from_secs(60) })
}
