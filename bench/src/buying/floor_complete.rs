//! The floor's payment, with a gateway that always says yes at once: that it is wanted, what the gateway calls it, the
//! order with what is held, and what was taken; four transactions, as the server has them.
use super::{
    Opened,
    floor::Floor,
    floor_start::{BY_TOKEN, LEVELS, TELL, quote},
    goods::Item,
};
use crate::Failure;
use uuid::Uuid;

const LOCK_BY_TOKEN: &str = "SELECT * FROM checkouts WHERE token_hash = $1 FOR NO KEY UPDATE";
const LOCK: &str = "SELECT * FROM checkouts WHERE id = $1 FOR NO KEY UPDATE";
const LOCK_PAYMENTS: &str = "SELECT * FROM payments WHERE checkout_id = $1 ORDER BY created_at, id FOR NO KEY UPDATE";
const PAYMENT: &str = "SELECT * FROM payments WHERE id = $1";
const REFUNDS: &str = "SELECT * FROM refunds WHERE payment_id = $1 AND state = 'wanted' ORDER BY created_at, id";
const NEW_PAYMENT: &str = "INSERT INTO payments (id, checkout_id, gateway, method, attempt, currency, asked, stage, authorised, captured, refunded,
    given_up, checks, check_at, created_at, updated_at)
    VALUES ($1, $2, 'bench', 'approve', 1, 'USD', $3, 'pending', 0, 0, 0, false, 0, now() + interval '30 seconds', now(), now())";
const STATE: &str =
    "UPDATE checkouts SET state = $2, paid_by = $3, version = version + 1, updated_at = now() WHERE id = $1";
const SAVE_PAYMENT: &str = "UPDATE payments SET gateway_id = $2, stage = $3, authorised = $4, captured = $5, check_at = NULL, updated_at = now() WHERE id = $1";
const SAVEPOINT: &str = "SAVEPOINT bench";
const END_HOLD: &str = "WITH ended AS (UPDATE holds SET state = 'committed' WHERE id = $1 AND state = 'active' RETURNING id)
    SELECT h.id AS hold_id, l.variant_id, l.warehouse_id, l.quantity FROM ended h LEFT JOIN hold_lines l ON l.hold_id = h.id";
const SHIP: &str = "WITH moved AS (UPDATE stock_levels SET on_hand = on_hand - 1, reserved = reserved - 1
        WHERE variant_id = $1 AND warehouse_id = $2 RETURNING 1),
    noted AS (INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change, reference_kind, reference_id, at)
        VALUES ($1, $2, 'ship', -1, -1, 'order', $3, now()))
    SELECT (SELECT count(*) FROM moved),
        (SELECT coalesce(json_agg(json_build_array(channel_id, warehouse_id)), '[]')::text FROM channel_warehouses),
        (SELECT coalesce(json_agg(json_build_array(v.id, v.product_id, v.policy, v.low_stock_threshold)), '[]')::text
         FROM variants v WHERE v.tracked AND v.id = $1)";
const NEW_ORDER: &str = "INSERT INTO orders (id, token, token_hash, checkout_id, channel_id, email, locale, currency, stage, terms, total, authorised,
    captured, refunded, status, payment_status, fulfilment_status, return_status, bill, version, placed_at, updated_at)
    VALUES ($1, $2, $2, $3, $4, 'buyer@bench.example', 'en', 'USD', 'placed', 'prepaid', $5, $5, 0, 0, 'placed', 'authorised', 'unfulfilled',
    'none', $6, 1, now(), now()) RETURNING number";
const NEW_LINE: &str = "INSERT INTO order_lines (id, order_id, position, variant_id, product_id, sku, title, variant_title, unit_price, ordered, cancelled,
    refunded, subtotal, discount, tax, total, attributes)
    VALUES ($1, $2, 1, $3, $4, 'SKU-000000', 'A product of the bench', 'Large / blue', $5, 1, 0, 0, $5, 0, 0, $5, '[]')";
const SOURCES: &str = "INSERT INTO order_sources (order_id, variant_id, warehouse_id, quantity, returned)
    SELECT $1, variant_id, warehouse_id, sum(quantity), 0 FROM hold_lines WHERE hold_id = $2 AND warehouse_id IS NOT NULL GROUP BY variant_id, warehouse_id";
