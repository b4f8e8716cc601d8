//! Whether the ledger, the levels and the holds say the same.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use uuid::Uuid;

/// Levels that one statement compares.
const PAGE: usize = 1000;

row! {
    /// A level with what it must agree with.
    struct Compared {
        variant_id: Uuid,
        warehouse_id: Uuid,
        on_hand: i64,
        reserved: i64,
        ledger_on_hand: i64,
        ledger_reserved: i64,
        held: i64,
    }
}

/// A level that is not the sum of its movements, or has not promised what active holds have of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub variant_id: Uuid,
    /// Where.
    pub warehouse_id: Uuid,
    /// Units on hand, and promised.
    pub level: (i64, i64),
    /// What the movements add up to: units on hand, and promised.
    pub ledger: (i64, i64),
    /// Units that active holds have.
    pub held: i64,
}

/// In one statement, and so as one moment saw it.
static PAGE_OF_LEVELS: Sql = Sql::new(
    "ledger",
    "SELECT s.variant_id, s.warehouse_id, s.on_hand, s.reserved,
        CAST(coalesce((SELECT sum(m.on_hand_change) FROM stock_movements m
            WHERE m.variant_id = s.variant_id AND m.warehouse_id = s.warehouse_id), 0) AS bigint),
        CAST(coalesce((SELECT sum(m.reserved_change) FROM stock_movements m
            WHERE m.variant_id = s.variant_id AND m.warehouse_id = s.warehouse_id), 0) AS bigint),
        CAST(coalesce((SELECT sum(l.quantity) FROM hold_lines l JOIN holds h ON h.id = l.hold_id AND h.state = 'active'
            WHERE l.variant_id = s.variant_id AND l.warehouse_id = s.warehouse_id), 0) AS bigint)
     FROM stock_levels s WHERE (s.variant_id, s.warehouse_id) > ($1, $2)
     ORDER BY s.variant_id, s.warehouse_id LIMIT $3",
);

/// Compares every level with the sum of its movements and of its active holds; in the order of variants and warehouses,
/// those that differ. Each level is read with what it is compared with in one moment, so sales meanwhile are no
/// difference.
pub async fn check_ledger(db: &Db) -> Result<Vec<Difference>, DbError> {
    let mut differences = Vec::new();
    let (mut variant, mut warehouse) = (Uuid::nil(), Uuid::nil());
    loop {
        let limit = Arg::Int(i64::try_from(PAGE).unwrap_or(i64::MAX));
        let page: Vec<Compared> = PAGE_OF_LEVELS.fetch(db, vec![Arg::Id(variant), Arg::Id(warehouse), limit]).await?;
        differences.extend(page.iter().filter_map(Compared::difference));
        match page.last() {
            Some(last) if page.len() == PAGE => (variant, warehouse) = (last.variant_id, last.warehouse_id),
            _ => return Ok(differences),
        }
    }
}

impl Compared {
    fn difference(&self) -> Option<Difference> {
        let level = (self.on_hand, self.reserved);
        let ledger = (self.ledger_on_hand, self.ledger_reserved);
        let Self { variant_id, warehouse_id, held, .. } = *self;
        let differs = level != ledger || self.reserved != held;
        differs.then_some(Difference { variant_id, warehouse_id, level, ledger, held })
    }
}
