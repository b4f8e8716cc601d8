//! Stock as staff see it: in every warehouse, with what moved it. Never cached.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

row! {
    /// What lies in one warehouse of one variant.
    pub struct ManagedStockRow {
        /// The variant.
        pub variant_id: Uuid,
        /// Where.
        pub warehouse_id: Uuid,
        /// Units that are there.
        pub on_hand: i64,
        /// Units that are promised to somebody.
        pub reserved: i64,
    }
}

row! {
    /// A row of the ledger.
    pub struct MovementRow {
        /// Goes up.
        pub id: i64,
        /// A word of `MovementKind`.
        pub kind: String,
        /// Units that came, or went.
        pub on_hand_change: i64,
        /// Units that were promised, or not any more.
        pub reserved_change: i64,
        /// In the words of whoever moved them.
        pub reason: Option<String>,
        /// What it is about: `hold`, `order`.
        pub reference_kind: Option<String>,
        /// Its row id.
        pub reference_id: Option<Uuid>,
        /// Who: a member of staff or an API key; None: a shopper, or the shop itself.
        pub actor: Option<String>,
        /// When.
        pub at: DateTime<Utc>,
    }
}

static EVERYWHERE: Sql = Sql::new(
    "stock everywhere",
    "SELECT variant_id, warehouse_id, on_hand, reserved FROM stock_levels WHERE variant_id {ids 1}
     ORDER BY variant_id, warehouse_id",
);
static MOVEMENTS: Sql = Sql::new(
    "stock movements",
    "SELECT id, kind, on_hand_change, reserved_change, reason, reference_kind, reference_id, actor, at
     FROM stock_movements WHERE variant_id = $1 AND warehouse_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
);

/// Levels of variants in every warehouse, in the order of their ids.
pub async fn stock_everywhere(db: &Db, variants: Vec<Uuid>) -> Result<Vec<ManagedStockRow>, DbError> {
    EVERYWHERE.fetch(db, vec![Arg::Ids(variants)]).await
}

/// What moved a level before the row of this number, the newest first, at most so many.
pub async fn stock_movements(
    db: &Db,
    (variant, warehouse): (Uuid, Uuid),
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<MovementRow>, DbError> {
    let args = vec![Arg::Id(variant), Arg::Id(warehouse), Arg::Int(before.unwrap_or(i64::MAX)), Arg::Int(limit.into())];
    MOVEMENTS.fetch(db, args).await
}