const EVENT: &str = "INSERT INTO order_events (id, order_id, kind, data, at) VALUES ($1, $3, 'placed', $4, now()), ($2, $3, 'authorised', $4, now())";
const CAPTURED: &str = "INSERT INTO order_events (id, order_id, kind, data, at) VALUES ($1, $2, 'captured', $3, now())";
const BOUGHT: &str = "UPDATE carts SET bought_at = now(), updated_at = now() WHERE id = $1 AND bought_at IS NULL";
const MAIL: &str = "INSERT INTO mail_queue (id, message, created_at, next_at) VALUES ($1, $2, now(), now())";
const AGGREGATE: &str = "INSERT INTO outbox_aggregates (aggregate) VALUES ($1)
    ON CONFLICT (aggregate) DO UPDATE SET aggregate = excluded.aggregate WHERE false";
const OUTBOX: &str = "INSERT INTO outbox (id, topic, aggregate, payload, created_at) VALUES ($1, $2, $3, $4, now())";
const ORDER: &str = "SELECT * FROM orders WHERE checkout_id = $1";
const LINES: &str = "SELECT id, ordered, cancelled, refunded FROM order_lines WHERE order_id = $1";
const FULFILMENTS: &str = "SELECT p.id, p.stage, l.line_id, l.quantity FROM fulfilments p JOIN fulfilment_lines l ON l.fulfilment_id = p.id WHERE p.order_id = $1";
const RETURNS: &str = "SELECT p.id, p.stage, l.line_id, l.quantity FROM returns p JOIN return_lines l ON l.return_id = p.id WHERE p.order_id = $1";
const SAVE_ORDER: &str = "UPDATE orders SET authorised = 0, captured = total, status = 'placed', payment_status = 'paid', version = version + 1, updated_at = now() WHERE id = $1";

/// What a completion is about.
struct Sale {
    checkout: Uuid,
    cart: Uuid,
    hold: Uuid,
    payment: Uuid,
    order: Uuid,
    due: i64,
}

impl Floor {
    pub(super) async fn complete(&mut self, checkout: &Opened) -> Result<(), Failure> {
        let sale = self.want(checkout).await?;
        self.query(PAYMENT, &[&sale.payment]).await?;
        self.prepared(&sale).await?;
        self.query(PAYMENT, &[&sale.payment]).await?;
        self.place(&sale).await?;
        self.open(&sale).await?;
        self.take(&sale).await?;
        self.open(&sale).await?;
        self.query(BY_TOKEN, &[&checkout.token]).await?;
        self.query(PAYMENT, &[&sale.payment]).await?;
        // For the payload: the order by its checkout, and by its id.
        self.query(ORDER, &[&sale.checkout]).await?;
        self.query(ORDER, &[&sale.checkout]).await?;
        self.query(BY_TOKEN, &[&checkout.token]).await?;
        Ok(())
    }

    async fn want(&mut self, checkout: &Opened) -> Result<Sale, Failure> {
        let (payment, order) = (self.id(), self.id());
        self.begin().await?;
        let rows = self.query(LOCK_BY_TOKEN, &[&checkout.token]).await?;
        let row = rows.first().ok_or("the checkout is gone")?;
        let (checkout, cart) = (row.try_get("id")?, row.try_get("cart_id")?);
        let (hold, due) = (row.try_get("hold_id")?, row.try_get("due")?);
        self.query(LOCK_PAYMENTS, &[&checkout]).await?;
        self.query(NEW_PAYMENT, &[&payment, &checkout, &due]).await?;
        self.query(STATE, &[&checkout, &"paying", &None::<Uuid>]).await?;
        self.commit().await?;
        Ok(Sale { checkout, cart, hold, payment, order, due })
    }

    async fn lock(&mut self, sale: &Sale) -> Result<(), Failure> {
        self.begin().await?;
        self.query(PAYMENT, &[&sale.payment]).await?;
        self.query(LOCK, &[&sale.checkout]).await?;
        self.query(LOCK_PAYMENTS, &[&sale.checkout]).await.map(drop)
    }

