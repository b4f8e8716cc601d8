//! For people.
use super::{PhaseReport, Report};
use std::fmt::{self, Display, Formatter};

/// What the phase behind a fault begins with.
const AFTER: &str = "after ";

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let v = &self.verdict;
        writeln!(
            f,
            "{} reads checked in {:.0} s ({:.0} a second, {} requests), {} acknowledged writes ({} failed, {} unknown), seed {}, {} cores",
            v.reads,
            self.seconds,
            self.reads_per_second,
            v.requests,
            v.acknowledged,
            v.failed,
            v.unknown,
            self.seed,
            self.cores
        )?;
        writeln!(f, "violations: {}{}", v.violations, if v.violations == 0 { "" } else { "  <<<" })?;
        for (kind, count) in &v.by_kind {
            writeln!(f, "  {kind:?}: {count}, the worst {:.1} ms after the acknowledgement", v.worst_stale_ms)?;
        }
        for violation in v.examples.iter().take(5) {
            writeln!(f, "  {}", serde_json::json!(violation))?;
        }
        writeln!(
            f,
            "unverified values: {} ({} of them stale, the worst by {:.0} ms)",
            v.unverified, v.unverified_stale, v.unverified_worst_ms
        )?;
        writeln!(
            f,
            "BOUNDED, new then old before the acknowledgement (allowed): {} ({} in one session), the worst {:.1} ms later",
            v.inversions, v.inversions_in_session, v.inversion_worst_ms
        )?;
        let s = &v.without_waiting;
        writeln!(
            f,
            "writers that do not wait: an older value was read for p50 {:.1}, p99 {:.1}, at most {:.1} ms ({} writes)",
            s.p50_ms, s.p99_ms, s.max_ms, s.writes
        )?;
        let w = &self.commit_wait;
        writeln!(f, "commit-wait: p50 {:.1}, p99 {:.1}, at most {:.1} ms", w.p50, w.p99, w.max)?;
        if let (Some(p50), Some(p99)) = (self.cache.fence_p50_ms, self.cache.fence_p99_ms) {
            writeln!(f, "fence: p50 <= {p50:.2}, p99 <= {p99:.2} ms")?;
        }
        if let (Some(l1), Some(l2)) = (self.cache.hit_ratio_l1, self.cache.hit_ratio_l2) {
            writeln!(
                f,
                "hits: first tier {:.1} % of what is asked for, second tier {:.1} % of what the first has not",
                l1 * 100.0,
                l2 * 100.0
            )?;
        }
        let all: f64 = self.cache.outcomes.values().sum();
        if all > 0.0 {
            let shares = self.cache.outcomes.iter().map(|(name, count)| format!("{name} {:.2} %", count / all * 100.0));
            writeln!(f, "cache: {}", shares.collect::<Vec<_>>().join(", "))?;
        }
        self.write_phases(f)
    }
}

impl Report {
    /// One line for what the rig did, and beside it for what came after.
    fn write_phases(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:32} {:>5} {:>13} {:>17} {:>6} {:>15} {:>11} {:>7} {:>15} {:>8}",
            "during/after",
            "times",
            "values read",
            "p99 read, ms",
            "wrong",
            "unverified",
            "errors",
            "lost w.",
            "first good, ms",
            "gap, ms"
        )?;
        let none = PhaseReport::default();
        for (name, during) in self.phases.iter().filter(|(name, _)| !name.starts_with(AFTER)) {
            let after = self.phases.get(&format!("{AFTER}{name}"));
            let pair = |figure: &dyn Fn(&PhaseReport) -> String| match after {
                Some(after) => format!("{}/{}", figure(during), figure(after)),
                None => figure(during),
            };
            let sum = |figure: fn(&PhaseReport) -> u64| figure(during) + figure(after.unwrap_or(&none));
            writeln!(
                f,
                "{name:32} {:>5} {:>13} {:>17} {:>6} {:>15} {:>11} {:>7} {:>15} {:>8.0}",
                during.times,
                pair(&|phase| short(phase.reads)),
                pair(&|phase| format!("{:.1}", phase.read_ms.p99)),
                sum(|phase| phase.violations),
                pair(&|phase| short(phase.unverified)),
                pair(&|phase| phase.read_errors.to_string()),
                sum(|phase| phase.write_errors),
                pair(&|phase| phase.first_good()),
                during.longest_gap_ms.max(after.unwrap_or(&none).longest_gap_ms)
            )?;
        }
        Ok(())
    }
}

impl PhaseReport {
    fn first_good(&self) -> String {
        match self.without_proof {
            0 => format!("{:.0}", self.first_proven_ms),
            // Of the others: not of all instances.
            count => format!("none of {count}"),
        }
    }
}

/// Thousands and millions.
#[allow(clippy::cast_precision_loss, reason = "rounded anyway")]
fn short(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..10_000_000 => format!("{:.0}k", count as f64 / 1e3),
        _ => format!("{:.1}M", count as f64 / 1e6),
    }
}
