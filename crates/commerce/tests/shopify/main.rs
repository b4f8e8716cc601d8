//! Shopify product CSV, in and out, on every database that can be had here.
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
