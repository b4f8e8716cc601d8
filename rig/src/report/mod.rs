//! What a run reports, for people and for programs.
mod table;

use crate::{
    checker::Verdict,
    load::Stats,
    sampler::{Totals, quantile},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// All figures of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    /// Of the load.
    pub(crate) seconds: f64,
    /// Cores of the machine, which the cluster, the load and the checker share.
    pub(crate) cores: usize,
    pub(crate) verdict: Verdict,
    pub(crate) reads_per_second: f64,
    pub(crate) read_errors: u64,
    pub(crate) write_errors: u64,
    /// Milliseconds from the commit to the answer.
    pub(crate) commit_wait: Quantiles,
    pub(crate) cache: CacheFigures,
    /// By what the rig did.
    pub(crate) phases: BTreeMap<String, PhaseReport>,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Quantiles {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Quantiles {
    fn of(micros: &mut [u32]) -> Self {
        micros.sort_unstable();
        let at = |percent: usize| {
            micros.get(micros.len().saturating_sub(1) * percent / 100).map_or(0.0, |us| f64::from(*us) / 1e3)
        };
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}

/// From the instances' metrics; upper bounds of buckets where they are quantiles.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CacheFigures {
    /// Questions by outcome: hits of each tier, misses, what was superseded.
    pub(crate) outcomes: BTreeMap<String, f64>,
    pub(crate) fence_p50_ms: Option<f64>,
    pub(crate) fence_p99_ms: Option<f64>,
    /// Share (0 to 1) of the keys that the first tier answered; whole answers that are kept are not in it. What joined
    /// another's load counts as no hit.
    pub(crate) hit_ratio_l1: Option<f64>,
    /// Share of the keys that the first tier did not answer and the second did. At least: what was superseded in the
    /// first and found in the second counts twice in the denominator.
    pub(crate) hit_ratio_l2: Option<f64>,
    /// Everything that was counted about the cache.
    pub(crate) counters: BTreeMap<String, f64>,
}

impl CacheFigures {
    fn of(totals: &Totals) -> Self {
        let mut outcomes = BTreeMap::new();
        for (line, value) in totals.iter().filter(|(line, _)| line.contains("cache_requests_total{")) {
            let label = |name: &str| line.split(&format!("{name}=\"")).nth(1)?.split('"').next();
            let name = [label("layer"), label("outcome")].into_iter().flatten().collect::<Vec<_>>().join(" ");
            *outcomes.entry(name).or_default() += value;
        }
        let fence = totals
            .keys()
            .find_map(|line| line.split("_bucket{").next().filter(|name| name.ends_with("cache_fence_seconds")));
        let fence = |at: f64| fence.and_then(|name| quantile(totals, name, at)).map(|seconds| seconds * 1e3);
        let joined: f64 = totals
            .iter()
            .filter(|(line, _)| line.contains("cache_flight_joined_total"))
            .map(|(_, joined)| joined)
            .sum();
        let (l1, others) = keys(&outcomes, joined);
        let ratio = |hits: f64, all: f64| (all > 0.0).then(|| hits / all);
        let l2 = outcomes.get("l2 hit").copied().unwrap_or(0.0);
        let (hit_ratio_l1, hit_ratio_l2) = (ratio(l1, l1 + others), ratio(l2, others));
        let about = |line: &str| (line.contains("cache") || line.contains("breaker")) && !line.contains("_bucket");
        Self {
            outcomes,
            fence_p50_ms: fence(0.5),
            fence_p99_ms: fence(0.99),
            hit_ratio_l1,
            hit_ratio_l2,
            counters: totals
                .iter()
                .filter(|(line, _)| about(line))
                .map(|(line, value)| (line.clone(), *value))
                .collect(),
        }
    }
}

/// Keys that the first tier answered, and at most so many others.
fn keys(outcomes: &BTreeMap<String, f64>, joined: f64) -> (f64, f64) {
    let count = |name: &str| outcomes.get(name).copied().unwrap_or(0.0);
    let others = ["l2 hit", "load miss", "any superseded", "any expired"].map(count);
    (count("l1 hit"), others.iter().sum::<f64>() + joined)
}

/// While the rig did one thing.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct PhaseReport {
    pub(crate) times: usize,
    pub(crate) reads: u64,
    pub(crate) violations: u64,
    pub(crate) unverified: u64,
    pub(crate) read_errors: u64,
    pub(crate) write_errors: u64,
    pub(crate) read_ms: Quantiles,
    pub(crate) write_ms: Quantiles,
    /// The longest time in which one instance gave no good answer.
    pub(crate) longest_gap_ms: f64,
    /// From the beginning to the last instance's first answer, proven fresh or not.
    pub(crate) first_answer_ms: f64,
    /// The same to its first answer that was proven.
    pub(crate) first_proven_ms: f64,
    /// The most instances that gave no proven answer in one of the times.
    pub(crate) without_proof: usize,
    /// The longest time to the first acknowledged write.
    pub(crate) first_write_ms: f64,
    pub(crate) examples: Vec<String>,
}

impl Report {
    pub(crate) fn new(seed: u64, seconds: f64, mut stats: Stats, verdict: Verdict, totals: &Totals) -> Self {
        let mut phases = BTreeMap::new();
        for (name, phase) in &mut stats.phases {
            let counted = verdict.phases.get(name).cloned().unwrap_or_default();
            let report = PhaseReport {
                times: phase.times,
                reads: counted.reads,
                violations: counted.violations,
                unverified: counted.unverified,
                read_errors: phase.read_errors,
                write_errors: phase.write_errors,
                read_ms: Quantiles::of(&mut phase.reads),
                write_ms: Quantiles::of(&mut phase.writes),
                longest_gap_ms: crate::checker::ms(phase.longest_gap),
                first_answer_ms: crate::checker::ms(phase.first_answer),
                first_proven_ms: crate::checker::ms(phase.first_proven),
                without_proof: phase.without_proof,
                first_write_ms: crate::checker::ms(phase.first_write),
                examples: phase.examples.clone(),
            };
            phases.insert(name.clone(), report);
        }
        #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
        let reads_per_second = verdict.reads as f64 / seconds;
        Self {
            seed,
            seconds,
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            reads_per_second,
            read_errors: phases.values().map(|phase| phase.read_errors).sum(),
            write_errors: phases.values().map(|phase| phase.write_errors).sum(),
            commit_wait: Quantiles::of(&mut stats.commit_waits),
            cache: CacheFigures::of(totals),
            phases,
            verdict,
        }
    }
}
