//! What is sold: variants of a seeded catalog, of which there is enough.
use crate::{Failure, shop::Shop};
use tokio_postgres::Client;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// Variants that are bought; each is a row that its buyers wait for.
const VARIANTS: i64 = 1000;

/// A checkout without an address, and no item that is sold out. Stock that is received is written into the ledger.
const READY: &str = "
INSERT INTO product_terms (product_id, tax_category, needs_shipping) SELECT id, 'standard', false FROM products
    ON CONFLICT (product_id) DO UPDATE SET needs_shipping = false;
WITH more AS (UPDATE stock_levels SET on_hand = on_hand + 1000000 WHERE on_hand < 1000000 RETURNING variant_id, warehouse_id)
INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change, at)
    SELECT variant_id, warehouse_id, 'receive', 1000000, 0, now() FROM more;
UPDATE listings SET availability = 1 WHERE availability <> 1;";

const SOLD: &str = "
SELECT DISTINCT ON (v.id) v.id, v.product_id, p.amount, s.warehouse_id
FROM variants v
JOIN variant_prices p ON p.variant_id = v.id AND p.channel_id = $1
JOIN listings l ON l.product_id = v.product_id AND l.channel_id = $1
JOIN stock_levels s ON s.variant_id = v.id
JOIN channel_warehouses w ON w.warehouse_id = s.warehouse_id AND w.channel_id = $1
WHERE v.tracked AND l.published_at <= now() AND p.amount > 0
ORDER BY v.id, s.warehouse_id LIMIT $2";

/// A variant.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: Uuid,
    pub(super) product_id: Uuid,
    pub(super) amount: i64,
    /// The first of the channel's that has it, as reserving chooses.
    pub(super) warehouse_id: Uuid,
    /// As GraphQL names it.
    pub(super) global_id: String,
}

/// What is sold, and where.
#[derive(Debug)]
pub(super) struct Goods {
    pub(super) shop: Shop,
    items: Vec<Item>,
}

impl Goods {
    pub(super) async fn prepare(client: &Client) -> Result<Self, Failure> {
        let shop = Shop::read(client).await?;
        client.batch_execute(READY).await?;
        let rows = client.query(SOLD, &[&shop.channel, &VARIANTS]).await?;
        let items: Result<Vec<Item>, tokio_postgres::Error> = rows
            .iter()
            .map(|row| {
                let id: Uuid = row.try_get(0)?;
                let global_id = GlobalId::encode(NodeKind::ProductVariant, id);
                let (product_id, amount, warehouse_id) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
                Ok(Item { id, product_id, amount, warehouse_id, global_id })
            })
            .collect();
        match items? {
            items if items.is_empty() => Err("nothing can be bought: run `tradewind seed` first".into()),
            items => Ok(Self { shop, items }),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn by_id(&self, id: Uuid) -> Option<&Item> {
        self.items.binary_search_by_key(&id, |item| item.id).ok().and_then(|at| self.items.get(at))
    }

    pub(super) fn item(&self, number: usize) -> &Item {
        &self.items[number % self.items.len()]
    }
}
