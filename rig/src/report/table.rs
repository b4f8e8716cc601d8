//! For people.
use super::Report;
use std::fmt::{self, Display, Formatter};

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
            "unverified answers: {} ({} of them stale, the worst by {:.0} ms)",
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
        let all: f64 = self.cache.outcomes.values().sum();
        if all > 0.0 {
            let shares = self.cache.outcomes.iter().map(|(name, count)| format!("{name} {:.2} %", count / all * 100.0));
            writeln!(f, "cache: {}", shares.collect::<Vec<_>>().join(", "))?;
        }
        self.write_phases(f)
    }
}

impl Report {
    fn write_phases(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:40} {:>5} {:>9} {:>6} {:>10} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9}",
            "phase",
            "times",
            "reads",
            "wrong",
            "unverified",
            "errors",
            "lost w.",
            "p99 read",
            "p99 write",
            "gap",
            "first ok"
        )?;
        for (name, phase) in &self.phases {
            writeln!(
                f,
                "{name:40} {:>5} {:>9} {:>6} {:>10} {:>8} {:>8} {:>6.1} ms {:>6.1} ms {:>6.0} ms {:>6.0} ms",
                phase.times,
                phase.reads,
                phase.violations,
                phase.unverified,
                phase.read_errors,
                phase.write_errors,
                phase.read_ms.p99,
                phase.write_ms.p99,
                phase.longest_gap_ms,
                phase.first_good_ms
            )?;
        }
        Ok(())
    }
}
