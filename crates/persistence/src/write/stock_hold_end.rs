//! How a promise of stock ends: once, as a sale, given back, or by its time.
use super::{
    Conn, WriteTx, micros,
    retry::{Done, End, transact},
    stock_hold::HOLD,
    stock_ledger::{Cause, Change, MovementKind, Reference},
    stock_level::{Which, apply, lock_levels},
};
use crate::{Db, DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Where a hold stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldState {
    /// Its stock is promised.
    Active,
    /// Sold: its stock has left.
    Committed,
    /// Given back before its time.
    Released,
    /// Its time was over, and its stock was given back.
    Expired,
}

impl HoldState {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    fn from_stored(word: &str) -> Option<Self> {
        [Self::Active, Self::Committed, Self::Released, Self::Expired].into_iter().find(|it| it.as_str() == word)
    }
}

/// What became of the wish to end or to extend a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// Done, by this transaction.
    Done,
    /// Nothing was done: it had ended before, in this way.
    Before(HoldState),
    /// There is no such hold.
    Unknown,
}

/// Gives the stock of a hold back: somebody cancelled.
pub async fn release_hold(tx: &WriteTx, id: Uuid, now: DateTime<Utc>) -> Result<HoldEnd, DbError> {
    end_one(tx, id, HoldState::Released, &Cause::new(MovementKind::Release, now)).await
}

/// Sells what a hold has: it leaves the shop. As long as the hold was not given back its stock is there, also when its
/// time is over and nobody has noticed yet. The ledger refers to the hold, or to what `sold_as` names, such as the order.
pub async fn commit_hold(
    tx: &WriteTx,
    id: Uuid,
    sold_as: Option<Reference>,
    now: DateTime<Utc>,
) -> Result<HoldEnd, DbError> {
    let cause = Cause { reference: sold_as, ..Cause::new(MovementKind::Ship, now) };
    end_one(tx, id, HoldState::Committed, &cause).await
}

/// Lets a hold live until a later time; an earlier one changes nothing.
pub async fn extend_hold(tx: &WriteTx, id: Uuid, expires_at: DateTime<Utc>) -> Result<HoldEnd, DbError> {
    let text = "UPDATE holds SET expires_at = CASE WHEN expires_at < $2 THEN $2 ELSE expires_at END
        WHERE id = $1 AND state = 'active'";
    match tx.execute(text, vec![Arg::Id(id), Arg::Time(micros(expires_at))]).await? {
        0 => before(tx, id).await,
        _ => Ok(HoldEnd::Done),
    }
}

/// Gives back the stock of at most `limit` holds whose time is over, the oldest first, in one transaction; which they
/// were. Of several that do it at the same time, each takes others. Call it again at once where as many as `limit` were
/// found.
pub async fn expire_holds(db: &Db, now: DateTime<Utc>, limit: u32) -> Result<Done<Vec<Uuid>>, DbError> {
    transact(db, |tx| async move {
        let args = vec![Arg::Time(micros(now)), Arg::Int(limit.into())];
        let lines = end(&tx, &overdue(tx.postgres()), args).await?;
        give_back(&tx, &lines, HoldState::Expired, &Cause::new(MovementKind::Release, now)).await?;
        let ids: BTreeSet<Uuid> = lines.iter().map(|line| line.hold_id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        Ok(if ids.is_empty() { End::RollBack(tx, ids) } else { End::Commit(tx, ids) })
    })
    .await
}

fn overdue(postgres: bool) -> String {
    let oldest = "SELECT id FROM holds WHERE state = 'active' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
    let oldest = match postgres {
        // Looked for once: as a list, the planner could ask for it again for each row, and each time find others.
        true => format!("= ANY(ARRAY({oldest} FOR NO KEY UPDATE SKIP LOCKED))"),
        false => format!("IN ({oldest})"),
    };
    format!("UPDATE holds SET state = 'expired' WHERE state = 'active' AND id {oldest} RETURNING id")
}

async fn end_one(tx: &WriteTx, id: Uuid, state: HoldState, cause: &Cause) -> Result<HoldEnd, DbError> {
    // The same for all who want to end it: the first does, the others wait for it and then find nothing to do.
    let text = format!("UPDATE holds SET state = '{}' WHERE id = $1 AND state = 'active' RETURNING id", state.as_str());
    let lines = end(tx, &text, vec![Arg::Id(id)]).await?;
    if lines.is_empty() {
        return before(tx, id).await;
    }
    give_back(tx, &lines, state, cause).await?;
    Ok(HoldEnd::Done)
}

/// A line of a hold that has ended; a hold without lines has one with nothing in it.
#[derive(FromQueryResult)]
struct Ended {
    hold_id: Uuid,
    variant_id: Option<Uuid>,
    warehouse_id: Option<Uuid>,
    quantity: Option<i64>,
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Runs the update, and reads the lines of the holds that it ended.
async fn end(tx: &WriteTx, update: &str, args: Vec<Arg>) -> Result<Vec<Ended>, DbError> {
    const LINES: &str = "h.id AS hold_id, l.variant_id, l.warehouse_id, l.quantity";
    if tx.postgres() {
        let text =
            format!("WITH ended AS ({update}) SELECT {LINES} FROM ended h LEFT JOIN hold_lines l ON l.hold_id = h.id");
        return Conn::from(tx).all(&text, args).await;
    }
    let ended: Vec<Id> = Conn::from(tx).all(update, args).await?;
    if ended.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ended.into_iter().map(|row| row.id).collect();
    let text = format!("SELECT {LINES} FROM holds h LEFT JOIN hold_lines l ON l.hold_id = h.id WHERE h.id {{ids 1}}");
    Conn::from(tx).all(&text, vec![Arg::Ids(ids)]).await
}

/// Takes the levels, and what was promised off them.
async fn give_back(tx: &WriteTx, lines: &[Ended], state: HoldState, cause: &Cause) -> Result<(), DbError> {
    let change = |line: &Ended| {
        let quantity = line.quantity?;
        Some(Change {
            variant_id: line.variant_id?,
            warehouse_id: line.warehouse_id?,
            on_hand: if state == HoldState::Committed { -quantity } else { 0 },
            reserved: -quantity,
            reference: Some(cause.reference.map_or(line.hold_id, |reference| reference.id)),
        })
    };
    let mut changes: Vec<Change> = lines.iter().filter_map(change).collect();
    if changes.is_empty() {
        return Ok(());
    }
    changes.sort_by_key(|change| (change.variant_id, change.warehouse_id, change.reference));
    let variants: BTreeSet<Uuid> = changes.iter().map(|change| change.variant_id).collect();
    let variants: Vec<Uuid> = variants.into_iter().collect();
    let stocked = lock_levels(tx, Which::Variants(&variants), Uuid::nil()).await?;
    let hold = Reference { kind: HOLD, id: Uuid::nil() };
    let cause = Cause { reference: Some(cause.reference.unwrap_or(hold)), ..cause.clone() };
    apply(tx, &stocked, &changes, &cause).await
}

#[derive(FromQueryResult)]
struct State {
    state: String,
}

async fn before(tx: &WriteTx, id: Uuid) -> Result<HoldEnd, DbError> {
    let rows: Vec<State> = Conn::from(tx).all("SELECT state FROM holds WHERE id = $1", vec![Arg::Id(id)]).await?;
    let state = rows.first().and_then(|row| HoldState::from_stored(&row.state));
    Ok(state.map_or(HoldEnd::Unknown, HoldEnd::Before))
}
