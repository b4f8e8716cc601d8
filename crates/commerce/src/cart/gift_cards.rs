//! The gift cards of a cart. What is in it is the card's row: its code is known to its holder only.
use super::{
    CartRef, Carts,
    carts::{Changed, refused},
};
use crate::pricing::gift_card_by_code;
use chrono::{DateTime, Utc};
use tradewind_domain::cart::CartError;
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

impl Carts {
    /// Puts the gift card with this code into a cart, behind those that are there. Codes are money: the caller limits how
    /// often somebody may try. What the card pays is told with the price of the cart.
    pub async fn add_gift_card(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        code: &str,
        now: DateTime<Utc>,
    ) -> Changed {
        let before = match self.open(tx, at, expected_version, now).await? {
            Ok(cart) => cart,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let Ok(found) = gift_card_by_code(tx.into(), code).await? else {
            return Ok(Err(refused(&CartError::GiftCardNotFound)));
        };
        let mut cart = before.clone();
        if !cart.gift_card_ids.contains(&found.card.id) {
            if cart.gift_card_ids.len() >= self.gift_cards {
                return Ok(Err(refused(&CartError::TooManyGiftCards { limit: self.gift_cards })));
            }
            cart.gift_card_ids.push(found.card.id);
        }
        Ok(Ok(self.save(tx, &before, cart, Vec::new(), now).await?))
    }

    /// Takes a gift card out.
    pub async fn remove_gift_card(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        gift_card_id: Uuid,
        now: DateTime<Utc>,
    ) -> Changed {
        self.change(tx, at, expected_version, now, |cart| {
            let before = cart.gift_card_ids.len();
            cart.gift_card_ids.retain(|id| *id != gift_card_id);
            if cart.gift_card_ids.len() < before {
                return Ok(Vec::new());
            }
            Err(refused(&CartError::GiftCardNotFound))
        })
        .await
    }
}
