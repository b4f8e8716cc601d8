/// Why a store did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// The address says nothing that can be connected to.
    #[error("the key-value store's URL is wrong: {0}; write redis://HOST:PORT, redis-sentinel:// or redis-cluster://")]
    Url(String),
    /// No answer in time.
    #[error("no answer from the key-value store within {0:?}")]
    Timeout(std::time::Duration),
    /// The breaker is open: nothing was sent.
    #[error("the key-value store is left alone for a while after failures")]
    Open,
    /// It said no, or the connection ended.
    #[error("the key-value store failed: {0}")]
    Failed(String),
}
