//! Passwords are kept as argon2id hashes (PHC strings). Each computation takes memory and time on purpose, so only so many
//! run at once.
use super::AccountError;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};
use tradewind_domain::password::Password;
use tradewind_resilience::{Bulkhead, LimitMetrics};

/// What a hash costs. All hashes at once take at most `memory_kib` times `at_once`; of hashes that were made with more
/// memory than that, those that are being verified take theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashConfig {
    /// Memory of one hash, KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes, computed one after the other.
    pub lanes: u32,
    /// Computations at once.
    pub at_once: usize,
    /// How long a request waits for its turn.
    pub wait: Duration,
}

/// OWASP's second choice (Password Storage Cheat Sheet): 19 MiB, two passes, one lane; 76 MiB in all.
impl Default for HashConfig {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1, at_once: 4, wait: Duration::from_secs(5) }
    }
}

/// A configuration that no hash can be made with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("passwords cannot be hashed with {memory_kib} KiB, {passes} passes and {lanes} lanes: {why}")]
pub struct BadHashConfig {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    why: String,
}

/// Computes and verifies hashes of passwords, outside of the threads that answer requests.
#[derive(Debug)]
pub struct PasswordHasher {
    params: Params,
    /// Verified where there is no hash: as much work, and never right.
    dummy: String,
    turns: Bulkhead,
    at_once: usize,
    wait: Duration,
    metrics: LimitMetrics,
    computations: AtomicU64,
}

/// Requests that may wait for a turn.
const MOST_WAITING: usize = 1_000;

/// Bytes of a salt and of a hash.
const SALT: usize = 16;
const HASH: usize = 32;

impl PasswordHasher {
    /// With these costs.
    ///
    /// # Errors
    /// Costs that argon2 does not know, such as less than 8 KiB for each lane.
    pub fn new(config: HashConfig) -> Result<Self, BadHashConfig> {
        let HashConfig { memory_kib, passes, lanes, .. } = config;
        let params = Params::new(memory_kib, passes, lanes, Some(HASH)).map_err(|error| BadHashConfig {
            memory_kib,
            passes,
            lanes,
            why: error.to_string(),
        })?;
        let (salt, hash) = (STANDARD_NO_PAD.encode([0; SALT]), STANDARD_NO_PAD.encode([0; HASH]));
        let dummy = format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}");
        let (at_once, metrics) = (config.at_once, LimitMetrics::default());
        let turns = turns(at_once, &metrics);
        Ok(Self { params, dummy, turns, at_once, wait: config.wait, metrics, computations: AtomicU64::new(0) })
    }

    /// The same, counted there.
    #[must_use]
    pub fn counted_by(self, metrics: &LimitMetrics) -> Self {
        Self { turns: turns(self.at_once, metrics), metrics: metrics.clone(), ..self }
    }

    /// The PHC string of a password with a new random salt.
    pub(crate) async fn hash(&self, password: &Password, salt: [u8; SALT]) -> Result<String, AccountError> {
        let (argon2, password) = (self.argon2(), password.clone());
        self.compute(move || {
            let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|error| format!("a password could not be hashed: {error}"))
        })
        .await?
        .map_err(AccountError::Failed)
    }

    /// Whether the password is the one of the hash. Where there is no hash it is not, after the same work.
    pub(crate) async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, AccountError> {
        let readable = hash.filter(|hash| PasswordHash::new(hash).is_ok());
        if readable.is_none() && hash.is_some() {
            tracing::error!("a password hash in the table customers cannot be read: its owner must set a new password");
        }
        let (argon2, password) = (self.argon2(), password.clone());
        let hash = readable.unwrap_or(&self.dummy).to_owned();
        let fits = self.compute(move || argon2.verify_password(password.as_bytes(), hash.as_str()).is_ok());
        Ok(fits.await? && readable.is_some())
    }

    /// Whether the hash was made with other costs than those of now, and is to be made again while the password is known.
    pub(crate) fn is_outdated(&self, hash: &str) -> bool {
        // All costs stand before the salt.
        let costs = |hash: &str| hash.splitn(5, '$').take(4).map(str::to_owned).collect::<Vec<_>>();
        costs(hash) != costs(&self.dummy)
    }

    /// How many hashes it has computed, for metrics.
    pub fn computations(&self) -> u64 {
        self.computations.load(Relaxed)
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }

    /// The turn goes with the computation: a request that is given up does not free memory that is still in use.
    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
        let Ok(turn) = tokio::time::timeout(self.wait, self.turns.enter()).await else {
            self.metrics.deadline_exceeded("password");
            return Err(AccountError::Busy);
        };
        let turn = turn.map_err(|_| AccountError::Busy)?;
        self.computations.fetch_add(1, Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(|_| AccountError::Failed("the computation of a hash ended early".to_owned()))
    }
}

/// Whoever waits holds little, and not for long: the number of operations bounds it.
fn turns(at_once: usize, metrics: &LimitMetrics) -> Bulkhead {
    Bulkhead::new("passwords", at_once, MOST_WAITING, metrics)
}

#[cfg(test)]
mod tests;
