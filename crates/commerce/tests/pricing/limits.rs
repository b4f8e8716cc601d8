//! Limits of promotions hold while many buy at once.
use crate::world::{World, each, order, order_id, promotion_id, ten, uses};
use tradewind_commerce::pricing::release_uses;
use tradewind_domain::promotion::UsageLimits;
use tradewind_persistence::write::StoredPromotion;

const ONCE: UsageLimits = UsageLimits { total: Some(1), per_customer: None };
const ONCE_EACH: UsageLimits = UsageLimits { total: None, per_customer: Some(1) };

/// Twenty at once, each with an address of its own or all with one; how many were accepted.
async fn twenty(world: &World, promotions: &[u32], one_address: bool) -> usize {
    let quote = uses(promotions, &[]);
    let emails: Vec<String> =
        (0..20).map(|n| if one_address { "a@example.com".into() } else { format!("{n}@example.com") }).collect();
    let one = |number: u32| order(&world.db, &quote, number, None, &emails[number as usize]);
    let done = futures_util::future::join_all((0..20).map(one)).await;
    assert!(done.iter().all(|it| it.retries == 0), "{}: they wait for each other, and nobody begins again", world.on());
    done.iter().filter(|it| it.value).count()
}

async fn counts(world: &World, number: u32) -> (String, usize) {
    let (uses, rows) = ("SELECT CAST(uses AS text) FROM promotions ORDER BY id", "promotion_uses");
    let kept = world.test_db.texts(&format!("SELECT email_hash FROM {rows}")).await.len();
    (world.test_db.texts(uses).await[number as usize].clone(), kept)
}

#[tokio::test]
async fn a_limit_of_one_lets_one_of_twenty_through() {
    for world in each().await {
        world.promote(&[ten(0, ONCE)]).await;
        assert_eq!(twenty(&world, &[0], false).await, 1, "{}", world.on());
        assert_eq!(counts(&world, 0).await, ("1".into(), 1));
    }
}

#[tokio::test]
async fn a_customer_uses_a_coupon_once_however_often_at_once() {
    for world in each().await {
        world.promote(&[ten(0, ONCE_EACH)]).await;
        assert_eq!(twenty(&world, &[0], true).await, 1, "{}", world.on());
        let quote = uses(&[0], &[]);
        assert!(order(&world.db, &quote, 30, Some(1), "b@example.com").await.value);
        assert!(!order(&world.db, &quote, 31, Some(1), "c@example.com").await.value, "the same customer");
        assert!(!order(&world.db, &quote, 32, None, "b@example.com").await.value, "the same address");
        assert!(order(&world.db, &quote, 33, Some(2), "d@example.com").await.value);
        assert_eq!(counts(&world, 0).await, ("3".into(), 3));
    }
}

/// Two limited promotions in each order: those who meet do not end in each other's way.
#[tokio::test]
async fn several_promotions_are_used_together_or_not_at_all() {
    for world in each().await {
        let five = UsageLimits { total: Some(5), per_customer: None };
        let other = StoredPromotion { codes: vec![], ..ten(1, five) };
        world.promote(&[ten(0, UsageLimits { total: Some(9), per_customer: None }), other]).await;
        assert_eq!(twenty(&world, &[1, 0], false).await, 5, "{}", world.on());
        assert_eq!((counts(&world, 0).await, counts(&world, 1).await), (("5".into(), 10), ("5".into(), 10)));
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_its_use_back() {
    for world in each().await {
        world.promote(&[ten(0, ONCE)]).await;
        let quote = uses(&[0], &[]);
        assert!(order(&world.db, &quote, 0, None, "a@example.com").await.value);
        assert!(!order(&world.db, &quote, 1, None, "b@example.com").await.value);
        for _ in 0..2 {
            world.write(async |tx| release_uses(tx, order_id(0)).await).await;
            assert_eq!(counts(&world, 0).await, ("0".into(), 0), "{}: a second time changes nothing", world.on());
        }
        assert!(order(&world.db, &quote, 2, None, "b@example.com").await.value);
    }
}

#[tokio::test]
async fn a_limit_that_comes_later_counts_what_was_used() {
    for world in each().await {
        world.promote(&[ten(0, UsageLimits::default())]).await;
        assert_eq!(twenty(&world, &[0], true).await, 20, "{}: without limits", world.on());
        let limit = |total| ten(0, UsageLimits { total: Some(total), per_customer: None });
        world.promote(&[limit(21)]).await;
        assert_eq!(counts(&world, 0).await, ("20".into(), 20));
        let quote = uses(&[0], &[]);
        assert!(order(&world.db, &quote, 40, None, "b@example.com").await.value);
        assert!(!order(&world.db, &quote, 41, None, "b@example.com").await.value);
        world.promote(&[limit(1)]).await;
        assert!(!order(&world.db, &quote, 42, None, "b@example.com").await.value, "less than was used");
    }
}

/// What is gone or switched off between the quote and the order is no discount any more.
#[tokio::test]
async fn a_promotion_that_is_off_refuses_the_order() {
    for world in each().await {
        world.promote(&[StoredPromotion { enabled: false, ..ten(0, ONCE) }]).await;
        for promotion in [0, 5] {
            let done = order(&world.db, &uses(&[promotion], &[]), 0, None, "a@example.com").await;
            assert!(!done.value, "{}: {}", world.on(), promotion_id(promotion));
        }
    }
}
