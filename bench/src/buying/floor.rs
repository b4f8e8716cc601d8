//! The floor: what the server sends to the database when somebody buys, by hand; no GraphQL, no HTTP, no rules, and
//! arguments that are worked out beforehand. Its transactions and statements are the server's
//! (`log_statement = all` shows them), with scalar arguments in place of JSON lists.
use super::{Opened, goods::Goods};
use crate::Failure;
use std::{collections::HashMap, rc::Rc};
use tokio_postgres::{Client, Row, Statement, types::ToSql};
use uuid::Uuid;

pub(super) const CART: &str = "SELECT c.id, c.channel_id, c.customer_id, c.token_hash, c.version, c.note, c.attributes, c.codes, c.gift_cards,
    c.bought_at, c.created_at, c.updated_at, c.expires_at,
    (SELECT coalesce(json_agg(json_build_array(l.id, l.variant_id, l.quantity, l.attributes, l.seen_price) ORDER BY l.position, l.id), '[]')::text
     FROM cart_lines l WHERE l.cart_id = c.id) AS lines FROM carts c WHERE c.id = $1";
const NEW_CART: &str = "INSERT INTO carts (id, channel_id, token_hash, version, note, attributes, codes, gift_cards, created_at, updated_at, expires_at)
    VALUES ($1, $2, $3, 1, '', '[]', '[]', '[]', now(), now(), now() + interval '30 days')";
const LOCK_CART: &str = "SELECT id FROM carts WHERE id = $1 FOR NO KEY UPDATE";
const SOLD: &str = "SELECT v.id, v.product_id, v.sku, pr.title, v.title AS variant_title, vp.amount, vp.compare_at, v.weight_grams, v.tracked, v.policy,
    t.tax_category, t.needs_shipping, CAST(coalesce((SELECT sum(s.on_hand - s.reserved) FROM stock_levels s
        JOIN channel_warehouses cw ON cw.warehouse_id = s.warehouse_id AND cw.channel_id = $2 WHERE s.variant_id = v.id), 0) AS bigint) AS available
    FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
    JOIN listings l ON l.product_id = v.product_id AND l.channel_id = $2 JOIN products pr ON pr.id = v.product_id
    LEFT JOIN product_terms t ON t.product_id = v.product_id WHERE v.id = $1 AND l.published_at <= now()";
const SAVE_CART: &str = "UPDATE carts SET customer_id = NULL, token_hash = token_hash, version = version + 1, note = '', attributes = '[]', codes = '[]',
    gift_cards = '[]', bought_at = NULL, updated_at = now(), expires_at = now() + interval '30 days' WHERE id = $1";
const SAVE_LINE: &str = "INSERT INTO cart_lines (id, cart_id, position, variant_id, quantity, attributes, seen_price) VALUES ($1, $2, 0, $3, 1, '[]', $4)
    ON CONFLICT (id) DO UPDATE SET cart_id = excluded.cart_id, quantity = excluded.quantity, attributes = excluded.attributes, seen_price = excluded.seen_price";
const PLACE: &str = "SELECT c.currency, c.tax_inclusive, p.country, p.region, p.postal_code FROM channels c
    LEFT JOIN channel_places p ON p.channel_id = c.id WHERE c.id = $1";
const SCOPES: &str =
    "SELECT product_id, scope_id FROM listing_scopes WHERE product_id = $1 AND channel_id = $2 ORDER BY scope_id";
const PROMOTIONS: &str = "SELECT p.id, p.rule, p.uses, CAST(NULL AS text) AS code, (SELECT count(*) FROM promotion_uses u
        WHERE u.promotion_id = p.id AND p.limit_per_customer IS NOT NULL AND u.email_hash = '') AS used
    FROM promotions p WHERE p.enabled AND NOT p.needs_code AND (p.starts_at IS NULL OR p.starts_at <= now()) AND (p.ends_at IS NULL OR p.ends_at > now())
    UNION ALL SELECT p.id, p.rule, p.uses, c.code AS code, 0 FROM coupon_codes c JOIN promotions p ON p.id = c.promotion_id
    WHERE p.enabled AND c.code = ANY($1)";
const CARDS: &str = "SELECT id, last_four, currency, issued, balance, expires_at, enabled FROM gift_cards WHERE id = ANY($1) ORDER BY id";

/// One client of the floor.
pub(super) struct Floor {
    client: Client,
    pub(super) goods: Rc<Goods>,
    statements: HashMap<&'static str, Statement>,
}

impl Floor {
    pub(super) fn new(client: Client, goods: Rc<Goods>) -> Self {
        Self { client, goods, statements: HashMap::new() }
    }

    /// Of no seed: rounds must not meet each other's rows.
    pub(super) fn id(&self) -> Uuid {
        Uuid::from_u128(fastrand::u128(..))
    }

    /// Prepared once for each connection, as the server's are.
    pub(super) async fn query(&mut self, sql: &'static str, args: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let statement = match self.statements.get(sql) {
            Some(known) => known.clone(),
            None => {
                let prepared = self.client.prepare(sql).await?;
                self.statements.insert(sql, prepared.clone());
                prepared
            }
        };
        Ok(self.client.query(&statement, args).await?)
    }

    pub(super) async fn begin(&self) -> Result<(), Failure> {
        Ok(self.client.batch_execute("BEGIN").await?)
    }

    pub(super) async fn commit(&self) -> Result<(), Failure> {
        Ok(self.client.batch_execute("COMMIT").await?)
    }

    pub(super) async fn cart(&mut self) -> Result<Opened, Failure> {
        let (id, token, channel) = (self.id(), self.id().to_string(), self.goods.shop.channel);
        self.query(NEW_CART, &[&id, &channel, &token]).await?;
        Ok(Opened { id: id.to_string(), token })
    }

    pub(super) async fn add(&mut self, cart: &Opened, variant: usize) -> Result<(), Failure> {
        let (cart, line, item) = (Uuid::parse_str(&cart.id)?, self.id(), self.goods.item(variant).clone());
        let channel = self.goods.shop.channel;
        self.begin().await?;
        self.query(LOCK_CART, &[&cart]).await?;
        self.query(CART, &[&cart]).await?;
        self.query(SOLD, &[&item.id, &channel]).await?;
        self.query(SAVE_CART, &[&cart]).await?;
        self.query(SAVE_LINE, &[&line, &cart, &item.id, &item.amount]).await?;
        self.commit().await?;
        self.query(CART, &[&cart]).await?;
        self.priced(&item.id, &item.product_id).await
    }

    /// What a price is worked out of.
    pub(super) async fn priced(&mut self, variant: &Uuid, product: &Uuid) -> Result<(), Failure> {
        let channel = self.goods.shop.channel;
        self.query(PLACE, &[&channel]).await?;
        self.query(SOLD, &[variant, &channel]).await?;
        self.query(SCOPES, &[product, &channel]).await?;
        self.query(PROMOTIONS, &[&Vec::<String>::new()]).await?;
        self.query(CARDS, &[&Vec::<Uuid>::new()]).await?;
        Ok(())
    }
}
