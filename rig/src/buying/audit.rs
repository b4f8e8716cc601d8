//! What the database says of stock, past the servers.
use super::Goods;
use crate::Failure;
use serde::Serialize;
use tokio_postgres::Client;

/// Levels that are not the sum of their movements, or have not promised what active holds have of them.
const DIFFERENCES: &str = "
SELECT s.variant_id::text || ': ' || s.on_hand || ' on hand, ' || s.reserved || ' reserved; the ledger says '
    || coalesce(m.on_hand, 0) || ' and ' || coalesce(m.reserved, 0) || ', holds have ' || coalesce(h.held, 0)
FROM stock_levels s
LEFT JOIN (SELECT variant_id, warehouse_id, sum(on_hand_change) AS on_hand, sum(reserved_change) AS reserved
    FROM stock_movements GROUP BY variant_id, warehouse_id) m USING (variant_id, warehouse_id)
LEFT JOIN (SELECT l.variant_id, l.warehouse_id, sum(l.quantity) AS held
    FROM hold_lines l JOIN holds ON holds.id = l.hold_id AND holds.state = 'active'
    GROUP BY l.variant_id, l.warehouse_id) h USING (variant_id, warehouse_id)
WHERE s.on_hand <> coalesce(m.on_hand, 0) OR s.reserved <> coalesce(m.reserved, 0) OR s.reserved <> coalesce(h.held, 0)";

const STOCK: &str = "
SELECT s.on_hand, s.reserved,
    (SELECT coalesce(sum(l.ordered - l.cancelled), 0)::bigint FROM order_lines l WHERE l.variant_id = $1),
    (SELECT count(DISTINCT l.order_id) FROM order_lines l WHERE l.variant_id = $1),
    (SELECT coalesce(sum(reserved_change), 0)::bigint FROM stock_movements m WHERE m.variant_id = $1 AND m.kind = 'reserve'),
    (SELECT coalesce(-sum(reserved_change), 0)::bigint FROM stock_movements m WHERE m.variant_id = $1 AND m.kind = 'ship'),
    (SELECT coalesce(-sum(reserved_change), 0)::bigint FROM stock_movements m WHERE m.variant_id = $1 AND m.kind = 'release')
FROM stock_levels s WHERE s.variant_id = $1";

/// Nothing is under way any more: no checkout holds anything, and of no payment anything is open.
const OPEN: &str = "
SELECT (SELECT count(*) FROM checkouts WHERE state IN ('held', 'paying')) + (SELECT count(*) FROM holds WHERE state = 'active')
    + (SELECT count(*) FROM payments WHERE check_at IS NOT NULL)";

/// What became of some goods. All are units, but the orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Stock {
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    /// In orders, without what was cancelled of them.
    pub(crate) sold: i64,
    pub(crate) orders: i64,
    /// Promised so far; of these left, and of these given back.
    pub(crate) promised: i64,
    pub(crate) shipped: i64,
    pub(crate) returned: i64,
}

/// Every level that is wrong.
pub(crate) async fn differences(client: &Client) -> Result<Vec<String>, Failure> {
    let rows = client.query(DIFFERENCES, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

pub(crate) async fn stock(client: &Client, goods: &Goods) -> Result<Stock, Failure> {
    let row = client.query_one(STOCK, &[&goods.id]).await?;
    Ok(Stock {
        on_hand: row.try_get(0)?,
        reserved: row.try_get(1)?,
        sold: row.try_get(2)?,
        orders: row.try_get(3)?,
        promised: row.try_get(4)?,
        shipped: row.try_get(5)?,
        returned: row.try_get(6)?,
    })
}

pub(crate) async fn is_settled(client: &Client) -> Result<bool, Failure> {
    let open: i64 = client.query_one(OPEN, &[]).await?.try_get(0)?;
    Ok(open == 0)
}
