//! What the database is like: indexes, plans, poolers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

mod administration_plans;
mod cart_plans;
mod indexes;
mod order_plans;
mod plans;
mod pooler;
mod price_plans;
mod product_page_plans;
mod queue_plans;
mod timeouts;
