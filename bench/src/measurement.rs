//! What one run of load gives.
use crate::operation::Operation;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One operation under one number of clients.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measurement {
    /// `server`, `a`, `b`, …
    pub(crate) target: String,
    pub(crate) operation: Operation,
    pub(crate) clients: usize,
    pub(crate) seconds: f64,
    pub(crate) requests: usize,
    pub(crate) errors: usize,
    pub(crate) requests_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Mean size of a body.
    pub(crate) bytes: f64,
    /// CPU time per request; absent where it cannot be read.
    pub(crate) cpu_server_ms: Option<f64>,
    pub(crate) cpu_database_ms: Option<f64>,
    /// Resident memory of the server behind the load, and at its highest so far.
    pub(crate) rss_mib: Option<f64>,
    pub(crate) rss_peak_mib: Option<f64>,
}

impl Measurement {
    pub(crate) fn cpu_ms(&self) -> Option<f64> {
        Some(self.cpu_server_ms? + self.cpu_database_ms?)
    }
}

/// The value below which this share (in percent) of the sorted values lies, in milliseconds.
pub(crate) fn percentile(sorted_micros: &[u32], percent: usize) -> f64 {
    let index = (sorted_micros.len() * percent).div_ceil(100).saturating_sub(1);
    sorted_micros.get(index).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

/// Milliseconds of a duration for each request.
pub(crate) fn per_request(duration: Duration, requests: usize) -> f64 {
    duration.as_secs_f64() * 1000.0 / count(requests.max(1))
}

/// A count as a figure to calculate with: exact below 2^53.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

/// The middle value; the mean of both for an even number.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    match values.len() % 2 {
        1 => Some(upper),
        _ => Some((values[values.len() / 2 - 1] + upper) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank_and_median() {
        let micros: Vec<u32> = (1..=200).map(|n| n * 1000).collect();
        assert_eq!((percentile(&micros, 50), percentile(&micros, 99)), (100.0, 198.0));
        assert_eq!(percentile(&[], 50), 0.0);
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0]), Some(2.5));
        assert_eq!(median([]), None);
    }
}
