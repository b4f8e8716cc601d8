use crate::Stamp;

/// A value, or the fact that there is none, with what decides about its use.
#[derive(Debug)]
pub(crate) struct Entry<V> {
    pub(crate) stamp: Stamp,
    /// Microseconds that the load took.
    pub(crate) cost: u32,
    pub(crate) value: Option<V>,
}

impl<V> Entry<V> {
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
