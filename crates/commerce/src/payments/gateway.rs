//! What a gateway can be asked for. Every call that may move money is preceded by a row that says so, and may be repeated
//! with the same key.
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::fmt;
use tradewind_domain::{currency::Currency, payment::PaymentEvent};
use uuid::Uuid;

/// A payment to prepare. No money moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Our payment: the gateway keeps it beside its own id, and tells it in webhooks.
    pub payment_id: Uuid,
    /// In minor units, more than zero.
    pub amount: i64,
    /// Of the amount.
    pub currency: Currency,
}

/// A try to pay: the gateway is to hold the amount for the shop.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirm {
    /// What the gateway calls the payment.
    pub gateway_id: String,
    /// The gateway's token of what the shopper pays with.
    pub method: String,
    /// Where the shopper comes back to from a page of the bank.
    pub return_url: Option<String>,
    /// The same for the same try.
    pub key: String,
}

/// Its token is the shopper's.
impl fmt::Debug for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirm").field("gateway_id", &self.gateway_id).field("key", &self.key).finish_non_exhaustive()
    }
}

/// Money to take or to give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveMoney {
    /// What the gateway calls the payment.
    pub gateway_id: String,
    /// In minor units.
    pub amount: i64,
    /// The same for the same movement.
    pub key: String,
}

/// What the shopper must do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextAction {
    /// A page of the bank.
    pub redirect_url: Option<String>,
    /// For the gateway's own script in the browser. It allows to pay, and nothing else.
    pub client_secret: Option<String>,
}

/// It holds a secret.
impl fmt::Debug for NextAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextAction").field("redirect_url", &self.redirect_url.is_some()).finish_non_exhaustive()
    }
}

/// Why a payment was declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The gateway's word, such as `card_declined`.
    pub code: String,
    /// For the shopper.
    pub message: String,
}

/// What a gateway says of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What the gateway calls the payment.
    pub gateway_id: String,
    /// Our payment, where the gateway says it.
    pub payment_id: Option<Uuid>,
    /// How far it has come; none: it was begun, and nothing is known.
    pub event: Option<PaymentEvent>,
    /// What the shopper must do, where there is something.
    pub next_action: Option<NextAction>,
    /// Why the last try was declined.
    pub failure: Option<Failure>,
}

/// Why a call came to nothing. The texts are for staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// The gateway said no: nothing was done.
    #[error("the gateway refused: {0}")]
    Refused(String),
    /// It may have been done or not: ask, or do the same again with the same key.
    #[error("no answer of the gateway: {0}")]
    Unknown(String),
    /// It was not sent.
    #[error("the gateway is not asked: {0}")]
    NotSent(String),
}

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWebhook {
    /// No header, or one that cannot be read.
    #[error("the signature is missing or malformed")]
    Malformed,
    /// Another key, or another body.
    #[error("the signature does not fit the body")]
    Forged,
    /// Too long ago, or too far ahead.
    #[error("the signature is too old: check the clock of this server")]
    TooOld,
    /// Not what the gateway sends.
    #[error("the body is no event of the gateway")]
    Unreadable,
}

/// What a call comes to.
pub type Answer<'a> = BoxFuture<'a, Result<Told, GatewayError>>;

/// Moves money. Calls may be repeated with the same key, and then do nothing more; every answer says how far the payment
/// has come as a whole.
pub trait PaymentGateway: Send + Sync + 'static {
    /// What payments are stored under; never another one's.
    fn name(&self) -> &'static str;

    /// Prepares a payment, once for each of ours.
    fn create<'a>(&'a self, create: &'a Create) -> Answer<'a>;

    /// Tries to pay. A decline is an answer.
    fn confirm<'a>(&'a self, confirm: &'a Confirm) -> Answer<'a>;

    /// Takes what is held.
    fn capture<'a>(&'a self, capture: &'a MoveMoney) -> Answer<'a>;

    /// Drops what is held, and makes sure that nothing is paid any more.
    fn cancel<'a>(&'a self, gateway_id: &'a str, key: &'a str) -> Answer<'a>;

    /// Gives back a part of what was taken.
    fn refund<'a>(&'a self, refund: &'a MoveMoney) -> Answer<'a>;

    /// How far it has come.
    fn retrieve<'a>(&'a self, gateway_id: &'a str) -> Answer<'a>;

    /// What a webhook tells; None: nothing of a payment.
    fn webhook(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<Option<Told>, BadWebhook>;
}