    async fn save(&mut self, sale: &Sale, stage: &str, held: i64, taken: i64) -> Result<(), Failure> {
        let gateway_id = sale.payment.to_string();
        self.query(REFUNDS, &[&sale.payment]).await?;
        self.query(SAVE_PAYMENT, &[&sale.payment, &gateway_id, &stage, &held, &taken]).await.map(drop)
    }

    async fn prepared(&mut self, sale: &Sale) -> Result<(), Failure> {
        self.lock(sale).await?;
        self.save(sale, "pending", 0, 0).await?;
        self.commit().await
    }

    async fn place(&mut self, sale: &Sale) -> Result<(), Failure> {
        self.lock(sale).await?;
        self.query(SAVEPOINT, &[]).await?;
        let rows = self.query(END_HOLD, &[&sale.hold]).await?;
        let variant: Uuid = rows.first().ok_or("the hold has ended")?.try_get("variant_id")?;
        let item = self.goods.by_id(variant).ok_or("nobody sells that")?.clone();
        let channel = self.goods.shop.channel;
        self.query(LEVELS, &[&item.id, &channel]).await?;
        self.query(SHIP, &[&item.id, &item.warehouse_id, &sale.order]).await?;
        self.order(sale, &item).await?;
        self.query(BOUGHT, &[&sale.cart]).await?;
        let (mail, letter) = (self.id(), LETTER.repeat(12));
        self.query(MAIL, &[&mail, &letter]).await?;
        self.query(STATE, &[&sale.checkout, &"completed", &Some(sale.payment)]).await?;
        self.save(sale, "authorised", sale.due, 0).await?;
        self.publish(sale, "order.placed").await?;
        self.query(TELL, &[&"bench", &item.id.to_string()]).await?;
        self.commit().await
    }

    async fn order(&mut self, sale: &Sale, item: &Item) -> Result<(), Failure> {
        let (channel, bill) = (self.goods.shop.channel, quote(item));
        let (line, first, second, token) = (self.id(), self.id(), self.id(), self.id().to_string());
        self.query(NEW_ORDER, &[&sale.order, &token, &sale.checkout, &channel, &sale.due, &bill]).await?;
        self.query(NEW_LINE, &[&line, &sale.order, &item.id, &item.product_id, &sale.due]).await?;
        self.query(SOURCES, &[&sale.order, &sale.hold]).await?;
        self.query(EVENT, &[&first, &second, &sale.order, &EVENT_DATA]).await.map(drop)
    }

    async fn publish(&mut self, sale: &Sale, topic: &str) -> Result<(), Failure> {
        let (id, aggregate) = (self.id(), format!("Order:{}", sale.order));
        self.query(AGGREGATE, &[&aggregate]).await?;
        self.query(OUTBOX, &[&id, &topic, &aggregate, &EVENT_DATA]).await?;
        self.query(TELL, &[&"bench", &"events"]).await.map(drop)
    }

    /// Whether something is still open.
    async fn open(&mut self, sale: &Sale) -> Result<(), Failure> {
        self.query(PAYMENT, &[&sale.payment]).await?;
        self.query(REFUNDS, &[&sale.payment]).await?;
        self.state(sale).await
    }

    async fn state(&mut self, sale: &Sale) -> Result<(), Failure> {
        self.query(ORDER, &[&sale.checkout]).await?;
        for sql in [LINES, FULFILMENTS, RETURNS] {
            self.query(sql, &[&sale.order]).await?;
        }
        Ok(())
    }

    async fn take(&mut self, sale: &Sale) -> Result<(), Failure> {
        self.lock(sale).await?;
        self.state(sale).await?;
        self.query(SAVE_ORDER, &[&sale.order]).await?;
        let event = self.id();
        self.query(CAPTURED, &[&event, &sale.order, &EVENT_DATA]).await?;
        self.save(sale, "captured", 0, sale.due).await?;
        self.publish(sale, "order.captured").await?;
        self.commit().await
    }
}

/// About as long as the server's.
const EVENT_DATA: &str =
    r#"{"number":1001,"total":2299,"currency":"USD","status":"placed","paymentStatus":"authorised"}"#;
/// A twelfth of a letter.
const LETTER: &str = "Thank you for your order. It is on its way to you as soon as it is packed; until then you can cancel it yourself. ";
