//! Payments: what a gateway was asked for, and what is known of it. The row of the checkout is taken first.
use super::{Conn, WriteTx, checkout::damaged, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use tradewind_domain::{
    checkout::ReturnReason,
    payment::{Payment, PaymentStage},
    word::Word,
};
use uuid::Uuid;

/// A payment as it is stored.
#[derive(Clone, Debug)]
pub struct StoredPayment {
    /// What its rules look at.
    pub payment: Payment,
    /// What it pays for.
    pub checkout_id: Uuid,
    /// Which gateway, by its name.
    pub gateway: String,
    /// What the gateway calls it. None: nothing was asked for that could move money.
    pub gateway_id: Option<String>,
    /// The gateway's token of what the shopper pays with; no number of a card.
    pub method: String,
    /// How often it was tried; from 1.
    pub attempt: i32,
    /// Of all amounts.
    pub currency: String,
    /// Why its money goes back.
    pub return_reason: Option<ReturnReason>,
    /// Why it was declined, for the shopper.
    pub failure: Option<String>,
    /// How often the sweeper looked at it in vain.
    pub checks: i32,
    /// When the sweeper looks at it; None: nothing is open.
    pub check_at: Option<DateTime<Utc>>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    checkout_id: Uuid,
    gateway: String,
    gateway_id: Option<String>,
    method: String,
    attempt: i32,
    currency: String,
    asked: i64,
    stage: String,
    authorised: i64,
    captured: i64,
    refunded: i64,
    given_up: bool,
    return_reason: Option<String>,
    failure: Option<String>,
    checks: i32,
    check_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn payment(self) -> Result<StoredPayment, DbError> {
        let stage = PaymentStage::parse(&self.stage).ok_or_else(|| damaged("payments.stage"))?;
        Ok(StoredPayment {
            payment: Payment {
                id: self.id,
                asked: self.asked,
                stage,
                authorised: self.authorised,
                captured: self.captured,
                refunded: self.refunded,
                given_up: self.given_up,
            },
            checkout_id: self.checkout_id,
            gateway: self.gateway,
            gateway_id: self.gateway_id,
            method: self.method,
            attempt: self.attempt,
            currency: self.currency,
            return_reason: self.return_reason.as_deref().and_then(ReturnReason::parse),
            failure: self.failure,
            checks: self.checks,
            check_at: self.check_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn all(rows: Vec<Row>) -> Result<Vec<StoredPayment>, DbError> {
    rows.into_iter().map(Row::payment).collect()
}

/// The payment.
pub async fn payment_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<StoredPayment>, DbError> {
    let rows = conn.all("SELECT * FROM payments WHERE id = $1", vec![Arg::Id(id)]).await?;
    Ok(all(rows)?.pop())
}

/// The payment that a gateway knows by this id.
pub async fn payment_by_gateway_id(
    conn: Conn<'_>,
    gateway: &str,
    gateway_id: &str,
) -> Result<Option<StoredPayment>, DbError> {
    let text = "SELECT * FROM payments WHERE gateway = $1 AND gateway_id = $2";
    let rows = conn.all(text, vec![Arg::Text(gateway.to_owned()), Arg::Text(gateway_id.to_owned())]).await?;
    Ok(all(rows)?.pop())
}

/// The payments of a checkout, the oldest first, locked until the end of the transaction.
pub async fn lock_payments(tx: &WriteTx, checkout_id: Uuid) -> Result<Vec<StoredPayment>, DbError> {
    let text = "SELECT * FROM payments WHERE checkout_id = $1 ORDER BY created_at, id";
    all(Conn::from(tx).all_locked(text, vec![Arg::Id(checkout_id)]).await?)
}

fn row(it: &StoredPayment) -> Value {
    let payment = &it.payment;
    json!([
        id_value(payment.id),
        id_value(it.checkout_id),
        it.gateway,
        it.gateway_id,
        it.method,
        it.attempt,
        it.currency,
        payment.asked,
        payment.stage.as_str(),
        payment.authorised,
        payment.captured,
        payment.refunded,
        i64::from(payment.given_up),
        it.return_reason.map(Word::as_str),
        it.failure,
        it.checks,
        it.check_at.map(|time| time_value(micros(time))),
        time_value(micros(it.created_at)),
        time_value(micros(it.updated_at)),
    ])
}

const INSERT: &str = "INSERT INTO payments (id, checkout_id, gateway, gateway_id, method, attempt, currency, asked, stage,
        authorised, captured, refunded, given_up, return_reason, failure, checks, check_at, created_at, updated_at)
    SELECT {uuid 0}, {uuid 1}, {text 2}, {text 3}, {text 4}, CAST({bigint 5} AS integer), {text 6}, {bigint 7}, {text 8},
        {bigint 9}, {bigint 10}, {bigint 11}, {bigint 12} = 1, {text 13}, {text 14}, CAST({bigint 15} AS integer),
        {time 16}, {time 17}, {time 18} FROM {rows 1}";

/// Inserts a payment. A checkout has at most one that is neither voided nor given up: another one is refused by the
/// database.
pub async fn insert_payment(tx: &WriteTx, payment: &StoredPayment) -> Result<(), DbError> {
    tx.execute(INSERT, vec![rows([row(payment)])]).await?;
    Ok(())
}

const SAVE: &str =
    "UPDATE payments SET gateway_id = {text 3}, method = {text 4}, attempt = CAST({bigint 5} AS integer),
        stage = {text 8}, authorised = {bigint 9}, captured = {bigint 10}, refunded = {bigint 11},
        given_up = ({bigint 12} = 1), return_reason = {text 13}, failure = {text 14},
        checks = CAST({bigint 15} AS integer), check_at = {time 16}, updated_at = {time 18}
    FROM {rows 1} WHERE payments.id = {uuid 0}";

/// Writes a locked payment.
pub async fn save_payment(tx: &WriteTx, payment: &StoredPayment) -> Result<(), DbError> {
    tx.execute(SAVE, vec![rows([row(payment)])]).await?;
    Ok(())
}

/// On PostgreSQL, rows that another sweeper is taking are passed over; the array is made once, so that no more than the
/// limit are taken.
const TAKE: [&str; 2] = [
    "UPDATE payments SET checks = checks + 1, check_at = $2 WHERE id = ANY(ARRAY(SELECT id FROM payments
       WHERE check_at <= $1 ORDER BY check_at, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)) RETURNING *",
    "UPDATE payments SET checks = checks + 1, check_at = $2 WHERE id IN (SELECT id FROM payments
       WHERE check_at <= $1 ORDER BY check_at, id LIMIT $3) RETURNING *",
];

/// Takes payments that the gateway is to be asked about, at most so many. Nobody else gets them until `until`.
pub async fn take_due_payments(
    tx: &WriteTx,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<StoredPayment>, DbError> {
    let own = if tx.postgres() { 0 } else { 1 };
    let args = vec![Arg::Time(micros(now)), Arg::Time(micros(until)), Arg::Int(limit.into())];
    all(Conn::from(tx).all(TAKE[own], args).await?)
}
