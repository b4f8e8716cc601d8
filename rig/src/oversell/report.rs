//! What all rounds came to.
use super::{Plan, round::Round};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    time::Duration,
};

/// What all rounds came to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) buyers: usize,
    pub(crate) items: u32,
    pub(crate) seed: u64,
    pub(crate) seconds: f64,
    pub(crate) orders: i64,
    pub(crate) violations: usize,
    /// Webhooks that a server took, and those that none did.
    pub(crate) webhooks: (u64, u64),
    pub(crate) rounds: Vec<Round>,
}

impl Report {
    pub(super) fn new(plan: &Plan, rounds: Vec<Round>, webhooks: (u64, u64), took: Duration) -> Self {
        Self {
            buyers: plan.buyers,
            items: plan.items,
            seed: plan.seed,
            seconds: took.as_secs_f64(),
            orders: rounds.iter().map(|round| round.orders).sum(),
            violations: rounds.iter().map(|round| round.violations.len()).sum(),
            webhooks,
            rounds,
        }
    }
}

fn sums<'r, N: Copy + std::iter::Sum + 'r>(all: impl Iterator<Item = &'r BTreeMap<String, N>>) -> BTreeMap<&'r str, N> {
    let mut lists: BTreeMap<&str, Vec<N>> = BTreeMap::new();
    for (name, count) in all.flatten() {
        lists.entry(name).or_default().push(*count);
    }
    lists.into_iter().map(|(name, counts)| (name, counts.into_iter().sum())).collect()
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { buyers, items, seed, seconds, orders, .. } = self;
        writeln!(
            f,
            "{} rounds of {buyers} buyers for {items} items in {seconds:.0} s, seed {seed}: {orders} orders",
            self.rounds.len()
        )?;
        writeln!(f, "violations: {}{}", self.violations, if self.violations == 0 { "" } else { "  <<<" })?;
        writeln!(
            f,
            "\n{:>5} {:10} {:>7} {:>7} {:>8} {:>8} {:>9} {:>9} {:>8} {:>9} {:>10} {:>6}",
            "round",
            "kind",
            "orders",
            "refused",
            "promised",
            "returned",
            "on hand",
            "reserved",
            "retries",
            "deadlocks",
            "money back",
            "s"
        )?;
        for round in &self.rounds {
            writeln!(
                f,
                "{:>5} {:10} {:>7} {:>7} {:>8} {:>8} {:>9} {:>9} {:>8.0} {:>9} {:>10} {:>6.1}",
                round.number,
                round.kind,
                round.orders,
                round.refused.values().sum::<usize>(),
                round.stock.promised,
                round.stock.returned,
                round.stock.on_hand,
                round.stock.reserved,
                round.retries,
                round.deadlocks,
                round.given_back,
                round.seconds
            )?;
        }
        writeln!(f, "\nrefused, by mutation and code:")?;
        for (code, count) in sums(self.rounds.iter().map(|round| &round.refused)) {
            writeln!(f, "{count:>8}  {code}")?;
        }
        let again = sums(self.rounds.iter().map(|round| &round.again));
        if !again.is_empty() {
            writeln!(f, "requests that were sent again:")?;
        }
        for (reason, count) in again {
            writeln!(f, "{count:>8}  {reason}")?;
        }
        for round in self.rounds.iter().filter(|round| !round.violations.is_empty()) {
            for violation in round.violations.iter().take(10) {
                writeln!(f, "round {}, {}: {violation}", round.number, round.kind)?;
            }
        }
        Ok(())
    }
}
