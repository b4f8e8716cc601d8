//! Whether a promotion can be stored, and where each mistake stands in its input.
use super::{promotions::Code, text::line};
use crate::account::{
    Outcome,
    refusal::{Refused, refused_field},
};
use std::collections::BTreeSet;
use tradewind_domain::{
    promotion::{
        Action, CombinesWith, Conditions, ItemFilter, Promotion, PromotionError, PromotionErrorCode, Target, Trigger,
        UsageLimits, coupon_code,
    },
    refusal::Refusal,
};
use tradewind_persistence::write::StoredPromotion;
use uuid::Uuid;

/// Coupon codes of one promotion.
pub const MOST_CODES: usize = 500;
/// Products, variants, collections, categories, channels or groups in one list of a promotion.
pub const MOST_IDS: usize = 1_000;

impl From<PromotionErrorCode> for Code {
    fn from(code: PromotionErrorCode) -> Self {
        match code {
            PromotionErrorCode::InvalidName => Self::InvalidName,
            PromotionErrorCode::InvalidRate => Self::InvalidRate,
            PromotionErrorCode::InvalidAmount => Self::InvalidAmount,
            PromotionErrorCode::InvalidPeriod => Self::InvalidPeriod,
            PromotionErrorCode::InvalidLimit => Self::InvalidLimit,
        }
    }
}

/// The promotion as it is stored, or all that is wrong with it.
pub(super) fn checked(mut stored: StoredPromotion) -> Outcome<StoredPromotion, Code> {
    let mut refused: Vec<Refused<Code>> = Vec::new();
    // The domain has words for a name that is empty or too long.
    match line(&stored.promotion.name, usize::MAX) {
        Ok(name) => stored.promotion.name = name,
        Err(why) if !stored.promotion.name.trim().is_empty() => {
            refused.extend(refused_field(Code::InvalidName, "name", &why));
        }
        Err(_) => {}
    }
    refused.extend(mistakes(&stored.promotion));
    refused.extend(too_many_ids(&stored.promotion));
    match codes(&stored) {
        Ok(codes) => stored.codes = codes,
        Err(more) => refused.extend(more),
    }
    if refused.is_empty() { Ok(stored) } else { Err(refused) }
}

fn mistakes(promotion: &Promotion) -> Vec<Refused<Code>> {
    // The action's own mistake comes before those of conditions and limits, and there is one at most.
    let mut of_action = action_field(&promotion.action);
    let refuse = |error: PromotionError| {
        let own = if matches!(error, PromotionError::Name(_)) { None } else { of_action.take() };
        let field = own.unwrap_or(match error {
            PromotionError::Name(_) => "name",
            PromotionError::Period => "conditions.endsAt",
            PromotionError::Amount(_) => "conditions.minimumSubtotal",
            PromotionError::Rate(_) => "action",
            PromotionError::Limit => "limits",
        });
        refused_field(error.code().into(), field, &error.to_string())
    };
    promotion.mistakes().into_iter().flat_map(refuse).collect()
}

/// Where the mistake of an action stands, if it has one.
fn action_field(action: &Action) -> Option<&'static str> {
    let alone = Promotion {
        id: Uuid::nil(),
        name: "-".to_owned(),
        trigger: Trigger::Automatic,
        action: action.clone(),
        conditions: Conditions::default(),
        priority: 0,
        combines_with: CombinesWith::NONE,
        limits: UsageLimits::default(),
    };
    let error = alone.mistakes().into_iter().next()?;
    Some(match action {
        Action::PercentageOff { .. } => "action.percentageOff.rate",
        Action::AmountOff { .. } => "action.amountOff.amount",
        Action::BuyGet(_) if matches!(error, PromotionError::Limit) => "action.buyGet.atMost",
        Action::BuyGet(_) => "action.buyGet.rate",
        Action::FreeShipping { .. } => "action.freeShipping.atMost",
    })
}

fn too_many_ids(promotion: &Promotion) -> Vec<Refused<Code>> {
    let filters: Vec<(&str, &ItemFilter)> = match &promotion.action {
        Action::PercentageOff { target: Target::Items(filter), .. } => vec![("action.percentageOff.items", filter)],
        Action::AmountOff { target: Target::Items(filter), .. } => vec![("action.amountOff.items", filter)],
        Action::BuyGet(rule) => vec![("action.buyGet.buy", &rule.buy), ("action.buyGet.get", &rule.get)],
        Action::PercentageOff { .. } | Action::AmountOff { .. } | Action::FreeShipping { .. } => Vec::new(),
    };
    let conditions = &promotion.conditions;
    let mut lists: Vec<(String, usize)> = vec![
        ("conditions.channelIds".to_owned(), conditions.channel_ids.len()),
        ("conditions.customerGroupIds".to_owned(), conditions.customer_group_ids.len()),
    ];
    if let Action::FreeShipping { method_ids, .. } = &promotion.action {
        lists.push(("action.freeShipping.methodIds".to_owned(), method_ids.len()));
    }
    for (path, filter) in filters.into_iter().chain([("conditions.items", &conditions.items)]) {
        let of_filter = [
            ("productIds", filter.product_ids.len()),
            ("variantIds", filter.variant_ids.len()),
            ("collectionIds", filter.collection_ids.len()),
            ("categoryIds", filter.category_ids.len()),
        ];
        lists.extend(of_filter.map(|(name, length)| (format!("{path}.{name}"), length)));
    }
    let refuse = |(path, length): (String, usize)| {
        let message = format!("There are {length} ids: name at most {MOST_IDS}, or a collection of them.");
        refused_field(Code::TooMany, &path, &message)
    };
    lists.into_iter().filter(|(_, length)| *length > MOST_IDS).flat_map(refuse).collect()
}

/// The codes in their stored form, each once.
fn codes(stored: &StoredPromotion) -> Outcome<Vec<String>, Code> {
    if stored.codes.len() > MOST_CODES {
        let message = format!("There are {} codes: give a promotion at most {MOST_CODES}.", stored.codes.len());
        return Err(refused_field(Code::TooMany, "codes", &message));
    }
    let (mut codes, mut refused) = (BTreeSet::new(), Vec::new());
    for (place, text) in stored.codes.iter().enumerate() {
        match coupon_code(text) {
            Some(code) => {
                codes.insert(code);
            }
            None => {
                let message = "A code has 1 to 64 characters, and no space in it.";
                refused.extend(refused_field(Code::InvalidCode, &format!("codes.{place}"), message));
            }
        }
    }
    match (stored.promotion.trigger, stored.codes.is_empty()) {
        (Trigger::Code, true) => {
            let message = "The promotion waits for a code and has none: give it at least one.";
            refused.extend(refused_field(Code::CodesNeeded, "codes", message));
        }
        (Trigger::Automatic, false) => {
            let message = "The promotion comes by itself: leave the codes out, or let it wait for a code.";
            refused.extend(refused_field(Code::CodesUnused, "codes", message));
        }
        _ => {}
    }
    if refused.is_empty() { Ok(codes.into_iter().collect()) } else { Err(refused) }
}
