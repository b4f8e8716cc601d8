//! Random numbers that are the same on every platform and in every release: ChaCha8, one stream per thing that is made,
//! and integers only, because the last bit of a floating point function differs between platforms.
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// What a stream of numbers is for. The numbers are part of the output: never reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stream {
    Product = 1,
    Review = 2,
    Customer = 3,
    Collection = 4,
}

/// The random numbers of one thing. A product's do not depend on how many products there are.
#[derive(Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The numbers of the thing at `index`.
    pub(crate) fn new(seed: u64, stream: Stream, index: u32) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream((stream as u64) << 32 | u64::from(index));
        Self(rng)
    }

    /// Evenly from `0..n`; 0 for an `n` of 0. The own multiplication, because `random_range` may change between releases.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * n as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Evenly from `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in this many of a thousand cases.
    pub(crate) fn permille(&mut self, n: usize) -> bool {
        self.below(1000) < n
    }

    /// One of them, evenly. Of none, the default.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }

    /// `count` different numbers below `n` in random order; all of them where there are not enough.
    pub(crate) fn distinct(&mut self, count: usize, n: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..n).collect();
        let count = count.min(n);
        for i in 0..count {
            let j = i + self.below(n - i);
            numbers.swap(i, j);
        }
        numbers.truncate(count);
        numbers
    }
}
