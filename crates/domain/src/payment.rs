//! Payments: what a gateway holds or has taken, put together from what it tells, in any order and any number of times.
//!
//! A gateway tells by the answer of a call, by webhooks, and when it is asked. All three are the same [`PaymentEvent`]s,
//! with totals instead of differences. An event that is older than what is known changes nothing; one that contradicts it
//! is an error, and the gateway must be asked.
use crate::refusal::Refusal;
use crate::word::{Word, words};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

words! {
    /// How far a payment has come. Refunds are counted beside it.
    PaymentStage {
        /// Begun, and nothing known.
        Pending = "pending",
        /// The shopper must do something, such as confirm at the bank.
        RequiresAction = "requires_action",
        /// Declined; the shopper may try again with the same payment.
        Failed = "failed",
        /// The gateway holds the amount for the shop.
        Authorised = "authorised",
        /// The shop has the amount.
        Captured = "captured",
        /// Given up before anything was captured. Final.
        Voided = "voided",
    }
}

words! {
    /// What people read of a payment.
    PaymentStatus {
        /// Begun, and nothing known.
        Pending = "pending",
        /// The shopper must do something, such as confirm at the bank.
        RequiresAction = "requires_action",
        /// Declined; the shopper may try again.
        Failed = "failed",
        /// The gateway holds the amount for the shop.
        Authorised = "authorised",
        /// The shop has the amount.
        Captured = "captured",
        /// The shop has given a part back.
        PartiallyRefunded = "partially_refunded",
        /// The shop has given all of it back.
        Refunded = "refunded",
        /// Given up before anything was captured.
        Voided = "voided",
    }
}

/// One attempt to pay. Amounts are minor units of the checkout's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Row id.
    pub id: Uuid,
    /// What the gateway was asked for.
    pub asked: i64,
    /// How far it has come.
    pub stage: PaymentStage,
    /// The most that the gateway ever held or took.
    pub authorised: i64,
    /// What the shop got.
    pub captured: i64,
    /// What the shop gave back of it.
    pub refunded: i64,
    /// It was decided to void or refund all of it; it never pays for an order any more, whatever arrives later.
    pub given_up: bool,
}

/// What a gateway tells. Amounts are totals since the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PaymentEvent {
    /// The shopper must do something.
    ActionRequired,
    /// Declined.
    Failed,
    /// The gateway holds so much.
    Authorised {
        /// More than zero.
        amount: i64,
    },
    /// The shop has so much.
    Captured {
        /// More than zero.
        amount: i64,
    },
    /// The shop gave so much back.
    Refunded {
        /// What it had got.
        captured: i64,
        /// What it gave back, over all refunds.
        refunded: i64,
    },
    /// Nothing is held any more, and nothing was captured.
    Voided,
}

words! {
    /// Why an event or order about a payment is refused.
    PaymentErrorCode {
        /// The event contradicts what is known: ask the gateway.
        IllegalTransition = "ILLEGAL_PAYMENT_TRANSITION",
        /// An amount is zero, negative, or more than there is.
        InvalidAmount = "INVALID_AMOUNT",
    }
}

/// Why an event or order about a payment is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Both cannot be true.
    #[error("a payment that is {} cannot be told {event:?}: ask the gateway what is true", .stage.as_str())]
    IllegalTransition {
        /// What is known.
        stage: PaymentStage,
        /// What was told.
        event: PaymentEvent,
    },
    /// Nothing, or more than there is.
    #[error("the amount {amount} is not from 1 to {most}, in minor units")]
    InvalidAmount {
        /// What was told or ordered.
        amount: i64,
        /// What there is.
        most: i64,
    },
}

impl Refusal for PaymentError {
    type Code = PaymentErrorCode;
    fn code(&self) -> PaymentErrorCode {
        match self {
            Self::IllegalTransition { .. } => PaymentErrorCode::IllegalTransition,
            Self::InvalidAmount { .. } => PaymentErrorCode::InvalidAmount,
        }
    }
}

impl Payment {
    /// A payment that has just begun.
    pub fn new(id: Uuid, asked: i64) -> Self {
        let stage = PaymentStage::Pending;
        Self { id, asked, stage, authorised: 0, captured: 0, refunded: 0, given_up: false }
    }

