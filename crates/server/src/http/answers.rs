//! Whole answers that everybody may share, by the bytes of their requests.
//!
//! An answer obeys the rule of what it was made of: it is used only while nothing that it depends on was written, as far
//! as the log tells, and the log was read a moment ago. So a hit is as fresh as an execution would be, and costs some
//! look-ups instead. What has errors, a viewer, something unverified or something that is never kept has no stamp, and
//! does not come here.
use super::{compress::Encoding, etag};
use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};
use tradewind_cache::{Cache, Lookup, Mode, Stamp, Verdict};
use tradewind_graphql::Caching;

/// Bytes of an answer beside its body and tags.
const OVERHEAD: usize = 512;

/// Bytes that a part of the map has at least, if all has as many: a larger answer would not be kept.
const SHARD: u64 = 4 << 20;
const MOST_SHARDS: usize = 64;
/// Bytes of an answer, to begin with.
const TYPICAL: u64 = 8 << 10;

/// Which request an answer is to. A hash that nobody can make collide: requests come from strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AnswerKey([u8; 32]);

impl AnswerKey {
    /// Of all that an answer depends on and that the transport knows: where it was asked, what, and in which channel.
    pub(super) fn new(path_and_query: &str, body: &[u8], channel: Option<&str>) -> Self {
        let mut hash = Sha256::new();
        for part in [path_and_query.as_bytes(), channel.unwrap_or_default().as_bytes()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.update([u8::from(channel.is_some())]);
        hash.update(body);
        Self(hash.finalize().into())
    }
}

/// An answer, in the encodings that were asked for.
#[derive(Debug)]
pub(crate) struct Answer {
    stamp: Stamp,
    pub(super) operation_name: Option<String>,
    pub(super) surrogate_key: Option<HeaderValue>,
    hash: Option<u64>,
    plain: Representation,
    encoded: [OnceLock<Option<Representation>>; Encoding::ALL.len()],
}

/// A body and its tag.
#[derive(Clone, Debug)]
pub(super) struct Representation {
    pub(super) body: Bytes,
    pub(super) etag: Option<HeaderValue>,
    pub(super) encoding: Option<Encoding>,
}

impl Answer {
    /// `None`: it may not be kept. `hash`, of the body, and `surrogate_key` are told to a GET only.
    pub(super) fn new(
        caching: Caching,
        operation_name: Option<String>,
        body: Bytes,
        hash: Option<u64>,
        surrogate_key: Option<HeaderValue>,
    ) -> Option<Self> {
        let stamp = caching.into_stamp()?;
        let plain = Representation { body, etag: hash.and_then(|hash| etag::tag(hash, None)), encoding: None };
        Some(Self { stamp, operation_name, surrogate_key, hash, plain, encoded: Default::default() })
    }

    /// The body in an encoding, which is made once.
    pub(super) fn representation(&self, encoding: Option<Encoding>) -> &Representation {
        let made = encoding.and_then(|encoding| {
            let place = Encoding::ALL.iter().position(|other| *other == encoding)?;
            let make = || {
                let body = encoding.compress(&self.plain.body)?.into();
                let etag = self.hash.and_then(|hash| etag::tag(hash, Some(encoding)));
                Some(Representation { body, etag, encoding: Some(encoding) })
            };
            self.encoded[place].get_or_init(make).as_ref()
        });
        made.unwrap_or(&self.plain)
    }

    /// Seconds for which it may be kept from now on.
    pub(super) fn left(&self, cache: &Cache) -> u32 {
        u32::try_from(self.stamp.soft.saturating_sub(cache.now()) / 1_000_000).unwrap_or(u32::MAX)
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.plain.body
    }

    /// Bytes that it takes. Encoded bodies together are about half as long as the plain one.
    fn weight(&self) -> usize {
        OVERHEAD + self.plain.body.len() * 3 / 2 + self.stamp.tags.len() * 8
    }
}

#[derive(Clone, Debug)]
struct Bytewise;

impl quick_cache::Weighter<AnswerKey, Arc<Answer>> for Bytewise {
    fn weight(&self, _: &AnswerKey, answer: &Arc<Answer>) -> u64 {
        u64::try_from(answer.weight()).unwrap_or(u64::MAX)
    }
}

/// The answers of a process, bounded by bytes.
#[derive(Debug)]
pub(crate) struct Answers {
    kept: quick_cache::sync::Cache<AnswerKey, Arc<Answer>, Bytewise, foldhash::quality::RandomState>,
    cache: Cache,
}

impl Answers {
    /// `None`: nothing is kept.
    pub(crate) fn new(cache: Option<Cache>, bytes: u64) -> Option<Self> {
        let cache = cache.filter(|_| bytes > 0)?;
        let shards = usize::try_from(bytes / SHARD).unwrap_or(usize::MAX).clamp(1, MOST_SHARDS);
        let options = quick_cache::OptionsBuilder::new()
            .estimated_items_capacity(usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX))
            .weight_capacity(bytes)
            .shards(shards)
            .build()
            .ok()?;
        let hasher = foldhash::quality::RandomState::default();
        let kept = quick_cache::sync::Cache::with_options(options, Bytewise, hasher, Default::default());
        Some(Self { kept, cache })
    }

    /// The answer to a request, where it is known and known to be fresh.
    pub(super) async fn get(&self, key: &AnswerKey) -> Option<Arc<Answer>> {
        let mut found = Lookup::default();
        let answer = self.look_up(key, &mut found).await;
        self.cache.count("answer", &found);
        answer
    }

    async fn look_up(&self, key: &AnswerKey, found: &mut Lookup) -> Option<Arc<Answer>> {
        let Some(answer) = self.kept.get(key) else {
            found.missed = 1;
            return None;
        };
        if self.cache.fence(Mode::Bounded).await.is_err() {
            found.missed = 1;
            return None;
        }
        match self.cache.judge(&answer.stamp) {
            Verdict::Usable => {
                found.l1 = 1;
                return Some(answer);
            }
            // An execution may still show rows that are too old where it cannot have newer ones.
            Verdict::Expired | Verdict::Over => found.expired = 1,
            Verdict::Superseded => found.superseded = 1,
        }
        self.kept.remove(key);
        None
    }

    pub(super) fn keep(&self, key: AnswerKey, answer: Answer) {
        self.kept.insert(key, Arc::new(answer));
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }
}

/// Tells HTTP caches what they may do with an answer. `left`: seconds that it may be kept; `None`: nobody keeps it.
pub(super) fn tell(headers: &mut HeaderMap, left: Option<u32>, is_public: bool, edge: std::time::Duration) {
    let edge = u32::try_from(edge.as_secs()).unwrap_or(u32::MAX);
    let value = match left {
        None => HeaderValue::from_static("no-store"),
        Some(_) if !is_public => HeaderValue::from_static("private, no-cache"),
        Some(_) if edge == 0 => HeaderValue::from_static("public, no-cache"),
        Some(left) => HeaderValue::try_from(format!("public, max-age=0, s-maxage={}, must-revalidate", left.min(edge)))
            .unwrap_or(HeaderValue::from_static("public, no-cache")),
    };
    headers.insert(hyper::header::CACHE_CONTROL, value);
}
