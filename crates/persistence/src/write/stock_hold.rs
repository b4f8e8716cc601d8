//! Promising stock to somebody until a time: all lines or none. How a promise ends is `stock_hold_end.rs`.
use super::{
    Conn, WriteTx, micros,
    product_state::lock_of_variants,
    stock::open_levels,
    stock_hold_line::{Demand, HeldLine, Line, Shortage, demands, plan},
    stock_ledger::{CHANGE_POSTGRES, Cause, Change, MovementKind, NOTE, Reference, json},
    stock_level::{AROUND_POSTGRES, Moved, Stocked, TOTAL, Which, apply_sqlite, finish, lock_levels, move_levels},
};
use crate::{DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

/// What movements that belong to a hold refer to.
pub(crate) const HOLD: &str = "hold";

/// A promise to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewHold {
    /// The row id, a new UUIDv7.
    pub id: Uuid,
    /// For whom, such as a checkout.
    pub owner: Reference,
    /// Where it is sold: the stock comes from this channel's warehouses.
    pub channel_id: Uuid,
    /// Until when, unless it is extended.
    pub expires_at: DateTime<Utc>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// The stock is promised, from these warehouses; a line of the hold for each variant and warehouse, in the order of
    /// their ids.
    Held(Vec<HeldLine>),
    /// Nothing is promised. Each line that cannot be served, in the order of the lines.
    Refused(Vec<Shortage>),
}

/// Promises the stock of all lines, or says which of them cannot be served. Lines of one variant are added up first. From
/// which warehouses it is taken is [`source`](tradewind_domain::sourcing::source)'s decision, which prefers them in the
/// order of their ids. Variants whose stock is not counted are held without a warehouse.
///
/// Statements: the levels are read and taken, and changed; on SQLite the change is five of them. Where something sells
/// beyond what is there for the first time, three more make the level; where what cards say changes, three more write
/// that.
pub async fn reserve(tx: &WriteTx, hold: &NewHold, lines: &[Line], now: DateTime<Utc>) -> Result<Reserved, DbError> {
    let demands = match demands(lines) {
        Ok(demands) => demands,
        Err(shortages) => return Ok(Reserved::Refused(shortages)),
    };
    let stocked = levels(tx, hold.channel_id, &demands).await?;
    let held = match plan(lines, &demands, &stocked) {
        Ok(held) => held,
        Err(shortages) => return Ok(Reserved::Refused(shortages)),
    };
    let change = |line: &HeldLine| {
        Some(Change {
            variant_id: line.variant_id,
            warehouse_id: line.warehouse_id?,
            on_hand: 0,
            reserved: line.quantity,
            reference: Some(hold.id),
        })
    };
    let changes: Vec<Change> = held.iter().filter_map(change).collect();
    let moved = write(tx, hold, &held, &changes, now).await?;
    finish(tx, &stocked, &changes, moved).await?;
    Ok(Reserved::Held(held))
}

/// The levels of what is wanted, taken for this transaction.
async fn levels(tx: &WriteTx, channel_id: Uuid, demands: &[Demand]) -> Result<Vec<Stocked>, DbError> {
    let variants: Vec<Uuid> = demands.iter().map(|demand| demand.variant_id).collect();
    let stocked = lock_levels(tx, Which::Tracked(&variants), channel_id).await?;
    let without: Vec<Uuid> = stocked.iter().filter(|it| it.needs_level()).map(|it| it.variant_id).collect();
    if without.is_empty() {
        return Ok(stocked);
    }
    let text = "SELECT warehouse_id FROM channel_warehouses WHERE channel_id = $1 ORDER BY warehouse_id LIMIT 1";
    let first: Vec<First> = Conn::from(tx).all(text, vec![Arg::Id(channel_id)]).await?;
    let Some(First { warehouse_id }) = first.into_iter().next() else { return Ok(stocked) };
    // Whoever makes levels has the product. That is not the usual order, products before levels: two who meet in it are
    // parted by the database, and `transact` begins again.
    lock_of_variants(tx, without.clone()).await?;
    open_levels(tx, without.into_iter().map(|variant| (variant, warehouse_id))).await?;
    lock_levels(tx, Which::Tracked(&variants), channel_id).await
}

#[derive(FromQueryResult)]
struct First {
    warehouse_id: Uuid,
}

const HOLDS: &str = "INSERT INTO holds (id, owner_kind, owner_id, state, expires_at, created_at)";
const LINES: &str = "INSERT INTO hold_lines (hold_id, position, variant_id, warehouse_id, quantity, backordered)";
const LINE_POSTGRES: &str = "SELECT $7, l.position, (l.row ->> 0)::uuid, (l.row ->> 1)::uuid, (l.row ->> 2)::bigint,
        (l.row ->> 3)::bigint FROM json_array_elements($11::json) WITH ORDINALITY AS l (row, position)";
const LINE_SQLITE: &str = "SELECT $1, key, unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3
    FROM json_each($2)";

/// The hold, its lines, the levels and the ledger.
async fn write(
    tx: &WriteTx,
    hold: &NewHold,
    held: &[HeldLine],
    changes: &[Change],
    now: DateTime<Utc>,
) -> Result<Vec<Moved>, DbError> {
    let reference = Some(Reference { kind: HOLD, id: hold.id });
    let cause = Cause { reference, ..Cause::new(MovementKind::Reserve, now) };
    let args = cause.args(json(changes)?);
    let own = [
        Arg::Id(hold.id),
        Arg::Text(hold.owner.kind.to_owned()),
        Arg::Id(hold.owner.id),
        Arg::Time(micros(hold.expires_at)),
    ];
    let hex = |id: Uuid| id.simple().to_string();
    let lines =
        held.iter().map(|line| (hex(line.variant_id), line.warehouse_id.map(hex), line.quantity, line.backordered));
    let lines = Arg::Text(serde_json::json!(lines.collect::<Vec<_>>()).to_string());
    if tx.postgres() {
        let args = args.into_iter().chain(own).chain([lines]).collect();
        return Conn::from(tx).all(&postgres_text(), args).await;
    }
    let text = format!("{HOLDS} VALUES ($1, $2, $3, 'active', $4, $5)");
    tx.execute(&text, own.into_iter().chain([Arg::Time(micros(now))]).collect()).await?;
    tx.execute(&format!("{LINES} {LINE_SQLITE}"), vec![Arg::Id(hold.id), lines]).await?;
    apply_sqlite(tx, args).await
}

/// All of it in one statement: buyers of one item wait for each other from the first statement about it to the commit.
fn postgres_text() -> String {
    format!(
        "WITH {CHANGE_POSTGRES}, {TOTAL},
        moved AS ({} RETURNING 1),
        noted AS ({NOTE}),
        held AS ({HOLDS} VALUES ($7, $8, $9, 'active', $10, $6)),
        lines AS ({LINES} {LINE_POSTGRES})
        SELECT (SELECT count(*) FROM moved) AS moved, {AROUND_POSTGRES}",
        move_levels()
    )
}
