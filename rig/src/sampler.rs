//! Reads the instances' metrics while they run. A counter that falls belongs to a new process: what the old one had
//! counted stays.
use crate::cluster::get;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::JoinHandle;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(250);

/// Sums over all instances and their restarts, by name and labels.
pub(crate) type Totals = BTreeMap<String, f64>;

#[derive(Debug, Default)]
struct Counted {
    last: Vec<Totals>,
    totals: Totals,
}

/// Looks at all instances now and then.
#[derive(Debug)]
pub(crate) struct Sampler {
    counted: Arc<Mutex<Counted>>,
    task: JoinHandle<()>,
}

impl Sampler {
    /// Begins; `ports`: of the instances' metrics.
    pub(crate) fn start(ports: Vec<u16>) -> Self {
        let counted = Arc::new(Mutex::new(Counted { last: vec![Totals::new(); ports.len()], totals: Totals::new() }));
        let task = tokio::spawn({
            let counted = Arc::clone(&counted);
            async move {
                loop {
                    look(&ports, &counted).await;
                    tokio::time::sleep(EVERY).await;
                }
            }
        });
        Self { counted, task }
    }

    /// What was counted so far.
    pub(crate) fn totals(&self) -> Totals {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).totals.clone()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn look(ports: &[u16], counted: &Mutex<Counted>) {
    for (instance, port) in ports.iter().enumerate() {
        let Ok(text) = get(*port, "/metrics").await else { continue };
        counted.lock().unwrap_or_else(PoisonError::into_inner).add(instance, parse(&text));
    }
}

impl Counted {
    fn add(&mut self, instance: usize, now: Totals) {
        let Some(last) = self.last.get_mut(instance) else { return };
        let is_new = now.iter().any(|(name, value)| last.get(name).is_some_and(|before| before > value));
        for (name, value) in &now {
            let before = if is_new { 0.0 } else { last.get(name).copied().unwrap_or(0.0) };
            *self.totals.entry(name.clone()).or_default() += value - before;
        }
        *last = now;
    }
}

/// Counters of the Prometheus text format: names that end in `_total`, `_count`, `_sum`, `_bucket`.
pub(crate) fn parse(text: &str) -> Totals {
    let line = |line: &str| {
        let line = line.split(" # ").next().unwrap_or(line);
        let (name, value) = line.rsplit_once(' ')?;
        let bare = name.split('{').next().unwrap_or(name);
        let counts = ["_total", "_count", "_sum", "_bucket"].iter().any(|end| bare.ends_with(end));
        (counts && !line.starts_with('#')).then(|| Some((name.to_owned(), value.parse().ok()?)))?
    };
    text.lines().filter_map(line).collect()
}

/// The sum of a counter over labels; `with`: only lines that hold these texts.
pub(crate) fn sum(totals: &Totals, name: &str, with: &[&str]) -> f64 {
    let is_it = |line: &str| {
        line.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
            && with.iter().all(|text| line.contains(text))
    };
    totals.iter().filter(|(line, _)| is_it(line)).map(|(_, value)| value).sum()
}

/// A quantile of a histogram: the upper bound of the bucket in which it lies.
pub(crate) fn quantile(totals: &Totals, name: &str, quantile: f64) -> Option<f64> {
    let mut buckets: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for (line, count) in totals.iter().filter(|(line, _)| line.starts_with(&format!("{name}_bucket{{"))) {
        let bound = line.split("le=\"").nth(1)?.split('"').next()?;
        let bound: f64 = if bound == "+Inf" { f64::INFINITY } else { bound.parse().ok()? };
        let entry = buckets.entry(bound.to_bits()).or_insert((bound, 0.0));
        entry.1 += count;
    }
    let all = buckets.values().last()?.1;
    (all > 0.0).then(|| buckets.values().find(|(_, count)| *count >= all * quantile).map(|(bound, _)| *bound))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_do_not_lose_what_was_counted() {
        let mut counted = Counted { last: vec![Totals::new()], totals: Totals::new() };
        for value in [5, 9, 2] {
            counted.add(0, parse(&format!("# HELP x\na_total{{l=\"1\"}} {value}\nb 7\n")));
        }
        assert_eq!(sum(&counted.totals, "a_total", &["l=\"1\""]), 11.0);
        assert_eq!(counted.totals.len(), 1);
    }

    #[test]
    fn quantiles_are_bounds_of_buckets() {
        let text = "f_bucket{le=\"0.001\"} 50\nf_bucket{le=\"0.01\"} 98\nf_bucket{le=\"+Inf\"} 100\n";
        let totals = parse(text);
        assert_eq!(quantile(&totals, "f", 0.5), Some(0.001));
        assert_eq!(quantile(&totals, "f", 0.98), Some(0.01));
        assert_eq!(quantile(&totals, "g", 0.5), None);
    }
}
