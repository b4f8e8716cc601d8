//! Cached reads that are never older than an acknowledged write.
//!
//! Every write leaves the tags that it touched in a log, in its own transaction. An instance tails that log ([`Log`])
//! into *floors*: per [`Tag`], the highest transaction that touched it. Every cached value carries an *as-of*: all
//! transactions before it had ended when its rows were read. One rule holds for both tiers, for absent keys and lists: a
//! value may be used only if its as-of is above the floor of each of its tags. What lies in a tier may therefore be old,
//! rolled back or lost and still cause no stale answer. `docs/caching.md` explains the rule and its proof.
//!
//! A type's [`Policy`] says for how long and how strictly it is kept; [`View`] is what one request reads through.

mod asked;
mod batch;
mod cache;
mod cached;
mod clock;
mod config;
mod entry;
mod envelope;
mod error;
mod fill;
mod flight;
mod floors;
mod kind;
mod l1;
mod l2;
mod log;
mod lookup;
mod metrics;
mod mistake;
mod policy;
mod progress;
mod replicas;
mod sampler;
mod second;
mod stamp;
mod stamping;
mod summary;
mod tail;
mod view;

pub use cache::{Cache, LeaseState};
pub use cached::Cached;
pub use clock::Clock;
pub use config::CacheConfig;
pub use error::{CacheError, Failing};
pub use floors::Watermark;
pub use log::{Log, LogError, Poll, ReplicaPoll, Replicas, Route};
pub use lookup::Lookup;
pub use metrics::CacheMetrics;
#[cfg(feature = "rig")]
pub use mistake::Mistake;
pub use policy::{Mode, Policy, Scope};
pub use sampler::Reread;
pub use stamp::{Stamp, Tag, Verdict};
pub use summary::Summary;
pub use view::{Use, View};
