//! What a cart costs: promotions, taxes, shipping, gift cards. docs/pricing.md explains the tables.
use crate::dialect::{drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `promotion_uses.order_id` and `gift_card_movements.order_id` refer to nothing: they are written before the order, in
/// its transaction.
const SHARED: &str = r#"
CREATE TABLE promotions (
    id {uuid} NOT NULL PRIMARY KEY,
    enabled {bool} NOT NULL,
    needs_code {bool} NOT NULL,
    rule text NOT NULL,
    starts_at {time} NULL,
    ends_at {time} NULL,
    limit_total {bigint} NULL CHECK (limit_total > 0),
    limit_per_customer {bigint} NULL CHECK (limit_per_customer > 0),
    uses {bigint} NOT NULL DEFAULT 0 CHECK (uses >= 0),
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX promotions_automatic ON promotions (id) WHERE enabled AND NOT needs_code;
CREATE TABLE coupon_codes (
    code text NOT NULL PRIMARY KEY,
    promotion_id {uuid} NOT NULL REFERENCES promotions (id) ON DELETE CASCADE
) {clustered};
CREATE INDEX coupon_codes_promotion ON coupon_codes (promotion_id, code);
CREATE TABLE promotion_uses (
    order_id {uuid} NOT NULL,
    promotion_id {uuid} NOT NULL REFERENCES promotions (id) ON DELETE CASCADE,
    customer_id {uuid} NULL REFERENCES customers (id) ON DELETE SET NULL,
    email_hash text NOT NULL,
    used_at {time} NOT NULL,
    PRIMARY KEY (order_id, promotion_id)
) {clustered};
CREATE INDEX promotion_uses_customer ON promotion_uses (customer_id, promotion_id);
CREATE INDEX promotion_uses_email ON promotion_uses (email_hash, promotion_id);
CREATE INDEX promotion_uses_promotion ON promotion_uses (promotion_id);
CREATE TABLE product_terms (
    product_id {uuid} NOT NULL PRIMARY KEY REFERENCES products (id) ON DELETE CASCADE,
    tax_category text NOT NULL,
    needs_shipping {bool} NOT NULL
) {clustered};
CREATE TABLE channel_places (
    channel_id {uuid} NOT NULL PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
    country text NOT NULL,
    region text NOT NULL,
    postal_code text NOT NULL
) {clustered};
CREATE TABLE tax_rates (
    id {uuid} NOT NULL PRIMARY KEY,
    layer text NOT NULL,
    country text NULL,
    region text NULL,
    postal_prefix text NULL,
    category text NULL,
    name text NOT NULL,
    rate_ppm {bigint} NOT NULL CHECK (rate_ppm BETWEEN 0 AND 10000000),
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CHECK (country IS NOT NULL OR (region IS NULL AND postal_prefix IS NULL))
) {strict};
CREATE INDEX tax_rates_country ON tax_rates (country, id);
CREATE TABLE shipping_methods (
    id {uuid} NOT NULL PRIMARY KEY,
    enabled {bool} NOT NULL,
    currency text NOT NULL,
    rule text NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE INDEX shipping_methods_currency ON shipping_methods (currency, id);
CREATE TABLE gift_cards (
    id {uuid} NOT NULL PRIMARY KEY,
    code_hash text NOT NULL UNIQUE,
    last_four text NOT NULL,
    currency text NOT NULL,
    issued {bigint} NOT NULL CHECK (issued > 0),
    balance {bigint} NOT NULL CHECK (balance BETWEEN 0 AND issued),
    expires_at {time} NULL,
    enabled {bool} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
CREATE TABLE gift_card_movements (
    id {counter},
    gift_card_id {uuid} NOT NULL REFERENCES gift_cards (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('issue', 'redeem', 'give_back')),
    amount {bigint} NOT NULL CHECK ((kind = 'redeem') = (amount < 0) AND amount <> 0),
    balance {bigint} NOT NULL,
    order_id {uuid} NULL,
    at {time} NOT NULL
) {strict};
CREATE INDEX gift_card_movements_card ON gift_card_movements (gift_card_id, id);
CREATE INDEX gift_card_movements_order ON gift_card_movements (order_id, gift_card_id) WHERE order_id IS NOT NULL;
"#;

const TABLES: &[&str] = &[
    "gift_card_movements",
    "gift_cards",
    "shipping_methods",
    "tax_rates",
    "channel_places",
    "product_terms",
    "promotion_uses",
    "coupon_codes",
    "promotions",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, "", "").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(m, TABLES).await
    }
}
