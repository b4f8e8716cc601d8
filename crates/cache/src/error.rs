use std::time::Duration;

/// The log cannot be read: nothing new can be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cache log cannot be read{}", .age.map(|age| format!(" since {age:?}")).unwrap_or_default())]
pub struct Failing {
    /// Age of the newest poll that succeeded; `None` where none ever did.
    pub age: Option<Duration>,
}

/// Why a read got no values.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CacheError<E> {
    /// The load failed, and nothing could stand in.
    #[error("{0}")]
    Load(E),
    /// The log cannot be read, and the type's policy does not let it be served unverified (any more).
    #[error("{0}")]
    Unverified(Failing),
}
