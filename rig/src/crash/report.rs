//! What all runs came to.
use super::{Place, Plan};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    time::Duration,
};

/// What one run came to.
#[derive(Clone, Debug)]
pub(super) struct Run {
    place: Place,
    /// At which time that it came to the place the server died; none: it did not.
    pub(super) died: Option<u32>,
    /// From its death until it served again.
    pub(super) back_ms: Option<f64>,
    /// From its death until nothing was under way any more.
    pub(super) settled_ms: Option<f64>,
    pub(super) shoppers: usize,
    pub(super) orders: usize,
    /// Why shoppers have no order, where they know.
    pub(super) refused: BTreeMap<String, usize>,
    pub(super) violations: Vec<String>,
}

impl Run {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            died: None,
            back_ms: None,
            settled_ms: None,
            shoppers: 0,
            orders: 0,
            refused: BTreeMap::new(),
            violations: Vec::new(),
        }
    }
}

/// What all runs at one place came to. Times are milliseconds from the server's death.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct AtPlace {
    pub(crate) runs: usize,
    pub(crate) died: usize,
    pub(crate) shoppers: usize,
    pub(crate) orders: usize,
    pub(crate) violations: usize,
    pub(crate) back_median_ms: f64,
    pub(crate) settled_min_ms: f64,
    pub(crate) settled_median_ms: f64,
    pub(crate) settled_max_ms: f64,
}

/// What all runs came to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) runs: usize,
    pub(crate) shops: usize,
    pub(crate) buyers: u32,
    pub(crate) hold_ms: u128,
    pub(crate) seed: u64,
    pub(crate) seconds: f64,
    pub(crate) violations: Vec<String>,
    /// Where no server died: nothing is proven of them.
    pub(crate) not_reached: Vec<String>,
    pub(crate) refused: BTreeMap<String, usize>,
    pub(crate) places: BTreeMap<String, AtPlace>,
}

fn sorted(all: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

impl AtPlace {
    fn of(runs: &[&Run]) -> Self {
        let settled = sorted(runs.iter().filter_map(|run| run.settled_ms));
        Self {
            runs: runs.len(),
            died: runs.iter().filter(|run| run.died.is_some()).count(),
            shoppers: runs.iter().map(|run| run.shoppers).sum(),
            orders: runs.iter().map(|run| run.orders).sum(),
            violations: runs.iter().map(|run| run.violations.len()).sum(),
            back_median_ms: median(&sorted(runs.iter().filter_map(|run| run.back_ms))),
            settled_min_ms: settled.first().copied().unwrap_or_default(),
            settled_median_ms: median(&settled),
            settled_max_ms: settled.last().copied().unwrap_or_default(),
        }
    }
}

impl Report {
    pub(super) fn new(plan: &Plan, runs: Vec<Run>, took: Duration) -> Self {
        let mut by_place: BTreeMap<Place, Vec<&Run>> = BTreeMap::new();
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        for run in &runs {
            by_place.entry(run.place).or_default().push(run);
            for (code, count) in &run.refused {
                *refused.entry(code.clone()).or_default() += count;
            }
        }
        let places: BTreeMap<String, AtPlace> =
            by_place.iter().map(|(place, runs)| (place.to_string(), AtPlace::of(runs))).collect();
        let named = |run: &Run| run.violations.iter().map(|it| format!("{}: {it}", run.place)).collect::<Vec<_>>();
        Self {
            runs: runs.len(),
            shops: plan.shops,
            buyers: plan.buyers,
            hold_ms: plan.hold.as_millis(),
            seed: plan.seed,
            seconds: took.as_secs_f64(),
            violations: runs.iter().flat_map(named).collect(),
            not_reached: places.iter().filter(|(_, at)| at.died == 0).map(|(name, _)| name.clone()).collect(),
            refused,
            places,
        }
    }

    /// Whether nothing is wrong, and a server died at every place.
    pub(crate) fn holds(&self) -> bool {
        self.violations.is_empty() && self.not_reached.is_empty()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let died: usize = self.places.values().map(|at| at.died).sum();
        let (shoppers, orders) =
            self.places.values().fold((0, 0), |(shoppers, orders), at| (shoppers + at.shoppers, orders + at.orders));
        writeln!(
            f,
            "{} runs in {:.0} s, {} shops of {} shoppers, holds of {:.1} s, seed {}: {died} deaths, {shoppers} shoppers, {orders} orders",
            self.runs,
            self.seconds,
            self.shops,
            self.buyers,
            Duration::from_millis(u64::try_from(self.hold_ms).unwrap_or(u64::MAX)).as_secs_f64(),
            self.seed
        )?;
        writeln!(f, "violations: {}{}", self.violations.len(), if self.violations.is_empty() { "" } else { "  <<<" })?;
        for violation in self.violations.iter().take(20) {
            writeln!(f, "  {violation}")?;
        }
        if !self.not_reached.is_empty() {
            writeln!(f, "no server died at: {}", self.not_reached.join(", "))?;
        }
        writeln!(
            f,
            "\n{:30} {:>5} {:>5} {:>8} {:>7} {:>10}   {:>23}",
            "place", "runs", "died", "shoppers", "orders", "back, s", "settled, s: min/med/max"
        )?;
        for (name, at) in &self.places {
            let seconds = |ms: f64| format!("{:.1}", ms / 1e3);
            let settled = [at.settled_min_ms, at.settled_median_ms, at.settled_max_ms].map(seconds).join("/");
            writeln!(
                f,
                "{name:30} {:>5} {:>5} {:>8} {:>7} {:>10}   {settled:>23}",
                at.runs,
                at.died,
                at.shoppers,
                at.orders,
                seconds(at.back_median_ms)
            )?;
        }
        writeln!(f, "\nshoppers without an order, where they know why:")?;
        for (code, count) in &self.refused {
            writeln!(f, "{count:>8}  {code}")?;
        }
        Ok(())
    }
}
