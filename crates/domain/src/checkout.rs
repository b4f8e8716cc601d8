//! Checkouts: hold, then charge.
//!
//! A checkout holds stock and freezes a quote until a time that the shopper sees. A payment makes an order only while the
//! hold lives, once, and for exactly what the quote says is due; any other money is given back.
use crate::payment::{Payment, PaymentStage};
use crate::refusal::Refusal;
use crate::word::words;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a checkout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CheckoutState {
    /// Addresses and shipping are being chosen; nothing is held.
    Open,
    /// Stock is held and the quote stands until `expires_at`.
    Held {
        /// The first moment at which the hold is dead.
        expires_at: DateTime<Utc>,
    },
    /// As `Held`, and a payment is under way, so the quote cannot be changed.
    Paying {
        /// The first moment at which the hold is dead.
        expires_at: DateTime<Utc>,
    },
    /// There is an order. Final.
    Completed {
        /// What paid for it; None: nothing was due.
        payment_id: Option<Uuid>,
    },
    /// The hold died, and the stock was returned. Final.
    Expired,
    /// The shopper or the shop gave it up. Final.
    Cancelled,
}

/// What happens to a checkout, but for payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckoutEvent {
    /// Stock was reserved, and the quote frozen.
    Hold {
        /// In the future.
        expires_at: DateTime<Utc>,
    },
    /// The shopper changes something: the stock is returned, the quote is void.
    Release,
    /// A payment begins.
    Pay,
    /// Nothing is due: gift cards or discounts cover everything.
    CompleteWithoutPayment {
        /// What the quote says.
        due: i64,
    },
    /// The sweeper found a dead hold: the stock is returned.
    Expire,
    /// The shopper or the shop gives it up: held stock is returned.
    Cancel,
}

words! {
    /// Why a checkout does not go on.
    CheckoutErrorCode {
        /// The hold is dead: start a new checkout.
        HoldExpired = "HOLD_EXPIRED",
        /// The hold lives: it cannot expire yet.
        HoldAlive = "HOLD_ALIVE",
        /// Something is due: it needs a payment.
        PaymentRequired = "PAYMENT_REQUIRED",
        /// What was asked for is not possible in this state.
        IllegalTransition = "ILLEGAL_CHECKOUT_TRANSITION",
    }
}

/// Why a checkout does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// Too late.
    #[error("the goods were held until {}: start a new checkout", .0.format("%Y-%m-%dT%H:%M:%SZ"))]
    HoldExpired(DateTime<Utc>),
    /// Too early.
    #[error("the goods are held until {}", .0.format("%Y-%m-%dT%H:%M:%SZ"))]
    HoldAlive(DateTime<Utc>),
    /// Not free.
    #[error("{0} minor units are due: start a payment")]
    PaymentRequired(i64),
    /// Not from here.
    #[error("a checkout that is {state:?} cannot {event:?}")]
    IllegalTransition {
        /// Where it is.
        state: CheckoutState,
        /// What was asked for.
        event: CheckoutEvent,
    },
}

impl Refusal for CheckoutError {
    type Code = CheckoutErrorCode;
    fn code(&self) -> CheckoutErrorCode {
        match self {
            Self::HoldExpired(_) => CheckoutErrorCode::HoldExpired,
            Self::HoldAlive(_) => CheckoutErrorCode::HoldAlive,
            Self::PaymentRequired(_) => CheckoutErrorCode::PaymentRequired,
            Self::IllegalTransition { .. } => CheckoutErrorCode::IllegalTransition,
        }
    }
}

impl CheckoutState {
    /// Where the checkout is after an event.
    pub fn transition(self, event: CheckoutEvent, now: DateTime<Utc>) -> Result<Self, CheckoutError> {
        use CheckoutEvent as Event;
        match (self, event) {
            (Self::Open, Event::Hold { expires_at }) if expires_at <= now => {
                Err(CheckoutError::HoldExpired(expires_at))
            }
            (Self::Open, Event::Hold { expires_at }) => Ok(Self::Held { expires_at }),
            (Self::Held { .. }, Event::Release) => Ok(Self::Open),
            (Self::Held { expires_at } | Self::Paying { expires_at }, Event::Pay) => {
                alive(expires_at, now).map(|()| Self::Paying { expires_at })
            }
            (Self::Held { .. }, Event::CompleteWithoutPayment { due }) if due != 0 => {
                Err(CheckoutError::PaymentRequired(due))
            }
            (Self::Held { expires_at }, Event::CompleteWithoutPayment { .. }) => {
                alive(expires_at, now).map(|()| Self::Completed { payment_id: None })
            }
            (Self::Held { expires_at } | Self::Paying { expires_at }, Event::Expire) => match expires_at <= now {
                true => Ok(Self::Expired),
                false => Err(CheckoutError::HoldAlive(expires_at)),
            },
            (Self::Open | Self::Held { .. } | Self::Paying { .. }, Event::Cancel) => Ok(Self::Cancelled),
            (state, event) => Err(CheckoutError::IllegalTransition { state, event }),
        }
    }

