//! What a batch must know of a type of value, without being compiled anew for each.

use crate::{
    Cached, Policy, Stamp,
    entry::{Entry, Value},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{marker::PhantomData, sync::Arc};

/// A value as postcard.
pub(crate) type Encoded = Vec<u8>;

/// A type of value: the constants of its [`Cached`], and how its values are weighed, encoded and decoded.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) policy: Policy,
    pub(crate) shape: &'static str,
    pub(crate) keeps_absence: bool,
    pub(crate) key_is_plain: bool,
    /// Whether an entry is of this type.
    pub(crate) holds: fn(&Entry) -> bool,
    /// Bytes besides its own struct.
    pub(crate) weigh: fn(&Value) -> usize,
    /// `None`: it cannot be encoded, or is of another type.
    pub(crate) encode: fn(&Value) -> Option<Encoded>,
    /// `None`: damaged.
    pub(crate) decode: fn(&[u8], Stamp, u32) -> Option<Arc<Entry>>,
}

impl Kind {
    pub(crate) fn of<C: Cached>() -> &'static Self {
        &Of::<C>::KIND
    }
}

struct Of<C>(PhantomData<C>);

impl<C: Cached> Of<C> {
    const KIND: Kind = Kind {
        name: C::NAME,
        policy: C::POLICY,
        shape: C::SHAPE,
        keeps_absence: C::KEEPS_ABSENCE,
        key_is_plain: C::KEY_IS_PLAIN,
        holds: Entry::is_of::<C::Value>,
        weigh: |value| value.downcast_ref::<C::Value>().map_or(0, C::weight),
        encode: encode::<C::Value>,
        decode: decode::<C::Value>,
    };
}

fn encode<V: Serialize + 'static>(value: &Value) -> Option<Encoded> {
    encoded(value.downcast_ref::<V>()?)
}

/// `None`: it cannot be encoded.
pub(crate) fn encoded<V: Serialize>(value: &V) -> Option<Encoded> {
    postcard::to_stdvec(value).ok()
}

fn decode<V: DeserializeOwned + Send + Sync + 'static>(bytes: &[u8], stamp: Stamp, cost: u32) -> Option<Arc<Entry>> {
    let value: V = postcard::from_bytes(bytes).ok()?;
    Some(Entry::new(stamp, cost, Some(value)))
}
