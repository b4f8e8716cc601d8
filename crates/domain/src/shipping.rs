//! Shipping methods, and what they cost for a cart and a place.
mod check;

pub use check::{ShippingError, ShippingErrorCode};

use crate::currency::Currency;
use crate::money::Money;
use crate::zone::{Place, Zone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A way to send goods, such as `Standard` or `Express`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingMethod {
    /// Row id.
    pub id: Uuid,
    /// For people.
    pub name: String,
    /// The channels that offer it; empty: every one of its currency.
    pub channel_ids: Vec<Uuid>,
    /// What all of its amounts are of.
    pub currency: Currency,
    /// How the shipping is taxed.
    pub tax_category: String,
    /// What it costs where. Of those that hold for a place, the one of the narrowest zone counts, then the earlier one.
    pub zones: Vec<ShippingZone>,
    /// Heavier carts are not sent so; None: any weight.
    pub heaviest_grams: Option<i64>,
    /// Order among methods of one price, ascending; ties by id.
    pub position: i32,
}

/// What a method costs in some zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingZone {
    /// Where; one of them is enough.
    pub zones: Vec<Zone>,
    /// How the price is found.
    pub price: ShippingPrice,
    /// Free from this subtotal on, in minor units, whatever `price` says.
    pub free_from: Option<i64>,
    /// Days until delivery, at least.
    pub days_min: Option<u16>,
    /// Days until delivery, at most.
    pub days_max: Option<u16>,
}

/// How a shipping price is found, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShippingPrice {
    /// Always the same.
    Flat(i64),
    /// By grams.
    ByWeight(Vec<Tier>),
    /// By the subtotal, in minor units.
    BySubtotal(Vec<Tier>),
}

/// A price up to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Grams or minor units, inclusive; None: without limit.
    pub up_to: Option<i64>,
    /// In minor units.
    pub price: i64,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Where it was bought.
    pub channel_id: Uuid,
    /// What `subtotal` is of.
    pub currency: Currency,
    /// Of all lines after their discounts, before a discount on shipping, in minor units.
    pub subtotal: i64,
    /// Of all units together.
    pub weight_grams: i64,
}

/// A method that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippingQuote {
    /// The method.
    pub method_id: Uuid,
    /// For people.
    pub name: String,
    /// What it costs, with or without tax as the channel's prices are.
    pub price: Money,
    /// How it is taxed.
    pub tax_category: String,
    /// Days until delivery, at least.
    pub days_min: Option<u16>,
    /// Days until delivery, at most.
    pub days_max: Option<u16>,
}

/// The methods that send `parcel` to `place`: cheapest first, then by position and id.
pub fn quotes(methods: &[ShippingMethod], place: &Place, parcel: &Parcel) -> Vec<ShippingQuote> {
    let mut found: Vec<_> =
        methods.iter().filter_map(|method| Some((method.position, method.quote(place, parcel)?))).collect();
    found.sort_by_key(|(position, quote)| (quote.price.minor, *position, quote.method_id));
    found.into_iter().map(|(_, quote)| quote).collect()
}

impl ShippingMethod {
    /// What it costs to send `parcel` to `place`; None when the method does not do that.
    pub fn quote(&self, place: &Place, parcel: &Parcel) -> Option<ShippingQuote> {
        let sold = self.channel_ids.is_empty() || self.channel_ids.contains(&parcel.channel_id);
        let light = self.heaviest_grams.is_none_or(|heaviest| parcel.weight_grams <= heaviest);
        if !sold || !light || self.currency != parcel.currency {
            return None;
        }
        let zone = self.zone_of(place)?;
        let price = match zone.free_from {
            Some(least) if parcel.subtotal >= least => 0,
            _ => zone.price.of(parcel)?,
        };
        Some(ShippingQuote {
            method_id: self.id,
            name: self.name.clone(),
            price: Money::new(price, self.currency),
            tax_category: self.tax_category.clone(),
            days_min: zone.days_min,
            days_max: zone.days_max,
        })
    }

    fn zone_of(&self, place: &Place) -> Option<&ShippingZone> {
        let narrowest =
            |zone: &ShippingZone| zone.zones.iter().filter(|zone| zone.contains(place)).map(Zone::specificity).max();
        // Of equal ones, max_by_key takes the last: look from behind for the first.
        self.zones
            .iter()
            .rev()
            .filter_map(|zone| Some((narrowest(zone)?, zone)))
            .max_by_key(|(narrow, _)| *narrow)
            .map(|(_, zone)| zone)
    }
}

impl ShippingPrice {
    /// None when no tier reaches so far.
    fn of(&self, parcel: &Parcel) -> Option<i64> {
        match self {
            Self::Flat(price) => Some(*price),
            Self::ByWeight(tiers) => tier(tiers, parcel.weight_grams),
            Self::BySubtotal(tiers) => tier(tiers, parcel.subtotal),
        }
    }
}

