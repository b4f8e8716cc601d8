//! Whether a shipping method makes sense, before it is stored.
use super::{ShippingMethod, ShippingPrice, ShippingZone, Tier};
use crate::refusal::Refusal;
use crate::word::words;
use std::collections::BTreeSet;

/// The most characters of a name.
const LONGEST_NAME: usize = 200;

words! {
    /// Why a shipping method is not stored.
    ShippingErrorCode {
        /// The name is empty or has too many characters.
        InvalidName = "INVALID_NAME",
        /// There is no place that it sends to.
        NoZones = "NO_ZONES",
        /// A price or limit is negative.
        InvalidAmount = "INVALID_AMOUNT",
        /// A price by weight or subtotal has no steps, or two up to the same limit.
        InvalidTiers = "INVALID_TIERS",
        /// It takes longer at least than at most.
        InvalidDays = "INVALID_DAYS",
    }
}

/// Why a shipping method is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShippingError {
    /// Empty or too long.
    #[error("the name has {0} characters: it needs 1 to {LONGEST_NAME}")]
    Name(usize),
    /// Nowhere.
    #[error("it sends nowhere: name at least one zone with each price, `everywhere` for the whole world")]
    NoZones,
    /// Below zero.
    #[error("{0} is negative: prices and limits are zero or more")]
    Negative(i64),
    /// None, or two for one limit.
    #[error("a price by weight or subtotal needs at least one step, and no two up to the same limit")]
    Tiers,
    /// The wrong way round.
    #[error("it takes at least {0} days and at most {1}: exchange them")]
    Days(u16, u16),
}

impl Refusal for ShippingError {
    type Code = ShippingErrorCode;
    fn code(&self) -> ShippingErrorCode {
        match self {
            Self::Name(_) => ShippingErrorCode::InvalidName,
            Self::NoZones => ShippingErrorCode::NoZones,
            Self::Negative(_) => ShippingErrorCode::InvalidAmount,
            Self::Tiers => ShippingErrorCode::InvalidTiers,
            Self::Days(..) => ShippingErrorCode::InvalidDays,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some(if matches!(self, Self::Name(_)) { "name" } else { "zones" })
    }
}

impl ShippingMethod {
    /// Every mistake of a method; none is a method to store.
    pub fn mistakes(&self) -> Vec<ShippingError> {
        let length = self.name.trim().chars().count();
        let name = (!(1..=LONGEST_NAME).contains(&length)).then_some(ShippingError::Name(length));
        let nowhere = self.zones.is_empty() || self.zones.iter().any(|zone| zone.zones.is_empty());
        let zones = nowhere.then_some(ShippingError::NoZones);
        let heaviest = self.heaviest_grams.and_then(negative);
        let first = [name, zones, heaviest].into_iter().flatten();
        first.chain(self.zones.iter().flat_map(ShippingZone::mistakes)).collect()
    }
}

impl ShippingZone {
    fn mistakes(&self) -> Vec<ShippingError> {
        let days = match (self.days_min, self.days_max) {
            (Some(least), Some(most)) if least > most => Some(ShippingError::Days(least, most)),
            _ => None,
        };
        let price = match &self.price {
            ShippingPrice::Flat(price) => negative(*price),
            ShippingPrice::ByWeight(tiers) | ShippingPrice::BySubtotal(tiers) => of_tiers(tiers),
        };
        [price, self.free_from.and_then(negative), days].into_iter().flatten().collect()
    }
}

fn of_tiers(tiers: &[Tier]) -> Option<ShippingError> {
    let limits: BTreeSet<Option<i64>> = tiers.iter().map(|tier| tier.up_to).collect();
    let figures = tiers.iter().flat_map(|tier| [Some(tier.price), tier.up_to]).flatten();
    let clear = !tiers.is_empty() && limits.len() == tiers.len();
    if clear { figures.filter_map(negative).next() } else { Some(ShippingError::Tiers) }
}

fn negative(figure: i64) -> Option<ShippingError> {
    (figure < 0).then_some(ShippingError::Negative(figure))
}
