//! What shoppers do with carts.
use super::{
    cart::{Cart, CartAccessInput, CartWarning, cart_ref},
    checkout_mutations::viewer_customer,
    errors::CartUserError,
};
use crate::{
    access::{AccessTo, Grant},
    account::customer_of,
    context::Request as _,
    execution::direct,
    mutation::{Keep, refusals, run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::{FutureExt, future::BoxFuture};
use std::collections::BTreeMap;
use tradewind_commerce::{
    account::{Moment, Outcome},
    cart::{CartChange, CartRef, Carts, LineUpdate, NewCart, NewLine},
    pricing::gift_card_by_code,
};
use tradewind_domain::{
    cart::{self, CartErrorCode},
    global_id::NodeKind,
};
use tradewind_persistence::{
    DbError,
    write::{Conn, WriteTx},
};
use uuid::Uuid;

/// A text of the storefront's own.
#[derive(Clone, InputObject)]
pub struct AttributeInput {
    /// What it is about.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// What is to be put into a cart.
#[derive(Clone, InputObject)]
pub struct CartLineInput {
    /// Of what.
    pub variant_id: ID,
    /// Units.
    #[graphql(default = 1)]
    pub quantity: i32,
    /// Notes of the storefront; units with other notes are another line.
    #[graphql(default)]
    pub attributes: Vec<AttributeInput>,
}

/// What is to be changed of a line; what is left out stays.
#[derive(Clone, InputObject)]
pub struct CartLineUpdateInput {
    /// Id of the line.
    pub id: ID,
    /// Units from now on; 0 is refused: remove the line.
    pub quantity: Option<i32>,
    /// Notes of the storefront from now on.
    pub attributes: Option<Vec<AttributeInput>>,
}

/// A new cart.
#[derive(Clone, Default, InputObject)]
pub struct CartCreateInput {
    /// What is in it.
    #[graphql(default)]
    pub lines: Vec<CartLineInput>,
}

/// A new cart.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CartCreatePayload {
    /// The cart.
    cart: Option<Cart>,
    /// Of a guest's cart: to be given with its id. Whoever has it may touch the cart. Null for a customer, whose cart is
    /// theirs.
    token: Option<String>,
    /// Why there is none.
    user_errors: Vec<CartUserError>,
}

/// A cart, as it is now.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CartPayload {
    /// The whole cart, with its warnings.
    cart: Option<Cart>,
    /// Why nothing changed.
    user_errors: Vec<CartUserError>,
}

/// The cart of a customer, with what was in the guest's.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CartClaimPayload {
    /// The whole cart.
    cart: Option<Cart>,
    /// What did not fit when two carts became one.
    merge_warnings: Vec<CartWarning>,
    /// Why nothing changed.
    user_errors: Vec<CartUserError>,
}

fn attributes(given: &[AttributeInput]) -> BTreeMap<String, String> {
    given.iter().map(|AttributeInput { key, value }| (key.clone(), value.clone())).collect()
}

fn new_lines(argument: &str, lines: Vec<CartLineInput>) -> Result<Vec<NewLine>> {
    let line = |(place, line): (usize, CartLineInput)| {
        Ok(NewLine {
            variant_id: typed_id(
                format_args!("{argument}[{place}].variantId"),
                &line.variant_id,
                NodeKind::ProductVariant,
            )?,
            quantity: i64::from(line.quantity),
            attributes: attributes(&line.attributes),
        })
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// What a change of a cart borrows from: the rules, which cart, the version that is expected, and what is wanted.
type Wanted<'c, I> = (&'c Carts, CartRef, Option<i64>, I);

/// Changes a cart, and shows it whole.
async fn change<'c, I, F>(
    ctx: &'c Context<'_>,
    at: CartRef,
    expected_version: Option<i64>,
    input: I,
    body: F,
) -> Result<CartPayload>
where
    I: Send + Sync,
    F: for<'t, 'r> Fn(
            &'t Wanted<'c, I>,
            &'t WriteTx,
            &'t mut Moment<'r>,
        ) -> BoxFuture<'t, Result<Outcome<CartChange, CartErrorCode>, DbError>>
        + Send
        + Sync,
{
    let wanted = (&ctx.request().commerce().carts, at, expected_version, input);
    let outcome = run(ctx, Keep::Plainly, &wanted, body).await?;
    let cart = match &outcome {
        Ok(change) => Some(Cart::written(ctx, change.cart_id).await?),
        Err(_) => None,
    };
    Ok(CartPayload { cart, user_errors: refusals(ctx, outcome) })
}

/// Mutations about carts.
#[derive(Default)]
pub struct CartMutations;