/// The tier with the lowest limit that `size` does not exceed; so tiers may be stored in any order.
fn tier(tiers: &[Tier], size: i64) -> Option<i64> {
    let reaching = tiers.iter().filter(|tier| tier.up_to.is_none_or(|limit| size <= limit));
    reaching.min_by_key(|tier| (tier.up_to.is_none(), tier.up_to)).map(|tier| tier.price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::Country;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn place(code: &str, postal: &str) -> Place {
        Place::new(country(code), "", postal)
    }

    fn zone(zones: &[Zone], price: ShippingPrice, free_from: Option<i64>) -> ShippingZone {
        ShippingZone { zones: zones.to_vec(), price, free_from, days_min: Some(1), days_max: Some(3) }
    }

    fn standard() -> ShippingMethod {
        let tiers = |tiers: &[(Option<i64>, i64)]| {
            tiers.iter().map(|(up_to, price)| Tier { up_to: *up_to, price: *price }).collect()
        };
        ShippingMethod {
            id: Uuid::from_u128(1),
            name: "Standard".into(),
            channel_ids: vec![],
            currency: Currency::EUR,
            tax_category: "standard".into(),
            zones: vec![
                zone(&[Zone::Everywhere], ShippingPrice::ByWeight(tiers(&[(None, 5_990), (Some(2_000), 1_990)])), None),
                zone(&[Zone::country(country("DE"))], ShippingPrice::Flat(490), Some(5_000)),
                zone(&[Zone::postal(country("DE"), "27498")], ShippingPrice::Flat(1_290), None),
                zone(
                    &[Zone::country(country("AT"))],
                    ShippingPrice::BySubtotal(tiers(&[(Some(1_000), 990), (Some(9_000), 0)])),
                    None,
                ),
            ],
            heaviest_grams: Some(30_000),
            position: 1,
        }
    }

    fn parcel(subtotal: i64, weight_grams: i64) -> Parcel {
        Parcel { channel_id: Uuid::nil(), currency: Currency::EUR, subtotal, weight_grams }
    }

    #[test]
    fn the_narrowest_zone_sets_the_price() {
        let price =
            |place: Place, subtotal, grams| Some(standard().quote(&place, &parcel(subtotal, grams))?.price.minor);
        assert_eq!(price(place("DE", "10115"), 4_999, 100), Some(490));
        assert_eq!(price(place("DE", "10115"), 5_000, 100), Some(0), "free from the limit on");
        assert_eq!(price(place("DE", "27498"), 5_000, 100), Some(1_290), "Heligoland");
        assert_eq!(price(place("US", "94103"), 1, 2_000), Some(1_990));
        assert_eq!(price(place("US", "94103"), 1, 2_001), Some(5_990));
        assert_eq!(price(place("AT", "1010"), 1_001, 1), Some(0));
        assert_eq!(price(place("AT", "1010"), 9_001, 1), None, "no tier reaches so far");
        assert_eq!(price(place("DE", "10115"), 1, 30_001), None);
    }

    #[test]
    fn of_equally_narrow_zones_the_earlier_counts() {
        let mut method = standard();
        method.zones.push(zone(&[Zone::country(country("DE"))], ShippingPrice::Flat(1), None));
        assert_eq!(method.quote(&place("DE", "10115"), &parcel(1, 1)).unwrap().price.minor, 490);
    }

    #[test]
    fn every_mistake_of_a_method_is_found() {
        assert_eq!(standard().mistakes(), []);
        let zone = |price, days: [u16; 2]| ShippingZone {
            zones: vec![Zone::Everywhere],
            price,
            free_from: Some(-5),
            days_min: Some(days[0]),
            days_max: Some(days[1]),
        };
        let tier = |up_to, price| Tier { up_to, price };
        let bad = ShippingMethod {
            name: " ".into(),
            heaviest_grams: Some(-1),
            zones: vec![
                zone(ShippingPrice::Flat(-2), [3, 2]),
                zone(ShippingPrice::ByWeight(vec![tier(Some(1), 1), tier(Some(1), 2)]), [1, 1]),
                zone(ShippingPrice::BySubtotal(vec![tier(None, -3)]), [1, 1]),
            ],
            ..standard()
        };
        use ShippingError::*;
        let expected = [
            Name(0),
            Negative(-1),
            Negative(-2),
            Negative(-5),
            Days(3, 2),
            Tiers,
            Negative(-5),
            Negative(-3),
            Negative(-5),
        ];
        assert_eq!(bad.mistakes(), expected);
        assert_eq!(ShippingMethod { zones: vec![], ..standard() }.mistakes(), [NoZones]);
    }

    #[test]
    fn only_methods_of_the_channel_and_currency_are_offered_cheapest_first() {
        let with = |id, position, price| ShippingMethod {
            id: Uuid::from_u128(id),
            position,
            zones: vec![zone(&[Zone::Everywhere], ShippingPrice::Flat(price), None)],
            ..standard()
        };
        let elsewhere = ShippingMethod { channel_ids: vec![Uuid::from_u128(9)], ..with(7, 0, 1) };
        let dollars = ShippingMethod { currency: Currency::USD, ..with(8, 0, 1) };
        let methods = [with(5, 2, 100), elsewhere, with(6, 1, 100), dollars, with(4, 3, 50), with(3, 2, 100)];
        let ids: Vec<u128> =
            quotes(&methods, &place("DE", ""), &parcel(1, 1)).iter().map(|q| q.method_id.as_u128()).collect();
        assert_eq!(ids, [4, 6, 3, 5]);
    }
}
