//! What staff do with orders.
use super::order_mutations::{OrderPayload, OrderUnitsInput, units};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{bad_input, database},
    execution::direct,
    mutation::{Applied, Keep, staff_of, staff_run},
    node::typed_id,
    policy::{Decision, governed},
    scalars::Decimal,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use futures_util::FutureExt;
use serde_json::{Value, json};
use tradewind_commerce::{
    checkout::{BuyError, Checkouts},
    orders::{By, Changed, OrderCode, Parcel, RefundInput, audited_order},
    staff::Audited,
};
use tradewind_domain::{currency::Currency, global_id::NodeKind, money::Money, order::Units};
use tradewind_persistence::{read::order::orders_by_ids, write::WriteTx};
use uuid::Uuid;

/// Units that leave.
#[derive(Clone, InputObject)]
pub struct OrderFulfilInput {
    /// What is in the parcel.
    pub lines: Vec<OrderUnitsInput>,
    /// Who brings it.
    #[graphql(default)]
    pub carrier: String,
    /// What the carrier calls it.
    #[graphql(default)]
    pub tracking_number: String,
    /// Where it can be followed.
    #[graphql(default)]
    pub tracking_url: String,
}

/// Money to give back.
#[derive(Clone, InputObject)]
pub struct OrderRefundInput {
    /// How much, in the order's currency.
    pub amount: Decimal,
    /// Units whose price it is; none: goodwill.
    #[graphql(default)]
    pub lines: Vec<OrderUnitsInput>,
    /// For the history.
    #[graphql(default)]
    pub reason: String,
}

/// A step of an order, as its mutation asked for it.
struct Step<'c> {
    checkouts: &'c Checkouts,
    order: Uuid,
    action: &'static str,
    asked: Value,
    by: By,
    what: What,
}

/// Which step.
enum What {
    Fulfil(Parcel),
    Deliver(Uuid),
    CallBack(Uuid),
    Cancel,
    CancelUnits(Units),
    Refund(RefundInput),
    ApproveReturn(Uuid),
    DeclineReturn(Uuid),
    ReceiveReturn { id: Uuid, sell_again: bool },
}

fn apply<'t>(step: &'t Step<'_>, tx: &'t WriteTx) -> Applied<'t, Audited<Changed>, OrderCode, BuyError> {
    let Step { checkouts, order, action, asked, by, what } = step;
    let (order, by) = (*order, by.clone());
    let flow = async move {
        match what {
            What::Fulfil(parcel) => checkouts.fulfil(tx, order, parcel.clone(), by).await,
            What::Deliver(id) => checkouts.deliver(tx, order, *id, by).await,
            What::CallBack(id) => checkouts.call_back(tx, order, *id, by).await,
            What::Cancel => checkouts.cancel_order(tx, order, by).await,
            What::CancelUnits(units) => checkouts.cancel_units(tx, order, units.clone(), by).await,
            What::Refund(input) => checkouts.refund(tx, order, input.clone(), by).await,
            What::ApproveReturn(id) => checkouts.approve_return(tx, order, *id, by).await,
            What::DeclineReturn(id) => checkouts.decline_return(tx, order, *id, by).await,
            What::ReceiveReturn { id, sell_again } => checkouts.receive_return(tx, order, *id, *sell_again, by).await,
        }
    };
    audited_order(tx, action, order, asked.clone(), flow).boxed()
}

async fn run(
    ctx: &Context<'_>,
    action: &'static str,
    order: &ID,
    what: What,
    reason: String,
    asked: Value,
) -> Result<OrderPayload> {
    let (actor, _) = staff_of(ctx)?;
    let order = typed_id("orderId", order, NodeKind::Order)?;
    let by = By { actor: Some(actor.to_string()), reason };
    let step = Step { checkouts: &ctx.request().commerce().checkouts, order, action, asked, by, what };
    let outcome = staff_run(ctx, Keep::Plainly, &step, |step, tx, _| apply(step, tx)).await?;
    OrderPayload::of(ctx, order, outcome).await
}

fn told(units: &Units) -> Value {
    units.iter().map(|(line, units)| (line.to_string(), json!(units))).collect::<serde_json::Map<_, _>>().into()
}

/// An amount in the order's currency.
async fn minor(ctx: &Context<'_>, order: &ID, amount: &Decimal) -> Result<i64> {
    let id = typed_id("orderId", order, NodeKind::Order)?;
    let row = orders_by_ids(&ctx.request().db, vec![id]).await.map_err(database)?.pop();
    // Of an order that is not there, the flow says so.
    let Some(row) = row else { return Ok(0) };
    let currency = Currency::parse(&row.currency).map_err(|why| bad_input(why.to_string()))?;
    let money = Money::parse(&amount.0, currency).map_err(|why| bad_input(format!("`input.amount`: {why}")))?;
    Ok(money.minor)
}

