//! Shopify product CSV, in and out, on every database that can be had here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test stops at what it did not expect, and counts in small numbers"
)]
mod encodings;
mod export;
mod hostile;
mod markets;
mod memory;
mod options;
mod random_bytes;
mod real_files;
mod round_trip;
mod scattered;
mod support;
mod updates;
mod values;
