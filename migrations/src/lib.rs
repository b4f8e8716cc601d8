//! Schema steps. Each is one file and runs on PostgreSQL and on SQLite; `dialect.rs` writes the differences.
pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod cache_log_triggers;
mod dialect;
mod m20261124_000001_shop;
mod m20261124_000002_catalog;
mod m20261124_000003_listing;
mod m20261124_000004_search;
mod m20261124_000005_cache_log;
mod m20261124_000006_accounts;
mod m20261127_000008_stock;
mod m20261127_000009_events;
mod m20261128_000010_carts;
mod m20261128_000011_orders;
mod m20261128_000012_pricing;
mod m20261128_000013_staff;
mod m20261128_000014_catalog_admin;
mod m20261128_000015_administration;
mod m20261128_000016_order_administration;

/// Runs the steps in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_shop::Migration),
            Box::new(m20261124_000002_catalog::Migration),
            Box::new(m20261124_000003_listing::Migration),
            Box::new(m20261124_000004_search::Migration),
            Box::new(m20261124_000005_cache_log::Migration),
            Box::new(m20261124_000006_accounts::Migration),
            Box::new(m20261127_000008_stock::Migration),
            Box::new(m20261127_000009_events::Migration),
            Box::new(m20261128_000010_carts::Migration),
            Box::new(m20261128_000011_orders::Migration),
            Box::new(m20261128_000012_pricing::Migration),
            Box::new(m20261128_000013_staff::Migration),
            Box::new(m20261128_000014_catalog_admin::Migration),
            Box::new(m20261128_000015_administration::Migration),
            Box::new(m20261128_000016_order_administration::Migration),
        ]
    }
}
