//! Money as integer minor units. No float anywhere.
use crate::currency::Currency;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// An amount in minor units (cents for EUR, yen for JPY) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; `1299` is 12.99 in a currency with two digits.
    pub minor: i64,
    /// What the minor units are of.
    pub currency: Currency,
}

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    /// Nothing there.
    #[error("the amount is empty: write a number such as 12.99")]
    Empty,
    /// Separators of another locale, which could be read in two ways.
    #[error(
        "`{0}` mixes or misplaces separators: write a plain number with a point and no thousands separator, such as 1299.00"
    )]
    Separators(String),
    /// Not a number.
    #[error("`{0}` is not a number: write digits with an optional point, such as 12.99")]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("`{0}` has more decimals than {1} allows ({2})")]
    TooPrecise(String, Currency, u32),
    /// Below zero where that means nothing.
    #[error("`{0}` is negative: an amount is zero or more")]
    Negative(String),
    /// Beyond 64-bit minor units.
    #[error("`{0}` is too large")]
    TooLarge(String),
}

/// A figure beyond 64-bit minor units: nothing that is sold costs that much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large")]
pub struct Overflow;

/// The sum of amounts of one currency, in minor units.
pub fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, Overflow> {
    amounts.into_iter().try_fold(0i64, i64::checked_add).ok_or(Overflow)
}

/// What `quantity` units at `unit` cost, in minor units.
pub fn times(unit: i64, quantity: u32) -> Result<i64, Overflow> {
    unit.checked_mul(i64::from(quantity)).ok_or(Overflow)
}

impl Money {
    /// An amount from its minor units.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads `12`, `12.9` or `12.99`; extra decimals are accepted only if they are zeros.
    /// A comma, an apostrophe or a space is refused: `1.299,00` and `1,299.00` cannot be told apart by machine.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, BadAmount> {
        let text = text.trim();
        let shown = || text.chars().take(40).collect::<String>();
        if text.is_empty() {
            return Err(BadAmount::Empty);
        }
        if text.starts_with('-') && text[1..].bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(BadAmount::Negative(shown()));
        }
        let digits_or_separators = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}' | '’'));
        if digits_or_separators
            && (text.contains(|c: char| !c.is_ascii_digit() && c != '.') || text.matches('.').count() > 1)
        {
            return Err(BadAmount::Separators(shown()));
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if !numeric(whole) || !numeric(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(BadAmount::NotANumber(shown()));
        }
        let exponent = currency.exponent();
        let significant = fraction.trim_end_matches('0');
        if significant.len() > exponent as usize {
            return Err(BadAmount::TooPrecise(shown(), currency, exponent));
        }
        let mut minor: i64 = 0;
        let padding = std::iter::repeat_n(b'0', exponent as usize - significant.len());
        for digit in whole.bytes().chain(significant.bytes()).chain(padding) {
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(digit - b'0')))
                .ok_or_else(|| BadAmount::TooLarge(shown()))?;
        }
        Ok(Self { minor, currency })
    }

    /// The decimal string that the API answers: `12.99`, with as many decimals as the currency has.
    pub fn amount(&self) -> String {
        let exponent = self.currency.exponent();
        let scale = 10u64.pow(exponent);
        let magnitude = self.minor.unsigned_abs();
        let mut out = String::with_capacity(16);
        if self.minor < 0 {
            out.push('-');
        }
        // Writing into a String cannot fail.
        let _ = match exponent {
            0 => write!(out, "{magnitude}"),
            _ => write!(out, "{}.{:0width$}", magnitude / scale, magnitude % scale, width = exponent as usize),
        };
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn eur(text: &str) -> Result<i64, BadAmount> {
        Money::parse(text, Currency::EUR).map(|m| m.minor)
    }

    #[test]
    fn reads_plain_numbers_and_refuses_other_locales() {
        assert_eq!(eur("50"), Ok(5000));
        assert_eq!(eur("9.9"), Ok(990));
        assert_eq!(eur(" 9.990 "), Ok(999));
        assert_eq!(eur(".5"), Ok(50));
        for text in ["1.299,00", "1,299.00", "1 299", "1'299.00", "12,99", "1.2.3"] {
            assert!(matches!(eur(text), Err(BadAmount::Separators(_))), "{text}");
        }
        for text in ["12.999", "0.001"] {
            assert!(matches!(eur(text), Err(BadAmount::TooPrecise(..))), "{text}");
        }
        for text in ["€12", "abc", "1e3", ".", "12.9a", "٣"] {
            assert!(matches!(eur(text), Err(BadAmount::NotANumber(_) | BadAmount::Separators(_))), "{text}");
        }
        assert!(matches!(eur("-1"), Err(BadAmount::Negative(_))));
        assert!(matches!(eur("92233720368547758.08"), Err(BadAmount::TooLarge(_))));
        assert_eq!(eur("92233720368547758.07"), Ok(i64::MAX));
        assert_eq!(Money::parse("12", Currency::parse("JPY").unwrap()).unwrap().amount(), "12");
        assert_eq!(Money::parse("1.5", Currency::parse("KWD").unwrap()).unwrap().amount(), "1.500");
    }

    proptest! {
        #[test]
        fn amount_then_parse_is_the_same(minor in 0..i64::MAX, code in "EUR|JPY|KWD|CLF") {
            let money = Money::new(minor, Currency::parse(&code).unwrap());
            prop_assert_eq!(Money::parse(&money.amount(), money.currency), Ok(money));
        }

        #[test]
        fn any_text_is_an_amount_or_an_error(text in "\\PC{0,30}") {
            let _ = Money::parse(&text, Currency::EUR);
        }
    }
}
