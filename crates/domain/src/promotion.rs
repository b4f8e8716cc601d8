//! Promotions: rules that take something off the price.
//!
//! [`discounts`](discounts()) says what the promotions of a shop take off a [`Basket`]; its documentation states the rules.
mod action;
mod basket;
mod buy_get;
mod check;
mod condition;
mod discounts;
mod ledger;
mod refusal;

pub use action::{Action, AmountPer, BuyGet, Class, Target};
pub use basket::{Basket, BasketLine, BasketShipping, EnteredCode};
pub use check::{PromotionError, PromotionErrorCode};
pub use condition::{Conditions, ItemFilter};
pub use discounts::{Discounts, LineDiscount, Refused, ShippingDiscount, discounts};
pub use refusal::{PromotionRefusal, PromotionRefusalCode};

use crate::refusal::shown;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A rule that takes something off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Row id.
    pub id: Uuid,
    /// What shoppers read beside the discount.
    pub name: String,
    /// Whether it comes by itself.
    pub trigger: Trigger,
    /// What it takes off.
    pub action: Action,
    /// When it may.
    pub conditions: Conditions,
    /// Greater goes first.
    pub priority: i32,
    /// Beside which others it may stand.
    pub combines_with: CombinesWith,
    /// How often it may be used.
    pub limits: UsageLimits,
}

/// What makes a promotion count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// It counts by itself.
    Automatic,
    /// The shopper enters one of its codes.
    Code,
}

/// The classes of promotions that one may stand beside. Two combine only if each names the class of the other; none
/// named means exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CombinesWith {
    /// Those that take something off products.
    pub product: bool,
    /// Those that take something off the order.
    pub order: bool,
    /// Those that make shipping free.
    pub shipping: bool,
}

impl CombinesWith {
    /// Stands alone.
    pub const NONE: Self = Self { product: false, order: false, shipping: false };
    /// Stands beside any that allows it.
    pub const ALL: Self = Self { product: true, order: true, shipping: true };

    fn names(self, class: Class) -> bool {
        match class {
            Class::Product => self.product,
            Class::Order => self.order,
            Class::Shipping => self.shipping,
        }
    }
}

/// How often a promotion may be used in orders. It is checked here against what the caller counted; that it holds while
/// many buy at once is the store's to enforce, in the transaction that places the order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UsageLimits {
    /// By everybody together; None: any number of times.
    pub total: Option<u64>,
    /// By one customer, a guest being known by e-mail; None: any number of times.
    pub per_customer: Option<u64>,
}

/// How often a promotion was used in orders that were not cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usage {
    /// By everybody together.
    pub total: u64,
    /// By the customer who buys now.
    pub by_customer: u64,
}

impl UsageLimits {
    /// Whether it may be used once more.
    pub fn admit(&self, usage: Usage) -> Result<(), PromotionRefusal> {
        match (self.total, self.per_customer) {
            (Some(limit), _) if usage.total >= limit => Err(PromotionRefusal::UsedUp),
            (_, Some(limit)) if usage.by_customer >= limit => Err(PromotionRefusal::UsedUpByCustomer { limit }),
            _ => Ok(()),
        }
    }
}

impl Promotion {
    /// What it takes something off.
    pub fn class(&self) -> Class {
        self.action.class()
    }

    /// Whether both may count in one cart.
    pub fn combines(&self, other: &Self) -> bool {
        self.combines_with.names(other.class()) && other.combines_with.names(self.class())
    }
}

/// The most characters that a coupon code may have.
pub const LONGEST_CODE: usize = 64;

/// A coupon code in the one form in which it is stored and looked up: trimmed, in upper case. None when it is empty,
/// longer than [`LONGEST_CODE`], or has a space or control character inside.
pub fn coupon_code(text: &str) -> Option<String> {
    let code = text.trim().to_uppercase();
    let fits = (1..=LONGEST_CODE).contains(&code.chars().count());
    (fits && !code.chars().any(|c| c.is_whitespace() || c.is_control())).then_some(code)
}

/// What a shopper is told of a code that no promotion has.
pub fn unknown_code(text: &str) -> PromotionRefusal {
    PromotionRefusal::UnknownCode(shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_one_spelling() {
        assert_eq!(coupon_code(" spring-24 ").as_deref(), Some("SPRING-24"));
        assert_eq!(coupon_code("prêt").as_deref(), Some("PRÊT"));
        for text in ["", "  ", "A B", "A\nB", &"x".repeat(65)] {
            assert_eq!(coupon_code(text), None, "{text}");
        }
    }

    #[test]
    fn limits_count_what_was_used() {
        let limits = UsageLimits { total: Some(10), per_customer: Some(1) };
        assert_eq!(limits.admit(Usage { total: 9, by_customer: 0 }), Ok(()));
        assert_eq!(limits.admit(Usage { total: 10, by_customer: 0 }), Err(PromotionRefusal::UsedUp));
        let used = limits.admit(Usage { total: 9, by_customer: 1 });
        assert_eq!(used, Err(PromotionRefusal::UsedUpByCustomer { limit: 1 }));
        assert_eq!(UsageLimits::default().admit(Usage { total: u64::MAX, by_customer: u64::MAX }), Ok(()));
    }
}
