//! The time and the chance of one request: passed in, so that tests and replays can choose them.
use chrono::{DateTime, SubsecRound, Utc};
use rand::CryptoRng;
use uuid::Uuid;

/// When a request takes place, and where its ids and tokens come from.
pub struct Moment<'r> {
    now: DateTime<Utc>,
    random: &'r mut (dyn CryptoRng + Send + Sync),
}

impl std::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Moment").field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'r> Moment<'r> {
    /// Now, at the precision of the databases; the source must be fit for secrets.
    pub fn new(now: DateTime<Utc>, random: &'r mut (dyn CryptoRng + Send + Sync)) -> Self {
        Self { now: now.trunc_subsecs(6), random }
    }

    /// The time of the request.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A new row id (UUIDv7).
    pub fn id(&mut self) -> Uuid {
        let millis = u64::try_from(self.now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// Random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill_bytes(&mut bytes);
        bytes
    }
}
