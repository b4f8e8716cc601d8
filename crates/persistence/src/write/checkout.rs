//! Checkouts. Whoever changes one, its payments or its order takes its row first.
use super::{Conn, WriteTx, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use tradewind_domain::{address::Address, checkout::CheckoutState};
use uuid::Uuid;

/// A checkout as it is stored. `Debug` shows the id only.
#[derive(Clone)]
pub struct Checkout {
    /// Row id.
    pub id: Uuid,
    /// SHA-256 of its token, hexadecimal.
    pub token_hash: String,
    /// What is bought.
    pub cart_id: Uuid,
    /// The cart's version when it was last looked at.
    pub cart_version: i64,
    /// Where it is bought.
    pub channel_id: Uuid,
    /// None: a guest.
    pub customer_id: Option<Uuid>,
    /// Where it is.
    pub state: CheckoutState,
    /// The end of the hold, also of one that is over; the shopper sees it.
    pub expires_at: DateTime<Utc>,
    /// The stock that is promised to it.
    pub hold_id: Option<Uuid>,
    /// In the form in which it is compared.
    pub email: Option<String>,
    /// BCP 47: the language of its letters.
    pub locale: String,
    /// Where goods go.
    pub shipping_address: Option<Address>,
    /// None: the same.
    pub billing_address: Option<Address>,
    /// How goods go.
    pub shipping_method_id: Option<Uuid>,
    /// What it costs, in the writer's own form; None: it must be worked out again.
    pub quote: Option<Value>,
    /// What is to be paid by the quote, in minor units.
    pub due: Option<i64>,
    /// Goes up with each change.
    pub version: i64,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl std::fmt::Debug for Checkout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checkout").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    token_hash: String,
    cart_id: Uuid,
    cart_version: i64,
    channel_id: Uuid,
    customer_id: Option<Uuid>,
    state: String,
    expires_at: DateTime<Utc>,
    hold_id: Option<Uuid>,
    paid_by: Option<Uuid>,
    email: Option<String>,
    locale: String,
    shipping_address: Option<String>,
    billing_address: Option<String>,
    shipping_method_id: Option<Uuid>,
    quote: Option<String>,
    due: Option<i64>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

pub(super) fn damaged(what: &str) -> DbError {
    DbError::Other(std::sync::Arc::new(sea_orm::DbErr::Custom(format!("a row is damaged: {what}"))))
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(text: Option<&str>, what: &str) -> Result<Option<T>, DbError> {
    text.map(serde_json::from_str).transpose().map_err(|_| damaged(what))
}

impl Row {
    fn checkout(self) -> Result<Checkout, DbError> {
        let state = state_of(&self.state, self.expires_at, self.paid_by).ok_or_else(|| damaged("checkouts.state"))?;
        Ok(Checkout {
            id: self.id,
            token_hash: self.token_hash,
            cart_id: self.cart_id,
            cart_version: self.cart_version,
            channel_id: self.channel_id,
            customer_id: self.customer_id,
            state,
            expires_at: self.expires_at,
            hold_id: self.hold_id,
            email: self.email,
            locale: self.locale,
            shipping_address: read_json(self.shipping_address.as_deref(), "checkouts.shipping_address")?,
            billing_address: read_json(self.billing_address.as_deref(), "checkouts.billing_address")?,
            shipping_method_id: self.shipping_method_id,
            quote: read_json(self.quote.as_deref(), "checkouts.quote")?,
            due: self.due,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn state_of(word: &str, expires_at: DateTime<Utc>, payment_id: Option<Uuid>) -> Option<CheckoutState> {
    Some(match word {
        "open" => CheckoutState::Open,
        "held" => CheckoutState::Held { expires_at },
        "paying" => CheckoutState::Paying { expires_at },
        "completed" => CheckoutState::Completed { payment_id },
        "expired" => CheckoutState::Expired,
        "cancelled" => CheckoutState::Cancelled,
        _ => return None,
    })
}

fn words_of(state: CheckoutState) -> (&'static str, Option<Uuid>) {
    match state {
        CheckoutState::Open => ("open", None),
        CheckoutState::Held { .. } => ("held", None),
        CheckoutState::Paying { .. } => ("paying", None),
        CheckoutState::Completed { payment_id } => ("completed", payment_id),
        CheckoutState::Expired => ("expired", None),
        CheckoutState::Cancelled => ("cancelled", None),
    }
}

const BY_ID: &str = "SELECT * FROM checkouts WHERE id = $1";
const BY_TOKEN: &str = "SELECT * FROM checkouts WHERE token_hash = $1";

async fn one(conn: Conn<'_>, text: &str, arg: Arg, lock: bool) -> Result<Option<Checkout>, DbError> {
    let rows: Vec<Row> = if lock { conn.all_locked(text, vec![arg]).await? } else { conn.all(text, vec![arg]).await? };
    rows.into_iter().next().map(Row::checkout).transpose()
}

/// The checkout, locked until the end of the transaction.
pub async fn lock_checkout(tx: &WriteTx, id: Uuid) -> Result<Option<Checkout>, DbError> {
    one(tx.into(), BY_ID, Arg::Id(id), true).await
}

/// The checkout whose token has this hash, locked until the end of the transaction.
pub async fn lock_checkout_by_token(tx: &WriteTx, token_hash: &str) -> Result<Option<Checkout>, DbError> {
    one(tx.into(), BY_TOKEN, Arg::Text(token_hash.to_owned()), true).await
}

/// The checkout whose token has this hash.
pub async fn checkout_by_token(conn: Conn<'_>, token_hash: &str) -> Result<Option<Checkout>, DbError> {
    one(conn, BY_TOKEN, Arg::Text(token_hash.to_owned()), false).await
}

fn row(it: &Checkout) -> Value {
    let id = |id: Option<Uuid>| id.map(id_value);
    let text = |address: &Option<Address>| address.as_ref().map(|address| json!(address).to_string());
    let (state, paid_by) = words_of(it.state);
    json!([
        id_value(it.id),
        it.token_hash,
        id_value(it.cart_id),
        it.cart_version,
        id_value(it.channel_id),
        id(it.customer_id),
        state,
        time_value(micros(it.expires_at)),
        id(it.hold_id),
        id(paid_by),
        it.email,
        it.locale,
        text(&it.shipping_address),
        text(&it.billing_address),
        id(it.shipping_method_id),
        it.quote.as_ref().map(Value::to_string),
        it.due,
        it.version,
        time_value(micros(it.created_at)),
        time_value(micros(it.updated_at)),
    ])
}

const INSERT: &str = "INSERT INTO checkouts (id, token_hash, cart_id, cart_version, channel_id, customer_id, state,
        expires_at, hold_id, paid_by, email, locale, shipping_address, billing_address, shipping_method_id, quote, due,
        version, created_at, updated_at)
    SELECT {uuid 0}, {text 1}, {uuid 2}, {bigint 3}, {uuid 4}, {uuid 5}, {text 6}, {time 7}, {uuid 8}, {uuid 9},
        {text 10}, {text 11}, {text 12}, {text 13}, {uuid 14}, {text 15}, {bigint 16}, {bigint 17}, {time 18}, {time 19}
    FROM {rows 1}";

/// Inserts a checkout.
pub async fn insert_checkout(tx: &WriteTx, checkout: &Checkout) -> Result<(), DbError> {
    tx.execute(INSERT, vec![rows([row(checkout)])]).await?;
    Ok(())
}

const SAVE: &str = "UPDATE checkouts SET cart_version = {bigint 3}, customer_id = {uuid 5}, state = {text 6},
        expires_at = {time 7}, hold_id = {uuid 8}, paid_by = {uuid 9}, email = {text 10}, locale = {text 11},
        shipping_address = {text 12}, billing_address = {text 13}, shipping_method_id = {uuid 14}, quote = {text 15},
        due = {bigint 16}, version = {bigint 17}, updated_at = {time 19}
    FROM {rows 1} WHERE checkouts.id = {uuid 0}";

/// Writes a locked checkout.
pub async fn save_checkout(tx: &WriteTx, checkout: &Checkout) -> Result<(), DbError> {
    tx.execute(SAVE, vec![rows([row(checkout)])]).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Checkouts whose hold is over and that nobody has ended yet, the oldest first.
pub async fn overdue_checkouts(conn: Conn<'_>, now: DateTime<Utc>, limit: u32) -> Result<Vec<Uuid>, DbError> {
    let text = "SELECT id FROM checkouts WHERE state IN ('held', 'paying') AND expires_at <= $1
        ORDER BY expires_at, id LIMIT $2";
    let rows: Vec<Id> = conn.all(text, vec![Arg::Time(micros(now)), Arg::Int(limit.into())]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

const OLD: &str = "SELECT id FROM checkouts WHERE state IN ('open', 'expired', 'cancelled') AND updated_at < $1
    AND NOT EXISTS (SELECT 1 FROM payments WHERE payments.checkout_id = checkouts.id)
    ORDER BY updated_at, id LIMIT $2";

/// Deletes checkouts that came to nothing and were last changed before this, at most so many; how many. Those that money
/// was asked for stay.
pub async fn delete_old_checkouts(tx: &WriteTx, before: DateTime<Utc>, limit: u32) -> Result<u64, DbError> {
    let args = vec![Arg::Time(micros(before)), Arg::Int(limit.into())];
    super::bulk::delete_found(tx, (OLD, args), "DELETE FROM checkouts WHERE id {ids 1}").await
}
