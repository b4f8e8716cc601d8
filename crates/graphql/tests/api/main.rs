//! The schema as a client meets it, on SQLite always and on PostgreSQL where `DATABASE_URL` is given.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    unreachable_pub,
    reason = "a test stops at what it did not expect, and counts in small numbers"
)]

mod access;
mod account;
mod administration;
mod administration_channels;
mod administration_customers;
mod administration_docs;
mod administration_places;
mod administration_webhooks;
mod answer;
mod bad_input;
mod buying;
mod buying_statements;
mod caches;
mod commerce;
mod desk;
mod direct;
mod facets;
mod idempotency;
mod inventory;
mod kept;
mod limits;
mod opaque;
mod paging;
mod people;
mod replayed;
mod schema;
mod search;
mod shop;
mod staff;
mod staff_catalog;
mod staff_orders;
mod staff_shelves;
mod statements;
mod subscription;
mod visibility;
