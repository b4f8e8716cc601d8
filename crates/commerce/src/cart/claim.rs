//! What becomes of a guest's cart at log-in.
use super::{
    CartChange, CartRef, Carts,
    carts::refused,
    create::{has_account, keep_open},
};
use crate::account::{Moment, Outcome, Token};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tradewind_domain::cart::{Cart, CartError, CartErrorCode, CartWarning, merge};
use tradewind_persistence::{
    DbError,
    write::{StoredCart, WriteTx, delete_cart, lock_cart_and_own},
};
use uuid::Uuid;

/// The customer's cart, with the guest's in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The cart, and its lines that are new or have more units.
    pub change: CartChange,
    /// Units and lines that did not fit.
    pub warnings: Vec<MergeWarning>,
}

/// What did not fit when two carts became one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names of `CartWarning`")]
pub enum MergeWarning {
    /// A line has fewer units than both had together.
    QuantityCapped { line_id: Uuid, wanted: u64, kept: u32 },
    /// A line had no room.
    LineDropped { variant_id: Uuid, quantity: u32 },
}

impl From<MergeWarning> for CartWarning {
    fn from(warning: MergeWarning) -> Self {
        match warning {
            MergeWarning::QuantityCapped { line_id, wanted, kept } => Self::QuantityCapped { line_id, wanted, kept },
            MergeWarning::LineDropped { variant_id, quantity } => Self::LineDropped { variant_id, quantity },
        }
    }
}

fn told(warning: CartWarning) -> Option<MergeWarning> {
    match warning {
        CartWarning::QuantityCapped { line_id, wanted, kept } => {
            Some(MergeWarning::QuantityCapped { line_id, wanted, kept })
        }
        CartWarning::LineDropped { variant_id, quantity } => Some(MergeWarning::LineDropped { variant_id, quantity }),
        _ => None,
    }
}

impl Carts {
    /// Makes a guest's cart the customer's. If the customer has one in the channel, the guest's is put into it and deleted,
    /// in this transaction; else it becomes the customer's as it is. Its token is nobody's from then on. Claiming one's own
    /// cart changes nothing.
    pub async fn claim(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        customer_id: Uuid,
        moment: &mut Moment<'_>,
    ) -> Result<Outcome<Claimed, CartErrorCode>, DbError> {
        let now = moment.now();
        if !has_account(tx, customer_id).await? {
            return Ok(Err(refused(&CartError::CartNotFound)));
        }
        let (given, own) = lock_cart_and_own(tx, at.id, customer_id).await?;
        let at = CartRef { customer_id: Some(customer_id), ..at.clone() };
        let Some(given) = given.filter(|cart| at.opens(cart, now)) else {
            return Ok(Err(refused(&CartError::CartNotFound)));
        };
        if let Some(own) = keep_open(tx, own, now).await? {
            return Ok(Ok(self.merge(tx, own, given, now).await?));
        }
        let mut cart = given.clone();
        if cart.customer_id.is_none() {
            cart.customer_id = Some(customer_id);
            cart.token_hash = Token::new(moment).hash();
        }
        let change = self.save(tx, &given, cart, Vec::new(), now).await?;
        Ok(Ok(Claimed { change, warnings: Vec::new() }))
    }

    async fn merge(
        &self,
        tx: &WriteTx,
        own: StoredCart,
        guest: StoredCart,
        now: DateTime<Utc>,
    ) -> Result<Claimed, DbError> {
        let guest_id = guest.id;
        let merged = merge(own.cart.clone(), guest.cart, &self.limits);
        let mut cart = StoredCart { cart: merged.cart, ..own.clone() };
        for id in guest.gift_card_ids {
            if cart.gift_card_ids.len() < self.gift_cards && !cart.gift_card_ids.contains(&id) {
                cart.gift_card_ids.push(id);
            }
        }
        let line_ids = changed(&own.cart, &cart.cart);
        let change = self.save(tx, &own, cart, line_ids, now).await?;
        // Its lines that are the customer's now do not go with it.
        delete_cart(tx, guest_id).await?;
        Ok(Claimed { change, warnings: merged.warnings.into_iter().filter_map(told).collect() })
    }
}

/// Lines that are new, or not as before.
fn changed(before: &Cart, cart: &Cart) -> Vec<Uuid> {
    cart.lines.iter().filter(|line| !before.lines.contains(line)).map(|line| line.id).collect()
}
