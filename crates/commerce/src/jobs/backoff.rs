//! How long to wait before the next attempt.
use std::time::Duration;

/// Waits double from attempt to attempt, up to the longest; each is shortened at random by up to half, so that what
/// failed together does not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first wait.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Backoff {
    /// For work inside: a second to an hour.
    pub const JOBS: Self = Self { first: Duration::from_secs(1), longest: Duration::from_secs(3600) };
    /// For others' servers: five seconds to six hours.
    pub const WEBHOOKS: Self = Self { first: Duration::from_secs(5), longest: Duration::from_secs(6 * 3600) };

    /// The wait after so many failures in a row (from 1); `chance` is a number from 0 to 1.
    pub fn after(self, failures: u32, chance: f64) -> Duration {
        self.most_after(failures).mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }

    /// The longest wait after so many failures.
    pub fn most_after(self, failures: u32) -> Duration {
        let factor = 2_u32.checked_pow(failures.saturating_sub(1));
        factor.and_then(|factor| self.first.checked_mul(factor)).map_or(self.longest, |wait| wait.min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_double_up_to_the_longest_and_lose_no_more_than_half(
            first in 1_u64..100_000, longest in 1_u64..100_000_000, failures: u32, chance in 0.0..1.0_f64,
        ) {
            let (first, longest) = (Duration::from_millis(first), Duration::from_millis(longest));
            let backoff = Backoff { first, longest };
            let most = backoff.most_after(failures);
            let next = backoff.most_after(failures.saturating_add(1));
            prop_assert!(most <= longest && most >= first.min(longest));
            prop_assert!(next == longest || failures == 0 && next == most || next == most * 2);
            let wait = backoff.after(failures, chance);
            prop_assert!(wait <= most && wait >= most / 2);
        }

        #[test]
        fn more_chance_is_a_longer_wait(failures in 1_u32..40, one in 0.0..1.0_f64, other in 0.0..1.0_f64) {
            let wait = |chance| Backoff::WEBHOOKS.after(failures, chance);
            prop_assert_eq!(one <= other, wait(one) <= wait(other));
        }
    }
}
