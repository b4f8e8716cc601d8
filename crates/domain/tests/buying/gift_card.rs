use chrono::DateTime;
use proptest::prelude::*;
use tradewind_domain::currency::Currency;
use tradewind_domain::gift_card::{GiftCard, GiftCardCode};
use tradewind_domain::money::Money;
use uuid::Uuid;

proptest! {
    #[test]
    fn a_printed_code_is_read_and_differs_from_others(a: [u8; 10], b: [u8; 10]) {
        let (first, second) = (GiftCardCode::from_random(a), GiftCardCode::from_random(b));
        prop_assert_eq!(GiftCardCode::parse(&first.grouped().to_lowercase()), Ok(first.clone()));
        prop_assert_eq!(first == second, a == b);
    }

    #[test]
    fn a_balance_stays_between_nothing_and_what_was_paid(
        issued in 1..10_000i64, moves in prop::collection::vec(-6_000..6_000i64, 1..40),
    ) {
        let eur = |minor| Money::new(minor, Currency::EUR);
        let mut card = GiftCard { id: Uuid::nil(), issued: eur(issued), balance: issued, expires_at: None, enabled: true };
        let mut taken = 0;
        for amount in moves {
            let moved = match amount {
                0.. => card.clone().redeem(eur(amount), DateTime::UNIX_EPOCH),
                _ => card.clone().give_back(eur(-amount)),
            };
            if let Ok(moved) = moved {
                taken += amount;
                card = moved;
            }
            prop_assert_eq!(card.balance + taken, issued);
            prop_assert!((0..=issued).contains(&card.balance));
        }
    }
}
