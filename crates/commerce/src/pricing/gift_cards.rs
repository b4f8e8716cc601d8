//! Codes of gift cards: they are money, so only their hash is stored.
use super::sha256;
use chrono::{DateTime, Utc};
use tradewind_domain::{
    gift_card::{GiftCardCode, GiftCardError},
    money::Money,
};
use tradewind_persistence::{
    DbError,
    write::{Conn, NewGiftCard, StoredGiftCard, gift_card_by_hash},
};
use uuid::Uuid;

/// What is stored of a code: SHA-256, hexadecimal.
pub fn gift_card_hash(code: &GiftCardCode) -> String {
    sha256(code.as_str())
}

/// A card to be stored. Its code must come from a cryptographic generator, and is known to its buyer alone.
pub fn new_gift_card(id: Uuid, code: &GiftCardCode, issued: Money, expires_at: Option<DateTime<Utc>>) -> NewGiftCard {
    let (code_hash, last_four) = (gift_card_hash(code), code.last_four().to_owned());
    NewGiftCard { id, code_hash, last_four, issued, expires_at }
}

/// The card whose code somebody typed. A text that cannot be a code and a code that no card has are told alike.
pub async fn gift_card_by_code(conn: Conn<'_>, text: &str) -> Result<Result<StoredGiftCard, GiftCardError>, DbError> {
    let Ok(code) = GiftCardCode::parse(text) else { return Ok(Err(GiftCardError::NotFound)) };
    Ok(gift_card_by_hash(conn, &gift_card_hash(&code)).await?.ok_or(GiftCardError::NotFound))
}