#[Object(crate = "crate::execution")]
impl CartMutations {
    /// Makes a cart; a customer who has one gets that, with the lines added.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is in it.", default)] input: CartCreateInput,
    ) -> Result<CartCreatePayload> {
        let request = ctx.request();
        let input = NewCart {
            channel_id: request.scope.channel_id,
            customer_id: viewer_customer(ctx),
            lines: new_lines("input.lines", input.lines)?,
        };
        let state = (&request.commerce().carts, input);
        let outcome =
            run(ctx, Keep::Sealed, &state, |(carts, input), tx, moment| carts.create(tx, input, moment).boxed());
        let outcome = outcome.await?;
        request.effects.hold_secret();
        let (cart, token) = match &outcome {
            Ok(created) => {
                let token = created.token.as_ref().map(|token| token.expose().to_owned());
                (Some(Cart::written(ctx, created.change.cart_id).await?), token)
            }
            Err(_) => (None, None),
        };
        Ok(CartCreatePayload { cart, token, user_errors: refusals(ctx, outcome) })
    }

    /// Puts something into a cart, or all of it not at all.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_lines_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "What.")] lines: Vec<CartLineInput>,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, new_lines("lines", lines)?, |(carts, at, version, lines), tx, moment| {
            carts.add_lines(tx, at, *version, lines, moment).boxed()
        })
        .await
    }

    /// Changes lines of a cart, or none of them.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_lines_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "What is to be changed.")] lines: Vec<CartLineUpdateInput>,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let update = |(place, line): (usize, CartLineUpdateInput)| {
            Ok::<_, async_graphql::Error>(LineUpdate {
                line_id: typed_id(format_args!("lines[{place}].id"), &line.id, NodeKind::CartLine)?,
                quantity: line.quantity.map(i64::from),
                attributes: line.attributes.as_deref().map(attributes),
            })
        };
        let updates: Vec<_> = lines.into_iter().enumerate().map(update).collect::<Result<_>>()?;
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, updates, |(carts, at, version, updates), tx, moment| {
            carts.update_lines(tx, at, *version, updates, moment.now()).boxed()
        })
        .await
    }

    /// Takes lines out of a cart.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_lines_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "Ids of the lines.")] line_ids: Vec<ID>,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let id = |(place, id): (usize, &ID)| typed_id(format_args!("lineIds[{place}]"), id, NodeKind::CartLine);
        let ids: Vec<Uuid> = line_ids.iter().enumerate().map(id).collect::<Result<_>>()?;
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, ids, |(carts, at, version, ids), tx, moment| {
            carts.remove_lines(tx, at, *version, ids, moment.now()).boxed()
        })
        .await
    }

    /// Sets the shopper's word to the shop.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_note_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "From now on; may be empty.")] note: String,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, note, |(carts, at, version, note), tx, moment| {
            carts.set_note(tx, at, *version, note, moment.now()).boxed()
        })
        .await
    }

    /// Sets the storefront's notes about a cart, in place of those that are there.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_attributes_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "From now on.")] attributes: Vec<AttributeInput>,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let attributes = self::attributes(&attributes);
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, attributes, |(carts, at, version, attributes), tx, moment| {
            carts.set_attributes(tx, at, *version, attributes.clone(), moment.now()).boxed()
        })
        .await
    }

    /// Enters a coupon code. Whether it takes something off, the cart's bill and warnings say.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_code_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "As the shopper typed it.")] code: String,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, code, |(carts, at, version, code), tx, moment| {
            carts.add_code(tx, at, *version, code, moment.now()).boxed()
        })
        .await
    }

    /// Takes a coupon code out.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_code_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "The code.")] code: String,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, code, |(carts, at, version, code), tx, moment| {
            carts.remove_code(tx, at, *version, code, moment.now()).boxed()
        })
        .await
    }

    /// Lets a gift card pay. Throttled, because codes can be guessed.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_gift_card_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "What stands on the card.")] code: String,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let request = ctx.request();
        let at = cart_ref(ctx, cart)?;
        let admitted = request
            .commerce()
            .accounts
            .throttle
            .admit_gift_card(&at.id.to_string(), request.caller.client.address)
            .await;
        if let Err(wait) = admitted {
            let message = format!("too many codes were tried: try again in {} seconds", wait.as_secs().max(1));
            return Err(crate::error::error(crate::error::Code::RateLimited, message));
        }
        change(ctx, at, expected_version, code, |(carts, at, version, code), tx, moment| {
            carts.add_gift_card(tx, at, *version, code, moment.now()).boxed()
        })
        .await
    }

    /// Takes a gift card out.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart_gift_card_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "What stands on the card.")] code: String,
        #[graphql(desc = "Refused where the cart has another version by now.")] expected_version: Option<i64>,
    ) -> Result<CartPayload> {
        let at = cart_ref(ctx, cart)?;
        change(ctx, at, expected_version, code, |(carts, at, version, code), tx, moment| {
            async move {
                let card = gift_card_by_code(Conn::from(tx), code).await?.ok().map(|card| card.card.id);
                carts.remove_gift_card(tx, at, *version, card.unwrap_or_default(), moment.now()).await
            }
            .boxed()
        })
        .await
    }

    /// Makes a guest's cart the customer's, who has just logged in: what is in both is added up.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn cart_claim(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The guest's cart.")] cart: CartAccessInput,
    ) -> Result<CartClaimPayload> {
        let (customer, _) = customer_of(ctx)?;
        let state = (&ctx.request().commerce().carts, cart_ref(ctx, cart)?, customer);
        let outcome = run(ctx, Keep::Plainly, &state, |(carts, at, customer), tx, moment| {
            carts.claim(tx, at, *customer, moment).boxed()
        });
        let outcome = outcome.await?;
        let (cart, merge_warnings) = match &outcome {
            Err(_) => (None, Vec::new()),
            Ok(claimed) => {
                let warnings =
                    claimed.warnings.iter().map(|warning| CartWarning::of(&cart::CartWarning::from(*warning)));
                (Some(Cart::written(ctx, claimed.change.cart_id).await?), warnings.collect())
            }
        };
        Ok(CartClaimPayload { cart, merge_warnings, user_errors: refusals(ctx, outcome) })
    }
}

direct!(CartCreatePayload {});
direct!(CartPayload {});
direct!(CartClaimPayload {});
direct!(CartMutations {});
governed! {
    Decision::Part => CartMutations;
    Decision::Never => CartCreatePayload, CartPayload, CartClaimPayload;
}
