//! What staff do with orders, kept in the audit log.
use super::{
    change::{Answer, Changed},
    refusal::{OrderCode, not_found},
};
use crate::{account::Outcome, checkout::BuyError, staff::Audited};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    order::OrderState,
    word::Word as _,
};
use tradewind_persistence::write::{WriteTx, lock_order};
use uuid::Uuid;

/// What the log keeps of an order: how far it is, and its money.
fn kept(state: &OrderState) -> Value {
    let statuses = state.statuses();
    let line = |(id, line): (&Uuid, &tradewind_domain::order::OrderLineState)| {
        (id.to_string(), json!({ "cancelled": line.cancelled, "refunded": line.refunded }))
    };
    json!({
        "status": statuses.order.as_str(),
        "paymentStatus": statuses.payment.as_str(),
        "fulfilmentStatus": statuses.fulfilment.as_str(),
        "returnStatus": statuses.returns.as_str(),
        "authorised": state.authorised,
        "captured": state.captured,
        "refunded": state.refunded,
        "fulfilments": state.fulfilments.len(),
        "lines": state.lines.iter().map(line).collect::<serde_json::Map<_, _>>(),
    })
}

/// Runs a flow of an order, with its state before and after; `wanted` is what was asked for, in the words of the API.
pub async fn audited_order(
    tx: &WriteTx,
    action: &'static str,
    order_id: Uuid,
    wanted: Value,
    flow: impl Future<Output = Answer>,
) -> Result<Outcome<Audited<Changed>, OrderCode>, BuyError> {
    let Some(before) = lock_order(tx, order_id).await? else { return Ok(Err(not_found())) };
    let changed = match flow.await? {
        Ok(changed) => changed,
        Err(refused) => return Ok(Err(refused)),
    };
    let after = lock_order(tx, order_id).await?.unwrap_or_else(|| before.clone());
    let mut change = Change::updated(action, Subject::Order, order_id, kept(&before.state), kept(&after.state));
    if let Value::Object(after) = &mut change.after {
        after.insert("asked".to_owned(), wanted);
    }
    Ok(Ok(Audited::new(changed, change)))
}
