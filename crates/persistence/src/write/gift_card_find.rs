//! Gift cards as staff look for them.
use super::{Conn, StoredGiftCard, WriteTx, checkout::damaged};
use crate::{Db, DbError, sql::Arg};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use tradewind_domain::{currency::Currency, gift_card::GiftCard, money::Money};
use uuid::Uuid;

/// A gift card, and when it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedGiftCard {
    /// The card.
    pub stored: StoredGiftCard,
    /// When.
    pub issued_at: DateTime<Utc>,
}

/// A movement of a card's balance.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct GiftCardMovement {
    /// Whose.
    pub gift_card_id: Uuid,
    /// `issue`, `redeem` or `give_back`.
    pub kind: String,
    /// In minor units; below zero where it was taken.
    pub amount: i64,
    /// What was left then, in minor units.
    pub balance: i64,
    /// For which order.
    pub order_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
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
    created_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Result<IssuedGiftCard, DbError> {
        let currency = Currency::parse(&self.currency).map_err(|_| damaged("gift_cards.currency"))?;
        let (id, balance, expires_at, enabled) = (self.id, self.balance, self.expires_at, self.enabled);
        let card = GiftCard { id, issued: Money::new(self.issued, currency), balance, expires_at, enabled };
        let stored = StoredGiftCard { card, last_four: self.last_four };
        Ok(IssuedGiftCard { stored, issued_at: self.created_at })
    }
}

macro_rules! cards {
    ($rest:literal) => {
        concat!(
            "SELECT id, last_four, currency, issued, balance, expires_at, enabled, created_at FROM gift_cards ",
            $rest
        )
    };
}

/// Cards before this one, the newest first, at most so many.
pub async fn gift_cards_page(conn: Conn<'_>, before: Option<Uuid>, limit: u32) -> Result<Vec<IssuedGiftCard>, DbError> {
    let args = vec![Arg::Id(before.unwrap_or(Uuid::max())), Arg::Int(limit.into())];
    let rows: Vec<Row> = conn.all(cards!("WHERE id < $1 ORDER BY id DESC LIMIT $2"), args).await?;
    rows.into_iter().map(Row::read).collect()
}

/// The card of the id.
pub async fn gift_card_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<IssuedGiftCard>, DbError> {
    let rows: Vec<Row> = conn.all(cards!("WHERE id = $1"), vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(Row::read).transpose()
}

/// The card of the id, locked until the end of the transaction.
pub async fn lock_gift_card(tx: &WriteTx, id: Uuid) -> Result<Option<IssuedGiftCard>, DbError> {
    let rows: Vec<Row> = Conn::from(tx).all_locked(cards!("WHERE id = $1"), vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(Row::read).transpose()
}

const MOVEMENTS: &str = "SELECT gift_card_id, kind, amount, balance, order_id, at FROM (
        SELECT m.*, row_number() OVER (PARTITION BY m.gift_card_id ORDER BY m.id DESC) AS number
        FROM gift_card_movements m WHERE m.gift_card_id {ids 1}) numbered
    WHERE number <= $2 ORDER BY gift_card_id, id DESC";

/// The movements of cards, the newest first, at most `first` of each; one statement.
pub async fn gift_card_movements(
    db: &Db,
    cards: Vec<Uuid>,
    first: u32,
) -> Result<HashMap<Uuid, Vec<GiftCardMovement>>, DbError> {
    let mut movements: HashMap<Uuid, Vec<GiftCardMovement>> = HashMap::new();
    let args = vec![Arg::Ids(cards), Arg::Int(first.into())];
    for movement in Conn::from(db).all::<GiftCardMovement>(MOVEMENTS, args).await? {
        movements.entry(movement.gift_card_id).or_default().push(movement);
    }
    Ok(movements)
}
