//! How often passwords may be tried and mails be asked for, for each account and for each client address.
//!
//! Attempts are counted in windows of fixed length that begin with their first attempt: within a window at most the limit
//! is admitted, so in any time of that length at most twice as many. Every attempt counts, also one that succeeds or is
//! refused, because only a counter that is raised before the work holds when many come at once.
use crate::hex::hex;
use futures_util::future::join;
use sha2::{Digest, Sha256};
use std::{fmt, net::IpAddr, sync::Arc, time::Duration};
use tradewind_kv::{Kv, Memory};

/// Attempts within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub attempts: u64,
    /// From the first of them on.
    pub per: Duration,
}

impl Limit {
    /// So many within so many minutes.
    pub const fn per_minutes(attempts: u64, minutes: u64) -> Self {
        Self { attempts, per: Duration::from_secs(minutes * 60) }
    }
}

/// Limits of one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For each account, or e-mail address where there may be none.
    pub account: Limit,
    /// For each client address. Storefronts that log their customers in from one server must pass the customers' own
    /// addresses on, or raise this.
    pub client: Limit,
}

/// The limits of everything that is throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// Logging in, and whatever else asks for the password.
    pub password: Limits,
    /// Registering.
    pub registration: Limits,
    /// What sends a mail to an address that somebody typed.
    pub mail: Limits,
    /// Looking for orders by number and address, and for gift cards by their codes.
    pub look_up: Limits,
}

impl Default for ThrottleConfig {
    fn default() -> Self {
        let (account, client) = (Limit::per_minutes(10, 15), Limit::per_minutes(100, 15));
        let mail = Limits { account: Limit::per_minutes(5, 60), client: Limit::per_minutes(30, 60) };
        Self { password: Limits { account, client }, registration: mail, mail, look_up: Limits { account, client } }
    }
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Password,
    Registration,
    Mail,
    LookUp,
    GiftCard,
}

/// Counts attempts in the store that all instances share, and in this process.
///
/// Both always count, and the higher number decides: while the store is away or has lost its numbers, each instance still
/// holds the limit by what it has seen itself, so that all together admit at most the limit times the instances.
pub struct Throttle {
    shared: Option<Arc<dyn Kv>>,
    own: Memory,
    config: ThrottleConfig,
    prefix: String,
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Bytes of the counters of this process, some 100,000 of them; beyond that, those that were not used for long go first.
const OWN_BYTES: u64 = 16 << 20;

impl Throttle {
    /// Counts in `shared` under keys that begin with `prefix`; without it, in this process only.
    pub fn new(shared: Option<Arc<dyn Kv>>, config: ThrottleConfig, prefix: impl Into<String>) -> Self {
        Self { shared, own: Memory::new(OWN_BYTES), config, prefix: prefix.into() }
    }

    /// Counts a search for the orders of an address; where it is one too many, the longest time until the next is admitted.
    pub async fn admit_look_up(&self, email: &str, client: Option<IpAddr>) -> Result<(), Duration> {
        self.admit(Action::LookUp, &email.trim().to_lowercase(), client).await
    }

    /// Counts a gift card's code that was tried for a cart; where it is one too many, the longest time until the next is
    /// admitted.
    pub async fn admit_gift_card(&self, cart: &str, client: Option<IpAddr>) -> Result<(), Duration> {
        self.admit(Action::GiftCard, cart, client).await
    }

    /// Counts an attempt; where it is one too many, the longest time until the next is admitted.
    pub(crate) async fn admit(&self, action: Action, account: &str, client: Option<IpAddr>) -> Result<(), Duration> {
        let (word, limits) = match action {
            Action::Password => ("password", self.config.password),
            Action::Registration => ("registration", self.config.registration),
            Action::Mail => ("mail", self.config.mail),
            Action::LookUp => ("look-up", self.config.look_up),
            Action::GiftCard => ("gift-card", self.config.look_up),
        };
        let of_account = format!("{}:throttle:{word}:account:{}", self.prefix, digest(account));
        let of_client = format!("{}:throttle:{word}:client:{}", self.prefix, network(client));
        let (account, client) =
            join(self.count(of_account, limits.account), self.count(of_client, limits.client)).await;
        match (account, client) {
            (None, None) => Ok(()),
            (one, other) => Err(one.unwrap_or_default().max(other.unwrap_or_default())),
        }
    }

    /// The limit's time where there were too many.
    async fn count(&self, key: String, limit: Limit) -> Option<Duration> {
        let own = self.own.increment(key.clone(), limit.per);
        let shared = async {
            match &self.shared {
                // The store's breaker tells of its failures.
                Some(shared) => shared.increment(key, limit.per).await.unwrap_or(0),
                None => 0,
            }
        };
        let (own, shared) = join(own, shared).await;
        // A counter that cannot be read admits nobody.
        let count = own.unwrap_or(u64::MAX).max(shared);
        (count > limit.attempts).then_some(limit.per)
    }
}

/// Keys name nobody.
fn digest(account: &str) -> String {
    hex(&Sha256::digest(account)[..16])
}

/// Of an IPv6 address the network of one customer, who has 2^64 addresses (RFC 6177).
fn network(client: Option<IpAddr>) -> String {
    match client.map(|address| address.to_canonical()) {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests;
