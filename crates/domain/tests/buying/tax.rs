use proptest::prelude::*;
use tradewind_domain::rate::Rate;
use tradewind_domain::tax::{TaxMode, TaxRate, tax};

pub(crate) fn rates() -> impl Strategy<Value = Vec<TaxRate>> {
    let rate = prop_oneof![Just(190_000), Just(70_000), 0..300_000u32];
    prop::collection::vec(rate, 0..4).prop_map(|rates| {
        let named = |(layer, ppm)| TaxRate { name: format!("layer {layer}"), rate: Rate::from_ppm(ppm).unwrap() };
        rates.into_iter().enumerate().map(named).collect()
    })
}

proptest! {
    #[test]
    fn net_and_tax_are_gross_and_components_are_the_tax(amount in 0..1_000_000_000_000i64, rates in rates(), inclusive: bool) {
        let taxed = tax(amount, TaxMode::of_channel(inclusive), &rates).unwrap();
        prop_assert_eq!(taxed.net + taxed.tax, taxed.gross);
        prop_assert_eq!(if inclusive { taxed.gross } else { taxed.net }, amount);
        prop_assert_eq!(taxed.components.iter().map(|component| component.tax).sum::<i64>(), taxed.tax);
        prop_assert!(taxed.components.iter().all(|component| component.tax >= 0) && taxed.net >= 0 && taxed.tax >= 0);
        // The tax is what the rates make of the net, to within the one rounding.
        let exact: i128 = rates.iter().map(|rate| i128::from(rate.rate.ppm())).sum::<i128>() * i128::from(taxed.net);
        let off = (i128::from(taxed.tax) * 1_000_000 - exact).abs();
        prop_assert!(off <= if inclusive { 1_000_000 } else { 500_000 }, "{off}");
    }
}
