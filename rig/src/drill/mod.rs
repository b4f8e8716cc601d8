//! A drill breaks one thing in one way, asserts what must hold then, and reports times against what is wanted of them.
pub(crate) mod database_gone;
mod probe;
pub(crate) mod redis_gone;
mod watch;

use crate::report::Report;
use serde::Serialize;
use std::fmt::{self, Display, Formatter};

/// What a drill says.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Drill {
    pub(crate) rounds: usize,
    /// What must hold, however slow the machine is.
    pub(crate) checks: Vec<Check>,
    /// Times: they depend on the machine, so they fail nothing.
    pub(crate) figures: Vec<Figure>,
    pub(crate) report: Report,
}

/// Something that must hold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) what: String,
    pub(crate) holds: bool,
    /// What was seen.
    pub(crate) seen: String,
}

/// Milliseconds, over all rounds and instances.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    /// At most.
    pub(crate) wanted_ms: Option<f64>,
    pub(crate) median_ms: f64,
    pub(crate) worst_ms: f64,
}

impl Check {
    pub(crate) fn new(what: impl Into<String>, holds: bool, seen: impl Into<String>) -> Self {
        Self { what: what.into(), holds, seen: seen.into() }
    }
}

impl Figure {
    /// `None`: nothing was measured.
    pub(crate) fn of(what: &str, wanted_ms: Option<f64>, mut measured: Vec<f64>) -> Option<Self> {
        measured.sort_by(f64::total_cmp);
        let (median, worst) = (*measured.get(measured.len() / 2)?, *measured.last()?);
        Some(Self { what: what.to_owned(), wanted_ms, median_ms: median, worst_ms: worst })
    }
}

impl Drill {
    /// Whether all holds that does not depend on the machine.
    pub(crate) fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

impl Display for Drill {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.report)?;
        writeln!(f, "{} rounds", self.rounds)?;
        for Check { what, holds, seen } in &self.checks {
            writeln!(f, "{} {what}: {seen}", if *holds { "holds " } else { "BROKEN" })?;
        }
        writeln!(f, "\n{:60} {:>10} {:>10} {:>10}", "time", "wanted", "median", "worst")?;
        for Figure { what, wanted_ms, median_ms, worst_ms } in &self.figures {
            let wanted = wanted_ms.map_or_else(String::new, |wanted| format!("<= {wanted:.0} ms"));
            let late = if wanted_ms.is_some_and(|wanted| *worst_ms > wanted) { "  late" } else { "" };
            writeln!(f, "{what:60} {wanted:>10} {median_ms:>7.0} ms {worst_ms:>7.0} ms{late}")?;
        }
        Ok(())
    }
}