    /// Whether stock is held for it, dead hold or not: the sweeper returns it.
    pub fn holds_stock(self) -> bool {
        matches!(self, Self::Held { .. } | Self::Paying { .. })
    }
}

fn alive(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), CheckoutError> {
    if now < expires_at { Ok(()) } else { Err(CheckoutError::HoldExpired(expires_at)) }
}

/// What is to be done about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Make the order, in the transaction that stores the new states; then capture what is only held.
    Complete,
    /// Let the gateway drop what it holds.
    Void(ReturnReason),
    /// Give back what was captured.
    Refund(ReturnReason),
    /// Nothing.
    Ignore,
}

words! {
    /// Why money of a checkout is given back.
    ReturnReason {
        /// The hold was dead.
        HoldExpired = "hold_expired",
        /// Another payment, or none, had made the order.
        AlreadyCompleted = "already_completed",
        /// The checkout was given up.
        Cancelled = "cancelled",
        /// Nothing was held: the shopper had gone back to change something.
        NotHeld = "not_held",
        /// The amount is not what is due.
        WrongAmount = "wrong_amount",
        /// It was decided before.
        GivenUp = "given_up",
    }
}

/// A decision, and the states to store with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is to be done.
    pub decision: Decision,
    /// Where the checkout is now.
    pub checkout: CheckoutState,
    /// The payment; given up, if it is to be voided or refunded.
    pub payment: Payment,
}

/// Decides what a payment means for its checkout, of which `due` is to be paid.
///
/// It looks at the payment as it is after [`Payment::apply`], not at the event, which may be old. Ask again after each
/// event, and for whatever a crash left open: asking twice gives no second order, and money that is to go back is
/// told so until it has gone. Call it with both rows locked, and store both states in one transaction.
pub fn on_payment(checkout: CheckoutState, payment: Payment, due: i64, now: DateTime<Utc>) -> Verdict {
    let (held, captured) = (payment.held(), payment.refundable());
    if held == 0 && captured == 0 {
        return Verdict { decision: Decision::Ignore, checkout: after_failure(checkout, &payment), payment };
    }
    match refusal(checkout, &payment, due, now) {
        _ if is_paid_by(checkout, payment.id) => Verdict { decision: Decision::Ignore, checkout, payment },
        None => {
            let checkout = CheckoutState::Completed { payment_id: Some(payment.id) };
            Verdict { decision: Decision::Complete, checkout, payment }
        }
        Some(reason) => {
            let decision = if captured > 0 { Decision::Refund(reason) } else { Decision::Void(reason) };
            Verdict { decision, checkout, payment: Payment { given_up: true, ..payment } }
        }
    }
}

fn is_paid_by(checkout: CheckoutState, payment_id: Uuid) -> bool {
    checkout == CheckoutState::Completed { payment_id: Some(payment_id) }
}

/// Why a payment makes no order.
fn refusal(checkout: CheckoutState, payment: &Payment, due: i64, now: DateTime<Utc>) -> Option<ReturnReason> {
    match checkout {
        _ if payment.given_up => Some(ReturnReason::GivenUp),
        CheckoutState::Held { expires_at } | CheckoutState::Paying { expires_at } if expires_at <= now => {
            Some(ReturnReason::HoldExpired)
        }
        CheckoutState::Held { .. } | CheckoutState::Paying { .. } => {
            (payment.held() + payment.refundable() != due).then_some(ReturnReason::WrongAmount)
        }
        CheckoutState::Open => Some(ReturnReason::NotHeld),
        CheckoutState::Completed { .. } => Some(ReturnReason::AlreadyCompleted),
        CheckoutState::Expired => Some(ReturnReason::HoldExpired),
        CheckoutState::Cancelled => Some(ReturnReason::Cancelled),
    }
}

/// After a declined payment the shopper may change something again.
fn after_failure(checkout: CheckoutState, payment: &Payment) -> CheckoutState {
    match checkout {
        CheckoutState::Paying { expires_at }
            if matches!(payment.stage, PaymentStage::Failed | PaymentStage::Voided) =>
        {
            CheckoutState::Held { expires_at }
        }
        other => other,
    }
}
