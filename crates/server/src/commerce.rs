//! What mutations run on, as the configuration says.
use crate::config::{CacheConfig, ShopConfig};
use std::{sync::Arc, time::Duration};
use tradewind_commerce::{
    account::{AccountConfig, Accounts, BadHashConfig, HashConfig, PasswordHasher, Throttle, ThrottleConfig},
    mail::{BadLink, Links, Post},
};
use tradewind_graphql::Commerce;
use tradewind_kv::Kv;
use tradewind_persistence::Db;

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
}

/// Puts it together.
pub(crate) fn commerce(
    config: &ShopConfig,
    cache: &CacheConfig,
    db: &Db,
    kv: Option<Arc<dyn Kv>>,
) -> Result<Arc<Commerce>, CommerceError> {
    let costs =
        HashConfig { memory_kib: config.password_memory_kib, passes: config.password_passes, ..HashConfig::default() };
    let accounts = Accounts {
        db: db.clone(),
        config: AccountConfig { session_life: config.session_life, ..AccountConfig::default() },
        hasher: PasswordHasher::new(costs)?,
        throttle: Throttle::new(kv, ThrottleConfig::default(), format!("{}:throttle", cache.namespace)),
        post: Post::new(config.name.clone(), Links::of_storefront(&config.storefront))?,
    };
    Ok(Arc::new(Commerce { accounts, entropy, duplicate_wait: DUPLICATE_WAIT }))
}

/// From the operating system's generator, through the thread's.
fn entropy() -> [u8; 32] {
    rand::random()
}
