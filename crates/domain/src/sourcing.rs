//! From which warehouses units are taken.
use crate::stock::StockPolicy;
use uuid::Uuid;

/// What one warehouse can promise of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Where.
    pub warehouse_id: Uuid,
    /// On hand minus reserved; negative where more is promised than there is.
    pub available: i64,
}

/// Units that are taken from one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Where.
    pub warehouse_id: Uuid,
    /// How many, in all.
    pub quantity: i64,
    /// How many of them are not there yet.
    pub backordered: i64,
}

/// There is not enough, and the variant is not sold beyond what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {available} units are available")]
pub struct NotEnough {
    /// Units over all warehouses, as shoppers are told; never negative.
    pub available: i64,
}

/// Decides which warehouses of a channel serve `quantity` (more than 0) units. `shelves` are in the order of preference,
/// each warehouse once; the answer is in the order of the warehouses' ids, which is that of the locks.
///
/// The first warehouse that has enough serves alone, so that one parcel is sent. Where none has, the fullest gives all
/// that it has, then the next, and so on; of two that are equally full the preferred comes first. What is still missing
/// is backordered at the first of them, if the policy allows that. A warehouse that has promised more than it has counts
/// against the others: no more is sold than the sum that shoppers see.
pub fn source(quantity: i64, policy: StockPolicy, shelves: &[Shelf]) -> Result<Vec<Taken>, NotEnough> {
    let total = shelves.iter().fold(0i64, |sum, shelf| sum.saturating_add(shelf.available));
    let refused = NotEnough { available: total.max(0) };
    if shelves.is_empty() || policy == StockPolicy::Deny && total < quantity {
        return Err(refused);
    }
    if let Some(alone) = shelves.iter().find(|shelf| shelf.available >= quantity) {
        return Ok(vec![Taken { warehouse_id: alone.warehouse_id, quantity, backordered: 0 }]);
    }
    let mut taken = split(quantity, shelves);
    let missing = quantity - taken.iter().map(|part| part.quantity).sum::<i64>();
    if let Some(first) = taken.first_mut() {
        first.quantity += missing;
        first.backordered = missing;
    }
    taken.retain(|part| part.quantity > 0);
    taken.sort_by_key(|part| part.warehouse_id);
    Ok(taken)
}

/// The fullest first, also those that give nothing.
fn split(quantity: i64, shelves: &[Shelf]) -> Vec<Taken> {
    let mut shelves = shelves.to_vec();
    shelves.sort_by_key(|shelf| std::cmp::Reverse(shelf.available));
    let mut left = quantity;
    let part = |shelf: Shelf| {
        let quantity = shelf.available.clamp(0, left);
        left -= quantity;
        Taken { warehouse_id: shelf.warehouse_id, quantity, backordered: 0 }
    };
    shelves.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use StockPolicy::{Backorder, Deny};

    fn shelves(available: &[i64]) -> Vec<Shelf> {
        let shelf =
            |(number, available): (u128, &i64)| Shelf { warehouse_id: Uuid::from_u128(number), available: *available };
        (0..).zip(available).map(shelf).collect()
    }

    /// As (warehouse, quantity, backordered).
    fn taken(quantity: i64, policy: StockPolicy, available: &[i64]) -> Result<Vec<(u128, i64, i64)>, i64> {
        let parts = source(quantity, policy, &shelves(available)).map_err(|refused| refused.available)?;
        Ok(parts.iter().map(|part| (part.warehouse_id.as_u128(), part.quantity, part.backordered)).collect())
    }

    #[test]
    fn the_first_that_has_enough_serves_alone() {
        assert_eq!(taken(3, Deny, &[2, 3, 9]), Ok(vec![(1, 3, 0)]));
        assert_eq!(taken(3, Backorder, &[2, 3, 9]), Ok(vec![(1, 3, 0)]));
    }

    #[test]
    fn otherwise_the_fullest_give_first() {
        assert_eq!(taken(8, Deny, &[2, 3, 5]), Ok(vec![(1, 3, 0), (2, 5, 0)]));
        assert_eq!(taken(9, Deny, &[2, 3, 5]), Ok(vec![(0, 1, 0), (1, 3, 0), (2, 5, 0)]));
        assert_eq!(taken(5, Deny, &[3, 3, 3]), Ok(vec![(0, 3, 0), (1, 2, 0)]));
    }

    #[test]
    fn what_is_missing_is_backordered_at_the_fullest() {
        assert_eq!(taken(9, Backorder, &[2, 3]), Ok(vec![(0, 2, 0), (1, 7, 4)]));
        assert_eq!(taken(9, Backorder, &[-2, -3]), Ok(vec![(0, 9, 9)]));
        assert_eq!(taken(1, Backorder, &[]), Err(0));
    }

    #[test]
    fn no_more_is_sold_than_shoppers_see() {
        assert_eq!(taken(4, Deny, &[-3, 5]), Err(2));
        assert_eq!(taken(2, Deny, &[-3, 5]), Ok(vec![(1, 2, 0)]));
        assert_eq!(taken(1, Deny, &[-3, 2]), Err(0));
        assert_eq!(taken(i64::MAX, Deny, &[i64::MAX - 1, i64::MAX]), Ok(vec![(1, i64::MAX, 0)]));
    }
}