/// Mutations of staff about orders.
#[derive(Default)]
pub struct OrderStaffMutations;

#[Object(crate = "crate::execution")]
impl OrderStaffMutations {
    /// For staff: units leave. What the gateway holds is taken then, where it was not before; the customer gets a letter.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_fulfil(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "The parcel.")] input: OrderFulfilInput,
    ) -> Result<OrderPayload> {
        let OrderFulfilInput { lines, carrier, tracking_number, tracking_url } = input;
        let units = units(&lines)?;
        let asked = json!({ "units": told(&units), "carrier": carrier, "trackingNumber": tracking_number });
        let what = What::Fulfil(Parcel { units, carrier, tracking_number, tracking_url });
        run(ctx, "orderFulfil", &order_id, what, String::new(), asked).await
    }

    /// For staff: a fulfilment has arrived.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_fulfilment_deliver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "Id of the fulfilment.")] fulfilment_id: ID,
    ) -> Result<OrderPayload> {
        let id = typed_id("fulfilmentId", &fulfilment_id, NodeKind::Fulfilment)?;
        let asked = json!({ "fulfilment": id });
        run(ctx, "orderFulfilmentDeliver", &order_id, What::Deliver(id), String::new(), asked).await
    }

    /// For staff: a fulfilment is called back before it arrived; its units are to be handed over again.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_fulfilment_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "Id of the fulfilment.")] fulfilment_id: ID,
    ) -> Result<OrderPayload> {
        let id = typed_id("fulfilmentId", &fulfilment_id, NodeKind::Fulfilment)?;
        let asked = json!({ "fulfilment": id });
        run(ctx, "orderFulfilmentCancel", &order_id, What::CallBack(id), String::new(), asked).await
    }

    /// For staff: cancels an order of which nothing has left; its units are sold to others again, its money goes back.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_cancel_by_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "For the history.", default)] reason: String,
    ) -> Result<OrderPayload> {
        let asked = json!({ "reason": reason });
        run(ctx, "orderCancelByStaff", &order_id, What::Cancel, reason, asked).await
    }

    /// For staff: cancels units that have not left, while others go on; `orderRefund` gives their price back.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_units_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "What is not delivered.")] lines: Vec<OrderUnitsInput>,
        #[graphql(desc = "For the history.", default)] reason: String,
    ) -> Result<OrderPayload> {
        let units = units(&lines)?;
        let asked = json!({ "units": told(&units), "reason": reason });
        run(ctx, "orderUnitsCancel", &order_id, What::CancelUnits(units), reason, asked).await
    }

    /// For staff: gives money back, to the payment first, then to the gift cards that paid.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_refund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "How much, and for what.")] input: OrderRefundInput,
    ) -> Result<OrderPayload> {
        let amount = minor(ctx, &order_id, &input.amount).await?;
        let units = units(&input.lines)?;
        let asked = json!({ "amount": amount, "units": told(&units), "reason": input.reason });
        run(ctx, "orderRefund", &order_id, What::Refund(RefundInput { amount, units }), input.reason, asked).await
    }

    /// For staff: the goods of a return may come.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_return_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "Id of the return.")] return_id: ID,
    ) -> Result<OrderPayload> {
        let id = typed_id("returnId", &return_id, NodeKind::Return)?;
        let asked = json!({ "return": id });
        run(ctx, "orderReturnApprove", &order_id, What::ApproveReturn(id), String::new(), asked).await
    }

    /// For staff: the goods of a return may not come.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_return_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "Id of the return.")] return_id: ID,
    ) -> Result<OrderPayload> {
        let id = typed_id("returnId", &return_id, NodeKind::Return)?;
        let asked = json!({ "return": id });
        run(ctx, "orderReturnDecline", &order_id, What::DeclineReturn(id), String::new(), asked).await
    }

    /// For staff: the goods of a return are back; `orderRefund` gives their price back.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersWrite]))]
    async fn order_return_receive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the order.")] order_id: ID,
        #[graphql(desc = "Id of the return.")] return_id: ID,
        #[graphql(desc = "Whether they can be sold again.")] restock: bool,
    ) -> Result<OrderPayload> {
        let id = typed_id("returnId", &return_id, NodeKind::Return)?;
        let asked = json!({ "return": id, "restock": restock });
        let what = What::ReceiveReturn { id, sell_again: restock };
        run(ctx, "orderReturnReceive", &order_id, what, String::new(), asked).await
    }
}

direct!(OrderStaffMutations {});
governed! {
    Decision::Part => OrderStaffMutations;
}
