//! What mutations run on.
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{sync::Arc, time::Duration};
use tradewind_commerce::{account::Accounts, cart::Carts, checkout::Checkouts, pricing::Prices};

/// The flows, and where their secrets come from.
#[derive(Debug)]
pub struct Commerce {
    /// Customers.
    pub accounts: Accounts,
    /// Carts.
    pub carts: Carts,
    /// What carts cost.
    pub prices: Prices,
    /// Checkouts, payments and orders.
    pub checkouts: Checkouts,
    /// 256 random bits, fit for secrets; nothing below the server makes a random number by itself.
    pub entropy: fn() -> [u8; 32],
    /// How long a request waits for another one with its idempotency key.
    pub duplicate_wait: Duration,
}

impl Commerce {
    /// The chance of one field of a mutation.
    pub(crate) fn chance(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed((self.entropy)())
    }
}

/// Shared by all requests.
pub(crate) type SharedCommerce = Arc<Commerce>;
