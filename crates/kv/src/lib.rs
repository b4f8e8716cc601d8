//! Values by key, each with an end of life. What is stored here may be old, lost or unreachable at any time: nobody may
//! rely on it being there, nor on it being the newest.
//!
//! [`Kv`] has the few operations that a cache and a throttle need; [`Redis`] keeps them there, [`Memory`] in this process.

mod error;
mod memory;
mod redis;

pub use error::KvError;
pub use memory::Memory;
pub use redis::{Limits, Redis};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use std::{fmt::Debug, time::Duration};

/// A value to store.
#[derive(Clone, Debug)]
pub struct Put {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub value: Bytes,
    /// How long it lives; whole milliseconds, at least one.
    pub ttl: Duration,
}

/// A store of values by key. Every call ends within its own time limit.
pub trait Kv: Debug + Send + Sync + 'static {
    /// The values of `keys`, in their order; `None` where there is none.
    fn mget(&self, keys: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<Bytes>>, KvError>>;

    /// Stores the values, whatever was there. Some may be stored although it fails.
    fn set(&self, values: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>>;

    /// Stores an empty value at each key where there is none, for `ttl`; whether it did, in their order.
    fn set_nx(&self, keys: Vec<String>, ttl: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>>;

    /// Adds one to the number at the key, in one step whoever else does; the new number. Where there is none, it begins
    /// with one and ends after `ttl`, which later calls do not put off.
    fn increment(&self, key: String, ttl: Duration) -> BoxFuture<'_, Result<u64, KvError>>;

    /// Whether it answers.
    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>>;
}
