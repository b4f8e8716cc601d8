//! What the checkout asks of carts.
use crate::{
    Sources,
    checkout::{Buyer, CardAmount, Destination, Pricing, Quote, Quoted, Step},
    pricing::{Prices, refund_cards, release_uses, use_up},
};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tradewind_persistence::write::{StoredCart, WriteTx, cart_by_id, close_cart};
use uuid::Uuid;

/// Carts with their prices, for the checkout. Clones share the sources.
#[derive(Clone, Debug)]
pub struct CartPricing {
    /// What carts cost.
    pub prices: Prices,
    /// The time.
    pub sources: Sources,
}

impl Pricing for CartPricing {
    fn quote<'a>(
        &'a self,
        tx: &'a WriteTx,
        cart_id: Uuid,
        destination: &'a Destination,
        now: DateTime<Utc>,
    ) -> Step<'a, Option<Quoted>> {
        async move {
            // Whoever has begun to buy a cart may finish when it has expired.
            // A guest's checkout ends where the cart became a customer's: its token opens nothing of theirs.
            let is_buyers = |cart: &StoredCart| cart.bought_at.is_none() && cart.customer_id == destination.customer_id;
            let cart = cart_by_id(tx.into(), cart_id).await?.filter(is_buyers);
            let Some(cart) = cart.filter(|cart| !cart.cart.lines.is_empty()) else { return Ok(None) };
            let priced = self.prices.price(tx.into(), &cart, destination, now).await?;
            let blocked = priced.blocked();
            let (channel_id, cart_version) = (cart.channel_id, cart.version);
            Ok(Some(Quoted { channel_id, cart_version, quote: priced.quote, blocked }))
        }
        .boxed()
    }

    fn use_up<'a>(&'a self, tx: &'a WriteTx, quote: &'a Quote, buyer: &'a Buyer, now: DateTime<Utc>) -> Step<'a, bool> {
        use_up(tx, quote, buyer, now).boxed()
    }

    fn refund_cards<'a>(
        &'a self,
        tx: &'a WriteTx,
        order_id: Uuid,
        cards: &'a [CardAmount],
        now: DateTime<Utc>,
    ) -> Step<'a, ()> {
        refund_cards(tx, order_id, cards, now).boxed()
    }

    fn release_uses<'a>(&'a self, tx: &'a WriteTx, order_id: Uuid) -> Step<'a, ()> {
        release_uses(tx, order_id).boxed()
    }

    fn close_cart<'a>(&'a self, tx: &'a WriteTx, cart_id: Uuid, version: i64) -> Step<'a, ()> {
        async move {
            close_cart(tx, cart_id, version, self.sources.now()).await?;
            Ok(())
        }
        .boxed()
    }
}
