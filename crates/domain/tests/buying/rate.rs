use proptest::prelude::*;
use tradewind_domain::rate::Rate;

fn rates() -> impl Strategy<Value = Rate> {
    (0..=Rate::MAX.ppm()).prop_map(|ppm| Rate::from_ppm(ppm).unwrap())
}

proptest! {
    #[test]
    fn what_is_written_is_read(rate in rates()) {
        prop_assert_eq!(Rate::parse(rate.to_string().trim_end_matches('%')), Ok(rate));
    }

    #[test]
    fn a_part_is_the_nearest_and_halves_go_up(rate in rates(), amount in -1_000_000_000_000..1_000_000_000_000i64) {
        let exact = i128::from(amount) * i128::from(rate.ppm());
        let rounded = i128::from(rate.of(amount).unwrap()) * 1_000_000;
        prop_assert!(rounded - exact <= 500_000 && exact - rounded < 500_000);
    }

    #[test]
    fn what_was_added_is_found_again(rate in rates(), net in 0..1_000_000_000_000i64) {
        let tax = rate.of(net).unwrap();
        let found = rate.contained_in(net + tax);
        prop_assert!((found - tax).abs() <= 1 && found <= net + tax);
    }
}
