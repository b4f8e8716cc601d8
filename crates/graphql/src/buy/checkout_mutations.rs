//! Buying what is in a cart.
use super::{
    checkout::Checkout,
    errors::CheckoutUserError,
    order::Order,
    payment::{PaymentAction, PaymentStatus},
};
use crate::{
    access::{AccessTo, Grant, Viewer},
    account::AddressInput,
    buy::cart::{CartAccessInput, cart_ref},
    context::Request as _,
    execution::direct,
    mutation::{Keep, fault, refusals, run},
    node::typed_id,
    policy::{Decision, governed},
    scalars::Decimal,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::{Outcome, Token},
    checkout::{BuyError, Changes, CheckoutCode, PayInput, PlacedOrder, StartInput},
};
use tradewind_domain::global_id::NodeKind;
use tradewind_persistence::{read::customer::profiles_by_ids, write::Conn};
use uuid::Uuid;

/// A checkout, and what stands in its way.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CheckoutPayload {
    /// The checkout, as it is now.
    checkout: Option<Checkout>,
    /// Of a checkout that was started: to be given with whatever comes next. Whoever has it may go on with the checkout.
    token: Option<String>,
    /// Why it does not go on.
    user_errors: Vec<CheckoutUserError>,
}

/// What is to be changed of a checkout; what is left out stays.
#[derive(Clone, InputObject)]
pub struct CheckoutUpdateInput {
    /// Where letters go.
    pub email: Option<String>,
    /// Where the goods go.
    pub shipping_address: Option<AddressInput>,
    /// Where the bill goes, if not there.
    pub billing_address: Option<AddressInput>,
    /// How the goods go: id of one of the cart's `shippingOptions`.
    pub shipping_method_id: Option<ID>,
}

/// With what a checkout is to be paid.
#[derive(Clone, InputObject)]
pub struct CheckoutPayInput {
    /// One of the shop's gateways: `stripe`, or `test`.
    pub gateway: String,
    /// The gateway's token of what the shopper pays with.
    pub method: String,
    /// What the shopper was shown to be due, such as `"12.99"`: refused where it is another amount by now.
    pub amount: Option<Decimal>,
    /// Where the shopper comes back to from a page of the bank: an absolute address of the storefront. What they come back
    /// with says nothing: ask `checkoutComplete`.
    pub return_url: Option<String>,
}

/// How far a payment has come.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CheckoutPayPayload {
    /// The checkout, as it is now.
    checkout: Option<Checkout>,
    /// How far the payment has come.
    status: Option<PaymentStatus>,
    /// What the shopper must do before it goes on; then `checkoutComplete`.
    action: Option<PaymentAction>,
    /// Why it was declined.
    failure: Option<String>,
    /// The order that it made.
    order: Option<Order>,
    /// Whoever has it may see the order.
    order_token: Option<String>,
    /// Why it does not go on.
    user_errors: Vec<CheckoutUserError>,
}

/// An order that was placed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CheckoutCompletePayload {
    /// The order.
    order: Option<Order>,
    /// Whoever has it may see the order.
    order_token: Option<String>,
    /// The checkout, as it is now.
    checkout: Option<Checkout>,
    /// Why there is no order yet.
    user_errors: Vec<CheckoutUserError>,
}

/// Mutations about checkouts.
#[derive(Default)]
pub struct CheckoutMutations;

