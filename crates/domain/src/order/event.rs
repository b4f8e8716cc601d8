//! What happens to an order.
use super::Units;
use crate::payment::Payment;
use crate::word::words;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happens to an order. Amounts are differences, in minor units of the order's currency: tell each once, as
/// [`of_payment`](Self::of_payment) makes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "OrderEventKind describes each")]
pub enum OrderEvent {
    Authorised { amount: i64 },
    Voided { amount: i64 },
    Captured { amount: i64, held: i64 },
    Refunded { amount: i64, units: Units },
    Fulfilled { fulfilment_id: Uuid, units: Units },
    FulfilmentDelivered { fulfilment_id: Uuid },
    FulfilmentCancelled { fulfilment_id: Uuid },
    UnitsCancelled { units: Units },
    CancellationRequested,
    Cancelled,
    ReturnRequested { return_id: Uuid, units: Units },
    ReturnApproved { return_id: Uuid },
    ReturnDeclined { return_id: Uuid },
    ReturnReceived { return_id: Uuid },
    ReturnCancelled { return_id: Uuid },
}

words! {
    /// What happens to an order.
    OrderEventKind {
        /// A gateway holds so much more for the shop.
        Authorised = "authorised",
        /// A gateway dropped so much of what it held.
        Voided = "voided",
        /// The shop got `amount` more, and `held` is what the gateway does not hold any more since then.
        Captured = "captured",
        /// The shop gave so much back, for units that were cancelled or handed over, or for none: out of goodwill.
        Refunded = "refunded",
        /// Units left.
        Fulfilled = "fulfilled",
        /// A fulfilment arrived.
        FulfilmentDelivered = "fulfilment_delivered",
        /// A fulfilment was called back.
        FulfilmentCancelled = "fulfilment_cancelled",
        /// Units will not be delivered; others are.
        UnitsCancelled = "units_cancelled",
        /// The order is to be cancelled as a whole; possible while nothing was handed over.
        CancellationRequested = "cancellation_requested",
        /// The order is cancelled; possible when none of its money is here.
        Cancelled = "cancelled",
        /// The customer asks to send units back.
        ReturnRequested = "return_requested",
        /// The shop agrees to a return.
        ReturnApproved = "return_approved",
        /// The shop does not agree to a return.
        ReturnDeclined = "return_declined",
        /// The goods of a return are back.
        ReturnReceived = "return_received",
        /// The customer does not want to send them back any more.
        ReturnCancelled = "return_cancelled",
    }
}

impl OrderEvent {
    /// What a change of one of the order's payments means for the order. A refund names no units: whoever asked for it
    /// adds them.
    pub fn of_payment(before: &Payment, after: &Payment) -> Vec<Self> {
        let released = before.held() - after.held();
        let mut events = Vec::new();
        match after.captured - before.captured {
            amount @ 1.. => events.push(Self::Captured { amount, held: released.max(0) }),
            _ if released > 0 => events.push(Self::Voided { amount: released }),
            _ if released < 0 => events.push(Self::Authorised { amount: -released }),
            _ => {}
        }
        if after.refunded > before.refunded {
            events.push(Self::Refunded { amount: after.refunded - before.refunded, units: Units::new() });
        }
        events
    }

    /// Which event it is.
    pub fn kind(&self) -> OrderEventKind {
        use OrderEventKind as Kind;
        match self {
            Self::Authorised { .. } => Kind::Authorised,
            Self::Voided { .. } => Kind::Voided,
            Self::Captured { .. } => Kind::Captured,
            Self::Refunded { .. } => Kind::Refunded,
            Self::Fulfilled { .. } => Kind::Fulfilled,
            Self::FulfilmentDelivered { .. } => Kind::FulfilmentDelivered,
            Self::FulfilmentCancelled { .. } => Kind::FulfilmentCancelled,
            Self::UnitsCancelled { .. } => Kind::UnitsCancelled,
            Self::CancellationRequested => Kind::CancellationRequested,
            Self::Cancelled => Kind::Cancelled,
            Self::ReturnRequested { .. } => Kind::ReturnRequested,
            Self::ReturnApproved { .. } => Kind::ReturnApproved,
            Self::ReturnDeclined { .. } => Kind::ReturnDeclined,
            Self::ReturnReceived { .. } => Kind::ReturnReceived,
            Self::ReturnCancelled { .. } => Kind::ReturnCancelled,
        }
    }
}
