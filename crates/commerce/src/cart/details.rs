//! The note, the attributes and the codes of a cart.
use super::{
    CartRef, Carts,
    carts::{Changed, refused},
};
use chrono::{DateTime, Utc};
use tradewind_domain::cart::{Attributes, Cart, CartError};
use tradewind_persistence::write::WriteTx;

impl Carts {
    /// Sets the note from the shopper to the shop; an empty one removes it.
    pub async fn set_note(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        note: &str,
        now: DateTime<Utc>,
    ) -> Changed {
        self.detail(tx, at, expected_version, now, |cart| cart.set_note(note, &self.limits)).await
    }

    /// Sets the attributes of the cart: those that are left out go.
    pub async fn set_attributes(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        attributes: Attributes,
        now: DateTime<Utc>,
    ) -> Changed {
        self.detail(tx, at, expected_version, now, |cart| cart.set_attributes(attributes, &self.limits)).await
    }

    /// Enters a coupon code. Whether there is such a coupon, and what it takes off, is told with the price of the cart.
    pub async fn add_code(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Changed {
        self.detail(tx, at, expected_version, now, |cart| cart.add_code(code, &self.limits).map(drop)).await
    }

    /// Takes a coupon code out; one that is not there changes nothing.
    pub async fn remove_code(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Changed {
        let act = |cart: &mut Cart| {
            cart.remove_code(code);
            Ok(())
        };
        self.detail(tx, at, expected_version, now, act).await
    }

    async fn detail(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Cart) -> Result<(), CartError>,
    ) -> Changed {
        let act = |cart: &mut Cart| act(cart).map(|()| Vec::new()).map_err(|error| refused(&error));
        self.change(tx, at, expected_version, now, |cart| act(&mut cart.cart)).await
    }
}
