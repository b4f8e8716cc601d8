use crate::Stamp;
use std::any::Any;

/// A value of whatever type.
pub(crate) type Value = dyn Any + Send + Sync;

/// The value of an entry that says that there is none.
#[derive(Debug)]
pub(crate) struct Absent;

/// A value, or [`Absent`], with what decides about its use. Without a parameter it is of some type that only
/// [`Kind`](crate::kind::Kind) knows: all but the value can be read.
#[derive(Debug)]
pub(crate) struct Entry<V: ?Sized = Value> {
    pub(crate) stamp: Stamp,
    /// Microseconds that the load took.
    pub(crate) cost: u32,
    pub(crate) value: V,
}

impl Entry {
    pub(crate) fn is_absent(&self) -> bool {
        self.value.is::<Absent>()
    }

    /// Whether it is of this type of value, or of none.
    pub(crate) fn is_of<V: 'static>(&self) -> bool {
        self.value.is::<V>() || self.is_absent()
    }

    /// Whether this reader shall renew it before its time (XFetch: Vattani, Chierichetti, Lowenstein, "Optimal
    /// Probabilistic Cache Stampede Prevention", VLDB 2015): the sooner it ends and the dearer it was, the likelier.
    pub(crate) fn renews_early(&self, now: u64) -> bool {
        let left = self.stamp.soft.saturating_sub(now);
        // ln of the smallest random number drawn is -36: no need to draw while more is left.
        if left > u64::from(self.cost) * 37 {
            return false;
        }
        let drawn = fastrand::f64().max(f64::MIN_POSITIVE);
        -f64::from(self.cost) * drawn.ln() >= left as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: u32 = 1_000;

    fn ends_in(left: u64) -> (Entry<Absent>, u64) {
        let now = 1_000_000;
        let stamp = Stamp::new(1, 1, 0, now + left, u64::MAX, Box::default());
        (Entry { stamp, cost: COST, value: Absent }, now)
    }

    /// Of 20,000 readers, the share that renews an entry whose load took [`COST`].
    fn share(left: u64) -> f64 {
        fastrand::seed(left);
        let (entry, now) = ends_in(left);
        let entry: &Entry = &entry;
        f64::from((0..20_000).filter(|_| entry.renews_early(now)).map(|_| 1).sum::<u32>()) / 20_000.0
    }

    #[test]
    fn the_chance_to_renew_falls_with_what_is_left_by_the_cost() {
        assert!((share(0) - 1.0).abs() < f64::EPSILON);
        for left in [100, 693, 1_000, 3_000, 5_000] {
            let expected = (-(left as f64) / f64::from(COST)).exp();
            // Four standard deviations.
            let allowed = 4.0 * (expected * (1.0 - expected) / 20_000.0).sqrt();
            assert!((share(left) - expected).abs() < allowed, "{left}: {} for {expected}", share(left));
        }
    }

    #[test]
    fn what_has_long_to_live_draws_no_number() {
        let (entry, now) = ends_in(37 * u64::from(COST) + 1);
        let entry: &Entry = &entry;
        fastrand::seed(7);
        let next = fastrand::u64(..);
        fastrand::seed(7);
        assert!(!entry.renews_early(now));
        assert_eq!(fastrand::u64(..), next);
    }

    #[test]
    fn an_entry_is_of_its_type_or_of_none() {
        let (absent, _) = ends_in(1);
        let absent: &Entry = &absent;
        assert!(absent.is_absent() && absent.is_of::<u32>());
        let value: &Entry = &Entry { stamp: Stamp::new(1, 1, 0, 1, 1, Box::default()), cost: 1, value: 7_u32 };
        assert!(!value.is_absent() && value.is_of::<u32>() && !value.is_of::<u64>());
    }
}
