//! Gift cards that staff issue and block.
use super::{Answer, refuse};
use crate::{
    account::{Moment, Token, refusal::codes},
    pricing::new_gift_card,
    staff::Audited,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    gift_card::GiftCardCode,
    money::Money,
};
use tradewind_persistence::write::{NewGiftCard, WriteTx, enable_gift_card, insert_gift_cards, lock_gift_card};
use uuid::Uuid;

codes! {
    /// Why a gift card is not issued or changed.
    Code {
        /// There is no such gift card.
        NotFound = "GIFT_CARD_NOT_FOUND",
        /// The amount is not more than zero.
        InvalidAmount = "INVALID_AMOUNT",
        /// It would have ended already.
        InvalidExpiry = "INVALID_EXPIRY",
    }
}

/// A card, with its code, which is shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Issued {
    /// Row id.
    pub id: Uuid,
    /// In groups of four.
    pub code: Token,
}

fn kept(card: &NewGiftCard) -> Value {
    json!({
        "lastFour": card.last_four,
        "amount": card.issued.amount(),
        "currencyCode": card.issued.currency,
        "expiresAt": card.expires_at,
        "isEnabled": true,
    })
}

/// Issues a card. Whoever has its code has the money: the database has its hash alone.
pub async fn issue(
    tx: &WriteTx,
    amount: Money,
    expires_at: Option<DateTime<Utc>>,
    moment: &mut Moment<'_>,
) -> Answer<Issued, Code> {
    if amount.minor <= 0 {
        return refuse(Code::InvalidAmount, "amount", "A gift card is worth more than zero.");
    }
    if expires_at.is_some_and(|at| at <= moment.now()) {
        return refuse(Code::InvalidExpiry, "expiresAt", "The time is over already: choose a later one, or none.");
    }
    let code = GiftCardCode::from_random(moment.bytes());
    let card = new_gift_card(moment.id(), &code, amount, expires_at);
    let id = card.id;
    let change = Change::created("giftCardIssue", Subject::GiftCard, id, kept(&card));
    insert_gift_cards(tx, &[card], moment.now()).await?;
    Ok(Ok(Audited::new(Issued { id, code: Token::sent(code.grouped()) }, change)))
}

/// Blocks a card, or opens it again. Its money stays on it.
pub async fn enable(tx: &WriteTx, id: Uuid, enabled: bool, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let Some(before) = lock_gift_card(tx, id).await? else {
        return refuse(Code::NotFound, "id", "There is no such gift card: look at `giftCards`.");
    };
    if before.stored.card.enabled == enabled {
        return Ok(Ok(Audited::unchanged(id)));
    }
    enable_gift_card(tx, id, enabled, moment.now()).await?;
    let action = if enabled { "giftCardEnable" } else { "giftCardDisable" };
    let told = |enabled: bool| json!({ "isEnabled": enabled });
    Ok(Ok(Audited::new(id, Change::updated(action, Subject::GiftCard, id, told(!enabled), told(enabled)))))
}
