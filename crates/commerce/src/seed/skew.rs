//! Distributions as shops have them: few things are popular, most are not.
use super::dice::Dice;

/// Draws ranks so that rank `r` has the weight `1 / (r + flatness)`: Zipf's law with a flattened head.
#[derive(Clone, Debug)]
pub(crate) struct Zipf {
    /// Running sums of the weights.
    sums: Vec<usize>,
}

impl Zipf {
    /// Over the ranks `0..n`. A larger `flatness` (at least 1) makes the head less dominant.
    pub(crate) fn new(n: usize, flatness: usize) -> Self {
        let weight = |rank: usize| 1_000_000 / (rank + flatness.max(1)) + 1;
        let sums = (0..n).scan(0, |sum, rank| {
            *sum += weight(rank);
            Some(*sum)
        });
        Self { sums: sums.collect() }
    }

    /// A rank.
    pub(crate) fn draw(&self, dice: &mut Dice) -> usize {
        let point = dice.below(self.sums.last().copied().unwrap_or(0));
        self.sums.partition_point(|sum| *sum <= point)
    }
}

/// A log-normal distribution around 1,000, sigma 0.5: its value at 1/32, 3/32, … 31/32.
const LOG_NORMAL: [i64; 16] = [394, 517, 603, 678, 749, 818, 888, 962, 1040, 1126, 1223, 1336, 1474, 1657, 1933, 2538];

/// A factor in thousandths, log-normal around 1,000.
pub(crate) fn log_normal_milli(dice: &mut Dice) -> i64 {
    let bin = dice.below(LOG_NORMAL.len() - 1);
    let (low, high) = (LOG_NORMAL[bin], LOG_NORMAL[bin + 1]);
    low + (high - low) * dice.between(0, 999) / 1000
}

/// Index of the drawn weight.
pub(crate) fn weighted(dice: &mut Dice, weights: &[usize]) -> usize {
    let mut point = dice.below(weights.iter().sum());
    for (index, weight) in weights.iter().enumerate() {
        match point.checked_sub(*weight) {
            Some(rest) => point = rest,
            None => return index,
        }
    }
    0
}
