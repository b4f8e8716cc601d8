use crate::{Policy, Reread, Tag};
use serde::{Serialize, de::DeserializeOwned};
use std::{hash::Hash, time::SystemTime};

/// A kind of value that is cached. The implementor also holds what all keys of a batch share (channel, columns).
pub trait Cached: Send + Sync {
    /// In keys and metrics; its own for each type of value.
    const NAME: &'static str;
    /// How it is cached.
    const POLICY: Policy;
    /// Changes whenever the encoded value's layout changes.
    const SHAPE: &'static str;

    /// Whether absence is kept too. Not where something can come to be without touching any tag of its key.
    const KEEPS_ABSENCE: bool = true;

    /// Whether the key may stand in the log of this process: not where it is a secret, or what somebody typed.
    const KEY_IS_PLAIN: bool = true;

    /// Whether [`expires`](Self::expires) has something to say: the values change by themselves.
    const EXPIRES: bool = false;

    /// What is asked for.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What is kept. Cloned for each reader: put what is large in an `Arc`.
    type Value: Clone + Send + Sync + Serialize + DeserializeOwned + 'static;

    /// Writes the key, and what all keys of the batch share, readably: two values that differ never have one text.
    fn write_key(&self, key: &Self::Key, out: &mut String);

    /// What the value depends on, as far as the key tells: all that an absent value has. Includes the tags that stand
    /// for everything of a kind.
    fn key_tags(&self, key: &Self::Key, out: &mut Vec<Tag>);

    /// What else the value that was found depends on.
    fn value_tags(&self, key: &Self::Key, value: &Self::Value, out: &mut Vec<Tag>);

    /// Bytes that the value takes in memory, roughly, besides its own struct.
    fn weight(value: &Self::Value) -> usize;

    /// When the values change by themselves, although nothing is written: none of them is used from then on.
    fn expires(&self) -> Option<SystemTime> {
        None
    }

    /// Reads a key on the primary, as a load would but without the cache, for the comparison of a sample
    /// ([`CacheConfig::sample`](crate::CacheConfig::sample)). Two values that are equal must be encoded alike. `None`: the
    /// type is never compared.
    fn reread(&self, _key: &Self::Key) -> Option<Reread<Self::Value>> {
        None
    }
}
