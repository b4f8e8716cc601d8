//! What the checkout asks of carts, promotions and gift cards: all that it knows of them.
use super::Quote;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tradewind_domain::address::Address;
use tradewind_persistence::{DbError, write::WriteTx};
use uuid::Uuid;

/// Where a cart goes, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// Known later.
    pub address: Option<Address>,
    /// Chosen later.
    pub shipping_method_id: Option<Uuid>,
    /// For limits of promotions.
    pub email: Option<String>,
    /// For limits of promotions.
    pub customer_id: Option<Uuid>,
}

/// Something that cannot be bought so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// For people, with the way out.
    pub message: String,
    /// The input field at fault.
    pub field: &'static str,
}

/// A cart with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Where it is bought.
    pub channel_id: Uuid,
    /// The cart's version.
    pub cart_version: i64,
    /// What it costs.
    pub quote: Quote,
    /// What stands in the way.
    pub blocked: Vec<Blocked>,
}

/// An amount of a gift card, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct CardAmount {
    pub gift_card_id: Uuid,
    pub amount: i64,
}

/// Who uses promotions and gift cards up, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Buyer {
    pub order_id: Uuid,
    pub customer_id: Option<Uuid>,
    pub email: String,
}

/// The result of a step inside a transaction.
pub type Step<'a, T> = BoxFuture<'a, Result<T, DbError>>;

/// Carts, promotions and gift cards.
pub trait Pricing: Send + Sync + 'static {
    /// What a cart costs; None: there is no such cart, or it is empty.
    fn quote<'a>(
        &'a self,
        tx: &'a WriteTx,
        cart_id: Uuid,
        destination: &'a Destination,
        now: DateTime<Utc>,
    ) -> Step<'a, Option<Quoted>>;

    /// Counts the uses of promotions, and takes what gift cards pay; false, where a limit is reached or a balance is too
    /// small: then the caller undoes it.
    fn use_up<'a>(&'a self, tx: &'a WriteTx, quote: &'a Quote, buyer: &'a Buyer, now: DateTime<Utc>) -> Step<'a, bool>;

    /// Gives money back to gift cards that paid for an order.
    fn refund_cards<'a>(
        &'a self,
        tx: &'a WriteTx,
        order_id: Uuid,
        cards: &'a [CardAmount],
        now: DateTime<Utc>,
    ) -> Step<'a, ()>;

    /// The order is cancelled: uses of promotions do not count any more.
    fn release_uses<'a>(&'a self, tx: &'a WriteTx, order_id: Uuid) -> Step<'a, ()>;

    /// The cart was bought in this version; one that has changed since stays.
    fn close_cart<'a>(&'a self, tx: &'a WriteTx, cart_id: Uuid, version: i64) -> Step<'a, ()>;
}
