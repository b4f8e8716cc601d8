//! Tables of measurements. Rounds of the same thing become their median.
use crate::{
    Failure,
    measurement::{Measurement, median},
    operation::Operation,
    ratios,
};
use clap::Args;
use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

#[derive(Args)]
pub(crate) struct Options {
    /// One JSON object per line, as `load --json` prints them.
    #[arg(long)]
    lines: PathBuf,
    /// Writes all of them as one JSON list.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Writes the tables to this file as well.
    #[arg(long)]
    markdown: Option<PathBuf>,
}

/// The target that others are compared with.
const BASE: &str = "a";
/// The number of clients at which CPU time is compared.
const CLIENTS: usize = 32;

/// Prints the tables.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let text = fs::read_to_string(&options.lines)?;
    let list = text.lines().map(serde_json::from_str).collect::<Result<Vec<Measurement>, _>>()?;
    if list.is_empty() {
        return Err(format!("{} holds no measurement", options.lines.display()).into());
    }
    if let Some(path) = &options.json {
        fs::write(path, serde_json::to_string_pretty(&list)? + "\n")?;
    }
    let tables = Results(list).tables()?;
    if let Some(path) = &options.markdown {
        fs::write(path, &tables)?;
    }
    println!("{tables}");
    Ok(())
}

struct Results(Vec<Measurement>);

impl Results {
    fn of(&self, target: &str, operation: Operation, clients: usize) -> impl Iterator<Item = &Measurement> {
        self.0.iter().filter(move |m| m.target == target && m.operation == operation && m.clients == clients)
    }

    fn figure(
        &self,
        target: &str,
        operation: Operation,
        clients: usize,
        figure: impl Fn(&Measurement) -> Option<f64>,
    ) -> Option<f64> {
        median(self.of(target, operation, clients).filter_map(figure))
    }

    fn targets(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.0.iter().map(|m| m.target.as_str()).collect();
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_by_key(|name| *name != "server");
        names
    }

    fn clients(&self) -> BTreeSet<usize> {
        self.0.iter().map(|m| m.clients).collect()
    }

    fn tables(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        self.cpu(&mut out)?;
        self.load(&mut out)?;
        out += &ratios::table(&self.0)?;
        let errors: usize = self.0.iter().map(|m| m.errors).sum();
        writeln!(out, "\nErrors in all runs: {errors}.")?;
        Ok(out)
    }

    fn cpu(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "CPU per request at {CLIENTS} clients in ms: server + database = both (times floor ({BASE}))\n")?;
        write!(out, "| target |")?;
        for operation in Operation::ALL {
            write!(out, " {} |", operation.title())?;
        }
        writeln!(out, "\n|---|{}", "---|".repeat(Operation::ALL.len()))?;
        for target in self.targets() {
            write!(out, "| {target} |")?;
            for operation in Operation::ALL {
                write!(out, " {} |", self.cpu_cell(target, operation))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn cpu_cell(&self, target: &str, operation: Operation) -> String {
        let figure = |target, figure: fn(&Measurement) -> Option<f64>| self.figure(target, operation, CLIENTS, figure);
        let parts = (
            figure(target, |m| m.cpu_server_ms),
            figure(target, |m| m.cpu_database_ms),
            figure(target, Measurement::cpu_ms),
        );
        let (Some(server), Some(database), Some(both)) = parts else { return "–".to_owned() };
        let ratio = figure(BASE, Measurement::cpu_ms).map(|base| format!(" ({:.2}×)", both / base)).unwrap_or_default();
        format!("{server:.2} + {database:.2} = {both:.2}{ratio}")
    }

    fn load(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n| operation | target | clients | requests/s | p50 ms | p99 ms | p99/p50 | bytes | RSS MiB |")?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
        for operation in Operation::ALL {
            for target in self.targets() {
                for clients in self.clients() {
                    self.load_row(out, target, operation, clients)?;
                }
            }
        }
        Ok(())
    }

    fn load_row(&self, out: &mut String, target: &str, operation: Operation, clients: usize) -> std::fmt::Result {
        let figure = |figure: fn(&Measurement) -> Option<f64>| self.figure(target, operation, clients, figure);
        let Some(rate) = figure(|m| Some(m.requests_per_second)) else { return Ok(()) };
        let (p50, p99) = (figure(|m| Some(m.p50_ms)).unwrap_or(0.0), figure(|m| Some(m.p99_ms)).unwrap_or(0.0));
        let bytes = figure(|m| Some(m.bytes)).unwrap_or(0.0);
        let memory = figure(|m| m.rss_mib).map_or("–".to_owned(), |rss| format!("{rss:.0}"));
        writeln!(
            out,
            "| {} | {target} | {clients} | {rate:.0} | {p50:.2} | {p99:.2} | {:.1} | {bytes:.0} | {memory} |",
            operation.title(),
            p99 / p50,
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn measured(target: &str, cpu: f64) -> Measurement {
        Measurement {
            target: target.to_owned(),
            operation: Operation::Q1,
            clients: CLIENTS,
            seconds: 1.0,
            requests: 100,
            errors: 0,
            requests_per_second: 100.0,
            p50_ms: 1.0,
            p99_ms: 2.0,
            bytes: 10.0,
            cpu_server_ms: Some(cpu),
            cpu_database_ms: Some(cpu),
            rss_mib: None,
            rss_peak_mib: None,
        }
    }

    #[test]
    fn takes_medians_and_ratios() {
        let list = [measured("a", 0.1), measured("server", 0.9), measured("server", 0.2), measured("server", 0.1)];
        let tables = Results(list.into()).tables().unwrap();
        assert!(tables.contains("| server | 0.20 + 0.20 = 0.40 (2.00×) | – |"), "{tables}");
        assert!(tables.contains("| Q1 product page | a | 32 | 100 | 1.00 | 2.00 | 2.0 | 10 | – |"), "{tables}");
    }
}
