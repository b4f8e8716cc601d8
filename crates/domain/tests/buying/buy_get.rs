use crate::shop::*;
use proptest::prelude::*;
use tradewind_domain::promotion::{Action, BasketLine, BuyGet, ItemFilter, discounts};
use tradewind_domain::rate::Rate;

/// How often the rule can count, and the least that its cheaper units can cost: by trying every part of every unit.
fn by_trying(units: &[(i64, bool, bool)], buy: usize, get: usize) -> (usize, i64) {
    let mut best = (0, 0);
    for parts in 0..3usize.pow(u32::try_from(units.len()).unwrap()) {
        let part = |at: usize| parts / 3usize.pow(u32::try_from(at).unwrap()) % 3;
        let fits = (0..units.len()).all(|at| [true, units[at].1, units[at].2][part(at)]);
        let count = |wanted| (0..units.len()).filter(|at| part(*at) == wanted).count();
        let (bought, got) = (count(1), count(2));
        let price: i64 = (0..units.len()).filter(|at| part(*at) == 2).map(|at| units[at].0).sum();
        let times = got / get;
        if fits
            && got == times * get
            && bought >= times * buy
            && (times > best.0 || (times == best.0 && price < best.1))
        {
            best = (times, price);
        }
    }
    best
}

proptest! {
    #[test]
    fn it_counts_as_often_as_possible_and_takes_the_cheapest(
        lines in prop::collection::vec((1..4u128, 1..30i64, 1..3u32), 1..5), buy in 1..3u32, get in 1..3u32,
    ) {
        // Product 1 is to be bought, product 2 gets cheaper, product 3 is both.
        let filter = |products: [u128; 2]| ItemFilter { product_ids: products.map(id).to_vec(), ..ItemFilter::ALL };
        let rule = BuyGet {
            buy: filter([1, 3]),
            buy_quantity: buy.try_into().unwrap(),
            get: filter([2, 3]),
            get_quantity: get.try_into().unwrap(),
            rate: Rate::WHOLE,
            at_most: None,
        };
        let lines: Vec<BasketLine> = (1..).zip(&lines).map(|(n, (product, price, units))| line(n, *product, *price, *units)).collect();
        let units: Vec<_> = lines.iter().flat_map(|line| {
            let product = line.product_id.as_u128();
            std::iter::repeat_n((line.unit_price, product != 2, product != 1), line.quantity as usize)
        }).collect();
        let found = discounts(&[promotion(1, Action::BuyGet(rule))], &basket(lines)).unwrap();
        let saved: i64 = found.lines.iter().map(|discount| discount.amount).sum();
        prop_assert_eq!(saved, by_trying(&units, buy as usize, get as usize).1);
    }
}
