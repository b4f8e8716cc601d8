//! What people read of an order.
use super::{OrderStage, OrderState};
use crate::word::{Word, words};
use std::fmt;

words! {
    /// How far a fulfilment has come.
    FulfilmentStage {
        /// It has left.
        Shipped = "shipped",
        /// It has arrived. Final.
        Delivered = "delivered",
        /// It was called back before it arrived; its units are to be handed over again. Final.
        Cancelled = "cancelled",
    }
}

words! {
    /// How far a return has come.
    ReturnStage {
        /// The customer asked.
        Requested = "requested",
        /// The shop agreed; the goods are on their way back.
        Approved = "approved",
        /// The shop did not agree. Final.
        Declined = "declined",
        /// The goods are back. Final.
        Received = "received",
        /// The customer thought again. Final.
        Cancelled = "cancelled",
    }
}

words! {
    /// How far an order has come as a whole.
    OrderStatus {
        /// It goes on.
        Placed = "placed",
        /// It is paid, everything has arrived, and no return is open.
        Completed = "completed",
        /// It is to be cancelled: its money goes back.
        Cancelling = "cancelling",
        /// It is cancelled, and none of its money is here.
        Cancelled = "cancelled",
    }
}

words! {
    /// How far the money of an order has come.
    OrderPaymentStatus {
        /// Nothing came.
        Pending = "pending",
        /// A gateway holds money for the shop.
        Authorised = "authorised",
        /// A part came.
        PartiallyPaid = "partially_paid",
        /// All came, or nothing was due.
        Paid = "paid",
        /// A part of what came was given back.
        PartiallyRefunded = "partially_refunded",
        /// All that came was given back.
        Refunded = "refunded",
        /// The order was cancelled before anything came.
        Voided = "voided",
    }
}

words! {
    /// How far the goods of an order have come. Cancelled units do not count.
    OrderFulfilmentStatus {
        /// Nothing was handed over.
        Unfulfilled = "unfulfilled",
        /// A part was handed over.
        PartiallyFulfilled = "partially_fulfilled",
        /// Everything was handed over.
        Fulfilled = "fulfilled",
        /// Everything has arrived.
        Delivered = "delivered",
    }
}

words! {
    /// How far the returns of an order have come.
    OrderReturnStatus {
        /// There is none.
        None = "none",
        /// The customer asked for one.
        Requested = "requested",
        /// Goods are on their way back.
        Approved = "approved",
        /// A part of what was handed over is back.
        PartiallyReturned = "partially_returned",
        /// Everything that was handed over is back.
        Returned = "returned",
    }
}

/// What people read of an order, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Statuses {
    pub order: OrderStatus,
    pub payment: OrderPaymentStatus,
    pub fulfilment: OrderFulfilmentStatus,
    pub returns: OrderReturnStatus,
}

/// `placed, partially_paid, unfulfilled`
impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.order.as_str(), self.payment.as_str(), self.fulfilment.as_str())
    }
}

impl OrderState {
    /// What people read.
    pub fn statuses(&self) -> Statuses {
        let (payment, fulfilment, returns) = (self.payment_status(), self.fulfilment_status(), self.return_status());
        let waiting = matches!(returns, OrderReturnStatus::Requested | OrderReturnStatus::Approved);
        let order = match self.stage {
            OrderStage::Cancelling => OrderStatus::Cancelling,
            OrderStage::Cancelled => OrderStatus::Cancelled,
            OrderStage::Placed
                if fulfilment == OrderFulfilmentStatus::Delivered && self.outstanding() == 0 && !waiting =>
            {
                OrderStatus::Completed
            }
            OrderStage::Placed => OrderStatus::Placed,
        };
        Statuses { order, payment, fulfilment, returns }
    }

    fn payment_status(&self) -> OrderPaymentStatus {
        match (self.refunded, self.captured) {
            (1.., captured) if self.refunded >= captured => OrderPaymentStatus::Refunded,
            (1.., _) => OrderPaymentStatus::PartiallyRefunded,
            (_, 0) if self.stage == OrderStage::Cancelled => OrderPaymentStatus::Voided,
            (_, captured) if captured >= self.total => OrderPaymentStatus::Paid,
            (_, 1..) => OrderPaymentStatus::PartiallyPaid,
            _ if self.authorised > 0 => OrderPaymentStatus::Authorised,
            _ => OrderPaymentStatus::Pending,
        }
    }

    fn fulfilment_status(&self) -> OrderFulfilmentStatus {
        let fulfilled = self.over_lines(Self::fulfilled);
        match (fulfilled, self.over_lines(Self::open)) {
            (0, _) => OrderFulfilmentStatus::Unfulfilled,
            (_, 1..) => OrderFulfilmentStatus::PartiallyFulfilled,
            _ if self.over_lines(Self::delivered) < fulfilled => OrderFulfilmentStatus::Fulfilled,
            _ => OrderFulfilmentStatus::Delivered,
        }
    }

    /// What is open goes before what is back.
    fn return_status(&self) -> OrderReturnStatus {
        let any = |stage| self.returns.values().any(|back| back.stage == stage);
        let (returned, fulfilled) = (self.over_lines(Self::returned), self.over_lines(Self::fulfilled));
        match returned {
            _ if any(ReturnStage::Requested) => OrderReturnStatus::Requested,
            _ if any(ReturnStage::Approved) => OrderReturnStatus::Approved,
            0 => OrderReturnStatus::None,
            _ if returned < fulfilled => OrderReturnStatus::PartiallyReturned,
            _ => OrderReturnStatus::Returned,
        }
    }
}
