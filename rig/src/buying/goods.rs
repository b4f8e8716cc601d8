//! A shop without a storefront's trimmings, and goods in it.
use crate::Failure;
use serde_json::{Value, json};
use tokio_postgres::Client;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// Of one unit, in minor units; nothing is added to it.
pub(crate) const PRICE: i64 = 100;

const SHOP: &str = "
INSERT INTO channels (id, code, name, currency, default_locale, tax_inclusive, is_default, created_at)
VALUES (gen_random_uuid(), 'web', 'Rig', 'EUR', 'en-US', true, true, now());
INSERT INTO warehouses (id, code, name, created_at) VALUES (gen_random_uuid(), 'rig', 'Rig', now());
INSERT INTO channel_warehouses (channel_id, warehouse_id) SELECT channels.id, warehouses.id FROM channels, warehouses;";

/// Nothing of it is sent anywhere, so a checkout needs no address.
const GOODS: &str = "
WITH product AS (
    INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, tags, options, created_at, updated_at)
    VALUES ($1, 'rig-' || ($1::uuid)::text, 'Rig', '', '', '', 'active', '[]', '[]', now(), now()) RETURNING id
), variant AS (
    INSERT INTO variants (id, product_id, title, option_values, position, policy, tracked, attributes)
    SELECT id, id, '', '[]', 0, 'deny', true, '[]' FROM product RETURNING id
), term AS (
    INSERT INTO product_terms (product_id, tax_category, needs_shipping) SELECT id, 'standard', false FROM product
), price AS (
    INSERT INTO variant_prices (variant_id, channel_id, amount) SELECT variant.id, channels.id, $3::bigint FROM variant, channels
), listing AS (
    INSERT INTO listings (channel_id, product_id, published_at, min_price, max_price, availability, title_key, rating_milli, units_sold)
    SELECT channels.id, product.id, '2020-01-01', $3::bigint, $3::bigint, 1, '', 0, 0 FROM channels, product
), level AS (
    INSERT INTO stock_levels (variant_id, warehouse_id, on_hand) SELECT variant.id, warehouses.id, $2::bigint FROM variant, warehouses
    RETURNING variant_id, warehouse_id
)
INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change, at)
SELECT variant_id, warehouse_id, 'receive', $2::bigint, 0, now() FROM level";

/// Something to buy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goods {
    pub(crate) id: Uuid,
    /// Units that there were at first.
    pub(crate) units: i64,
}

/// Makes a shop of an empty, migrated database.
pub(crate) async fn open_shop(client: &Client) -> Result<(), Failure> {
    Ok(client.batch_execute(SHOP).await?)
}

impl Goods {
    /// New goods, of which there are so many units.
    pub(crate) async fn put(client: &Client, units: i64) -> Result<Self, Failure> {
        let id = Uuid::from_u128(fastrand::u128(..));
        client.execute(GOODS, &[&id, &units, &PRICE]).await?;
        Ok(Self { id, units })
    }

    /// `CartLineInput`; lines with another note stay apart.
    pub(crate) fn line(&self, quantity: u32, note: Option<&str>) -> Value {
        let attributes: Vec<_> = note.iter().map(|note| json!({ "key": "note", "value": note })).collect();
        let id = GlobalId::encode(NodeKind::ProductVariant, self.id);
        json!({ "variantId": id, "quantity": quantity, "attributes": attributes })
    }
}
