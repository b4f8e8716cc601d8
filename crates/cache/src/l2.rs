//! The second tier: a store that all instances share, and that may lose or repeat anything.

use crate::{Clock, Stamp, Tag, config::CacheConfig, entry::Entry, envelope, floors::Position, kind::Kind};
use bytes::Bytes;
use std::{fmt::Write, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tradewind_kv::{Kv, Put};

/// At most so many batches are written at once; what comes then is left out, which costs a miss.
const WRITES: usize = 64;
/// How long one instance may take to load what the others wait for.
const LEASE: Duration = Duration::from_secs(3);
/// How long the name of the newest history is remembered.
const EPOCH_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

pub(crate) struct L2 {
    kv: Arc<dyn Kv>,
    writes: Arc<Semaphore>,
    environment: String,
    compress_from: usize,
    max_value: usize,
    clock: Clock,
}

/// An entry, and its name in the first tier.
pub(crate) type Named = (Arc<str>, Arc<Entry>);

/// What was found at a key.
pub(crate) struct Found<'a> {
    pub(crate) envelope: envelope::Envelope<'a>,
    pub(crate) stamp: Stamp,
}

impl L2 {
    pub(crate) fn new(kv: Arc<dyn Kv>, config: &CacheConfig) -> Self {
        Self {
            kv,
            writes: Arc::new(Semaphore::new(WRITES)),
            environment: config.environment.clone(),
            compress_from: config.compress_from,
            max_value: config.max_value,
            clock: config.clock,
        }
    }

    /// `tw1:{environment}:{history}:{type}:{shape}:{key}`; `name` is `{type}:{key}`.
    pub(crate) fn key(&self, kind: &Kind, epoch: &str, name: &str) -> String {
        let key = name.get(kind.name.len()..).unwrap_or_default();
        let mut out = String::with_capacity(40 + self.environment.len() + epoch.len() + name.len());
        let shape = short_hash(kind.shape);
        let _ = write!(out, "tw1:{}:{epoch}:{}:{shape:08x}{key}", self.environment, kind.name);
        out
    }

    /// One read for all keys; `None`: the store does not answer.
    pub(crate) async fn read(&self, keys: Vec<String>) -> Option<Vec<Option<Bytes>>> {
        let wanted = keys.len();
        self.kv.mget(keys).await.ok().filter(|values| values.len() == wanted)
    }

    /// Reads what decides. `None`: damaged, or of another history.
    pub(crate) fn open<'a>(
        &self,
        bytes: &'a [u8],
        position: &Position,
        viewer: u64,
    ) -> Result<Option<Found<'a>>, WrongViewer> {
        let Some(envelope) = envelope::open(bytes) else { return Ok(None) };
        let header = &envelope.header;
        if header.epoch != short_hash(&position.name) {
            return Ok(None);
        }
        if header.viewer != viewer {
            return Err(WrongViewer);
        }
        let age = self.clock.wall().saturating_sub(header.born_ms * 1_000);
        let now = self.clock.now();
        let end = |ms: u32| (now + u64::from(ms) * 1_000).saturating_sub(age);
        let tags: Box<[Tag]> = header.tags.as_slice().into();
        let stamp = Stamp::new(
            position.epoch,
            header.as_of,
            now.saturating_sub(age),
            end(header.soft_ms),
            end(header.hard_ms),
            tags,
        );
        Ok(Some(Found { envelope, stamp }))
    }

    pub(crate) fn decode(&self, kind: &Kind, found: Found<'_>) -> Option<Arc<Entry>> {
        let cost = found.envelope.header.cost;
        match found.envelope.value(self.max_value)? {
            Some(plain) => (kind.decode)(&plain, found.stamp, cost),
            None => Some(Entry::absent(found.stamp, cost)),
        }
    }

    /// Writes in the background. A late write can only waste a miss: it is judged when it is read.
    pub(crate) fn write(self: &Arc<Self>, kind: &'static Kind, epoch: &Arc<str>, viewer: u64, entries: Vec<Named>) {
        if entries.is_empty() {
            return;
        }
        let Ok(permit) = Arc::clone(&self.writes).try_acquire_owned() else { return };
        let (l2, epoch) = (Arc::clone(self), Arc::clone(epoch));
        tokio::spawn(async move {
            let puts = entries.iter().filter_map(|(name, entry)| l2.put(kind, &epoch, viewer, name, entry)).collect();
            if let Err(error) = l2.kv.set(puts).await {
                tracing::debug!(%error, "the second tier was not written");
            }
            drop(permit);
        });
    }

    fn put(&self, kind: &Kind, epoch: &str, viewer: u64, name: &str, entry: &Entry) -> Option<Put> {
        let stamp = &entry.stamp;
        let now = self.clock.now();
        let left = Duration::from_micros(stamp.hard.checked_sub(now)?);
        let since_born = |end: u64| u32::try_from(end.saturating_sub(stamp.born) / 1_000).unwrap_or(u32::MAX);
        let header = envelope::Header {
            epoch: short_hash(epoch),
            as_of: stamp.as_of,
            born_ms: self.clock.wall().saturating_sub(now.saturating_sub(stamp.born)) / 1_000,
            soft_ms: since_born(stamp.soft),
            hard_ms: since_born(stamp.hard),
            cost: entry.cost,
            viewer,
            tags: stamp.tags.to_vec(),
        };
        let value = if entry.is_absent { None } else { Some((kind.encode)(&entry.value)?) };
        let sealed = envelope::seal(&header, value, self.compress_from, self.max_value)?;
        Some(Put { key: self.key(kind, epoch, name), value: sealed.into(), ttl: left })
    }

    /// Who of all instances loads these: `true` = this one. `None`: the store does not answer; then each does.
    pub(crate) async fn lease(&self, keys: Vec<String>) -> Option<Vec<bool>> {
        let wanted = keys.len();
        self.kv.set_nx(keys, LEASE).await.ok().filter(|won| won.len() == wanted)
    }

    /// Remembers the newest history's name, for an instance that starts while the database is gone.
    pub(crate) fn remember_epoch(self: &Arc<Self>, epoch: &Arc<str>) {
        let (l2, value) = (Arc::clone(self), Bytes::copy_from_slice(epoch.as_bytes()));
        tokio::spawn(async move {
            let put = Put { key: l2.epoch_key(), value, ttl: EPOCH_KEPT };
            l2.kv.set(vec![put]).await.ok();
        });
    }

    pub(crate) async fn remembered_epoch(&self) -> Option<Arc<str>> {
        let name = self.read(vec![self.epoch_key()]).await?.pop()??;
        std::str::from_utf8(&name).ok().map(Arc::from)
    }

    fn epoch_key(&self) -> String {
        format!("tw1:{}:epoch", self.environment)
    }

    /// Drops what lies at these keys.
    pub(crate) async fn delete(&self, keys: Vec<String>) {
        let ttl = Duration::from_millis(1);
        self.kv.set(keys.into_iter().map(|key| Put { key, value: Bytes::new(), ttl }).collect()).await.ok();
    }
}

/// An entry of somebody else lay at this viewer's key.
pub(crate) struct WrongViewer;

/// FNV-1a: the same on every machine and in every version.
fn short_hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Whoever does not load waits so long, and looks into the second tier, three times; then it loads all the same.
pub(crate) const LOSER_WAITS: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(30), Duration::from_millis(50)];
