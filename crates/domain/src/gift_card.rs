//! Gift cards: money that was paid before. They reduce what is due, never what is taxed.
use crate::currency::Currency;
use crate::money::Money;
use crate::refusal::{Refusal, shown};
use crate::word::words;
use chrono::{DateTime, Utc};
use std::fmt;
use uuid::Uuid;

/// Crockford's base 32: no I, L, O and U, which are misread or make words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a holder types: sixteen letters and digits, 80 random bits, shown in groups of four.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GiftCardCode(String);

impl GiftCardCode {
    /// A new code of random bytes, which come from a cryptographic generator.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        let mut bits = bytes.iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
        let mut letters = [0u8; 16];
        for letter in letters.iter_mut().rev() {
            *letter = ALPHABET[(bits % 32) as usize];
            bits /= 32;
        }
        Self(letters.iter().map(|letter| char::from(*letter)).collect())
    }

    /// Reads what a holder typed: case, spaces and hyphens do not matter; O is 0, I and L are 1.
    pub fn parse(text: &str) -> Result<Self, GiftCardError> {
        let letters = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        });
        let code: String = letters.take(17).collect();
        let known = code.bytes().all(|letter| ALPHABET.contains(&letter));
        if code.len() == 16 && known { Ok(Self(code)) } else { Err(GiftCardError::Malformed(shown(text))) }
    }

    /// Without hyphens: what is hashed, stored and looked up.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is printed: `ABCD-EFGH-JKMN-PQRS`.
    pub fn grouped(&self) -> String {
        [&self.0[..4], &self.0[4..8], &self.0[8..12], &self.0[12..]].join("-")
    }

    /// The last four characters, to tell cards apart without giving them away.
    pub fn last_four(&self) -> &str {
        &self.0[12..]
    }
}

/// A code is money: only its end is shown.
impl fmt::Debug for GiftCardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GiftCardCode(…{})", self.last_four())
    }
}

/// A gift card without its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftCard {
    /// Row id.
    pub id: Uuid,
    /// What was paid for it.
    pub issued: Money,
    /// What is left, in minor units of `issued`'s currency; from 0 to `issued`.
    pub balance: i64,
    /// From when on it is worth nothing; None: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// False: the shop has blocked it.
    pub enabled: bool,
}

words! {
    /// Why a gift card cannot be used.
    GiftCardErrorCode {
        /// The text does not have the form of a code, or no card has it: the same answer, so that codes cannot be guessed.
        NotFound = "GIFT_CARD_NOT_FOUND",
        /// The card is of another currency than the cart.
        WrongCurrency = "GIFT_CARD_WRONG_CURRENCY",
        /// The card is no longer valid.
        Expired = "GIFT_CARD_EXPIRED",
        /// The shop has blocked the card.
        Disabled = "GIFT_CARD_DISABLED",
        /// There is nothing left on the card, or less than is to be taken.
        InsufficientBalance = "GIFT_CARD_INSUFFICIENT_BALANCE",
        /// An amount of zero or less is to be moved, or more is to be given back than was taken.
        InvalidAmount = "INVALID_AMOUNT",
    }
}

/// Why a gift card cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GiftCardError {
    /// Not sixteen characters of the alphabet.
    #[error("`{0}` is not the code of a gift card: type the sixteen letters and digits that are on it")]
    Malformed(String),
    /// No such card.
    #[error("there is no gift card with this code: check the sixteen letters and digits")]
    NotFound,
    /// Another currency.
    #[error("the gift card is of {card}: it cannot pay for a cart in {cart}")]
    WrongCurrency {
        /// The card's.
        card: Currency,
        /// The cart's.
        cart: Currency,
    },
    /// Too late.
    #[error("the gift card expired on {}", .0.format("%Y-%m-%d"))]
    Expired(DateTime<Utc>),
    /// Blocked.
    #[error("the gift card is blocked: ask the shop")]
    Disabled,
    /// Less is left.
    #[error("the gift card has {} {} left", .0.amount(), .0.currency)]
    InsufficientBalance(Money),
    /// Zero, negative, or more than there was.
    #[error("{0} minor units cannot be moved from or to the gift card")]
    InvalidAmount(i64),
}

