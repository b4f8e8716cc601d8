use crate::{CacheMetrics, Clock};
use std::time::Duration;

/// How a cache works.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    /// Names the deployment in keys of the second tier, so that two may share a store.
    pub environment: String,
    /// How old the last poll may be for a BOUNDED read, and how long a writer waits after its commit. The same on every
    /// instance of a deployment.
    pub delta: Duration,
    /// Time from poll to poll while requests come.
    pub poll_interval: Duration,
    /// The least time from poll to poll, also where requests wait for one.
    pub poll_spacing: Duration,
    /// A poll that takes longer has failed.
    pub poll_timeout: Duration,
    /// The same for one that reads the whole log: the first, and the first of another history of the database.
    pub load_timeout: Duration,
    /// A request waits no longer than this for a poll.
    pub fence_timeout: Duration,
    /// Bytes of the first tier, roughly; 0 = none.
    pub l1_bytes: u64,
    /// The most tags to remember; where there are more, all that was read before the newest of them is dropped.
    pub max_floors: usize,
    /// Whether instances agree on who loads what all of them miss. Costs a round trip per batch that misses.
    pub fill_lease: bool,
    /// Encoded values of at least so many bytes are compressed in the second tier.
    pub compress_from: usize,
    /// The largest value of the second tier, encoded and before compression, in bytes.
    pub max_value: usize,
    /// A replica further behind is not read.
    pub replica_max_lag: Duration,
    /// Share (0 to 1) of the tiers' answers that are compared with the primary afterwards, one at a time.
    pub sample: f64,
    /// The clock.
    pub clock: Clock,
    /// Where it counts.
    pub metrics: CacheMetrics,
    /// A mistake to make on purpose.
    #[cfg(feature = "rig")]
    pub mistake: Option<crate::Mistake>,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            environment: "default".into(),
            delta: Duration::from_millis(50),
            poll_interval: Duration::from_millis(20),
            poll_spacing: Duration::from_millis(1),
            poll_timeout: Duration::from_millis(100),
            load_timeout: Duration::from_secs(10),
            fence_timeout: Duration::from_millis(300),
            l1_bytes: 64 << 20,
            max_floors: 1 << 20,
            fill_lease: true,
            compress_from: 2 << 10,
            max_value: 4 << 20,
            replica_max_lag: Duration::from_secs(5),
            sample: 0.0,
            clock: Clock::Boot,
            metrics: CacheMetrics::default(),
            #[cfg(feature = "rig")]
            mistake: None,
        }
    }
}
