//! What a promotion takes off.
use super::ItemFilter;
use crate::money::Money;
use crate::rate::Rate;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use uuid::Uuid;

/// What a promotion takes off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A percentage of what is left of the target; more than 100 % takes all.
    PercentageOff {
        /// How much.
        rate: Rate,
        /// Of what.
        target: Target,
    },
    /// A fixed amount, at most what is left of the target.
    AmountOff {
        /// How much.
        amount: Money,
        /// Once, or for each unit.
        per: AmountPer,
        /// Of what.
        target: Target,
    },
    /// Some units cheaper for buying others.
    BuyGet(BuyGet),
    /// No price of shipping.
    FreeShipping {
        /// With these methods; empty: with any.
        #[serde(default)]
        method_ids: Vec<Uuid>,
        /// At most so much; None: all of it.
        #[serde(default)]
        at_most: Option<Money>,
    },
}

/// What an amount or percentage is taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// All lines, after what promotions take off products.
    Order,
    /// The lines that match.
    Items(ItemFilter),
}

/// How often an amount is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountPer {
    /// Once, split over the lines in proportion to what is left of them.
    Once,
    /// For each unit; of a line at most what is left of it.
    Unit,
}

/// For each `buy_quantity` units that match `buy`, `get_quantity` other units that match `get` cost `rate` less.
///
/// It counts as often as units suffice. The cheapest units that match `get` are the cheaper ones, by their price before
/// discounts; a unit that both match serves for one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyGet {
    /// What must be bought.
    pub buy: ItemFilter,
    /// How many of it.
    pub buy_quantity: NonZeroU32,
    /// What gets cheaper.
    pub get: ItemFilter,
    /// How many of it.
    pub get_quantity: NonZeroU32,
    /// How much cheaper; 100 % is free.
    pub rate: Rate,
    /// How often in one cart; None: as often as units suffice.
    #[serde(default)]
    pub at_most: Option<u32>,
}

/// What a promotion takes something off. Classes are applied in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Class {
    Product,
    Order,
    Shipping,
}

impl Action {
    /// What it takes something off.
    pub fn class(&self) -> Class {
        match self {
            Self::PercentageOff { target: Target::Order, .. } | Self::AmountOff { target: Target::Order, .. } => {
                Class::Order
            }
            Self::PercentageOff { .. } | Self::AmountOff { .. } | Self::BuyGet(_) => Class::Product,
            Self::FreeShipping { .. } => Class::Shipping,
        }
    }
}

impl Target {
    pub(super) fn filter(&self) -> &ItemFilter {
        static ALL: ItemFilter = ItemFilter::ALL;
        match self {
            Self::Order => &ALL,
            Self::Items(filter) => filter,
        }
    }
}
