//! What may be kept of an answer: by this process, by HTTP caches, by nobody.
use crate::policy::DocumentPolicy;
use async_graphql::{Name, Value, indexmap::IndexMap};
use tradewind_cache::{Cache, Stamp, Summary, Tag};

/// Bytes of one tag in `Surrogate-Key`, with the space before it.
const TAG_BYTES: usize = 17;
/// Longer headers are refused by proxies; an answer with more tags is known by none.
const MOST_SURROGATE_BYTES: usize = 8 * 1024;

/// What may be kept of an answer, and what it depends on.
#[derive(Debug)]
pub struct Caching {
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    /// Seconds that are left.
    max_age: u32,
    is_public: bool,
    stamp: Option<Stamp>,
}

impl Caching {
    /// Nobody keeps it: an error, a mutation, something unverified, something that is never kept.
    pub(crate) fn none() -> Self {
        Self { kept: None }
    }

    /// By the strictest of all that the document asks for, less the age of what it was made of.
    pub(crate) fn of(policy: DocumentPolicy, summary: Option<Summary>, cache: &Cache) -> Self {
        let Some(summary) = summary.filter(|summary| policy.max_age() > 0 && !summary.unverified && !summary.stale)
        else {
            return Self::none();
        };
        let now = cache.now();
        let left = summary.ends.saturating_sub(now) / 1_000_000;
        let max_age = policy.max_age().min(u32::try_from(left).unwrap_or(u32::MAX));
        let is_public = policy.is_public() && !summary.private;
        let stamp = if is_public { summary.stamp(now) } else { None };
        Self { kept: Some(Kept { max_age, is_public, stamp }) }
    }

    /// Seconds for which it may be kept from now on; `None`: not at all.
    pub fn max_age(&self) -> Option<u32> {
        self.kept.as_ref().map(|kept| kept.max_age)
    }

    /// Whether everybody may share it.
    pub fn is_public(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.is_public)
    }

    /// What the answer depends on, for `Surrogate-Key`: the tags as the database's log has them, in hexadecimal.
    /// `None`: nothing, or more than a header can hold.
    pub fn surrogate_key(&self) -> Option<String> {
        let tags = &self.kept.as_ref()?.stamp.as_ref()?.tags;
        let fits = !tags.is_empty() && tags.len() * TAG_BYTES <= MOST_SURROGATE_BYTES;
        fits.then(|| tags.iter().map(|Tag(tag)| format!("{tag:016x}")).collect::<Vec<_>>().join(" "))
    }

    /// By which the whole answer may be kept and judged; `None` where it may not.
    pub fn into_stamp(self) -> Option<Stamp> {
        self.kept?.stamp
    }
}

/// What an answer says of itself where it had to do with less: `extensions.cache`.
pub(crate) fn fallback(summary: &Summary) -> Option<Value> {
    let said = |name: &str, is_so: bool| is_so.then(|| (Name::new(name), Value::Boolean(true)));
    let said = [said("unverified", summary.unverified), said("stale", summary.stale)];
    let said: IndexMap<_, _> = said.into_iter().flatten().collect();
    (!said.is_empty()).then_some(Value::Object(said))
}
