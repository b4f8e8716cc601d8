//! The table of the comparison.

use crate::{
    CLIENTS,
    clients::{self, Sample},
    executor::Executor,
    schema,
    sources::Batching,
};
use std::time::{Duration, Instant};

/// Turns that each case takes.
const TURNS: usize = 15;
/// Length of a turn.
const TURN: Duration = Duration::from_millis(300);

/// The turns of one case.
struct Case {
    batching: Batching,
    clients: usize,
    turns: Vec<Sample>,
}

impl Case {
    /// Median over the turns.
    fn requests_per_second(&self) -> f64 {
        let mut rates: Vec<f64> =
            self.turns.iter().map(|turn| turn.requests as f64 / turn.elapsed.as_secs_f64()).collect();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }

    fn per_request(&self, of: impl Fn(&Sample) -> f64) -> f64 {
        self.turns.iter().map(of).sum::<f64>() / self.turns.iter().map(|turn| turn.requests as f64).sum::<f64>()
    }
}

/// Measures all cases on `executor` in turns and prints their table.
pub(crate) fn print(executor: &Executor) {
    let mut cases: Vec<Case> = CLIENTS
        .into_iter()
        .flat_map(|clients| Batching::ALL.map(|batching| Case { batching, clients, turns: Vec::new() }))
        .collect();
    let schema = schema::schema();
    for _ in 0..TURNS {
        for case in &mut cases {
            let end = Instant::now() + TURN;
            let more = move || Instant::now() < end;
            case.turns.push(clients::run(executor, &schema, case.batching, case.clients, more));
        }
    }
    println!("\n{} timer, one worker thread, median of {TURNS} turns", executor.name());
    println!("| loader | clients | requests/s | batches per request | CPU per request, us |");
    println!("|---|---|---|---|---|");
    for case in &cases {
        let batches = case.per_request(|turn| turn.batches as f64);
        let cpu = case.per_request(|turn| turn.cpu.as_secs_f64() * 1e6);
        let (name, rate) = (case.batching.name(), case.requests_per_second());
        println!("| {name} | {} | {rate:.0} | {batches:.2} | {cpu:.0} |", case.clients);
    }
    for clients in CLIENTS {
        let rate = |wanted: fn(&Batching) -> bool| {
            let of = cases.iter().filter(|case| case.clients == clients && wanted(&case.batching));
            of.map(Case::requests_per_second).fold(0.0, f64::max)
        };
        let frontier = rate(|batching| *batching == Batching::Frontier);
        let stock = rate(|batching| matches!(batching, Batching::DataLoader(_)));
        let ceiling = rate(|batching| *batching == Batching::None);
        println!(
            "{clients} clients: frontier / better DataLoader = {:.2}, frontier / no loader = {:.2}",
            frontier / stock,
            frontier / ceiling
        );
    }
}
