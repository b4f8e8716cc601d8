//! Why a load has no answer.

/// A load that failed. None of these is remembered: a later load of the same key asks again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError<E> {
    /// The fetch of the key's chunk failed; every waiter of that chunk gets a clone.
    #[error("{0}")]
    Fetch(E),
    /// The fetch panicked. The panic hook has the message; it is not repeated here because it may hold data.
    #[error("loader `{loader}`: the fetch panicked")]
    Panicked {
        /// Name of the loader.
        loader: &'static str,
    },
    /// Nobody would ever fetch the batch.
    #[error("loader `{loader}`: load outside of `Frontier::run`; wrap the execution in it")]
    OutsideRun {
        /// Name of the loader.
        loader: &'static str,
    },
    /// The run ended, or was dropped, before the batch was there. Only a task that outlives its request sees this.
    #[error("loader `{loader}`: the request ended before the batch was fetched")]
    Cancelled {
        /// Name of the loader.
        loader: &'static str,
    },
}

impl<E> LoadError<E> {
    /// The error of the fetch itself, if that is what failed.
    pub fn into_fetch(self) -> Option<E> {
        match self {
            Self::Fetch(error) => Some(error),
            _ => None,
        }
    }
}