    /// The payment after an event; the same if the event tells nothing new.
    pub fn apply(self, event: PaymentEvent) -> Result<Self, PaymentError> {
        use PaymentStage as Stage;
        let illegal = Err(PaymentError::IllegalTransition { stage: self.stage, event });
        match event {
            PaymentEvent::ActionRequired => Ok(self.unless_further(Stage::RequiresAction)),
            PaymentEvent::Failed => Ok(self.unless_further(Stage::Failed)),
            PaymentEvent::Authorised { amount } => self.authorise(amount),
            PaymentEvent::Captured { .. } | PaymentEvent::Refunded { .. } if self.stage == Stage::Voided => illegal,
            PaymentEvent::Captured { amount } => self.capture(amount),
            PaymentEvent::Refunded { captured, refunded } => self.capture(captured)?.refund(refunded),
            PaymentEvent::Voided if self.stage == Stage::Captured => illegal,
            PaymentEvent::Voided => Ok(Self { stage: Stage::Voided, ..self }),
        }
    }

    /// What people read.
    pub fn status(&self) -> PaymentStatus {
        match self.stage {
            PaymentStage::Pending => PaymentStatus::Pending,
            PaymentStage::RequiresAction => PaymentStatus::RequiresAction,
            PaymentStage::Failed => PaymentStatus::Failed,
            PaymentStage::Authorised => PaymentStatus::Authorised,
            PaymentStage::Captured if self.refunded == 0 => PaymentStatus::Captured,
            PaymentStage::Captured if self.refunded < self.captured => PaymentStatus::PartiallyRefunded,
            PaymentStage::Captured => PaymentStatus::Refunded,
            PaymentStage::Voided => PaymentStatus::Voided,
        }
    }

    /// What the gateway holds and the shop has not taken.
    pub fn held(&self) -> i64 {
        if self.stage == PaymentStage::Authorised { self.authorised } else { 0 }
    }

    /// What can be given back.
    pub fn refundable(&self) -> i64 {
        self.captured - self.refunded
    }

    /// Whether so much can be given back.
    pub fn admit_refund(&self, amount: i64) -> Result<(), PaymentError> {
        within(amount, self.refundable()).map(drop)
    }

    /// A later stage than `Failed` is not left for one of the first three, which are only old news then.
    fn unless_further(self, stage: PaymentStage) -> Self {
        if self.stage <= PaymentStage::Failed { Self { stage, ..self } } else { self }
    }

    fn authorise(self, amount: i64) -> Result<Self, PaymentError> {
        let authorised = self.authorised.max(within(amount, self.asked)?);
        Ok(Self { authorised, ..self.unless_further(PaymentStage::Authorised) })
    }

    fn capture(self, amount: i64) -> Result<Self, PaymentError> {
        let captured = self.captured.max(within(amount, self.asked)?);
        Ok(Self { stage: PaymentStage::Captured, captured, authorised: self.authorised.max(captured), ..self })
    }

    fn refund(self, refunded: i64) -> Result<Self, PaymentError> {
        Ok(Self { refunded: self.refunded.max(within(refunded, self.captured)?), ..self })
    }
}

fn within(amount: i64, most: i64) -> Result<i64, PaymentError> {
    if (1..=most).contains(&amount) { Ok(amount) } else { Err(PaymentError::InvalidAmount { amount, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PaymentEvent::*;

    fn after(events: &[PaymentEvent]) -> Result<Payment, PaymentError> {
        events.iter().try_fold(Payment::new(Uuid::nil(), 1_000), |payment, event| payment.apply(*event))
    }

    #[test]
    fn a_declined_card_may_be_tried_again() {
        let payment = after(&[ActionRequired, Failed, ActionRequired, Authorised { amount: 1_000 }, Failed]).unwrap();
        assert_eq!((payment.status(), payment.held()), (PaymentStatus::Authorised, 1_000));
    }

    #[test]
    fn refunds_are_totals() {
        let refund = |refunded| Refunded { captured: 1_000, refunded };
        let payment = after(&[refund(300), Captured { amount: 1_000 }, refund(300), refund(200)]).unwrap();
        assert_eq!((payment.status(), payment.refundable()), (PaymentStatus::PartiallyRefunded, 700));
        assert_eq!(payment.admit_refund(701), Err(PaymentError::InvalidAmount { amount: 701, most: 700 }));
        assert_eq!(payment.apply(refund(1_000)).unwrap().status(), PaymentStatus::Refunded);
    }

    #[test]
    fn contradictions_name_what_is_known_and_what_was_told() {
        let error = after(&[Voided, Captured { amount: 5 }]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a payment that is voided cannot be told Captured { amount: 5 }: ask the gateway what is true"
        );
        assert!(matches!(after(&[Captured { amount: 5 }, Voided]), Err(PaymentError::IllegalTransition { .. })));
        for event in [Authorised { amount: 1_001 }, Captured { amount: 0 }, Refunded { captured: 10, refunded: 11 }] {
            assert!(matches!(after(&[event]), Err(PaymentError::InvalidAmount { .. })), "{event:?}");
        }
    }
}
