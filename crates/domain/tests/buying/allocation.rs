use proptest::prelude::*;
use tradewind_domain::allocation::{allocate, allocate_by_key};

fn weights() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![Just(0), 0..1_000i64, 0..=i64::MAX], 1..40)
}

proptest! {
    #[test]
    fn parts_add_up_and_each_is_its_share_rounded(amount in 0..=i64::MAX, weights in weights()) {
        let parts = allocate(amount, &weights).unwrap();
        prop_assert_eq!(parts.iter().sum::<i64>(), amount);
        let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(*part >= 0);
            if whole > 0 {
                let exact = i128::from(amount) * i128::from(*weight);
                let floor = exact / whole;
                prop_assert!((floor..=floor + 1).contains(&i128::from(*part)));
                prop_assert!(i128::from(*part) == floor || exact % whole != 0, "a whole share is not rounded");
            }
        }
    }

    #[test]
    fn a_part_is_at_most_its_weight(weights in prop::collection::vec(0..1_000i64, 1..40), share in 0..=1_000i64) {
        let amount = weights.iter().sum::<i64>() * share / 1_000;
        for (part, weight) in allocate(amount, &weights).unwrap().iter().zip(&weights) {
            prop_assert!(part <= weight);
        }
    }

    #[test]
    fn with_keys_the_order_does_not_matter(
        amount in 0..10_000i64,
        parts in prop::collection::btree_map(any::<u16>(), 0..50i64, 1..20)
            .prop_flat_map(|map| (Just(map.clone()), Just(map.into_iter().collect::<Vec<_>>()).prop_shuffle())),
    ) {
        let (sorted, shuffled) = (parts.0.into_iter().collect::<Vec<_>>(), parts.1);
        let of = |parts: &[(u16, i64)]| {
            let amounts = allocate_by_key(amount, parts).unwrap();
            let mut all: Vec<_> = parts.iter().map(|(key, _)| *key).zip(amounts).collect();
            all.sort_unstable();
            all
        };
        prop_assert_eq!(of(&sorted), of(&shuffled));
    }
}
