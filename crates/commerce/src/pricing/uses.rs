//! What an order uses up, in the transaction that places it: as [`Pricing`](crate::checkout::Pricing) wants it.
use super::sha256;
use crate::checkout::{Buyer, CardAmount, Quote};
use chrono::{DateTime, Utc};
use tradewind_persistence::{
    DbError,
    write::{BuyerKey, CardMove, WriteTx, redeem_gift_cards, refund_gift_cards, release_promotions, use_promotions},
};
use uuid::Uuid;

/// Counts the uses of the quote's promotions, and takes what its gift cards pay. False where a limit is reached or a card
/// cannot pay any more: then the caller undoes it.
pub async fn use_up(tx: &WriteTx, quote: &Quote, buyer: &Buyer, now: DateTime<Utc>) -> Result<bool, DbError> {
    let promotions: Vec<Uuid> = quote.promotions.iter().map(|it| it.promotion_id).collect();
    let email_hash = sha256(&buyer.email);
    let key = BuyerKey { customer_id: buyer.customer_id, email_hash: Some(&email_hash) };
    Ok(use_promotions(tx, buyer.order_id, &promotions, key, now).await?
        && redeem_gift_cards(tx, buyer.order_id, &quote.currency, &moves(&quote.gift_cards), now).await?)
}

/// Gives money back to gift cards that paid for an order. More than the order took is an error.
pub async fn refund_cards(
    tx: &WriteTx,
    order_id: Uuid,
    cards: &[CardAmount],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    refund_gift_cards(tx, order_id, &moves(cards), now).await
}

/// The order is cancelled: its uses of promotions do not count any more.
pub async fn release_uses(tx: &WriteTx, order_id: Uuid) -> Result<(), DbError> {
    release_promotions(tx, order_id).await
}

fn moves(cards: &[CardAmount]) -> Vec<CardMove> {
    cards.iter().map(|it| CardMove { gift_card_id: it.gift_card_id, amount: it.amount }).collect()
}
