//! The seeded and the demo catalog: the aggregates themselves, and what both databases make of them.
#![allow(clippy::unwrap_used, reason = "helpers of tests stop with the reason, as tests do")]
mod admin_bulk;
mod admin_category;
mod admin_collection;
mod admin_list;
mod admin_media;
mod admin_product;
mod admin_terms;
mod admin_variant;
mod admin_world;
mod demo;
mod invariants;
mod seed;
mod seed_database;
mod speed;
