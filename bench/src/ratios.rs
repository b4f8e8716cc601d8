//! What the cache promises, as ratios of what was measured one after the other: a machine that others use changes its speed
//! from minute to minute, and a ratio of medians would compare different minutes.
use crate::{
    measurement::{Measurement, median},
    operation::Operation,
};
use std::fmt::Write as _;

struct Goal {
    text: &'static str,
    target: &'static str,
    base: &'static str,
    figure: fn(&Measurement) -> Option<f64>,
    wanted: f64,
}

const RATE: fn(&Measurement) -> Option<f64> = |m| Some(m.requests_per_second);

const GOALS: [Goal; 4] = [
    Goal { text: "requests/s by GET, times floor (d)", target: "get", base: "d", figure: RATE, wanted: 0.7 },
    Goal { text: "requests/s by POST, times floor (d)", target: "post", base: "d", figure: RATE, wanted: 0.5 },
    Goal { text: "requests/s by GET, times floor (a)", target: "get", base: "a", figure: RATE, wanted: 8.0 },
    Goal {
        text: "CPU of misses, times no cache",
        target: "misses",
        base: "off",
        figure: Measurement::cpu_ms,
        wanted: 1.15,
    },
];

/// A table of those goals whose targets were measured; else nothing.
pub(crate) fn table(list: &[Measurement]) -> Result<String, std::fmt::Error> {
    let mut rows = String::new();
    for goal in &GOALS {
        for operation in Operation::ALL {
            let mut ratios = ratios(list, goal, operation);
            ratios.sort_by(f64::total_cmp);
            let (Some(least), Some(most)) = (ratios.first().copied(), ratios.last().copied()) else { continue };
            let middle = median(ratios).unwrap_or(0.0);
            let (title, text, wanted) = (operation.title(), goal.text, goal.wanted);
            writeln!(rows, "| {title} | {text} | {wanted} | {middle:.2} | {least:.2} – {most:.2} |")?;
        }
    }
    let head = "\n| operation | round by round | wanted | median | all |\n|---|---|---|---|---|\n";
    Ok(if rows.is_empty() { rows } else { format!("{head}{rows}") })
}

/// One for each round.
fn ratios(list: &[Measurement], goal: &Goal, operation: Operation) -> Vec<f64> {
    let of = |target| list.iter().filter(move |m| m.target == target && m.operation == operation).map(goal.figure);
    of(goal.target).zip(of(goal.base)).filter_map(|(figure, base)| Some(figure? / base?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::measured;

    #[test]
    fn each_round_is_compared_with_itself() {
        let at = |target, rate| Measurement { requests_per_second: rate, ..measured(target, 0.1) };
        let list = [("d", 100.0), ("get", 70.0), ("d", 50.0), ("get", 40.0), ("d", 10.0), ("get", 6.0)];
        let table = table(&list.map(|(target, rate)| at(target, rate))).unwrap();
        let row = "| Q1 product page | requests/s by GET, times floor (d) | 0.7 | 0.70 | 0.60 – 0.80 |";
        assert!(table.contains(row) && table.lines().count() == 4, "{table}");
        assert_eq!(super::table(&[measured("a", 0.1)]), Ok(String::new()));
    }
}
