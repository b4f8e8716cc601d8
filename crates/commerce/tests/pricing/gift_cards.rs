//! Gift cards: they pay last, and never more than was paid for them.
use crate::world::{card_id, cart, code, codes_of, each, eur, now, order, order_id, uses};
use tradewind_commerce::{
    checkout::{CardAmount, Destination},
    pricing::{gift_card_by_code, gift_card_hash, refund_cards},
};
use tradewind_domain::{currency::Currency, gift_card::GiftCardError, money::Money};
use tradewind_persistence::write::{StoredCart, enable_gift_card};

/// What movements of a card add up to is its balance.
async fn law(world: &crate::world::World) {
    let wrong = "SELECT g.last_four FROM gift_cards g LEFT JOIN gift_card_movements m ON m.gift_card_id = g.id
        GROUP BY g.id, g.last_four, g.balance HAVING g.balance <> coalesce(sum(m.amount), 0)";
    assert_eq!(world.test_db.texts(wrong).await, Vec::<String>::new(), "{}", world.on());
}

#[tokio::test]
async fn cards_pay_what_they_have() {
    for world in each().await {
        world.issue(0, eur(700)).await;
        world.issue(1, eur(5000)).await;
        world.issue(2, Money::new(100, Currency::USD)).await;
        let gift_card_ids = vec![card_id(1), card_id(0), card_id(2)];
        let cart = StoredCart { gift_card_ids, ..cart(&[(0, 1, 1)]) };
        let priced = world.price(&cart, &Destination::default()).await;
        let quote = &priced.quote;
        let pays = |number, amount| CardAmount { gift_card_id: card_id(number), amount };
        assert_eq!(quote.gift_cards, [pays(0, 700), pays(1, 300)], "{}: the smaller one first", world.on());
        assert_eq!((quote.total, quote.due), (1000, 0));
        assert_eq!(codes_of(&priced.warnings), ["GIFT_CARD_NOT_APPLICABLE"]);
        assert!(order(&world.db, quote, 0, None, "a@example.com").await.value);
        assert_eq!((world.balance(0).await, world.balance(1).await), (0, 4700));
        let priced = world.price(&cart, &Destination::default()).await;
        assert_eq!(priced.quote.gift_cards, [pays(1, 1000)]);
        law(&world).await;
    }
}

#[tokio::test]
async fn a_card_is_found_by_its_code_and_stored_without_it() {
    for world in each().await {
        world.issue(7, eur(700)).await;
        world.issue(7, eur(900)).await;
        let found = gift_card_by_code((&world.db).into(), "o123-4567-89ab-0007").await.unwrap().unwrap();
        assert_eq!((found.card.id, found.card.balance, found.last_four.as_str()), (card_id(7), 700, "0007"));
        for text in ["0123-4567-89AB-0008", "nonsense"] {
            let told = gift_card_by_code((&world.db).into(), text).await.unwrap();
            assert_eq!(told, Err(GiftCardError::NotFound), "a form that is wrong is told like a code that is");
        }
        let stored = world.test_db.texts("SELECT code_hash FROM gift_cards").await;
        assert_eq!(stored, [gift_card_hash(&code(7))]);
        assert_eq!(stored[0].len(), 64);
        law(&world).await;
    }
}

#[tokio::test]
async fn a_card_that_cannot_pay_refuses_the_order() {
    for world in each().await {
        world.issue(0, eur(500)).await;
        world.issue(1, eur(500)).await;
        let refused = async |cards: &[(u32, i64)]| {
            assert!(!order(&world.db, &uses(&[], cards), 9, None, "a@example.com").await.value, "{}", world.on());
            assert_eq!((world.balance(0).await, world.balance(1).await), (500, 500), "nothing is taken");
        };
        refused(&[(0, 400), (1, 501)]).await;
        refused(&[(0, 300), (0, 300)]).await;
        refused(&[(0, 0)]).await;
        refused(&[(0, 400), (8, 1)]).await;
        world.write(async |tx| enable_gift_card(tx, card_id(0), false, now()).await).await;
        refused(&[(0, 1)]).await;
        law(&world).await;
    }
}

#[tokio::test]
async fn what_an_order_took_goes_back_once() {
    for world in each().await {
        world.issue(0, eur(500)).await;
        assert!(order(&world.db, &uses(&[], &[(0, 400)]), 0, None, "a@example.com").await.value);
        assert!(order(&world.db, &uses(&[], &[(0, 50)]), 1, None, "a@example.com").await.value);
        world.write(async |tx| enable_gift_card(tx, card_id(0), false, now()).await).await;
        let give = async |amount| {
            let tx = world.db.begin_write().await.unwrap();
            let cards = [CardAmount { gift_card_id: card_id(0), amount }];
            match refund_cards(&tx, order_id(0), &cards, now()).await {
                Ok(()) => tx.commit().await.is_ok(),
                Err(_) => false,
            }
        };
        assert!(give(150).await, "{}: also to a blocked card", world.on());
        assert!(!give(251).await && !give(0).await, "more than the order took");
        assert!(give(250).await && !give(1).await);
        assert_eq!(world.balance(0).await, 450);
        law(&world).await;
    }
}

#[tokio::test]
async fn twenty_orders_at_once_never_overdraw_a_card() {
    for world in each().await {
        world.issue(0, eur(100)).await;
        world.issue(1, eur(1000)).await;
        let quotes = [uses(&[], &[(0, 30), (1, 10)]), uses(&[], &[(1, 10), (0, 30)])];
        let one = |number: u32| order(&world.db, &quotes[(number % 2) as usize], number, None, "a@example.com");
        let done = futures_util::future::join_all((0..20).map(one)).await;
        assert_eq!(done.iter().filter(|it| it.value).count(), 3, "{}", world.on());
        assert!(done.iter().all(|it| it.retries == 0), "{}: nobody begins again", world.on());
        assert_eq!((world.balance(0).await, world.balance(1).await), (10, 970));
        law(&world).await;
    }
}
