//! New carts.
use super::{
    CartChange, Carts, NewLine,
    carts::{Wrong, refused},
};
use crate::account::{Moment, Outcome, Token};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tradewind_domain::cart::{Cart, CartError, CartErrorCode};
use tradewind_persistence::{
    DbError,
    write::{StoredCart, WriteTx, delete_cart, insert_cart, lock_account, lock_cart_of_customer},
};
use uuid::Uuid;

/// Whose cart, and what is in it at first.
#[derive(Clone, Debug, Default)]
pub struct NewCart {
    /// Where it is bought; the channel is there.
    pub channel_id: Uuid,
    /// Who is logged in; None: a guest.
    pub customer_id: Option<Uuid>,
    /// What is in it at first.
    pub lines: Vec<NewLine>,
}

/// A cart that its client can use from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreatedCart {
    /// The cart.
    pub change: CartChange,
    /// Whoever holds it may touch the cart. None: a customer's, which needs none.
    pub token: Option<Token>,
}

impl Carts {
    /// Makes a cart. A customer has one in each channel: it is made the first time, and given afterwards; the lines are put
    /// into it either way.
    pub async fn create(
        &self,
        tx: &WriteTx,
        input: &NewCart,
        moment: &mut Moment<'_>,
    ) -> Result<Outcome<CreatedCart, CartErrorCode>, DbError> {
        let own = match input.customer_id {
            Some(customer_id) => match self.own(tx, customer_id, input.channel_id, moment.now()).await? {
                Ok(own) => own,
                Err(wrong) => return Ok(Err(wrong)),
            },
            None => None,
        };
        let token = Token::new(moment);
        let before = own.clone().unwrap_or_else(|| self.empty(input, &token, moment));
        let mut cart = before.clone();
        let line_ids = match self.put(tx, cart.channel_id, &mut cart.cart, &input.lines, moment).await? {
            Ok(line_ids) => line_ids,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let change = if own.is_some() {
            self.save(tx, &before, cart, line_ids, moment.now()).await?
        } else {
            insert_cart(tx, &cart).await?;
            CartChange { cart_id: cart.id, version: cart.version, line_ids }
        };
        Ok(Ok(CreatedCart { change, token: input.customer_id.is_none().then_some(token) }))
    }

    /// The cart that a customer has, locked; nobody else makes one meanwhile.
    async fn own(
        &self,
        tx: &WriteTx,
        customer_id: Uuid,
        channel_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Result<Option<StoredCart>, Wrong>, DbError> {
        if !has_account(tx, customer_id).await? {
            return Ok(Err(refused(&CartError::CartNotFound)));
        }
        let own = lock_cart_of_customer(tx, customer_id, channel_id).await?;
        Ok(Ok(keep_open(tx, own, now).await?))
    }

    fn empty(&self, input: &NewCart, token: &Token, moment: &mut Moment<'_>) -> StoredCart {
        let now = moment.now();
        let life = if input.customer_id.is_some() { self.customer_life } else { self.guest_life };
        StoredCart {
            id: moment.id(),
            channel_id: input.channel_id,
            customer_id: input.customer_id,
            token_hash: token.hash(),
            version: 1,
            cart: Cart::default(),
            gift_card_ids: Vec::new(),
            bought_at: None,
            created_at: now,
            updated_at: now,
            expires_at: now + life,
        }
    }
}

/// Locks the account, so that two who make a customer's cart wait for each other; whether it is open.
pub(super) async fn has_account(tx: &WriteTx, customer_id: Uuid) -> Result<bool, DbError> {
    Ok(lock_account(tx, customer_id).await?.is_some_and(|account| account.disabled_at.is_none()))
}

/// One that has expired makes room.
pub(super) async fn keep_open(
    tx: &WriteTx,
    own: Option<StoredCart>,
    now: DateTime<Utc>,
) -> Result<Option<StoredCart>, DbError> {
    match own {
        Some(expired) if !expired.is_open(now) => {
            delete_cart(tx, expired.id).await?;
            Ok(None)
        }
        own => Ok(own),
    }
}
