//! Ways to send a cart, and what they cost.
use crate::world::{
    by, cart, codes_of, country, each, eur, method, method_id, product_id, rule, ten, to, to_berlin, with_codes,
};
use tradewind_commerce::checkout::{Destination, QuoteShipping};
use tradewind_domain::{
    promotion::{Action, UsageLimits},
    shipping::{ShippingPrice, Tier},
    zone::Zone,
};
use tradewind_persistence::write::{self, ProductTerms};

#[tokio::test]
async fn a_method_is_chosen_and_taxed() {
    for world in each().await {
        world.tax(&[rule(0, "VAT", Zone::country(country("DE")), None, "19")]).await;
        let mut heavy = method(1);
        let tiers = vec![Tier { up_to: Some(1000), price: 350 }, Tier { up_to: None, price: 990 }];
        heavy.zones[0].price = ShippingPrice::ByWeight(tiers);
        let mut far = method(2);
        far.zones[0].zones = vec![Zone::country(country("CH"))];
        world.send_by(&[method(0), heavy, far]).await;
        let options = async |units| {
            let options = world.price(&cart(&[(0, 1, units)]), &to_berlin()).await.shipping_options;
            options.into_iter().map(|it| (it.id, it.price)).collect::<Vec<_>>()
        };
        assert_eq!(options(2).await, [(method_id(1), 350), (method_id(0), 490)], "{}", world.on());
        assert_eq!(options(3).await, [(method_id(0), 490), (method_id(1), 990)]);
        let priced = world.price(&cart(&[(0, 1, 2)]), &by(0, to_berlin())).await;
        let quote = &priced.quote;
        assert_eq!((quote.subtotal, quote.shipping, quote.tax, quote.total), (2000, 490, 319 + 78, 2490));
        assert_eq!(quote.shipping_method, Some(QuoteShipping { id: method_id(0), name: "Method 0".into() }));
        assert_eq!((priced.shipping_options[1].days_min, priced.shipping_options[1].days_max), (Some(2), Some(4)));
        let priced = world.price(&cart(&[(0, 1, 2)]), &by(2, to_berlin())).await;
        assert_eq!(codes_of(&priced.warnings), ["SHIPPING_METHOD_NOT_AVAILABLE"]);
        let blocked: Vec<_> = priced.blocked().into_iter().map(|it| it.field).collect();
        assert_eq!((blocked, priced.quote.shipping_method), (vec!["shippingMethodId"], None));
        assert_eq!(world.price(&cart(&[(0, 1, 2)]), &by(2, to("CH", "", "8001"))).await.quote.shipping, 490);
        let unknown = world.price(&cart(&[(0, 1, 2)]), &by(2, Destination::default())).await;
        assert!(unknown.warnings.is_empty() && unknown.shipping_options.is_empty());
    }
}

#[tokio::test]
async fn enough_goods_after_discounts_are_sent_free() {
    for world in each().await {
        world.promote(&[ten(0, UsageLimits::default())]).await;
        let mut free = method(0);
        free.zones[0].free_from = Some(3000);
        world.send_by(&[free]).await;
        let shipping = async |codes: &[&str]| {
            let cart = with_codes(cart(&[(0, 3, 1)]), codes);
            world.price(&cart, &by(0, to_berlin())).await.quote.shipping
        };
        assert_eq!((shipping(&[]).await, shipping(&["TEN"]).await), (0, 490), "{}", world.on());
    }
}

#[tokio::test]
async fn a_coupon_makes_shipping_free() {
    for world in each().await {
        let mut free = ten(0, UsageLimits::default());
        free.promotion.action = Action::FreeShipping { method_ids: vec![], at_most: Some(eur(400)) };
        world.promote(&[free]).await;
        world.send_by(&[method(0)]).await;
        let cart = with_codes(cart(&[(0, 1, 1)]), &["TEN"]);
        let quote = world.price(&cart, &by(0, to_berlin())).await.quote;
        assert_eq!((quote.shipping, quote.shipping_discount, quote.discount, quote.total), (490, 400, 400, 1090));
        assert_eq!(quote.promotions[0].amount, 400, "{}", world.on());
        let early = world.price(&cart, &Destination::default()).await;
        assert!(early.warnings.is_empty(), "it is promised before a method is chosen");
    }
}

#[tokio::test]
async fn what_is_not_sent_needs_no_method() {
    for world in each().await {
        let mut free = ten(0, UsageLimits::default());
        free.promotion.action = Action::FreeShipping { method_ids: vec![], at_most: None };
        world.promote(&[free]).await;
        world.send_by(&[method(0)]).await;
        let terms = ProductTerms { product_id: product_id(0), tax_category: "standard".into(), needs_shipping: false };
        world.write(async |tx| write::save_product_terms(tx, &[terms]).await).await;
        let cart = with_codes(cart(&[(0, 1, 1)]), &["TEN"]);
        let priced = world.price(&cart, &by(0, to_berlin())).await;
        assert!(!priced.quote.needs_shipping && priced.shipping_options.is_empty(), "{}", world.on());
        assert_eq!((priced.quote.shipping, priced.quote.shipping_method.clone()), (0, None));
        assert_eq!(codes_of(&priced.warnings), ["COUPON_NOT_APPLICABLE"], "no use of it is counted");
        assert!(priced.quote.promotions.is_empty());
    }
}

#[tokio::test]
async fn a_method_that_is_off_or_gone_is_not_offered() {
    for world in each().await {
        let methods = [(method(0), false), (method(1), true), (method(2), true)];
        world.write(async |tx| write::save_shipping_methods(tx, &methods, crate::world::now()).await).await;
        world.write(async |tx| write::delete_shipping_methods(tx, &[method_id(1)]).await).await;
        let options = world.price(&cart(&[(0, 1, 1)]), &to_berlin()).await.shipping_options;
        assert_eq!(options.iter().map(|it| it.id).collect::<Vec<_>>(), [method_id(2)], "{}", world.on());
    }
}
