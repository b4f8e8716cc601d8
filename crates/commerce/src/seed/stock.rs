//! What lies in the warehouses.
use super::{dice::Dice, skew::weighted};
use tradewind_domain::{stock::StockPolicy, variant::StockOnHand};
use uuid::Uuid;

/// How well a product is stocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supply {
    /// Nothing anywhere.
    SoldOut,
    /// Nothing anywhere, and sold on.
    Backorder,
    /// A few units, some variants gone.
    Low,
    /// Enough of most variants.
    Plenty,
}

impl Supply {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        [Self::SoldOut, Self::Backorder, Self::Low, Self::Plenty][weighted(dice, &[80, 20, 120, 780])]
    }

    pub(super) fn policy(self) -> StockPolicy {
        if self == Self::Backorder { StockPolicy::Backorder } else { StockPolicy::Deny }
    }

    /// Units of one variant in each warehouse.
    pub(super) fn on_hand(self, dice: &mut Dice, warehouses: &[Uuid]) -> Vec<StockOnHand> {
        let gone = dice.permille(match self {
            Self::SoldOut | Self::Backorder => 1000,
            Self::Low => 400,
            Self::Plenty => 60,
        });
        let mut units = || match (gone, self) {
            (true, _) => 0,
            (false, Self::Low) => dice.between(0, 3),
            (false, _) => dice.between(1, 40) * dice.between(1, 4),
        };
        let level = |warehouse_id: &Uuid| StockOnHand { warehouse_id: *warehouse_id, on_hand: units() };
        let mut levels: Vec<StockOnHand> = warehouses.iter().map(level).collect();
        levels.sort_by_key(|level| level.warehouse_id);
        levels
    }
}
