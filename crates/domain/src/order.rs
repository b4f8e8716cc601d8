//! Orders: a machine that refuses illegal moves.
//!
//! An order keeps what happened: money in and out, units cancelled, fulfilments, returns. What people read (paid,
//! partially fulfilled, completed) is worked out of that, so no two statuses can contradict each other.
mod error;
mod event;
mod status;
mod transition;
mod units;

pub use error::{IllegalTransition, OrderErrorCode, OrderRefusal};
pub use event::{OrderEvent, OrderEventKind};
pub use status::{
    FulfilmentStage, OrderFulfilmentStatus, OrderPaymentStatus, OrderReturnStatus, OrderStatus, ReturnStage, Statuses,
};
pub use units::Units;

use crate::word::words;
use std::collections::BTreeMap;
use uuid::Uuid;

words! {
    /// Whether an order goes on.
    OrderStage {
        /// It goes on.
        Placed = "placed",
        /// It is to be cancelled: nothing is handed over any more, and its money goes back.
        Cancelling = "cancelling",
        /// It is cancelled, and none of its money is here. Final.
        Cancelled = "cancelled",
    }
}

words! {
    /// When goods may leave.
    PaymentTerms {
        /// When the whole total is captured or held for the shop.
        Prepaid = "prepaid",
        /// At once; the customer pays later, by invoice.
        OnAccount = "on_account",
    }
}

/// All that an order's rules look at. Amounts are minor units of the order's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderState {
    /// Whether it goes on.
    pub stage: OrderStage,
    /// When goods may leave.
    pub terms: PaymentTerms,
    /// What it costs. What gift cards pay counts as captured.
    pub total: i64,
    /// What gateways hold and the shop has not taken.
    pub authorised: i64,
    /// What the shop got.
    pub captured: i64,
    /// What it gave back.
    pub refunded: i64,
    /// By line.
    pub lines: BTreeMap<Uuid, OrderLineState>,
    /// By id.
    pub fulfilments: BTreeMap<Uuid, Fulfilment>,
    /// By id.
    pub returns: BTreeMap<Uuid, Return>,
}

/// Units of one line. How many were handed over, came back and so on is the sum of fulfilments and returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLineState {
    /// Bought.
    pub ordered: u32,
    /// Not delivered, and never to be.
    pub cancelled: u32,
    /// Whose price was given back.
    pub refunded: u32,
}

/// Units that left together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfilment {
    /// Units by line.
    pub units: Units,
    /// How far it has come.
    pub stage: FulfilmentStage,
}

/// Units that a customer wants to send back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Units by line.
    pub units: Units,
    /// How far it has come.
    pub stage: ReturnStage,
}

impl OrderState {
    /// An order that was just placed, with the units of each line. Payments are told as events.
    pub fn placed(total: i64, terms: PaymentTerms, lines: &Units) -> Self {
        let line = |ordered: &u32| OrderLineState { ordered: *ordered, cancelled: 0, refunded: 0 };
        Self {
            stage: OrderStage::Placed,
            terms,
            total,
            authorised: 0,
            captured: 0,
            refunded: 0,
            lines: lines.iter().map(|(id, ordered)| (*id, line(ordered))).collect(),
            fulfilments: BTreeMap::new(),
            returns: BTreeMap::new(),
        }
    }

    /// What can be given back.
    pub fn refundable(&self) -> i64 {
        self.captured - self.refunded
    }

    /// What is still to be paid.
    pub fn outstanding(&self) -> i64 {
        (self.total - self.captured).max(0)
    }
}
