//! What all flows share: who may touch a cart, and how it is written.
use crate::account::{Outcome, Refused, Token};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tradewind_domain::{
    cart::{CartError, CartErrorCode, CartLimits},
    refusal::Refusal,
};
use tradewind_persistence::{
    DbError,
    write::{Conn, StoredCart, WriteTx, cart_by_id, lock_cart, save_cart},
};
use uuid::Uuid;

/// The shop's rules for carts, and the flows that follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carts {
    /// How much a cart may hold.
    pub limits: CartLimits,
    /// Gift cards of one cart.
    pub gift_cards: usize,
    /// How long a guest's cart is kept after its last change, within a thirtieth.
    pub guest_life: TimeDelta,
    /// The same for a customer's.
    pub customer_life: TimeDelta,
}

impl Default for Carts {
    fn default() -> Self {
        Self {
            limits: CartLimits::default(),
            gift_cards: 5,
            guest_life: TimeDelta::days(30),
            customer_life: TimeDelta::days(180),
        }
    }
}

/// A cart, and what gives a right to it.
#[derive(Clone, Debug)]
pub struct CartRef {
    /// Row id.
    pub id: Uuid,
    /// Whoever holds it may touch a guest's cart.
    pub token: Option<Token>,
    /// Who is logged in: customers may touch their own carts.
    pub customer_id: Option<Uuid>,
}

/// What a change came to. Something that changes nothing leaves the version as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartChange {
    /// Row id.
    pub cart_id: Uuid,
    /// What a client sends as the version that it expects, next time.
    pub version: i64,
    /// The lines that were added or changed, in the order of the input.
    pub line_ids: Vec<Uuid>,
}

/// What every flow gives.
pub(super) type Changed = Result<Outcome<CartChange, CartErrorCode>, DbError>;
pub(super) type Wrong = Vec<Refused<CartErrorCode>>;

pub(super) fn refused(error: &CartError) -> Wrong {
    vec![refusal(error, error.field().map(str::to_owned))]
}

/// The field is that of the list's entry: `lines.0.quantity`. What is about the whole cart has no entry.
pub(super) fn refused_at(list: &str, index: usize, error: &CartError) -> Wrong {
    let field = match (error, error.field()) {
        (CartError::TooManyLines { .. }, field) => field.map(str::to_owned),
        (_, Some(field)) => Some(format!("{list}.{index}.{field}")),
        (_, None) => Some(format!("{list}.{index}")),
    };
    vec![refusal(error, field)]
}

fn refusal(error: &CartError, field: Option<String>) -> Refused<CartErrorCode> {
    Refused { code: error.code(), field, message: error.to_string(), retry_after: None }
}

impl CartRef {
    /// Whether what the client has gives a right to this cart.
    pub fn opens(&self, cart: &StoredCart, now: DateTime<Utc>) -> bool {
        let hash = self.token.as_ref().map(Token::hash);
        cart.id == self.id && cart.is_open_to(hash.as_deref(), self.customer_id, now)
    }
}

impl Carts {
    /// The cart as it is, if the client may see it.
    pub async fn cart_by_ref(
        &self,
        conn: Conn<'_>,
        at: &CartRef,
        now: DateTime<Utc>,
    ) -> Result<Option<StoredCart>, DbError> {
        Ok(cart_by_id(conn, at.id).await?.filter(|cart| at.opens(cart, now)))
    }

    /// The cart for a change, locked.
    pub(super) async fn open(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Result<StoredCart, Wrong>, DbError> {
        let Some(cart) = lock_cart(tx, at.id).await?.filter(|cart| at.opens(cart, now)) else {
            return Ok(Err(refused(&CartError::CartNotFound)));
        };
        Ok(match expected_version {
            Some(expected) if expected != cart.version => {
                Err(refused(&CartError::VersionConflict { expected, actual: cart.version }))
            }
            _ => Ok(cart),
        })
    }

    /// Locks, changes and writes.
    pub(super) async fn change(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut StoredCart) -> Result<Vec<Uuid>, Wrong>,
    ) -> Changed {
        let before = match self.open(tx, at, expected_version, now).await? {
            Ok(cart) => cart,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let mut cart = before.clone();
        match act(&mut cart) {
            Ok(line_ids) => Ok(Ok(self.save(tx, &before, cart, line_ids, now).await?)),
            Err(wrong) => Ok(Err(wrong)),
        }
    }

    /// Writes a locked cart, if it is another one than before.
    pub(super) async fn save(
        &self,
        tx: &WriteTx,
        before: &StoredCart,
        mut cart: StoredCart,
        line_ids: Vec<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<CartChange, DbError> {
        let differs = cart.cart != before.cart || cart.gift_card_ids != before.gift_card_ids;
        cart.version = before.version + i64::from(differs);
        if differs || cart.customer_id != before.customer_id {
            cart.updated_at = now;
            cart.expires_at = self.expiry(&cart, now);
            save_cart(tx, before, &cart).await?;
        }
        Ok(CartChange { cart_id: cart.id, version: cart.version, line_ids })
    }

    /// It does not move with every change, so that most changes touch no index.
    pub(super) fn expiry(&self, cart: &StoredCart, now: DateTime<Utc>) -> DateTime<Utc> {
        let life = if cart.customer_id.is_some() { self.customer_life } else { self.guest_life };
        if now + life - cart.expires_at < life / 30 { cart.expires_at } else { now + life }
    }
}
