//! Gift cards, and every movement of their balances. Of a code only the SHA-256 and the last four characters are stored.
//!
//! A balance changes only together with a movement, by an update that does not let it leave 0 to what was paid for the
//! card; whoever moves several takes them in the order of their ids.
use super::{Conn, WriteTx, checkout::damaged, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::json;
use tradewind_domain::{currency::Currency, gift_card::GiftCard, money::Money};
use uuid::Uuid;

/// A gift card as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGiftCard {
    /// The card.
    pub card: GiftCard,
    /// The end of its code.
    pub last_four: String,
}

/// A gift card to be sold.
#[derive(Clone, Debug)]
pub struct NewGiftCard {
    /// Row id.
    pub id: Uuid,
    /// SHA-256 of the code without hyphens, hexadecimal.
    pub code_hash: String,
    /// The end of the code.
    pub last_four: String,
    /// What was paid for it.
    pub issued: Money,
    /// From when on it is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An amount that goes from or to a card, in minor units; more than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CardMove {
    pub gift_card_id: Uuid,
    pub amount: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    last_four: String,
    currency: String,
    issued: i64,
    balance: i64,
    expires_at: Option<DateTime<Utc>>,
    enabled: bool,
}

impl Row {
    fn card(self) -> Result<StoredGiftCard, DbError> {
        let currency = Currency::parse(&self.currency).map_err(|_| damaged("gift_cards.currency"))?;
        let (id, balance, expires_at, enabled) = (self.id, self.balance, self.expires_at, self.enabled);
        let card = GiftCard { id, issued: Money::new(self.issued, currency), balance, expires_at, enabled };
        Ok(StoredGiftCard { card, last_four: self.last_four })
    }
}

const BY_IDS: &str = "SELECT id, last_four, currency, issued, balance, expires_at, enabled FROM gift_cards
    WHERE id {ids 1} ORDER BY id";
const BY_HASH: &str =
    "SELECT id, last_four, currency, issued, balance, expires_at, enabled FROM gift_cards WHERE code_hash = $1";

/// Cards by id, in that order.
pub async fn gift_cards_by_ids(conn: Conn<'_>, ids: &[Uuid]) -> Result<Vec<StoredGiftCard>, DbError> {
    let rows: Vec<Row> = conn.all(BY_IDS, vec![Arg::Ids(ids.to_vec())]).await?;
    rows.into_iter().map(Row::card).collect()
}

/// The card whose code has this hash.
pub async fn gift_card_by_hash(conn: Conn<'_>, code_hash: &str) -> Result<Option<StoredGiftCard>, DbError> {
    let rows: Vec<Row> = conn.all(BY_HASH, vec![Arg::Text(code_hash.to_owned())]).await?;
    rows.into_iter().next().map(Row::card).transpose()
}

const INSERT: &str = "INSERT INTO gift_cards (id, code_hash, last_four, currency, issued, balance, expires_at, enabled,
        created_at, updated_at)
    SELECT {uuid 0}, {text 1}, {text 2}, {text 3}, {bigint 4}, {bigint 4}, {time 5}, true, {time 6}, {time 6}
    FROM {rows 1} WHERE true ON CONFLICT (id) DO NOTHING";
const ISSUED: &str = "INSERT INTO gift_card_movements (gift_card_id, kind, amount, balance, at)
    SELECT g.id, 'issue', g.issued, g.issued, $2 FROM gift_cards g WHERE g.id {ids 1}
      AND NOT EXISTS (SELECT 1 FROM gift_card_movements m WHERE m.gift_card_id = g.id)";

/// Inserts cards with their whole balance; one whose id is there already stays as it is. A code that another card has is a
/// [`DbError::Constraint`].
pub async fn insert_gift_cards(tx: &WriteTx, cards: &[NewGiftCard], now: DateTime<Utc>) -> Result<(), DbError> {
    let row = |card: &NewGiftCard| {
        json!([
            id_value(card.id),
            card.code_hash,
            card.last_four,
            card.issued.currency.code(),
            card.issued.minor,
            card.expires_at.map(|end| time_value(micros(end))),
            time_value(micros(now)),
        ])
    };
    tx.execute(INSERT, vec![rows(cards.iter().map(row))]).await?;
    let ids = cards.iter().map(|card| card.id).collect();
    tx.execute(ISSUED, vec![Arg::Ids(ids), Arg::Time(micros(now))]).await?;
    Ok(())
}

