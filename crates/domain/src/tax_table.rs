//! The shop's own table of tax rates, by zone and category.
use crate::tax::TaxRate;
use crate::zone::{Place, Zone};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRule {
    /// Row id; the last tie-breaker.
    pub id: Uuid,
    /// Rules of one layer replace each other, rules of different layers add up: `VAT`, `state`, `county`.
    pub layer: String,
    /// Where it holds.
    pub zone: Zone,
    /// The tax category of what it holds for, such as `books`; None: for every category.
    pub category: Option<String>,
    /// What is due; 0 % for what is exempt.
    pub rate: TaxRate,
}

/// All rules of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTable {
    /// In any order.
    pub rules: Vec<TaxRule>,
}

impl TaxTable {
    /// What is due on something of `category` that goes to `place`, sorted by layer; empty where no rule holds.
    ///
    /// Of each layer the rule of the narrowest zone holds; in one zone the rule of just this category goes before the
    /// one for every category, and of what is still equal the smaller id holds.
    pub fn rates(&self, place: &Place, category: &str) -> Vec<TaxRate> {
        let mut best: BTreeMap<&str, &TaxRule> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| rule.holds(place, category)) {
            let held = best.entry(&rule.layer).or_insert(rule);
            if rule.rank() > held.rank() {
                *held = rule;
            }
        }
        best.into_values().map(|rule| rule.rate.clone()).collect()
    }
}

impl TaxRule {
    fn holds(&self, place: &Place, category: &str) -> bool {
        self.zone.contains(place) && self.category.as_deref().is_none_or(|only| only == category)
    }

    fn rank(&self) -> impl Ord + use<> {
        (self.zone.specificity(), self.category.is_some(), Reverse(self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::Country;
    use crate::rate::Rate;

    fn rule(id: u128, layer: &str, zone: Zone, category: Option<&str>, percent: &str) -> TaxRule {
        let rate = TaxRate { name: format!("{layer} {percent}"), rate: Rate::parse(percent).unwrap() };
        TaxRule { id: Uuid::from_u128(id), layer: layer.into(), zone, category: category.map(str::to_owned), rate }
    }

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn table() -> TaxTable {
        let (de, es, us) = (country("DE"), country("ES"), country("US"));
        TaxTable {
            rules: vec![
                rule(1, "VAT", Zone::country(de), None, "19"),
                rule(2, "VAT", Zone::country(de), Some("books"), "7"),
                rule(3, "VAT", Zone::postal(de, "78266"), None, "0"),
                rule(4, "VAT", Zone::country(es), None, "21"),
                rule(5, "VAT", Zone::country(es), Some("books"), "4"),
                rule(6, "VAT", Zone::postal(es, "35"), None, "0"),
                rule(7, "state", Zone::region(us, "CA"), None, "7.25"),
                rule(8, "county", Zone::postal(us, "94"), None, "1.375"),
                rule(9, "state", Zone::region(us, "NY"), Some("clothing"), "0"),
                rule(10, "state", Zone::region(us, "NY"), None, "4"),
            ],
        }
    }

    #[test]
    fn the_narrowest_rule_of_each_layer_holds() {
        let names = |code: &str, region: &str, postal: &str, category: &str| {
            let rates = table().rates(&Place::new(country(code), region, postal), category);
            rates.into_iter().map(|rate| rate.name).collect::<Vec<_>>()
        };
        assert_eq!(names("DE", "", "10115", "standard"), ["VAT 19"]);
        assert_eq!(names("DE", "", "10115", "books"), ["VAT 7"]);
        assert_eq!(names("DE", "", "78266", "books"), ["VAT 0"], "Büsingen is no VAT territory, whatever is sold");
        assert_eq!(names("ES", "GC", "35001", "books"), ["VAT 0"], "nor are the Canaries");
        assert_eq!(names("US", "CA", "94103", "standard"), ["county 1.375", "state 7.25"], "layers add up");
        assert_eq!(names("US", "US-CA", "90001", "standard"), ["state 7.25"]);
        assert_eq!(names("US", "NY", "10001", "clothing"), ["state 0"]);
        assert_eq!(names("FR", "", "75001", "standard"), [""; 0]);
    }

    #[test]
    fn the_order_of_the_rules_does_not_matter() {
        let mut reversed = table();
        reversed.rules.reverse();
        reversed.rules.push(rule(11, "VAT", Zone::country(country("DE")), None, "25"));
        let place = Place::new(country("DE"), "", "10115");
        assert_eq!(reversed.rates(&place, "standard"), table().rates(&place, "standard"));
    }
}
