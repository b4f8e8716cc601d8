//! What is still to be asked of the gateway about a payment: worked out of what is stored, so that after a crash the same
//! comes out again.
use crate::payments::{Answer, MoveMoney, PaymentGateway};
use futures_util::FutureExt;
use std::sync::Arc;
use tradewind_domain::{
    order::{OrderFulfilmentStatus, OrderStage, OrderState},
    payment::PaymentStage,
};
use tradewind_persistence::write::{Refund, StoredPayment};
use uuid::Uuid;

/// A call that is still to be made. Its key is the same each time that it is worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Todo {
    /// Drop what is held, and let nothing be paid any more.
    Cancel { gateway_id: String, key: String },
    /// Take what is held.
    Capture(MoveMoney),
    /// Give back; for which refund, where somebody decided one.
    Refund(MoveMoney, Option<Uuid>),
}

/// The next call; None: nothing is open. `order` is what this payment paid for.
pub(super) fn todo(
    stored: &StoredPayment,
    order: Option<&OrderState>,
    refunds: &[Refund],
    capture_at_once: bool,
) -> Option<Todo> {
    let (payment, gateway_id) = (&stored.payment, stored.gateway_id.clone()?);
    let id = payment.id;
    let money = |amount, key| MoveMoney { gateway_id: gateway_id.clone(), amount, key };
    let cancel = || Todo::Cancel { gateway_id: gateway_id.clone(), key: format!("{id}:cancel") };
    if payment.given_up {
        return match payment.stage {
            PaymentStage::Voided => None,
            PaymentStage::Captured if payment.refundable() == 0 => None,
            PaymentStage::Captured => {
                let key = format!("{id}:return:{}", payment.refunded);
                Some(Todo::Refund(money(payment.refundable(), key), None))
            }
            _ => Some(cancel()),
        };
    }
    let order = order?;
    match payment.held() {
        0 => {}
        _ if order.stage != OrderStage::Placed => return Some(cancel()),
        held if capture_at_once || has_left(order) || !refunds.is_empty() => {
            return Some(Todo::Capture(money(held, format!("{id}:capture"))));
        }
        _ => {}
    }
    let refund = refunds.first().filter(|_| payment.refundable() > 0)?;
    let key = format!("{id}:refund:{}", refund.id);
    Some(Todo::Refund(money(refund.amount, key), Some(refund.id)))
}

fn has_left(order: &OrderState) -> bool {
    order.statuses().fulfilment != OrderFulfilmentStatus::Unfulfilled
}

impl Todo {
    /// Asks the gateway.
    pub(super) fn ask<'a>(&'a self, gateway: &'a Arc<dyn PaymentGateway>) -> Answer<'a> {
        match self {
            Self::Cancel { gateway_id, key } => gateway.cancel(gateway_id, key),
            Self::Capture(money) => gateway.capture(money),
            Self::Refund(money, _) => gateway.refund(money),
        }
        .boxed()
    }
}
