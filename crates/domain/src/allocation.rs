//! Splitting an amount so that the parts add up to it, to the cent.
//!
//! The largest remainder method (Hamilton's): each part gets its exact share rounded down, and the cents that are left
//! go, one each, to the parts with the largest fractions. A part is therefore its exact share rounded down or up, never
//! negative, never more than its weight while the amount is not more than the sum of the weights.
use std::cmp::Ordering;

/// Why an amount cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// Below zero: a refund is split as the positive amount that it returns.
    #[error("cannot split {0}: split the positive amount")]
    NegativeAmount(i64),
    /// A weight below zero has no share.
    #[error("cannot split by the weight {0}: a weight is zero or more")]
    NegativeWeight(i64),
    /// Something to split, and nobody to get it.
    #[error("cannot split {0} over nothing")]
    NoParts(i64),
}

/// Splits `amount` over `weights`; equal fractions go to the earlier index first.
///
/// A weight of zero gets nothing, unless all are zero: then all count the same. Calculates in 128 bits, which any
/// 64-bit amount and weights fit into.
pub fn allocate(amount: i64, weights: &[i64]) -> Result<Vec<i64>, AllocationError> {
    split(amount, weights, |a, b| a.cmp(&b))
}

/// Splits like [`allocate`]; equal fractions go to the smaller key first, so that the order of the parts does not
/// matter. Keys are unique, or their parts are interchangeable.
pub fn allocate_by_key<K: Ord>(amount: i64, parts: &[(K, i64)]) -> Result<Vec<i64>, AllocationError> {
    let weights: Vec<i64> = parts.iter().map(|(_, weight)| *weight).collect();
    split(amount, &weights, |a, b| parts[a].0.cmp(&parts[b].0))
}

fn split(
    amount: i64,
    weights: &[i64],
    earlier: impl Fn(usize, usize) -> Ordering,
) -> Result<Vec<i64>, AllocationError> {
    if amount < 0 {
        return Err(AllocationError::NegativeAmount(amount));
    }
    if let Some(weight) = weights.iter().find(|weight| **weight < 0) {
        return Err(AllocationError::NegativeWeight(*weight));
    }
    if weights.is_empty() {
        return if amount == 0 { Ok(Vec::new()) } else { Err(AllocationError::NoParts(amount)) };
    }
    let all_zero = weights.iter().all(|weight| *weight == 0);
    let shares: Vec<i128> = weights.iter().map(|weight| if all_zero { 1 } else { i128::from(*weight) }).collect();
    let whole: i128 = shares.iter().sum();
    let mut parts: Vec<i64> = shares.iter().map(|share| fits(i128::from(amount) * share / whole)).collect();
    // Less than one for each part with a fraction, because the fractions of all parts add up to it.
    let left = amount - parts.iter().sum::<i64>();
    let fraction = |index: usize| i128::from(amount) * shares[index] % whole;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| fraction(*b).cmp(&fraction(*a)).then_with(|| earlier(*a, *b)));
    for (index, _) in order.into_iter().zip(0..left) {
        parts[index] += 1;
    }
    Ok(parts)
}

/// A part is at most the amount, which is 64-bit.
#[allow(clippy::cast_possible_truncation)]
fn fits(part: i128) -> i64 {
    part as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_go_to_the_largest_fractions_and_then_to_the_earlier() {
        assert_eq!(allocate(100, &[1, 1, 1]), Ok(vec![34, 33, 33]));
        assert_eq!(allocate(101, &[1, 1, 1]), Ok(vec![34, 34, 33]));
        assert_eq!(allocate(10, &[1, 8, 1]), Ok(vec![1, 8, 1]));
        // Exact shares 0.4, 1.2, 2.4: the cent that is left goes to the first of the two fractions of 0.4.
        assert_eq!(allocate(4, &[1, 3, 6]), Ok(vec![1, 1, 2]));
        assert_eq!(allocate_by_key(4, &[('z', 1), ('b', 3), ('a', 6)]), Ok(vec![0, 1, 3]));
    }

    #[test]
    fn zero_weights_get_nothing_unless_all_are_zero() {
        assert_eq!(allocate(7, &[0, 3, 0]), Ok(vec![0, 7, 0]));
        assert_eq!(allocate(7, &[0, 0]), Ok(vec![4, 3]));
        assert_eq!(allocate(0, &[]), Ok(vec![]));
        assert_eq!(allocate(7, &[]), Err(AllocationError::NoParts(7)));
    }

    #[test]
    fn negative_input_is_refused() {
        assert_eq!(allocate(-1, &[1]), Err(AllocationError::NegativeAmount(-1)));
        assert_eq!(allocate(1, &[1, -2]), Err(AllocationError::NegativeWeight(-2)));
    }

    #[test]
    fn the_largest_amounts_are_split_exactly() {
        let parts = allocate(i64::MAX, &[i64::MAX, i64::MAX, i64::MAX]).unwrap();
        assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), i128::from(i64::MAX));
    }
}
