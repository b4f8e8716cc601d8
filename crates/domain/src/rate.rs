//! Rates: percentages in parts per million, rounded half up. No float.
use crate::refusal::shown;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Parts in a whole.
const WHOLE: i128 = 1_000_000;

/// A percentage with four decimals (8.875 % of New York City, 1.4375 % of some counties), zero or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Rate(u32);

/// A text or figure that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rate: write a percentage from 0 to 1000 with at most four decimals, such as 8.875")]
pub struct BadRate(pub String);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it: 100 %.
    pub const WHOLE: Self = Self(1_000_000);
    /// The most that is accepted: 1000 %. Some customs duties are above 100 %.
    pub const MAX: Self = Self(10_000_000);

    /// A rate from parts per million: `88_750` is 8.875 %.
    pub fn from_ppm(ppm: u32) -> Result<Self, BadRate> {
        if ppm <= Self::MAX.0 { Ok(Self(ppm)) } else { Err(BadRate(format!("{ppm} parts per million"))) }
    }

    /// A rate from hundredths of a percent: `1_900` is 19 %.
    pub fn from_basis_points(points: u32) -> Result<Self, BadRate> {
        points
            .checked_mul(100)
            .and_then(|ppm| Self::from_ppm(ppm).ok())
            .ok_or(BadRate(format!("{points} basis points")))
    }

    /// Reads a percentage: `19`, `8.875`, `0.25`.
    pub fn parse(text: &str) -> Result<Self, BadRate> {
        let bad = || BadRate(shown(text));
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 4 || fraction.len() > 4 || !digits(whole) || !digits(fraction) {
            return Err(bad());
        }
        let ppm = format!("{whole}{fraction:0<4}").parse().map_err(|_| bad())?;
        Self::from_ppm(ppm).map_err(|_| bad())
    }

    /// Parts per million.
    pub fn ppm(self) -> u32 {
        self.0
    }

    /// Whether it is 0 %.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This part of `amount`, rounded half up (towards plus infinity); None beyond 64 bits.
    pub fn of(self, amount: i64) -> Option<i64> {
        half_up(i128::from(amount) * i128::from(self.0), WHOLE)
    }

    /// The part of `gross` that was added at this rate, rounded half up: 19 % are 19 of 119. At most `gross` where that
    /// is zero or more.
    pub fn contained_in(self, gross: i64) -> i64 {
        let part = i128::from(gross) * i128::from(self.0);
        // |part| is at most |gross| × ppm ÷ (ppm + WHOLE), so it fits.
        half_up(part, WHOLE + i128::from(self.0)).unwrap_or(gross)
    }

    /// Both rates together; None above [`MAX`](Self::MAX).
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(|ppm| Self::from_ppm(ppm).ok())
    }
}

fn half_up(numerator: i128, denominator: i128) -> Option<i64> {
    i64::try_from((2 * numerator + denominator).div_euclid(2 * denominator)).ok()
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 10_000, self.0 % 10_000);
        match fraction {
            0 => write!(f, "{whole}%"),
            _ => write!(f, "{whole}.{}%", format!("{fraction:04}").trim_end_matches('0')),
        }
    }
}
impl TryFrom<u32> for Rate {
    type Error = BadRate;
    fn try_from(ppm: u32) -> Result<Self, BadRate> {
        Self::from_ppm(ppm)
    }
}
impl From<Rate> for u32 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    #[test]
    fn reads_and_writes_percentages() {
        for (text, ppm, written) in [
            ("19", 190_000, "19%"),
            ("8.875", 88_750, "8.875%"),
            ("0.0001", 1, "0.0001%"),
            ("1000", 10_000_000, "1000%"),
        ] {
            assert_eq!((rate(text).ppm(), rate(text).to_string().as_str()), (ppm, written));
        }
        assert_eq!(Rate::from_basis_points(1_900), Ok(rate("19")));
        for text in ["", ".", ".5", "-1", "1.00001", "1000.0001", "1e2", "19%", "99999", "١"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
        assert!(Rate::from_basis_points(u32::MAX).is_err());
    }

    #[test]
    fn a_half_is_rounded_up() {
        assert_eq!(rate("50").of(1), Some(1));
        assert_eq!(rate("50").of(3), Some(2));
        assert_eq!(rate("50").of(-1), Some(0));
        assert_eq!(rate("19").of(250), Some(48));
        assert_eq!(rate("10").of(44), Some(4));
        assert_eq!(rate("19").contained_in(11_900), 1_900);
        assert_eq!(rate("100").contained_in(1), 1);
        assert_eq!(Rate::MAX.of(i64::MAX), None);
        assert!(Rate::MAX.contained_in(i64::MAX) < i64::MAX);
    }

    #[test]
    fn rates_add_up_to_the_limit() {
        assert_eq!(rate("6").plus(rate("0.25")), Some(rate("6.25")));
        assert_eq!(Rate::MAX.plus(rate("0.0001")), None);
    }
}
