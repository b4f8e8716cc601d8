//! Whole answers that everybody may share, by the bytes of their requests.
//!
//! An answer obeys the rule of what it was made of: it is used only while nothing that it depends on was written, as far
//! as the log tells, and the log was read a moment ago. So a hit is as fresh as an execution would be, and costs some
//! look-ups instead. What has errors, a viewer, something unverified or something that is never kept has no stamp, and
//! does not come here.
use super::{compress::Encoding, etag, reply};
use bytes::Bytes;
use equivalent::Equivalent;
use hyper::header::HeaderValue;
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

/// Which request an answer is to: all that it depends on and that the transport knows.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) struct Question<'r> {
    /// Where it was asked.
    pub(super) path_and_query: &'r str,
    pub(super) channel: Option<&'r str>,
    pub(super) body: &'r [u8],
}

/// The same, kept; it hashes alike. Compared as a whole: requests come from strangers, who could make hashes collide.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    path_and_query: Box<str>,
    channel: Option<Box<str>>,
    body: Box<[u8]>,
}

impl Question<'_> {
    fn to_key(self) -> Key {
        let Self { path_and_query, channel, body } = self;
        Key { path_and_query: path_and_query.into(), channel: channel.map(Into::into), body: body.into() }
    }
}

impl Equivalent<Key> for Question<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.path_and_query == *key.path_and_query && self.channel == key.channel.as_deref() && *self.body == *key.body
    }
}

impl Key {
    fn len(&self) -> usize {
        self.path_and_query.len() + self.channel.as_ref().map_or(0, |channel| channel.len()) + self.body.len()
    }
}

/// An answer, in the encodings that were asked for.
#[derive(Debug)]
pub(crate) struct Answer {
    stamp: Stamp,
    pub(super) operation_name: Option<Arc<str>>,
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
        operation_name: Option<Arc<str>>,
        body: &[u8],
        hash: Option<u64>,
        surrogate_key: Option<&HeaderValue>,
    ) -> Option<Self> {
        let stamp = caching.into_stamp()?;
        let tag = hash.and_then(|hash| etag::tag(hash, None));
        let bytes = |value: Option<&HeaderValue>| value.map_or_else(Vec::new, |value| value.as_bytes().to_vec());
        let [body, etag, keys] = together([body, &bytes(tag.as_ref()), &bytes(surrogate_key)]);
        let header = |known: bool, bytes| known.then(|| HeaderValue::from_maybe_shared(bytes).ok()).flatten();
        let (etag, surrogate_key) = (header(tag.is_some(), etag), header(surrogate_key.is_some(), keys));
        let plain = Representation { body, etag, encoding: None };
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

    /// Seconds for which it may be kept from `now` on, in microseconds of the cache's clock.
    fn left(&self, now: u64) -> u32 {
        u32::try_from(self.stamp.soft.saturating_sub(now) / 1_000_000).unwrap_or(u32::MAX)
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.plain.body
    }

    /// Bytes that it takes. Encoded bodies together are about half as long as the plain one.
    fn weight(&self) -> usize {
        OVERHEAD + self.plain.body.len() * 3 / 2 + self.stamp.tags.len() * 8
    }
}

/// Puts parts into one allocation, which is as large as they are: sending them touches one counter of users, not three.
fn together<const N: usize>(parts: [&[u8]; N]) -> [Bytes; N] {
    let all = Bytes::from(parts.concat());
    let mut end = 0;
    parts.map(|part| {
        let start = end;
        end += part.len();
        all.slice(start..end)
    })
}

#[derive(Clone, Debug)]
struct Bytewise;

impl quick_cache::Weighter<Key, Arc<Answer>> for Bytewise {
    fn weight(&self, key: &Key, answer: &Arc<Answer>) -> u64 {
        u64::try_from(key.len() + answer.weight()).unwrap_or(u64::MAX)
    }
}

/// An answer that is known to be fresh.
pub(super) struct Fresh {
    pub(super) answer: Arc<Answer>,
    /// Seconds for which it may be kept.
    pub(super) left: u32,
}

/// The answers of a process, bounded by bytes.
#[derive(Debug)]
pub(crate) struct Answers {
    kept: quick_cache::sync::Cache<Key, Arc<Answer>, Bytewise, foldhash::quality::RandomState>,
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
    pub(super) async fn get(&self, question: &Question<'_>) -> Option<Fresh> {
        let mut found = Lookup::default();
        let answer = self.look_up(question, &mut found).await;
        self.cache.count("answer", &found);
        answer
    }

    async fn look_up(&self, question: &Question<'_>, found: &mut Lookup) -> Option<Fresh> {
        let Some(answer) = self.kept.get(question) else {
            found.missed = 1;
            return None;
        };
        let Ok(now) = self.cache.fence(Mode::Bounded).await else {
            found.missed = 1;
            return None;
        };
        match self.cache.judge(&answer.stamp, now) {
            Verdict::Usable => {
                found.l1 = 1;
                let left = answer.left(now);
                return Some(Fresh { answer, left });
            }
            // An execution may still show rows that are too old where it cannot have newer ones.
            Verdict::Expired | Verdict::Over => found.expired = 1,
            Verdict::Superseded => found.superseded = 1,
        }
        self.kept.remove(question);
        None
    }

    pub(super) fn keep(&self, question: Question<'_>, answer: Answer) {
        self.kept.insert(question.to_key(), Arc::new(answer));
    }
}

/// What HTTP caches may do with an answer, as `Cache-Control`. `left`: seconds that it may be kept; `None`: nobody keeps it.
pub(super) fn cache_control(left: Option<u32>, is_public: bool, edge: std::time::Duration) -> HeaderValue {
    let edge = u32::try_from(edge.as_secs()).unwrap_or(u32::MAX);
    match left {
        None => reply::NO_STORE,
        Some(_) if !is_public => HeaderValue::from_static("private, no-cache"),
        Some(_) if edge == 0 => HeaderValue::from_static("public, no-cache"),
        Some(left) => HeaderValue::try_from(format!("public, max-age=0, s-maxage={}, must-revalidate", left.min(edge)))
            .unwrap_or(HeaderValue::from_static("public, no-cache")),
    }
}
