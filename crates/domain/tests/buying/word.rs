use std::collections::BTreeSet;
use std::fmt::Debug;
use tradewind_domain::address::AddressErrorCode;
use tradewind_domain::cart::{CartErrorCode, CartWarningCode};
use tradewind_domain::checkout::{CheckoutErrorCode, ReturnReason};
use tradewind_domain::email::EmailErrorCode;
use tradewind_domain::gift_card::GiftCardErrorCode;
use tradewind_domain::order::*;
use tradewind_domain::password::PasswordErrorCode;
use tradewind_domain::payment::{PaymentErrorCode, PaymentStage, PaymentStatus};
use tradewind_domain::pricing_error::PricingErrorCode;
use tradewind_domain::promotion::{PromotionErrorCode, PromotionRefusalCode};
use tradewind_domain::shipping::ShippingErrorCode;
use tradewind_domain::staff::{Access, Area, BuiltInRole};
use tradewind_domain::word::Word;

/// Words are unique, described, spelled alike, and read back, also from JSON.
fn check<W: Word + Debug + PartialEq + serde::Serialize>(spelled: fn(char) -> bool) {
    let names: BTreeSet<&str> = W::ALL.iter().map(|word| word.as_str()).collect();
    assert_eq!(names.len(), W::ALL.len(), "{names:?}");
    for word in W::ALL {
        assert!(word.as_str().chars().all(|c| c == '_' || c.is_ascii_digit() || spelled(c)), "{word:?}");
        assert!(word.description().ends_with('.') && word.description().len() > 4, "{word:?}");
        assert_eq!(W::parse(word.as_str()), Some(*word));
        assert_eq!(serde_json::to_string(word).unwrap(), format!("\"{}\"", word.as_str()));
    }
    assert_eq!(W::parse(""), None);
}

#[test]
fn codes_are_words_in_capitals() {
    let capital = |c: char| c.is_ascii_uppercase();
    check::<AddressErrorCode>(capital);
    check::<CartErrorCode>(capital);
    check::<CartWarningCode>(capital);
    check::<CheckoutErrorCode>(capital);
    check::<EmailErrorCode>(capital);
    check::<GiftCardErrorCode>(capital);
    check::<OrderErrorCode>(capital);
    check::<PasswordErrorCode>(capital);
    check::<PaymentErrorCode>(capital);
    check::<PricingErrorCode>(capital);
    check::<PromotionErrorCode>(capital);
    check::<PromotionRefusalCode>(capital);
    check::<ShippingErrorCode>(capital);
}

#[test]
fn states_are_words_in_small_letters() {
    let small = |c: char| c.is_ascii_lowercase();
    check::<OrderStage>(small);
    check::<PaymentTerms>(small);
    check::<FulfilmentStage>(small);
    check::<ReturnStage>(small);
    check::<OrderStatus>(small);
    check::<OrderPaymentStatus>(small);
    check::<OrderFulfilmentStatus>(small);
    check::<OrderReturnStatus>(small);
    check::<OrderEventKind>(small);
    check::<PaymentStage>(small);
    check::<PaymentStatus>(small);
    check::<ReturnReason>(small);
    check::<Area>(small);
    check::<Access>(small);
    check::<BuiltInRole>(small);
}
