//! Carts. Whoever changes one has its row first; the row of its customer comes before that.
use super::{
    Conn, WriteTx,
    checkout::{damaged, read_json},
    micros,
};
use crate::{
    DbError,
    read::cart::{BY_IDS, CartRow},
    sql::Arg,
};
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult};
use tradewind_domain::cart::{Cart, CartLine};
use uuid::Uuid;

/// A cart as it is stored. `Debug` does not show the hash of its token.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCart {
    /// Row id.
    pub id: Uuid,
    /// Where it is bought: prices and stock are this channel's.
    pub channel_id: Uuid,
    /// None: a guest's.
    pub customer_id: Option<Uuid>,
    /// SHA-256 of its token, hexadecimal. The token of a customer's cart is nobody's.
    pub token_hash: String,
    /// Goes up with each change of what is in it.
    pub version: i64,
    /// What is in it.
    pub cart: Cart,
    /// In the order of entering; which one pays first, the rules of totals say.
    pub gift_card_ids: Vec<Uuid>,
    /// Bought: it does not change any more.
    pub bought_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// From then on it is nobody's.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for StoredCart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("StoredCart");
        shown.field("id", &self.id).field("version", &self.version).field("cart", &self.cart).finish_non_exhaustive()
    }
}

impl StoredCart {
    /// Whether it can still be changed.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.bought_at.is_none() && now < self.expires_at
    }

    /// Whether a client may see and change it now: a customer's, that customer alone; a guest's, who holds its token.
    pub fn is_open_to(&self, token_hash: Option<&str>, customer_id: Option<Uuid>, now: DateTime<Utc>) -> bool {
        let is_theirs = match self.customer_id {
            Some(owner) => customer_id == Some(owner),
            None => token_hash == Some(&*self.token_hash),
        };
        is_theirs && self.is_open(now)
    }
}

/// As a line is in the JSON text of [`CartRow`].
type Line = (Uuid, Uuid, u32, String, i64);

impl TryFrom<CartRow> for StoredCart {
    type Error = DbError;
    fn try_from(row: CartRow) -> Result<Self, DbError> {
        fn read<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, DbError> {
            read_json(Some(text), what)?.ok_or_else(|| damaged(what))
        }
        let line = |(id, variant_id, quantity, attributes, seen_price): Line| {
            let attributes = read(&attributes, "cart_lines.attributes")?;
            Ok(CartLine { id, variant_id, quantity, attributes, seen_price })
        };
        let lines: Vec<Line> = read(&row.lines, "cart_lines")?;
        let cart = Cart {
            lines: lines.into_iter().map(line).collect::<Result<_, DbError>>()?,
            note: row.note,
            attributes: read(&row.attributes, "carts.attributes")?,
            codes: read(&row.codes, "carts.codes")?,
        };
        Ok(Self {
            id: row.id,
            channel_id: row.channel_id,
            customer_id: row.customer_id,
            token_hash: row.token_hash,
            version: row.version,
            cart,
            gift_card_ids: read(&row.gift_cards, "carts.gift_cards")?,
            bought_at: row.bought_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            expires_at: row.expires_at,
        })
    }
}

async fn by_ids(conn: Conn<'_>, ids: Vec<Uuid>) -> Result<Vec<StoredCart>, DbError> {
    let text = BY_IDS[usize::from(conn.backend() != DbBackend::Postgres)];
    let rows: Vec<CartRow> = conn.all(text, vec![Arg::Ids(ids)]).await?;
    rows.into_iter().map(StoredCart::try_from).collect()
}

/// The cart, whosever it is, bought or not.
pub async fn cart_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<StoredCart>, DbError> {
    Ok(by_ids(conn, vec![id]).await?.pop())
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// The carts that a statement finds, locked until the end of the transaction. The lines are read by a second statement: the
/// one that waited for the lock would still see those of before.
async fn locked(tx: &WriteTx, text: &str, args: Vec<Arg>) -> Result<Vec<StoredCart>, DbError> {
    let found: Vec<Id> = Conn::from(tx).all_locked(text, args).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    by_ids(tx.into(), found.into_iter().map(|row| row.id).collect()).await
}

/// The cart, whosever it is, bought or not, locked until the end of the transaction.
pub async fn lock_cart(tx: &WriteTx, id: Uuid) -> Result<Option<StoredCart>, DbError> {
    Ok(locked(tx, "SELECT id FROM carts WHERE id = $1", vec![Arg::Id(id)]).await?.pop())
}

const OPEN: &str = "SELECT id FROM carts WHERE customer_id = $1 AND channel_id = $2 AND bought_at IS NULL";

/// The cart that a customer has in a channel, also one that has expired, locked. Only who has the customer's row can rely
/// on it that there is none.
pub async fn lock_cart_of_customer(
    tx: &WriteTx,
    customer_id: Uuid,
    channel_id: Uuid,
) -> Result<Option<StoredCart>, DbError> {
    Ok(locked(tx, OPEN, vec![Arg::Id(customer_id), Arg::Id(channel_id)]).await?.pop())
}

const BOTH: &str = "SELECT id FROM carts WHERE id = $1 OR (customer_id = $2 AND bought_at IS NULL
    AND channel_id = (SELECT given.channel_id FROM carts given WHERE given.id = $1)) ORDER BY id";

/// A cart, whosever it is, and the other one that a customer has in the same channel, both locked.
pub async fn lock_cart_and_own(
    tx: &WriteTx,
    id: Uuid,
    customer_id: Uuid,
) -> Result<(Option<StoredCart>, Option<StoredCart>), DbError> {
    let carts = locked(tx, BOTH, vec![Arg::Id(id), Arg::Id(customer_id)]).await?;
    let (mut given, mut own): (Vec<_>, Vec<_>) = carts.into_iter().partition(|cart| cart.id == id);
    Ok((given.pop(), own.pop()))
}

/// Deletes a locked cart.
pub async fn delete_cart(tx: &WriteTx, id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM carts WHERE id = $1", vec![Arg::Id(id)]).await?;
    Ok(())
}

/// Deletes the carts of a customer.
pub async fn delete_carts_of(tx: &WriteTx, customer_id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM carts WHERE customer_id = $1", vec![Arg::Id(customer_id)]).await?;
    Ok(())
}

const CLOSE: &str =
    "UPDATE carts SET bought_at = $3, updated_at = $3 WHERE id = $1 AND version = $2 AND bought_at IS NULL";

/// Notes that a cart was bought in this version; whether it was still in it.
pub async fn close_cart(tx: &WriteTx, id: Uuid, version: i64, now: DateTime<Utc>) -> Result<bool, DbError> {
    Ok(tx.execute(CLOSE, vec![Arg::Id(id), Arg::Int(version), Arg::Time(micros(now))]).await? > 0)
}

const EXPIRED: &str = "SELECT id FROM carts WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2";

/// Deletes carts that have expired, at most so many; how many. One that is being changed at this moment lives again, and
/// stays.
pub async fn delete_expired_carts(tx: &WriteTx, now: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let found: Vec<Id> = Conn::from(tx).all(EXPIRED, vec![Arg::Time(micros(now)), Arg::Int(limit.into())]).await?;
    let mut ids: Vec<Uuid> = found.into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    let text = "DELETE FROM carts WHERE id {ids 1} AND expires_at <= $2";
    tx.execute(text, vec![Arg::Ids(ids), Arg::Time(micros(now))]).await
}