impl Refusal for GiftCardError {
    type Code = GiftCardErrorCode;
    fn code(&self) -> GiftCardErrorCode {
        match self {
            Self::Malformed(_) | Self::NotFound => GiftCardErrorCode::NotFound,
            Self::WrongCurrency { .. } => GiftCardErrorCode::WrongCurrency,
            Self::Expired(_) => GiftCardErrorCode::Expired,
            Self::Disabled => GiftCardErrorCode::Disabled,
            Self::InsufficientBalance(_) => GiftCardErrorCode::InsufficientBalance,
            Self::InvalidAmount(_) => GiftCardErrorCode::InvalidAmount,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some("code")
    }
}

impl GiftCard {
    /// What the card can pay of something in `currency` at `now`; more than zero.
    pub fn spendable(&self, currency: Currency, now: DateTime<Utc>) -> Result<i64, GiftCardError> {
        if self.issued.currency != currency {
            return Err(GiftCardError::WrongCurrency { card: self.issued.currency, cart: currency });
        }
        if !self.enabled {
            return Err(GiftCardError::Disabled);
        }
        match self.expires_at {
            Some(end) if end <= now => Err(GiftCardError::Expired(end)),
            _ if self.balance <= 0 => Err(GiftCardError::InsufficientBalance(self.left())),
            _ => Ok(self.balance),
        }
    }

    /// The card after `amount` was taken from it.
    pub fn redeem(mut self, amount: Money, now: DateTime<Utc>) -> Result<Self, GiftCardError> {
        let spendable = self.spendable(amount.currency, now)?;
        if amount.minor <= 0 {
            return Err(GiftCardError::InvalidAmount(amount.minor));
        }
        if amount.minor > spendable {
            return Err(GiftCardError::InsufficientBalance(self.left()));
        }
        self.balance -= amount.minor;
        Ok(self)
    }

    /// The card after `amount` came back from a cancelled or refunded order. Also an expired or blocked card takes its
    /// money back: otherwise it would be lost.
    pub fn give_back(mut self, amount: Money) -> Result<Self, GiftCardError> {
        if self.issued.currency != amount.currency {
            return Err(GiftCardError::WrongCurrency { card: self.issued.currency, cart: amount.currency });
        }
        match self.balance.checked_add(amount.minor) {
            Some(balance) if amount.minor > 0 && balance <= self.issued.minor => {
                self.balance = balance;
                Ok(self)
            }
            _ => Err(GiftCardError::InvalidAmount(amount.minor)),
        }
    }

    fn left(&self) -> Money {
        Money::new(self.balance, self.issued.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_misread() {
        let code = GiftCardCode::from_random([0, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code.grouped(), "0123-4567-89AB-CDEF");
        for text in ["0123-4567-89AB-CDEF", "o1234567 89ab cdef", " OI23456789abcdef", "0L23 4567 89AB CDEF"] {
            assert_eq!(GiftCardCode::parse(text), Ok(code.clone()), "{text}");
        }
        for text in ["", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "0123-4567-89AB-CDEU", "٠123-4567-89AB-CDEF"] {
            assert!(matches!(GiftCardCode::parse(text), Err(GiftCardError::Malformed(_))), "{text}");
        }
        assert_eq!(format!("{code:?}"), "GiftCardCode(…CDEF)");
    }

    #[test]
    fn a_card_pays_while_it_is_valid() {
        let now = DateTime::UNIX_EPOCH;
        let eur = |minor| Money::new(minor, Currency::EUR);
        let card = GiftCard { id: Uuid::nil(), issued: eur(5_000), balance: 5_000, expires_at: None, enabled: true };
        let card = card.redeem(eur(2_000), now).unwrap();
        assert_eq!(card.spendable(Currency::EUR, now), Ok(3_000));
        assert_eq!(card.clone().redeem(eur(3_001), now), Err(GiftCardError::InsufficientBalance(eur(3_000))));
        assert_eq!(card.clone().redeem(eur(0), now), Err(GiftCardError::InvalidAmount(0)));
        let usd = Err(GiftCardError::WrongCurrency { card: Currency::EUR, cart: Currency::USD });
        assert_eq!(card.spendable(Currency::USD, now), usd);
        let expired = GiftCard { expires_at: Some(now), ..card.clone() };
        assert_eq!(expired.spendable(Currency::EUR, now), Err(GiftCardError::Expired(now)));
        assert_eq!(expired.give_back(eur(2_000)).unwrap().balance, 5_000);
        assert_eq!(card.clone().give_back(eur(2_001)), Err(GiftCardError::InvalidAmount(2_001)));
        let blocked = GiftCard { enabled: false, ..card };
        assert_eq!(blocked.spendable(Currency::EUR, now), Err(GiftCardError::Disabled));
    }
}
