//! Promotions by codes and by themselves.
use crate::world::{
    cart, category_id, codes_of, customer_id, each, eur, in_dollars, order, promotion_id, ten, with_codes,
};
use tradewind_commerce::checkout::Destination;
use tradewind_domain::{
    cart::CartWarning,
    promotion::{Action, AmountPer, ItemFilter, Target, Trigger, UsageLimits},
    refusal::Refusal,
    word::Word,
};
use tradewind_persistence::write::{self, StoredPromotion};

fn reasons(warnings: &[CartWarning]) -> Vec<&'static str> {
    let reason = |it: &CartWarning| match it {
        CartWarning::CouponNotApplicable { reason, .. } => reason.code().as_str(),
        other => other.code().as_str(),
    };
    warnings.iter().map(reason).collect()
}

fn nowhere() -> Destination {
    Destination::default()
}

#[tokio::test]
async fn a_coupon_takes_its_part_off() {
    for world in each().await {
        world.promote(&[ten(0, UsageLimits::default())]).await;
        let priced = world.price(&with_codes(cart(&[(0, 1, 1), (1, 2, 1)]), &["TEN"]), &nowhere()).await;
        let quote = &priced.quote;
        assert_eq!((quote.subtotal, quote.discount, quote.total), (3000, 300, 2700), "{}", world.on());
        assert_eq!(quote.lines.iter().map(|line| line.discount).collect::<Vec<_>>(), [100, 200]);
        let used = &quote.promotions[0];
        assert_eq!((used.promotion_id, used.name.as_str(), used.amount), (promotion_id(0), "Ten", 300));
        assert_eq!(used.code.as_deref(), Some("TEN"));
        assert!(priced.warnings.is_empty());
        assert_eq!(world.price(&cart(&[(0, 1, 1)]), &nowhere()).await.quote.discount, 0, "nobody entered it");
    }
}

#[tokio::test]
async fn a_coupon_that_takes_nothing_off_says_why() {
    for world in each().await {
        let mut ten = ten(0, UsageLimits::default());
        ten.promotion.conditions.minimum_subtotal = Some(eur(2000));
        world.promote(&[ten.clone()]).await;
        let codes = ["TEN", "NONE"];
        let priced = world.price(&with_codes(cart(&[(0, 1, 1)]), &codes), &nowhere()).await;
        assert_eq!(reasons(&priced.warnings), ["COUPON_MINIMUM_SUBTOTAL_NOT_MET", "COUPON_NOT_FOUND"]);
        assert_eq!(codes_of(&priced.warnings), ["COUPON_NOT_APPLICABLE"; 2]);
        assert!(priced.blocked().is_empty(), "it can be bought without");
        let dollars = world.price(&in_dollars(with_codes(cart(&[(0, 3, 1)]), &["TEN"])), &nowhere()).await;
        assert_eq!(reasons(&dollars.warnings), ["COUPON_NOT_IN_CHANNEL"]);
        world.promote(&[StoredPromotion { enabled: false, ..ten.clone() }]).await;
        let priced = world.price(&with_codes(cart(&[(0, 3, 1)]), &["TEN"]), &nowhere()).await;
        assert_eq!(reasons(&priced.warnings), ["COUPON_NOT_FOUND"]);
        world.promote(&[StoredPromotion { codes: vec!["OTHER".into()], ..ten }]).await;
        let priced = world.price(&with_codes(cart(&[(0, 3, 1)]), &["TEN", "OTHER"]), &nowhere()).await;
        assert_eq!((reasons(&priced.warnings), priced.quote.discount), (vec!["COUPON_NOT_FOUND"], 300));
    }
}

#[tokio::test]
async fn a_promotion_comes_by_itself_for_a_category_with_all_below() {
    for world in each().await {
        let mut off = ten(0, UsageLimits::default());
        off.codes.clear();
        off.promotion.trigger = Trigger::Automatic;
        let filter = ItemFilter { category_ids: vec![category_id(0)], ..ItemFilter::default() };
        off.promotion.action =
            Action::AmountOff { amount: eur(150), per: AmountPer::Unit, target: Target::Items(filter) };
        world.promote(&[off]).await;
        let quote = world.price(&cart(&[(0, 1, 2), (1, 1, 2)]), &nowhere()).await.quote;
        assert_eq!(quote.lines.iter().map(|line| line.discount).collect::<Vec<_>>(), [300, 0], "{}", world.on());
        world.write(async |tx| write::delete_promotions(tx, &[promotion_id(0)]).await).await;
        assert_eq!(world.price(&cart(&[(0, 1, 2)]), &nowhere()).await.quote.discount, 0);
    }
}

#[tokio::test]
async fn a_used_up_coupon_says_so() {
    for world in each().await {
        world.promote(&[ten(0, UsageLimits { total: Some(2), per_customer: Some(1) })]).await;
        let cart = with_codes(cart(&[(0, 1, 1)]), &["TEN"]);
        let of = |email: &str, customer: Option<u32>| Destination {
            email: Some(email.to_owned()),
            customer_id: customer.map(customer_id),
            ..nowhere()
        };
        let quote = world.price(&cart, &of("a@example.com", Some(0))).await.quote;
        assert!(order(&world.db, &quote, 0, Some(0), "a@example.com").await.value);
        for (who, why) in [
            (of("a@example.com", None), vec!["COUPON_CUSTOMER_LIMIT_REACHED"]),
            (of("b@example.com", Some(0)), vec!["COUPON_CUSTOMER_LIMIT_REACHED"]),
            (of("b@example.com", None), vec![]),
            (nowhere(), vec![]),
        ] {
            assert_eq!(reasons(&world.price(&cart, &who).await.warnings), why, "{}: {who:?}", world.on());
        }
        assert!(order(&world.db, &quote, 1, None, "b@example.com").await.value);
        let priced = world.price(&cart, &of("c@example.com", None)).await;
        assert_eq!(reasons(&priced.warnings), ["COUPON_USAGE_LIMIT_REACHED"]);
    }
}
