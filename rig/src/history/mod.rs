//! What happened, in the order in which the load driver saw it: JSON lines, one event each.
//!
//! A key is a register of the shop: a product's title, whether a product exists, whether it is in a list, a customer's
//! name. Each write of a key carries a number that rises; all times are nanoseconds of one monotonic clock.
mod line;
mod recorder;

pub(crate) use line::{parse, write};
pub(crate) use recorder::{Recorder, Recording, start};

use serde::{Deserialize, Serialize};

/// Index of a key in [`Header::keys`].
pub(crate) type KeyIndex = u32;
/// Nanoseconds since the run began.
pub(crate) type Nanos = u64;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Of the lines behind it.
    pub(crate) version: u32,
    /// Of the random choices.
    pub(crate) seed: u64,
    /// All registers.
    pub(crate) keys: Vec<KeySpec>,
}

/// What is promised of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeySpec {
    /// For people: `title 17`.
    pub(crate) name: String,
    /// How it is read.
    pub(crate) mode: Mode,
    /// So long after an acknowledgement an older value may still be read: 0, and the lease of BOUNDED for writers that
    /// do not wait.
    pub(crate) slack: Nanos,
}

/// How a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Linearizable.
    Strict,
    /// A regular register: never older than what was acknowledged before.
    Bounded,
}

/// What a write leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// The key has the write's number.
    Set,
    /// The key is gone: a deleted product, a product that left a list.
    Remove,
}

/// What a read shows of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The value of this write.
    Number(u64),
    /// There, without a number: a member of a list.
    Present,
    /// Not there.
    Absent,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was committed, and said so.
    Acknowledged,
    /// It certainly did not happen.
    Failed,
    /// It may have happened, or may yet.
    Unknown,
}

/// One read of one or more keys by one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Whose: requests of a session follow each other.
    pub(crate) session: u32,
    /// Which server process answered.
    pub(crate) instance: u8,
    /// Before the request left.
    pub(crate) from: Nanos,
    /// After the answer was there.
    pub(crate) to: Nanos,
    /// The answer said that it could not be proven fresh.
    pub(crate) unverified: bool,
    /// What it showed.
    pub(crate) values: Vec<(KeyIndex, Seen)>,
}

/// One line behind the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A write is about to be sent.
    Invoke {
        /// What is written.
        key: KeyIndex,
        /// Its number, higher than any before it.
        number: u64,
        /// What it leaves.
        effect: Effect,
        /// When.
        at: Nanos,
    },
    /// A write has ended.
    Return {
        /// What was written.
        key: KeyIndex,
        /// Its number.
        number: u64,
        /// How.
        outcome: Outcome,
        /// When.
        at: Nanos,
    },
    /// An answer was read.
    Read(Read),
    /// What the rig does from now on: the name of a fault, `after` and its name, or `calm`.
    Phase {
        /// Its name.
        name: String,
        /// When.
        at: Nanos,
    },
}
