//! Why something does not happen to an order.
use super::{FulfilmentStage, OrderEventKind, OrderStage, ReturnStage, Statuses};
use crate::refusal::Refusal;
use crate::word::{Word, words};
use uuid::Uuid;

words! {
    /// Why something does not happen to an order.
    OrderErrorCode {
        /// The order is being cancelled, or is.
        WrongStatus = "ORDER_WRONG_STATUS",
        /// The order has no such line.
        LineNotFound = "LINE_NOT_FOUND",
        /// The order has no such fulfilment.
        FulfilmentNotFound = "FULFILMENT_NOT_FOUND",
        /// The order has no such return.
        ReturnNotFound = "RETURN_NOT_FOUND",
        /// There is a fulfilment or return of this id already.
        AlreadyExists = "ALREADY_EXISTS",
        /// No line, or a line with zero units, was named.
        NoUnits = "NO_UNITS",
        /// More units were named than that is possible for.
        TooManyUnits = "TOO_MANY_UNITS",
        /// An amount is zero, negative, or more than there is.
        InvalidAmount = "INVALID_AMOUNT",
        /// Goods cannot leave before they are paid.
        NotPaid = "ORDER_NOT_PAID",
        /// Units were handed over: they come back by a return.
        HandedOver = "ORDER_HANDED_OVER",
        /// The order's money must go back first.
        MoneyOutstanding = "ORDER_MONEY_OUTSTANDING",
        /// These are all units: cancel the order.
        LastUnits = "ORDER_LAST_UNITS",
        /// The fulfilment or return has come too far, or not far enough.
        WrongStage = "WRONG_STAGE",
    }
}

/// Why something does not happen to an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum OrderRefusal {
    #[error("that needs an order that is {}", .needed.as_str())]
    WrongStatus { needed: OrderStage },
    #[error("it has no line {0}")]
    UnknownLine(Uuid),
    #[error("it has no fulfilment {0}")]
    UnknownFulfilment(Uuid),
    #[error("it has no return {0}")]
    UnknownReturn(Uuid),
    #[error("{0} is there already")]
    AlreadyExists(Uuid),
    #[error("name at least one line, with at least one unit")]
    NoUnits,
    #[error("{wanted} units of line {line_id} are too many: it is possible for {possible}")]
    TooManyUnits { line_id: Uuid, wanted: u32, possible: u32 },
    #[error("the amount {amount} is not from 1 to {most}, in minor units")]
    InvalidAmount { amount: i64, most: i64 },
    #[error("{missing} minor units are neither paid nor held: wait for the payment")]
    NotPaid { missing: i64 },
    #[error("all that was paid was refunded: cancel it")]
    AllRefunded,
    #[error("{units} units were handed over: ask for a return of them")]
    HandedOver { units: u64 },
    #[error("void {authorised} and refund {captured} minor units first")]
    MoneyOutstanding { authorised: i64, captured: i64 },
    #[error("nothing else was or will be handed over: cancel it as a whole")]
    LastUnits,
    #[error("the fulfilment is {}", .0.as_str())]
    FulfilmentIs(FulfilmentStage),
    #[error("the return is {}", .0.as_str())]
    ReturnIs(ReturnStage),
}

/// An event that the order's state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {statuses} cannot be told `{}`: {reason}", .event.as_str())]
pub struct IllegalTransition {
    /// What the order is.
    pub statuses: Statuses,
    /// What should have happened.
    pub event: OrderEventKind,
    /// Why it does not.
    pub reason: OrderRefusal,
}

impl Refusal for IllegalTransition {
    type Code = OrderErrorCode;
    fn code(&self) -> OrderErrorCode {
        use OrderErrorCode as Code;
        match self.reason {
            OrderRefusal::WrongStatus { .. } => Code::WrongStatus,
            OrderRefusal::UnknownLine(_) => Code::LineNotFound,
            OrderRefusal::UnknownFulfilment(_) => Code::FulfilmentNotFound,
            OrderRefusal::UnknownReturn(_) => Code::ReturnNotFound,
            OrderRefusal::AlreadyExists(_) => Code::AlreadyExists,
            OrderRefusal::NoUnits => Code::NoUnits,
            OrderRefusal::TooManyUnits { .. } => Code::TooManyUnits,
            OrderRefusal::InvalidAmount { .. } => Code::InvalidAmount,
            OrderRefusal::NotPaid { .. } | OrderRefusal::AllRefunded => Code::NotPaid,
            OrderRefusal::HandedOver { .. } => Code::HandedOver,
            OrderRefusal::MoneyOutstanding { .. } => Code::MoneyOutstanding,
            OrderRefusal::LastUnits => Code::LastUnits,
            OrderRefusal::FulfilmentIs(_) | OrderRefusal::ReturnIs(_) => Code::WrongStage,
        }
    }
    fn field(&self) -> Option<&'static str> {
        match self.reason {
            OrderRefusal::UnknownLine(_) => Some("lineId"),
            OrderRefusal::UnknownFulfilment(_) | OrderRefusal::FulfilmentIs(_) => Some("fulfilmentId"),
            OrderRefusal::UnknownReturn(_) | OrderRefusal::ReturnIs(_) => Some("returnId"),
            OrderRefusal::NoUnits | OrderRefusal::TooManyUnits { .. } => Some("quantity"),
            OrderRefusal::InvalidAmount { .. } => Some("amount"),
            _ => None,
        }
    }
}
