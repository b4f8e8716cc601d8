//! The ledger: a row for each movement of stock, in the transaction that moves it. Rows are never changed.
use super::{WriteTx, micros};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// Why stock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MovementKind {
    /// Goods came in.
    Receive,
    /// Somebody counted, or goods were lost or found.
    Adjust,
    /// Units were promised to somebody.
    Reserve,
    /// A promise ended without a sale.
    Release,
    /// Promised units left the shop.
    Ship,
    /// Goods came back.
    Return,
    /// The level came with a whole product: an import, the seed, an edit of the product.
    Import,
}

impl MovementKind {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Adjust => "adjust",
            Self::Reserve => "reserve",
            Self::Release => "release",
            Self::Ship => "ship",
            Self::Return => "return",
            Self::Import => "import",
        }
    }
}

/// What a movement is about, such as an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `hold`, `order` and the like.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
}

/// Who moves stock, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Why.
    pub kind: MovementKind,
    /// In the words of whoever did it.
    pub reason: Option<String>,
    /// What it is about.
    pub reference: Option<Reference>,
    /// Who did it; none: a shopper, or the shop itself.
    pub actor: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Cause {
    /// Of this kind at this time, and nothing more to say.
    pub fn new(kind: MovementKind, at: DateTime<Utc>) -> Self {
        Self { kind, reason: None, reference: None, actor: None, at }
    }

    /// As the arguments from `$2` on; empty texts stand for none.
    pub(crate) fn args(&self, rows: String) -> Vec<Arg> {
        let text = |text: &Option<String>| Arg::Text(text.clone().unwrap_or_default());
        vec![
            Arg::Text(rows),
            Arg::Text(self.kind.as_str().to_owned()),
            text(&self.reason),
            Arg::Text(self.reference.map_or("", |reference| reference.kind).to_owned()),
            text(&self.actor),
            Arg::Time(micros(self.at)),
        ]
    }
}

/// What changes at a level. As JSON: `[variant, warehouse, on hand, reserved, reference]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "(String, String, i64, i64, Option<String>)")]
pub(crate) struct Change {
    pub(crate) variant_id: Uuid,
    pub(crate) warehouse_id: Uuid,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) reference: Option<Uuid>,
}

impl From<Change> for (String, String, i64, i64, Option<String>) {
    fn from(change: Change) -> Self {
        let hex = |id: Uuid| id.simple().to_string();
        let Change { variant_id, warehouse_id, on_hand, reserved, reference } = change;
        (hex(variant_id), hex(warehouse_id), on_hand, reserved, reference.map(hex))
    }
}

/// The argument `$1` of statements about changes.
pub(crate) fn json(changes: &[Change]) -> Result<String, DbError> {
    Ok(serde_json::to_string(changes).map_err(|error| sea_orm::DbErr::Json(error.to_string()))?)
}

/// The rows of `change`, a [`Change`] each.
pub(crate) const CHANGE_POSTGRES: &str = "change AS MATERIALIZED (
    SELECT (c.row ->> 0)::uuid AS variant_id, (c.row ->> 1)::uuid AS warehouse_id, (c.row ->> 2)::bigint AS on_hand,
        (c.row ->> 3)::bigint AS reserved, (c.row ->> 4)::uuid AS reference_id
    FROM json_array_elements($1::json) AS c (row))";
/// The same.
pub(crate) const CHANGE_SQLITE: &str = "change AS MATERIALIZED (
    SELECT unhex(value ->> 0) AS variant_id, unhex(value ->> 1) AS warehouse_id, value ->> 2 AS on_hand,
        value ->> 3 AS reserved, unhex(value ->> 4) AS reference_id
    FROM json_each($1))";

/// Rows of the ledger from `change`, with the arguments of [`Cause::args`].
pub(crate) const NOTE: &str =
    "INSERT INTO stock_movements (variant_id, warehouse_id, kind, on_hand_change, reserved_change,
        reason, reference_kind, reference_id, actor, at)
    SELECT variant_id, warehouse_id, $2, on_hand, reserved, nullif($3, ''), nullif($4, ''), reference_id,
        nullif($5, ''), $6 FROM change";

/// Writes rows of the ledger for levels that the caller changes itself; those that stay as they are get none.
pub(crate) async fn note(tx: &WriteTx, mut changes: Vec<Change>, cause: &Cause) -> Result<(), DbError> {
    changes.retain(|change| change.on_hand != 0 || change.reserved != 0);
    if changes.is_empty() {
        return Ok(());
    }
    let change = if tx.postgres() { CHANGE_POSTGRES } else { CHANGE_SQLITE };
    let text = format!("WITH {change} {NOTE}");
    let variants: Vec<Uuid> = changes.iter().map(|change| change.variant_id).collect();
    tx.execute(&text, cause.args(json(&changes)?)).await?;
    tx.stock_changed(&variants);
    Ok(())
}