/// Blocks a card, or opens it again; false: there is none.
pub async fn enable_gift_card(tx: &WriteTx, id: Uuid, enabled: bool, now: DateTime<Utc>) -> Result<bool, DbError> {
    let text = "UPDATE gift_cards SET enabled = ($2 = 1), updated_at = $3 WHERE id = $1";
    let args = vec![Arg::Id(id), Arg::Int(enabled.into()), Arg::Time(micros(now))];
    Ok(tx.execute(text, args).await? == 1)
}

const TAKE: &str = "UPDATE gift_cards SET balance = balance - {bigint 1}, updated_at = $2 FROM {rows 1}
    WHERE gift_cards.id = {uuid 0} AND balance >= {bigint 1} AND enabled AND (expires_at IS NULL OR expires_at > $2)
      AND currency = $3";
const GIVE: &str = "UPDATE gift_cards SET balance = balance + {bigint 1}, updated_at = $2 FROM {rows 1}
    WHERE gift_cards.id = {uuid 0}";
const NOTE: &str = "INSERT INTO gift_card_movements (gift_card_id, kind, amount, balance, order_id, at)
    SELECT g.id, {text 2}, {bigint 3}, g.balance, $3, $2 FROM {rows 1} JOIN gift_cards g ON g.id = {uuid 0}
    ORDER BY u.key";

/// Takes what cards pay for an order. False where one has too little left, is of another currency, blocked or over: then
/// the caller undoes it. Three statements for any number of cards.
pub async fn redeem_gift_cards(
    tx: &WriteTx,
    order_id: Uuid,
    currency: &str,
    moves: &[CardMove],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let Some(moves) = sorted(moves) else { return Ok(false) };
    if moves.is_empty() {
        return Ok(true);
    }
    lock(tx, &moves).await?;
    let args = vec![table(&moves, "redeem", -1), Arg::Time(micros(now)), Arg::Text(currency.to_owned())];
    if tx.execute(TAKE, args).await? != moves.len() as u64 {
        return Ok(false);
    }
    tx.execute(NOTE, vec![table(&moves, "redeem", -1), Arg::Time(micros(now)), Arg::Id(order_id)]).await?;
    Ok(true)
}

const TOO_MUCH: &str = "SELECT gift_card_id AS id FROM gift_card_movements WHERE order_id = $1
    GROUP BY gift_card_id HAVING sum(amount) > 0";

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Gives back what cards paid for an order, also to one that is blocked or over. More than the order took of a card is an
/// error. Four statements for any number of cards.
pub async fn refund_gift_cards(
    tx: &WriteTx,
    order_id: Uuid,
    moves: &[CardMove],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let Some(moves) = sorted(moves) else { return Err(damaged("an amount for a gift card is not more than zero")) };
    if moves.is_empty() {
        return Ok(());
    }
    lock(tx, &moves).await?;
    if tx.execute(GIVE, vec![table(&moves, "give_back", 1), Arg::Time(micros(now))]).await? != moves.len() as u64 {
        return Err(damaged("a gift card that paid is gone"));
    }
    tx.execute(NOTE, vec![table(&moves, "give_back", 1), Arg::Time(micros(now)), Arg::Id(order_id)]).await?;
    let too_much: Vec<Id> = Conn::from(tx).all(TOO_MUCH, vec![Arg::Id(order_id)]).await?;
    match too_much.first() {
        Some(card) => Err(damaged(&format!("more goes back to gift card {} than order {order_id} took", card.id))),
        None => Ok(()),
    }
}

/// One movement for each card, by id; None: one is not more than zero.
fn sorted(moves: &[CardMove]) -> Option<Vec<CardMove>> {
    let mut by_card = std::collections::BTreeMap::<Uuid, i64>::new();
    for it in moves {
        let amount = by_card.entry(it.gift_card_id).or_default();
        *amount = amount.checked_add(it.amount).filter(|_| it.amount > 0)?;
    }
    Some(by_card.into_iter().map(|(gift_card_id, amount)| CardMove { gift_card_id, amount }).collect())
}

async fn lock(tx: &WriteTx, moves: &[CardMove]) -> Result<(), DbError> {
    let ids = moves.iter().map(|it| it.gift_card_id).collect();
    let _: Vec<Row> = Conn::from(tx).all_locked(BY_IDS, vec![Arg::Ids(ids)]).await?;
    Ok(())
}

fn table(moves: &[CardMove], kind: &str, sign: i64) -> Arg {
    rows(moves.iter().map(|it| json!([id_value(it.gift_card_id), it.amount, kind, sign * it.amount])))
}
