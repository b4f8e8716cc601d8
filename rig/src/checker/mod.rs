//! Whether a history keeps the promise. Per key, where writes carry rising numbers and the database applies them in that
//! order:
//!
//! - a read shows the newest write that was acknowledged before it began, or a later one;
//! - it shows nothing that was invoked after its end, and never a write that failed;
//! - a write with an unknown outcome may count from its invocation on, and need not, for ever;
//! - absence (a deleted product, one that left a list) is a value like any other;
//! - STRICT: once a read has shown a write, no read that begins later shows an older one, whoever reads.
//!
//! For keys with one order of writes these rules are exactly linearizability (STRICT) and regularity (BOUNDED, "regular
//! register" of Lamport, On Interprocess Communication, 1986): each read is given the oldest write that it may show, which
//! leaves later reads the most room. One pass, a binary search per value.
mod feed;
mod register;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use feed::Feed;
#[cfg(test)]
pub(crate) use verdict::Kind;
pub(crate) use verdict::{Verdict, ms};
