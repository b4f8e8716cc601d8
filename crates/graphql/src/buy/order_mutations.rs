//! What customers may do with their orders.
use super::{errors::OrderUserError, order::Order};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    mutation::{Keep, UserError as _, refusals, run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::{Outcome, Refused, Token},
    orders::{By, Changed, Missing, OrderCode, order_of_token},
};
use tradewind_domain::{global_id::NodeKind, order::Units};
use uuid::Uuid;

/// Which order: a customer's own by its id, any by its token.
#[derive(Clone, InputObject)]
pub struct OrderAccessInput {
    /// Of an order of the customer who is logged in.
    pub id: Option<ID>,
    /// The token that the checkout gave, and letters carry.
    pub token: Option<String>,
}

/// Units of a line.
#[derive(Clone, InputObject)]
pub struct OrderUnitsInput {
    /// Id of the line.
    pub line_id: ID,
    /// How many.
    pub quantity: i32,
}

/// An order, and why nothing happened to it.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct OrderPayload {
    /// The order, as it is now.
    order: Option<Order>,
    /// Why nothing happened to it.
    user_errors: Vec<OrderUserError>,
}

/// Mutations about orders.
#[derive(Default)]
pub struct OrderMutations;

#[Object(crate = "crate::execution")]
impl OrderMutations {
    /// Cancels an order of which nothing has left; its money goes back.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn order_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] order: OrderAccessInput,
        #[graphql(desc = "In the customer's words.", default)] reason: String,
    ) -> Result<OrderPayload> {
        let Some(id) = find(ctx, order).await? else { return Ok(OrderPayload::not_found()) };
        let state = (&ctx.request().commerce().checkouts, id, By { actor: None, reason });
        let outcome = run(ctx, Keep::Plainly, &state, |(checkouts, id, by), tx, _| {
            checkouts.cancel_order(tx, *id, by.clone()).boxed()
        });
        OrderPayload::of(ctx, id, outcome.await?).await
    }

    /// Asks to send back units that have arrived.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn order_return_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] order: OrderAccessInput,
        #[graphql(desc = "What comes back.")] lines: Vec<OrderUnitsInput>,
        #[graphql(desc = "In the customer's words.", default)] reason: String,
    ) -> Result<OrderPayload> {
        let units = units(&lines)?;
        let Some(id) = find(ctx, order).await? else { return Ok(OrderPayload::not_found()) };
        let state = (&ctx.request().commerce().checkouts, id, units, By { actor: None, reason });
        let outcome = run(ctx, Keep::Plainly, &state, |(checkouts, id, units, by), tx, _| {
            checkouts.request_return(tx, *id, units.clone(), by.clone()).boxed()
        });
        OrderPayload::of(ctx, id, outcome.await?).await
    }
}

pub(super) fn units(lines: &[OrderUnitsInput]) -> Result<Units> {
    let mut units = Units::new();
    for (place, line) in lines.iter().enumerate() {
        let id = typed_id(format_args!("lines[{place}].lineId"), &line.line_id, NodeKind::OrderLine)?;
        let quantity = u32::try_from(line.quantity).unwrap_or(0);
        let sum = units.entry(id).or_insert(0_u32);
        *sum = sum.saturating_add(quantity);
    }
    Ok(units)
}

/// The order, if it is the client's.
async fn find(ctx: &Context<'_>, input: OrderAccessInput) -> Result<Option<Uuid>> {
    match (input.token, input.id) {
        (Some(token), _) => {
            let found = order_of_token(&ctx.request().db, &Token::sent(token)).await.map_err(database)?;
            Ok(found.map(|row| row.id))
        }
        (None, Some(id)) => {
            let id = typed_id("order.id", &id, NodeKind::Order)?;
            Ok(Order::own(ctx, id).await?.map(|order| order.row().id))
        }
        (None, None) => Ok(None),
    }
}

impl OrderPayload {
    fn not_found() -> Self {
        let refused = Refused {
            code: OrderCode::Missing(Missing::Order),
            field: Some("order".to_owned()),
            message: "There is no such order, or it is somebody else's: log in, or send its token.".to_owned(),
            retry_after: None,
        };
        Self { order: None, user_errors: vec![OrderUserError::of(refused, false)] }
    }

    /// Payments that the change means something for are seen to now, and by the sweeper where that fails.
    pub(super) async fn of(ctx: &Context<'_>, id: Uuid, outcome: Outcome<Changed, OrderCode>) -> Result<Self> {
        let request = ctx.request();
        if let Ok(changed) = &outcome {
            for payment in &changed.settle {
                if let Err(cause) = request.commerce().checkouts.settle(*payment).await {
                    tracing::warn!(%cause, %payment, "a payment is seen to later");
                }
            }
            request.loaders.forget();
        }
        Ok(Self { order: Order::load(ctx, id).await?, user_errors: refusals(ctx, outcome) })
    }
}

direct!(OrderPayload {});
direct!(OrderMutations {});
governed! {
    Decision::Part => OrderMutations;
    Decision::Never => OrderPayload;
}
