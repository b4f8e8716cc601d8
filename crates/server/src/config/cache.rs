//! What is kept, and where.
use super::{Reader, Var, value};
use secrecy::SecretString;
use std::time::Duration;

static CACHE: Var = Var::new(
    "TRADEWIND_CACHE",
    "cache.mode",
    "on",
    "on: reads of the catalog are kept, and never older than an acknowledged write; off: each request reads the database",
);
static MEMORY: Var = Var::new("TRADEWIND_CACHE_MEMORY", "cache.memory", "64MiB", "memory for rows that are kept");
static ANSWERS: Var = Var::new(
    "TRADEWIND_CACHE_ANSWERS",
    "cache.answers",
    "32MiB",
    "memory for whole answers that everybody may share; 0 keeps none",
);
static REDIS: Var = Var::new(
    "REDIS_URL",
    "cache.redis",
    "",
    "address of a Redis that instances share: redis://user:password@host:6379/0, redis-sentinel://, redis-cluster:// or \
     redis+unix:///path; nothing is wrong or lost without it, and misses cost a statement",
)
.secret();
static NAMESPACE: Var = Var::new(
    "TRADEWIND_CACHE_NAMESPACE",
    "cache.namespace",
    "default",
    "begins the keys in Redis, so that deployments may share one",
);
static SAMPLE: Var = Var::new(
    "TRADEWIND_CACHE_SAMPLE",
    "cache.sample",
    "0.0001",
    "share of what the cache answers that is read again on the primary, in the background and one at a time, to find writes \
     that bypass the log; 0 to 1",
);
static EDGE: Var = Var::new(
    "TRADEWIND_EDGE_MAX_AGE",
    "cache.edge_max_age",
    "0s",
    "how long a CDN may serve a public answer to a GET without asking; a shopper may see it that much after a write was \
     acknowledged. 0: it asks each time, and gets 304 where nothing changed",
);

#[cfg(feature = "rig")]
static MISTAKE: Var = Var::new("TRADEWIND_MISTAKE", "cache.mistake", "", "a mistake to make on purpose");
#[cfg(feature = "rig")]
static FILL_LEASE: Var =
    Var::new("TRADEWIND_FILL_LEASE", "cache.fill_lease", "on", "off: each instance loads what it misses");

pub(super) const VARS: &[&Var] = &[
    &CACHE,
    &MEMORY,
    &ANSWERS,
    &REDIS,
    &NAMESPACE,
    &SAMPLE,
    &EDGE,
    #[cfg(feature = "rig")]
    &MISTAKE,
    #[cfg(feature = "rig")]
    &FILL_LEASE,
];

/// What is kept, and where.
#[derive(Clone, Debug)]
pub struct CacheConfig {
    /// Whether rows and answers are kept at all.
    pub on: bool,
    /// Bytes for rows.
    pub memory: u64,
    /// Bytes for answers; 0: none.
    pub answers: u64,
    /// A Redis that instances share; may carry a password.
    pub redis: Option<SecretString>,
    /// Begins its keys.
    pub namespace: String,
    /// Share of what the cache answers that is compared with the primary.
    pub sample: f64,
    /// How long a CDN may serve a public answer without asking.
    pub edge_max_age: Duration,
    /// A mistake to make on purpose.
    #[cfg(feature = "rig")]
    pub mistake: Option<tradewind_cache::Mistake>,
    /// Whether instances agree on who loads what all of them miss.
    #[cfg(feature = "rig")]
    pub fill_lease: bool,
}

impl CacheConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let on = reader.read(&CACHE, switch);
        let memory = reader.read(&MEMORY, |text| value::bytes(text, 0..=1 << 40));
        let answers = reader.read(&ANSWERS, |text| value::bytes(text, 0..=1 << 40));
        let redis = reader.read_optional(&REDIS, |text| Ok(SecretString::from(text)));
        let namespace = reader.read(&NAMESPACE, namespace);
        let sample = reader.read(&SAMPLE, value::share);
        let edge_max_age = reader.read(&EDGE, |text| {
            let age = value::duration(text)?;
            let fits = age <= Duration::from_secs(86_400);
            fits.then_some(age).ok_or_else(|| "at most one day".to_owned())
        });
        #[cfg(feature = "rig")]
        let mistake = reader.read_optional(&MISTAKE, |text| {
            tradewind_cache::Mistake::by_name(text).ok_or_else(|| "is no mistake that the cache knows".to_owned())
        });
        #[cfg(feature = "rig")]
        let fill_lease = reader.read(&FILL_LEASE, switch);
        Some(Self {
            on: on?,
            memory: u64::try_from(memory?).ok()?,
            answers: u64::try_from(answers?).ok()?,
            redis: redis?,
            namespace: namespace?,
            sample: sample?,
            edge_max_age: edge_max_age?,
            #[cfg(feature = "rig")]
            mistake: mistake?,
            #[cfg(feature = "rig")]
            fill_lease: fill_lease?,
        })
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write on or off".to_owned()),
    }
}

fn namespace(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let fits = !text.is_empty() && text.len() <= 40 && text.bytes().all(is_plain);
    fits.then(|| text.to_owned()).ok_or_else(|| "1 to 40 letters, digits, - and _".to_owned())
}
