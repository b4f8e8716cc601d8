//! What changes the catalog, and everything precomputed from it in the same transaction.
//!
//! Each function is a constant number of statements for any number of rows, as long as they fit in one statement's
//! parameters. Rows are taken in the order of their ids, products before what hangs on them, so two writers wait for
//! each other instead of deadlocking; a transaction that calls several functions for several products keeps that
//! promise only if it goes through the products in the order of their ids.
mod bulk;
mod category;
mod category_tree;
mod channel;
mod collection;
mod conn;
mod customer;
mod event;
mod facet;
pub mod idempotency;
pub mod job;
mod listing;
mod product;
mod product_read;
mod product_rows;
mod product_state;
mod review;
mod scope;
mod search;
mod shop;
mod stock;
mod tx;
mod warehouse;
pub mod webhook;

pub use category::{ensure_category_path, save_categories};
pub use category_tree::CategoryTree;
pub use channel::save_channels;
pub use collection::{save_collections, set_collection_products};
pub use conn::Conn;
pub use customer::save_customers;
pub use event::{Aggregate, Event};
pub use product::{delete_products, save_products};
pub use product_read::{product_count, products_after, products_by_slugs};
pub use review::save_reviews;
pub use shop::Shop;
pub use stock::set_stock;
pub use tx::{Savepoint, WriteTx};
pub use warehouse::save_warehouses;

use chrono::{DateTime, SubsecRound, Utc};

/// The precision of both databases, so that what is written is what is read.
fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}
