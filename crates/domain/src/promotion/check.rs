//! Whether a promotion makes sense, before it is stored.
use super::{Action, BuyGet, Promotion};
use crate::money::Money;
use crate::rate::Rate;
use crate::refusal::Refusal;
use crate::word::words;

/// The most characters of a name.
const LONGEST_NAME: usize = 200;

words! {
    /// Why a promotion is not stored.
    PromotionErrorCode {
        /// The name is empty or has too many characters.
        InvalidName = "INVALID_NAME",
        /// The percentage is 0 or above 100.
        InvalidRate = "INVALID_RATE",
        /// An amount is zero or negative.
        InvalidAmount = "INVALID_AMOUNT",
        /// The end is not after the beginning.
        InvalidPeriod = "INVALID_PERIOD",
        /// A limit of uses is zero: end the promotion instead.
        InvalidLimit = "INVALID_LIMIT",
    }
}

/// Why a promotion is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromotionError {
    /// Empty or too long.
    #[error("the name has {0} characters: it needs 1 to {LONGEST_NAME}")]
    Name(usize),
    /// Nothing, or more than all.
    #[error("{0} is taken off nothing sensible: write more than 0% and at most 100%")]
    Rate(Rate),
    /// Nothing, or less.
    #[error("the amount {} {} is not more than zero", .0.amount(), .0.currency)]
    Amount(Money),
    /// Ends before it begins.
    #[error("the promotion ends before it begins, or just then: set `endsAt` after `startsAt`")]
    Period,
    /// Never usable.
    #[error("a limit of 0 uses makes the promotion useless: leave it out, or set at least 1")]
    Limit,
}

impl Refusal for PromotionError {
    type Code = PromotionErrorCode;
    fn code(&self) -> PromotionErrorCode {
        match self {
            Self::Name(_) => PromotionErrorCode::InvalidName,
            Self::Rate(_) => PromotionErrorCode::InvalidRate,
            Self::Amount(_) => PromotionErrorCode::InvalidAmount,
            Self::Period => PromotionErrorCode::InvalidPeriod,
            Self::Limit => PromotionErrorCode::InvalidLimit,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::Name(_) => "name",
            Self::Rate(_) => "rate",
            Self::Amount(_) => "amount",
            Self::Period => "endsAt",
            Self::Limit => "limits",
        })
    }
}

impl Promotion {
    /// Every mistake of a promotion; none is a promotion to store.
    pub fn mistakes(&self) -> Vec<PromotionError> {
        let length = self.name.trim().chars().count();
        let name = (!(1..=LONGEST_NAME).contains(&length)).then_some(PromotionError::Name(length));
        let period = match (self.conditions.starts_at, self.conditions.ends_at) {
            (Some(start), Some(end)) if end <= start => Some(PromotionError::Period),
            _ => None,
        };
        let minimum = self.conditions.minimum_subtotal.and_then(positive);
        let useless = self.limits.total == Some(0) || self.limits.per_customer == Some(0);
        let limit = useless.then_some(PromotionError::Limit);
        [name, self.action.mistake(), period, minimum, limit].into_iter().flatten().collect()
    }
}

impl Action {
    fn mistake(&self) -> Option<PromotionError> {
        match self {
            Self::PercentageOff { rate, .. } | Self::BuyGet(BuyGet { rate, .. })
                if rate.is_zero() || *rate > Rate::WHOLE =>
            {
                Some(PromotionError::Rate(*rate))
            }
            Self::BuyGet(BuyGet { at_most: Some(0), .. }) => Some(PromotionError::Limit),
            Self::AmountOff { amount, .. } | Self::FreeShipping { at_most: Some(amount), .. } => positive(*amount),
            _ => None,
        }
    }
}

fn positive(amount: Money) -> Option<PromotionError> {
    (amount.minor <= 0).then_some(PromotionError::Amount(amount))
}
