//! Shipping methods as staff write them.
use super::{
    money_input::{count, currency, minor},
    promotion_input::typed_ids,
    zone::ZoneInput,
};
use crate::scalars::Decimal;
use async_graphql::{ID, InputObject, OneofObject, Result};
use tradewind_domain::{currency::Currency, global_id::NodeKind, shipping};
use uuid::Uuid;

/// A price up to a weight.
#[derive(Clone, Debug, InputObject)]
pub struct ShippingWeightStepInput {
    /// Grams, inclusive; null: any weight.
    pub up_to_grams: Option<i64>,
    /// The price, in the method's currency.
    pub price: Decimal,
}

/// A price up to a subtotal.
#[derive(Clone, Debug, InputObject)]
pub struct ShippingSubtotalStepInput {
    /// Inclusive, in the method's currency; null: any subtotal.
    pub up_to: Option<Decimal>,
    /// The price, in the method's currency.
    pub price: Decimal,
}

/// How a shipping price is found: one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum ShippingPriceInput {
    /// Always the same, in the method's currency.
    Flat(Decimal),
    /// By the weight of the goods.
    ByWeight(Vec<ShippingWeightStepInput>),
    /// By what the goods cost after their discounts.
    BySubtotal(Vec<ShippingSubtotalStepInput>),
}

/// What a method costs in some parts of the world.
#[derive(Clone, Debug, InputObject)]
pub struct ShippingZoneInput {
    /// Where; one of them is enough.
    pub places: Vec<ZoneInput>,
    /// How the price is found.
    pub price: ShippingPriceInput,
    /// Free from this subtotal on, in the method's currency; null: never.
    pub free_from: Option<Decimal>,
    /// Days until delivery, at least.
    pub days_min: Option<i32>,
    /// Days until delivery, at most.
    pub days_max: Option<i32>,
}

/// A way to send goods.
#[derive(Clone, Debug, InputObject)]
pub struct ShippingMethodInput {
    /// What shoppers read; at most 200 characters.
    pub name: String,
    /// ISO 4217 code of all of its amounts; it is offered in channels of this currency.
    pub currency_code: String,
    /// The channels that offer it; empty: every one of its currency.
    #[graphql(default)]
    pub channel_ids: Vec<ID>,
    /// How the shipping is taxed.
    #[graphql(default_with = "\"standard\".to_owned()")]
    pub tax_category: String,
    /// What it costs where; the narrowest zone that a place lies in counts.
    pub zones: Vec<ShippingZoneInput>,
    /// Heavier carts are not sent so; null: any weight.
    pub heaviest_grams: Option<i64>,
    /// Order among methods of one price, ascending.
    #[graphql(default)]
    pub position: i32,
}

impl ShippingPriceInput {
    fn read(&self, place: &str, currency: Currency) -> Result<shipping::ShippingPrice> {
        let price = |price: &Decimal| minor(format_args!("{place}.price"), price, currency);
        let weight =
            |step: &ShippingWeightStepInput| Ok(shipping::Tier { up_to: step.up_to_grams, price: price(&step.price)? });
        let subtotal = |step: &ShippingSubtotalStepInput| {
            let up_to = step.up_to.as_ref().map(|up_to| minor(format_args!("{place}.upTo"), up_to, currency));
            Ok(shipping::Tier { up_to: up_to.transpose()?, price: price(&step.price)? })
        };
        Ok(match self {
            Self::Flat(flat) => shipping::ShippingPrice::Flat(price(flat)?),
            Self::ByWeight(steps) => {
                shipping::ShippingPrice::ByWeight(steps.iter().map(weight).collect::<Result<_>>()?)
            }
            Self::BySubtotal(steps) => {
                shipping::ShippingPrice::BySubtotal(steps.iter().map(subtotal).collect::<Result<_>>()?)
            }
        })
    }
}

impl ShippingZoneInput {
    fn read(&self, place: &str, currency: Currency) -> Result<shipping::ShippingZone> {
        let zone = |(index, zone): (usize, &ZoneInput)| zone.read(format_args!("{place}.places[{index}]"));
        let free_from = self.free_from.as_ref().map(|amount| minor(format_args!("{place}.freeFrom"), amount, currency));
        let days =
            |name: &str, days: Option<i32>| days.map(|days| count(format_args!("{place}.{name}"), days)).transpose();
        Ok(shipping::ShippingZone {
            zones: self.places.iter().enumerate().map(zone).collect::<Result<_>>()?,
            price: self.price.read(place, currency)?,
            free_from: free_from.transpose()?,
            days_min: days("daysMin", self.days_min)?,
            days_max: days("daysMax", self.days_max)?,
        })
    }
}

impl ShippingMethodInput {
    pub(super) fn read(self) -> Result<shipping::ShippingMethod> {
        let currency = currency("input.currencyCode", &self.currency_code)?;
        let zone = |(index, zone): (usize, &ShippingZoneInput)| zone.read(&format!("input.zones[{index}]"), currency);
        Ok(shipping::ShippingMethod {
            id: Uuid::nil(),
            currency,
            channel_ids: typed_ids("input.channelIds", &self.channel_ids, NodeKind::Channel)?,
            zones: self.zones.iter().enumerate().map(zone).collect::<Result<_>>()?,
            name: self.name,
            tax_category: self.tax_category,
            heaviest_grams: self.heaviest_grams,
            position: self.position,
        })
    }
}
