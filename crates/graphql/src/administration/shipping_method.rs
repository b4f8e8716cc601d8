//! Ways to send goods.
use super::{object::objects, promotion_parts::ids, zone::Zone};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    money::Money,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result};
use tradewind_domain::{
    currency::Currency,
    global_id::{GlobalId, NodeKind},
    shipping,
};
use tradewind_persistence::write::all_shipping_methods;
use uuid::Uuid;

objects! {
    /// A price up to a weight.
    ShippingWeightStep {
        /// Grams, inclusive; null: any weight.
        up_to_grams: Option<i64>,
        /// The price.
        price: Money,
    }
    /// A price up to a subtotal.
    ShippingSubtotalStep {
        /// Inclusive; null: any subtotal.
        up_to: Option<Money>,
        /// The price.
        price: Money,
    }
    /// How a shipping price is found; one of these is not null.
    ShippingPrice {
        /// Always the same.
        flat: Option<Money>,
        /// By the weight of the goods.
        by_weight: Option<Vec<ShippingWeightStep>>,
        /// By what the goods cost.
        by_subtotal: Option<Vec<ShippingSubtotalStep>>,
    }
    /// What a method costs in some parts of the world.
    ShippingZone {
        /// Where; one of them is enough.
        places: Vec<Zone>,
        /// How the price is found.
        price: ShippingPrice,
        /// Free from this subtotal on; null: never.
        free_from: Option<Money>,
        /// Days until delivery, at least.
        days_min: Option<i32>,
        /// Days until delivery, at most.
        days_max: Option<i32>,
    }
    /// A way to send goods.
    ShippingMethod {
        /// Opaque id.
        id: ID,
        /// What shoppers read.
        name: String,
        /// What all of its amounts are of; it is offered in channels of this currency.
        currency_code: String,
        /// The channels that offer it; empty: every one of its currency.
        channel_ids: Vec<ID>,
        /// How the shipping is taxed.
        tax_category: String,
        /// What it costs where; the narrowest zone that a place lies in counts.
        zones: Vec<ShippingZone>,
        /// Heavier carts are not sent so; null: any weight.
        heaviest_grams: Option<i64>,
        /// Order among methods of one price, ascending.
        position: i32,
        /// Whether it is offered.
        is_enabled: bool,
    }
}

fn price(price: &shipping::ShippingPrice, currency: Currency) -> ShippingPrice {
    let money = |minor: i64| Money::new(minor, currency);
    let mut told = ShippingPrice { flat: None, by_weight: None, by_subtotal: None };
    match price {
        shipping::ShippingPrice::Flat(price) => told.flat = Some(money(*price)),
        shipping::ShippingPrice::ByWeight(tiers) => {
            let step = |tier: &shipping::Tier| ShippingWeightStep { up_to_grams: tier.up_to, price: money(tier.price) };
            told.by_weight = Some(tiers.iter().map(step).collect());
        }
        shipping::ShippingPrice::BySubtotal(tiers) => {
            let step =
                |tier: &shipping::Tier| ShippingSubtotalStep { up_to: tier.up_to.map(money), price: money(tier.price) };
            told.by_subtotal = Some(tiers.iter().map(step).collect());
        }
    }
    told
}

impl ShippingMethod {
    fn of((method, enabled): &(shipping::ShippingMethod, bool)) -> Self {
        let zone = |zone: &shipping::ShippingZone| ShippingZone {
            places: zone.zones.iter().map(Zone::of).collect(),
            price: price(&zone.price, method.currency),
            free_from: zone.free_from.map(|minor| Money::new(minor, method.currency)),
            days_min: zone.days_min.map(i32::from),
            days_max: zone.days_max.map(i32::from),
        };
        Self {
            id: ID(GlobalId::encode(NodeKind::ShippingMethod, method.id)),
            name: method.name.clone(),
            currency_code: method.currency.code().to_owned(),
            channel_ids: ids(NodeKind::Channel, &method.channel_ids),
            tax_category: method.tax_category.clone(),
            zones: method.zones.iter().map(zone).collect(),
            heaviest_grams: method.heaviest_grams,
            position: method.position,
            is_enabled: *enabled,
        }
    }

    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let methods = all_shipping_methods((&ctx.request().db).into()).await.map_err(database)?;
        Ok(methods.iter().find(|(method, _)| method.id == id).map(Self::of))
    }
}

/// Queries for shipping methods.
#[derive(Default)]
pub struct ShippingMethodQuery;

#[Object(crate = "crate::execution")]
impl ShippingMethodQuery {
    /// For staff: every shipping method, in the order in which they were made.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsRead]))]
    async fn shipping_methods(&self, ctx: &Context<'_>) -> Result<Vec<ShippingMethod>> {
        let methods = all_shipping_methods((&ctx.request().db).into()).await.map_err(database)?;
        Ok(methods.iter().map(ShippingMethod::of).collect())
    }
}

direct!(ShippingMethodQuery {});
governed! {
    Decision::Part => ShippingMethodQuery;
}
