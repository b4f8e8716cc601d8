//! Checkouts, payments and orders. docs/checkout.md explains the tables.
//!
//! A checkout's row is what everybody locks first who changes it, its payments or its order.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `cart_id` refers to nothing: carts go, and what was bought stays. Lines of an order keep the ids of products in the
/// same way.
const CHECKOUTS: &str = r#"
CREATE TABLE checkouts (
    id {uuid} NOT NULL PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    cart_id {uuid} NOT NULL,
    cart_version {bigint} NOT NULL,
    channel_id {uuid} NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    customer_id {uuid} NULL REFERENCES customers (id) ON DELETE SET NULL,
    state text NOT NULL CHECK (state IN ('open', 'held', 'paying', 'completed', 'expired', 'cancelled')),
    expires_at {time} NOT NULL,
    hold_id {uuid} NULL,
    paid_by {uuid} NULL,
    email text NULL,
    locale text NOT NULL,
    shipping_address text NULL,
    billing_address text NULL,
    shipping_method_id {uuid} NULL,
    quote text NULL,
    due {bigint} NULL,
    version {bigint} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX checkouts_channel ON checkouts (channel_id);
CREATE INDEX checkouts_customer ON checkouts (customer_id);
CREATE INDEX checkouts_cart ON checkouts (cart_id);
CREATE INDEX checkouts_expiry ON checkouts (expires_at, id) WHERE state IN ('held', 'paying');
CREATE INDEX checkouts_age ON checkouts (updated_at, id) WHERE state IN ('open', 'expired', 'cancelled');
"#;

const ORDERS_POSTGRES: &str = r#"
CREATE TABLE orders (
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 1001) PRIMARY KEY,"#;
const ORDERS_SQLITE: &str = r#"
CREATE TABLE orders (
    number integer NOT NULL PRIMARY KEY AUTOINCREMENT,"#;
const ORDERS: &str = r#"
    id {uuid} NOT NULL UNIQUE,
    token text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    checkout_id {uuid} NOT NULL UNIQUE REFERENCES checkouts (id),
    channel_id {uuid} NOT NULL REFERENCES channels (id),
    customer_id {uuid} NULL REFERENCES customers (id) ON DELETE SET NULL,
    email text NOT NULL,
    locale text NOT NULL,
    currency text NOT NULL,
    stage text NOT NULL CHECK (stage IN ('placed', 'cancelling', 'cancelled')),
    terms text NOT NULL CHECK (terms IN ('prepaid', 'on_account')),
    total {bigint} NOT NULL CHECK (total >= 0),
    authorised {bigint} NOT NULL CHECK (authorised >= 0),
    captured {bigint} NOT NULL CHECK (captured >= 0),
    refunded {bigint} NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    status text NOT NULL,
    payment_status text NOT NULL,
    fulfilment_status text NOT NULL,
    return_status text NOT NULL,
    bill text NOT NULL,
    version {bigint} NOT NULL,
    placed_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CHECK (captured + authorised <= total)
) {strict};
CREATE INDEX orders_channel ON orders (channel_id, number);
CREATE INDEX orders_customer ON orders (customer_id, number);
"#;

const SHARED: &str = r#"
CREATE TABLE payments (
    id {uuid} NOT NULL PRIMARY KEY,
    checkout_id {uuid} NOT NULL REFERENCES checkouts (id) ON DELETE CASCADE,
    gateway text NOT NULL,
    gateway_id text NULL,
    method text NOT NULL,
    attempt {int} NOT NULL,
    currency text NOT NULL,
    asked {bigint} NOT NULL CHECK (asked > 0),
    stage text NOT NULL
        CHECK (stage IN ('pending', 'requires_action', 'failed', 'authorised', 'captured', 'voided')),
    authorised {bigint} NOT NULL,
    captured {bigint} NOT NULL,
    refunded {bigint} NOT NULL,
    given_up {bool} NOT NULL,
    return_reason text NULL,
    failure text NULL,
    checks {int} NOT NULL,
    check_at {time} NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    UNIQUE (gateway, gateway_id),
    CHECK (authorised BETWEEN 0 AND asked AND captured BETWEEN 0 AND asked AND refunded BETWEEN 0 AND captured)
) {strict};
CREATE INDEX payments_checkout ON payments (checkout_id, created_at, id);
CREATE UNIQUE INDEX payments_live ON payments (checkout_id) WHERE NOT given_up AND stage <> 'voided';
CREATE INDEX payments_check ON payments (check_at, id) WHERE check_at IS NOT NULL;
CREATE TABLE order_lines (
    id {uuid} NOT NULL PRIMARY KEY,
    order_id {uuid} NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position {int} NOT NULL,
    variant_id {uuid} NOT NULL,
    product_id {uuid} NOT NULL,
    sku text NOT NULL,
    title text NOT NULL,
    variant_title text NOT NULL,
    unit_price {bigint} NOT NULL,
    ordered {int} NOT NULL CHECK (ordered > 0),
    cancelled {int} NOT NULL,
    refunded {int} NOT NULL,
    subtotal {bigint} NOT NULL,
    discount {bigint} NOT NULL,
    tax {bigint} NOT NULL,
    total {bigint} NOT NULL,
    attributes text NOT NULL,
    CHECK (cancelled BETWEEN 0 AND ordered AND refunded BETWEEN 0 AND ordered)
) {strict};
CREATE INDEX order_lines_order ON order_lines (order_id, position, id);
CREATE TABLE order_sources (
    order_id {uuid} NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    variant_id {uuid} NOT NULL,
    warehouse_id {uuid} NOT NULL,
    quantity {bigint} NOT NULL,
    returned {bigint} NOT NULL CHECK (returned BETWEEN 0 AND quantity),
    PRIMARY KEY (order_id, variant_id, warehouse_id)
) {clustered};
CREATE TABLE fulfilments (
    id {uuid} NOT NULL PRIMARY KEY,
    order_id {uuid} NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    stage text NOT NULL CHECK (stage IN ('shipped', 'delivered', 'cancelled')),
    carrier text NOT NULL,
    tracking_number text NOT NULL,
    tracking_url text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX fulfilments_order ON fulfilments (order_id, created_at, id);
CREATE TABLE fulfilment_lines (
    fulfilment_id {uuid} NOT NULL REFERENCES fulfilments (id) ON DELETE CASCADE,
    line_id {uuid} NOT NULL REFERENCES order_lines (id) ON DELETE CASCADE,
    quantity {int} NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (fulfilment_id, line_id)
) {clustered};
CREATE INDEX fulfilment_lines_line ON fulfilment_lines (line_id);
CREATE TABLE returns (
    id {uuid} NOT NULL PRIMARY KEY,
    order_id {uuid} NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    stage text NOT NULL CHECK (stage IN ('requested', 'approved', 'declined', 'received', 'cancelled')),
    reason text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX returns_order ON returns (order_id, created_at, id);
CREATE TABLE return_lines (
    return_id {uuid} NOT NULL REFERENCES returns (id) ON DELETE CASCADE,
    line_id {uuid} NOT NULL REFERENCES order_lines (id) ON DELETE CASCADE,
    quantity {int} NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (return_id, line_id)
) {clustered};
CREATE INDEX return_lines_line ON return_lines (line_id);
CREATE TABLE refunds (
    id {uuid} NOT NULL PRIMARY KEY,
    payment_id {uuid} NOT NULL REFERENCES payments (id) ON DELETE CASCADE,
    amount {bigint} NOT NULL CHECK (amount > 0),
    units text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('wanted', 'done', 'refused')),
    created_at {time} NOT NULL,
    ended_at {time} NULL
) {strict};
CREATE INDEX refunds_payment ON refunds (payment_id, created_at, id);
CREATE TABLE order_events (
    id {uuid} NOT NULL PRIMARY KEY,
    order_id {uuid} NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    kind text NOT NULL,
    data text NOT NULL,
    actor text NULL,
    at {time} NOT NULL
) {strict};
CREATE INDEX order_events_order ON order_events (order_id, at, id);
"#;

/// The first number that is given is 1001.
const SQLITE_START: &str = "INSERT INTO sqlite_sequence (name, seq) VALUES ('orders', 1000);";

const TABLES: &[&str] = &[
    "order_events",
    "refunds",
    "return_lines",
    "returns",
    "fulfilment_lines",
    "fulfilments",
    "order_sources",
    "order_lines",
    "payments",
    "orders",
    "checkouts",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, CHECKOUTS, "", "").await?;
        let postgres = format!("{ORDERS_POSTGRES}{ORDERS}");
        let sqlite = format!("{ORDERS_SQLITE}{ORDERS}{SQLITE_START}");
        run(m, "", &postgres, &sqlite).await?;
        run(m, SHARED, "", "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await
    }
}