#[Object(crate = "crate::execution")]
impl CheckoutMutations {
    /// Holds the goods of a cart, and freezes what they cost, until `expiresAt`.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn checkout_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cart.")] cart: CartAccessInput,
    ) -> Result<CheckoutPayload> {
        let request = ctx.request();
        let reference = cart_ref(ctx, cart)?;
        let input = StartInput {
            cart_id: reference.id,
            customer_id: reference.customer_id,
            email: email_of(ctx, reference.customer_id).await?,
            locale: request.caller.client.locale.clone(),
        };
        let (carts, checkouts) = (&request.commerce().carts, &request.commerce().checkouts);
        let state = (carts, checkouts, reference, input);
        let outcome = run(ctx, Keep::Sealed, &state, |(carts, checkouts, reference, input), tx, moment| {
            async move {
                // The flow locks what the quote is about.
                if carts.cart_by_ref(Conn::from(tx), reference, moment.now()).await?.is_none() {
                    return Ok(Err(no_cart()));
                }
                checkouts.start(tx, input, moment).await
            }
            .boxed()
        });
        let outcome = outcome.await?;
        let token = outcome.as_ref().ok().and_then(|started| started.token.clone());
        let checkout = match &token {
            Some(token) => Checkout::load(ctx, token).await?,
            None => None,
        };
        request.effects.hold_secret();
        let token = token.map(|token| token.expose().to_owned());
        Ok(CheckoutPayload { checkout, token, user_errors: refusals(ctx, outcome) })
    }

    /// Changes a checkout whose payment is not under way, and works out again what it costs; goods stay held, and until when.
    /// Without changes it holds anew what is not held any more.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn checkout_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of the checkout.")] token: String,
        #[graphql(desc = "What is to be changed.")] input: CheckoutUpdateInput,
    ) -> Result<CheckoutPayload> {
        let method = |id: ID| typed_id("shippingMethodId", &id, NodeKind::ShippingMethod);
        let changes = Changes {
            email: input.email,
            shipping_address: input.shipping_address.map(Into::into),
            billing_address: input.billing_address.map(Into::into),
            shipping_method_id: input.shipping_method_id.map(method).transpose()?,
        };
        let state = (&ctx.request().commerce().checkouts, Token::sent(token), changes);
        let outcome = run(ctx, Keep::Plainly, &state, |(checkouts, token, changes), tx, _| {
            checkouts.update(tx, token, changes).boxed()
        });
        let outcome = outcome.await?;
        Ok(CheckoutPayload {
            checkout: Checkout::load(ctx, &state.1).await?,
            token: None,
            user_errors: refusals(ctx, outcome),
        })
    }

    /// Pays a checkout. Where the answer is lost, send it again: nothing is paid twice.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn checkout_pay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of the checkout.")] token: String,
        #[graphql(desc = "With what.")] input: CheckoutPayInput,
    ) -> Result<CheckoutPayPayload> {
        let request = ctx.request();
        let amount = input.amount.as_ref().map(|amount| crate::buy::bill::minor("amount", amount, request.currency()));
        let pay = PayInput {
            gateway: input.gateway,
            method: input.method,
            amount: amount.transpose()?,
            return_url: input.return_url,
        };
        let checkouts = &request.commerce().checkouts;
        let state = (checkouts, Token::sent(token), pay);
        let outcome = run(ctx, Keep::Plainly, &state, |(checkouts, token, pay), tx, _| {
            checkouts.begin_payment(tx, token, pay).boxed()
        });
        let begun = outcome.await?;
        request.effects.hold_secret();
        let (token, mut payload) = (&state.1, CheckoutPayPayload::nothing());
        match begun {
            Err(_) => payload.user_errors = refusals(ctx, begun),
            Ok(begun) => {
                let action = checkouts.drive(begun, state.2.return_url.as_deref()).await.map_err(fault)?;
                request.loaders.forget();
                if let Some(progress) = checkouts.progress(token, begun, action).await.map_err(fault)? {
                    payload.status = Some(PaymentStatus(progress.status));
                    payload.action = progress.next_action.map(PaymentAction::from);
                    payload.failure = progress.failure;
                    (payload.order, payload.order_token) = placed(ctx, progress.order).await?;
                }
            }
        }
        payload.checkout = Checkout::load(ctx, token).await?;
        Ok(payload)
    }

    /// Makes a checkout an order: at once, where nothing is due; else by the payment that was begun, about which the gateway
    /// is asked. Completed before, it is the same order.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn checkout_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of the checkout.")] token: String,
    ) -> Result<CheckoutCompletePayload> {
        let request = ctx.request();
        let state = (Token::sent(token),);
        // Claims the idempotency key. What follows is the same however often it is done.
        let claimed = run(ctx, Keep::Plainly, &state, |_, _, _| {
            async { Ok::<_, BuyError>(Outcome::<(), CheckoutCode>::Ok(())) }.boxed()
        });
        claimed.await?.ok();
        request.effects.hold_secret();
        let outcome = request.commerce().checkouts.complete(&state.0).await.map_err(fault)?;
        request.loaders.forget();
        let (order, order_token) = placed(ctx, outcome.as_ref().ok().cloned()).await?;
        Ok(CheckoutCompletePayload {
            order,
            order_token,
            checkout: Checkout::load(ctx, &state.0).await?,
            user_errors: refusals(ctx, outcome),
        })
    }

    /// Gives a checkout up: the goods are sold to others.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn checkout_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of the checkout.")] token: String,
    ) -> Result<CheckoutPayload> {
        let state = (&ctx.request().commerce().checkouts, Token::sent(token));
        let outcome = run(ctx, Keep::Plainly, &state, |(checkouts, token), tx, _| checkouts.cancel(tx, token).boxed());
        let outcome = outcome.await?;
        Ok(CheckoutPayload {
            checkout: Checkout::load(ctx, &state.1).await?,
            token: None,
            user_errors: refusals(ctx, outcome),
        })
    }
}

impl CheckoutPayPayload {
    fn nothing() -> Self {
        Self {
            checkout: None,
            status: None,
            action: None,
            failure: None,
            order: None,
            order_token: None,
            user_errors: Vec::new(),
        }
    }
}

async fn placed(ctx: &Context<'_>, order: Option<PlacedOrder>) -> Result<(Option<Order>, Option<String>)> {
    match order {
        None => Ok((None, None)),
        Some(placed) => Ok((Order::load(ctx, placed.id).await?, Some(placed.token.expose().to_owned()))),
    }
}

fn no_cart() -> Vec<tradewind_commerce::account::Refused<CheckoutCode>> {
    vec![tradewind_commerce::account::Refused {
        code: CheckoutCode::CartEmpty,
        field: Some("cart".to_owned()),
        message: "There is no such cart, or it is somebody else's: send the token that cartCreate gave.".to_owned(),
        retry_after: None,
    }]
}

/// The address of the customer's account.
async fn email_of(ctx: &Context<'_>, customer: Option<Uuid>) -> Result<Option<String>> {
    let Some(customer) = customer else { return Ok(None) };
    let profiles = profiles_by_ids(&ctx.request().db, vec![customer]).await.map_err(crate::error::database)?;
    Ok(profiles.into_iter().next().map(|profile| profile.email))
}

/// The customer who asks.
pub(crate) fn viewer_customer(ctx: &Context<'_>) -> Option<Uuid> {
    match ctx.request().caller.viewer {
        Some(Viewer::Customer { customer, .. }) => Some(customer),
        _ => None,
    }
}

direct!(CheckoutPayload {});
direct!(CheckoutPayPayload {});
direct!(CheckoutCompletePayload {});
direct!(CheckoutMutations {});
governed! {
    Decision::Part => CheckoutMutations;
    Decision::Never => CheckoutPayload, CheckoutPayPayload, CheckoutCompletePayload;
}
