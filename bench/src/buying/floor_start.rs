//! The floor's checkout: stock is held, and a quote frozen.
use super::{
    Opened,
    floor::{CART, Floor},
    goods::Item,
};
use crate::Failure;
use uuid::Uuid;

const NEW_CHECKOUT: &str = "INSERT INTO checkouts (id, token_hash, cart_id, cart_version, channel_id, state, expires_at, locale, version, created_at, updated_at)
    VALUES ($1, $2, $3, 0, $4, 'open', now() + interval '15 minutes', 'en', 1, now(), now())";
pub(super) const LEVELS: &str = "WITH taken AS MATERIALIZED (
        SELECT s.variant_id, s.warehouse_id, s.on_hand, s.reserved FROM stock_levels s JOIN variants v ON v.id = s.variant_id
        WHERE v.id = $1 AND v.tracked ORDER BY s.variant_id, s.warehouse_id FOR NO KEY UPDATE OF s)
    SELECT v.id AS variant_id, v.tracked, v.policy, v.low_stock_threshold, t.warehouse_id, t.on_hand, t.reserved,
        EXISTS (SELECT 1 FROM channel_warehouses w WHERE w.channel_id = $2 AND w.warehouse_id = t.warehouse_id) AS sells
    FROM variants v LEFT JOIN taken t ON t.variant_id = v.id WHERE v.id = $1 ORDER BY v.id, t.warehouse_id";
const RESERVE: &str = "WITH moved AS (UPDATE stock_levels SET reserved = reserved + 1
        WHERE variant_id = $1 AND warehouse_id = $2 AND on_hand - reserved >= 1 RETURNING 1),
    noted AS (INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change, reference_kind, reference_id, at)
        VALUES ($1, $2, 'reserve', 0, 1, 'hold', $3, now())),
    held AS (INSERT INTO holds (id, owner_kind, owner_id, state, expires_at, created_at)
        VALUES ($3, 'checkout', $4, 'active', now() + interval '15 minutes', now())),
    lines AS (INSERT INTO hold_lines (hold_id, position, variant_id, warehouse_id, quantity, backordered) VALUES ($3, 1, $1, $2, 1, 0))
    SELECT (SELECT count(*) FROM moved),
        (SELECT coalesce(json_agg(json_build_array(channel_id, warehouse_id)), '[]')::text FROM channel_warehouses),
        (SELECT coalesce(json_agg(json_build_array(v.id, v.product_id, v.policy, v.low_stock_threshold)), '[]')::text
         FROM variants v WHERE v.tracked AND v.id = $1)";
const FREEZE: &str = "UPDATE checkouts SET cart_version = 2, state = 'held', hold_id = $2, quote = $3, due = $4, version = 1, updated_at = now() WHERE id = $1";
pub(super) const TELL: &str = "SELECT pg_notify($1, $2)";
pub(super) const BY_TOKEN: &str = "SELECT * FROM checkouts WHERE token_hash = $1";
const NAME: &str = "UPDATE checkouts SET email = 'buyer@bench.example', version = 2, updated_at = now() WHERE id = $1";

impl Floor {
    pub(super) async fn start(&mut self, cart: &Opened) -> Result<Opened, Failure> {
        let (cart, checkout, hold) = (Uuid::parse_str(&cart.id)?, self.id(), self.id());
        let (token, channel) = (self.id().to_string(), self.goods.shop.channel);
        self.begin().await?;
        self.query(CART, &[&cart]).await?;
        let item = self.item_of(cart).await?;
        self.priced(&item.id, &item.product_id).await?;
        self.query(NEW_CHECKOUT, &[&checkout, &token, &cart, &channel]).await?;
        self.query(LEVELS, &[&item.id, &channel]).await?;
        let moved: i64 = match self.query(RESERVE, &[&item.id, &item.warehouse_id, &hold, &checkout]).await?.first() {
            Some(row) => row.try_get(0)?,
            None => 0,
        };
        if moved != 1 {
            return Err("the floor's stock is used up".into());
        }
        self.query(FREEZE, &[&checkout, &hold, &quote(&item), &item.amount]).await?;
        self.query(TELL, &[&"bench", &item.id.to_string()]).await?;
        self.commit().await?;
        self.query(BY_TOKEN, &[&token]).await?;
        Ok(Opened { id: checkout.to_string(), token })
    }

    pub(super) async fn name(&mut self, checkout: &Opened) -> Result<(), Failure> {
        let id = Uuid::parse_str(&checkout.id)?;
        self.query(NAME, &[&id]).await.map(drop)
    }

    /// What is in a cart.
    async fn item_of(&mut self, cart: Uuid) -> Result<Item, Failure> {
        let rows = self.query(CART, &[&cart]).await?;
        let row = rows.first().ok_or("the cart is gone")?;
        let lines: serde_json::Value = serde_json::from_str(row.try_get("lines")?)?;
        let id = lines[0][1].as_str().and_then(|id| Uuid::parse_str(id).ok());
        let item = id.and_then(|id| self.goods.by_id(id));
        Ok(item.ok_or("the cart is empty")?.clone())
    }
}

/// As long as the server's is.
pub(super) fn quote(item: &Item) -> String {
    let Item { id, product_id, amount, .. } = item;
    let line = serde_json::json!({
        "line_id": id, "variant_id": id, "product_id": product_id, "sku": "SKU-000000", "title": "A product of the bench",
        "variant_title": "Large / blue", "unit_price": amount, "quantity": 1, "subtotal": amount, "discount": 0,
        "tax": 0, "total": amount, "attributes": [],
    });
    serde_json::json!({
        "currency": "USD", "lines": [line], "subtotal": amount, "discount": 0, "shipping": 0, "shipping_discount": 0, "tax": 0,
        "total": amount, "due": amount, "promotions": [], "gift_cards": [], "taxes": [], "shipping_method": null,
    })
    .to_string()
}
