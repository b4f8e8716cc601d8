//! Why a promotion takes nothing off.
use crate::money::Money;
use crate::refusal::Refusal;
use crate::word::words;
use chrono::{DateTime, Utc};
use uuid::Uuid;

words! {
    /// Why a coupon takes nothing off.
    PromotionRefusalCode {
        /// No promotion has this code.
        CodeNotFound = "COUPON_NOT_FOUND",
        /// The promotion has not begun.
        NotStarted = "COUPON_NOT_STARTED",
        /// The promotion is over.
        Expired = "COUPON_EXPIRED",
        /// The promotion was used as often as it may be, by everybody together.
        UsageLimitReached = "COUPON_USAGE_LIMIT_REACHED",
        /// The customer has used the promotion as often as one may.
        CustomerLimitReached = "COUPON_CUSTOMER_LIMIT_REACHED",
        /// The promotion is for another channel or currency.
        NotInChannel = "COUPON_NOT_IN_CHANNEL",
        /// The promotion is for customers of another group.
        NotForCustomer = "COUPON_NOT_FOR_CUSTOMER",
        /// The matching lines cost too little.
        MinimumSubtotalNotMet = "COUPON_MINIMUM_SUBTOTAL_NOT_MET",
        /// There are too few matching units.
        MinimumQuantityNotMet = "COUPON_MINIMUM_QUANTITY_NOT_MET",
        /// Another promotion that counts does not combine with it.
        NotCombinable = "COUPON_NOT_COMBINABLE",
        /// There is nothing in the cart that the promotion takes something off.
        NothingToDiscount = "COUPON_NOTHING_TO_DISCOUNT",
    }
}

/// Why a promotion takes nothing off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromotionRefusal {
    /// No promotion has the code.
    #[error("there is no coupon `{0}`: check the spelling")]
    UnknownCode(String),
    /// Before `starts_at`.
    #[error("the coupon is valid from {} on", .0.format("%Y-%m-%d"))]
    NotStarted(DateTime<Utc>),
    /// At or after `ends_at`.
    #[error("the coupon was valid until {}", .0.format("%Y-%m-%d"))]
    Ended(DateTime<Utc>),
    /// By everybody together.
    #[error("the coupon was used as often as it may be")]
    UsedUp,
    /// By this customer.
    #[error("the coupon may be used {limit} times by one customer, and was")]
    UsedUpByCustomer {
        /// How often one may.
        limit: u64,
    },
    /// Other channels.
    #[error("the coupon is not valid in this channel")]
    OtherChannel,
    /// Amounts of another currency.
    #[error("the coupon is not valid in this currency")]
    OtherCurrency,
    /// Other groups.
    #[error("the coupon is for other customers: log in, if you are one of them")]
    OtherCustomers,
    /// Too little money.
    #[error("the coupon needs goods for {} {}: there are {} {}", .needed.amount(), .needed.currency, .has.amount(), .has.currency)]
    MinimumSubtotal {
        /// What the matching lines must cost.
        needed: Money,
        /// What they cost.
        has: Money,
    },
    /// Too few units.
    #[error("the coupon needs {needed} matching units: there are {has}")]
    MinimumQuantity {
        /// How many units must match.
        needed: u64,
        /// How many do.
        has: u64,
    },
    /// One that went first does not stand beside it.
    #[error("the coupon does not combine with another discount of this cart")]
    NotCombinable {
        /// The one that went first.
        with: Uuid,
    },
    /// No matching line, or nothing left of it.
    #[error("there is nothing in the cart that the coupon takes something off")]
    NothingToDiscount,
}

impl Refusal for PromotionRefusal {
    type Code = PromotionRefusalCode;
    fn code(&self) -> PromotionRefusalCode {
        use PromotionRefusalCode as Code;
        match self {
            Self::UnknownCode(_) => Code::CodeNotFound,
            Self::NotStarted(_) => Code::NotStarted,
            Self::Ended(_) => Code::Expired,
            Self::UsedUp => Code::UsageLimitReached,
            Self::UsedUpByCustomer { .. } => Code::CustomerLimitReached,
            Self::OtherChannel | Self::OtherCurrency => Code::NotInChannel,
            Self::OtherCustomers => Code::NotForCustomer,
            Self::MinimumSubtotal { .. } => Code::MinimumSubtotalNotMet,
            Self::MinimumQuantity { .. } => Code::MinimumQuantityNotMet,
            Self::NotCombinable { .. } => Code::NotCombinable,
            Self::NothingToDiscount => Code::NothingToDiscount,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some("code")
    }
}
