//! What the server's own layer costs: its CPU time per request for a query that needs no statement, beside that of `stock`.
//! Both take turns in one run.
use crate::{
    Failure,
    http_client::Endpoint,
    load::{Load, drive},
    measurement::{median, per_request},
    request::Request,
};
use clap::Args;
use std::fmt::Write as _;

#[derive(Args)]
pub(crate) struct Options {
    /// Of the server: http://127.0.0.1:8000/graphql
    #[arg(long)]
    url: String,
    #[arg(long)]
    pid: u32,
    /// Of `stock`.
    #[arg(long)]
    stock_url: String,
    #[arg(long)]
    stock_pid: u32,
    /// Each measures both; the one that begins changes.
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Length of each measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Load before each measurement, in seconds.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    #[arg(long, default_value_t = 32)]
    clients: usize,
}

/// A process that answers.
struct Target {
    name: &'static str,
    endpoint: Endpoint,
    pid: u32,
}

/// CPU time per request in microseconds, of one round.
#[derive(Clone, Copy, Debug)]
struct Round {
    server: f64,
    stock: f64,
}

/// Prints a table.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let server = Target { name: "server", endpoint: Endpoint::parse(&options.url)?, pid: options.pid };
    let stock = Target { name: "stock", endpoint: Endpoint::parse(&options.stock_url)?, pid: options.stock_pid };
    same_answer(&server, &stock).await?;
    let mut rounds = Vec::new();
    for number in 0..options.rounds {
        let round = if number % 2 == 0 {
            let server = micros(&options, &server).await?;
            Round { server, stock: micros(&options, &stock).await? }
        } else {
            let stock = micros(&options, &stock).await?;
            Round { server: micros(&options, &server).await?, stock }
        };
        progress(number, round);
        rounds.push(round);
    }
    println!("{}", table(&rounds, options.clients)?);
    Ok(())
}

#[allow(clippy::print_stderr)] // a command's progress
fn progress(number: u32, Round { server, stock }: Round) {
    eprintln!("  round {}: server {server:.1} µs, stock {stock:.1} µs", number + 1);
}

fn request(endpoint: &Endpoint) -> Result<Request, Failure> {
    Request::json(endpoint, &serde_json::json!({ "query": include_str!("../operations/small.graphql").trim() }))
}

async fn same_answer(server: &Target, stock: &Target) -> Result<(), Failure> {
    let (one, other) = (answer(server).await?, answer(stock).await?);
    match one == other {
        true => Ok(()),
        false => Err(format!("the answers differ: {one} and {other}").into()),
    }
}

async fn answer(target: &Target) -> Result<serde_json::Value, Failure> {
    let answer = target.endpoint.connect().await?.send(&request(&target.endpoint)?).await?;
    match answer.is_good(true) {
        true => Ok(serde_json::from_slice(&answer.body)?),
        false => Err(format!("{}: {}", target.name, String::from_utf8_lossy(&answer.body)).into()),
    }
}

/// CPU time of a target per request.
async fn micros(options: &Options, target: &Target) -> Result<f64, Failure> {
    let driven = drive(Load {
        endpoint: target.endpoint.clone(),
        requests: vec![request(&target.endpoint)?],
        clients: options.clients,
        seconds: options.seconds,
        warm_up: options.warm_up,
        seed: 42,
        server: Some(target.pid),
        database: None,
    })
    .await?;
    if let Some(error) = driven.first_error() {
        return Err(format!("{}: {error}", target.name).into());
    }
    if driven.requests() == 0 {
        return Err(format!("{} answered nothing in {} s", target.name, options.seconds).into());
    }
    let cpu = driven.server_cpu().ok_or("CPU time is read from /proc, which is not there")?;
    Ok(per_request(cpu, driven.requests()) * 1000.0)
}

/// Medians. The differences are those of the rounds: what slows a whole round down is in none.
fn table(rounds: &[Round], clients: usize) -> Result<String, Failure> {
    let mut out = format!(
        "CPU per request of `{{ channel {{ code }} }}` in µs at {clients} clients, medians of {} rounds (lowest to highest)\n\n",
        rounds.len(),
    );
    writeln!(out, "| target | µs |\n|---|---|")?;
    let mut row = |name: &str, decimals: usize, figure: fn(&Round) -> f64| -> Result<(), Failure> {
        let values = || rounds.iter().map(figure);
        let middle = median(values()).ok_or("no rounds: write --rounds 1 or more")?;
        let (lowest, highest) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        Ok(writeln!(out, "| {name} | {middle:.decimals$} ({lowest:.decimals$} to {highest:.decimals$}) |")?)
    };
    row("server", 1, |round| round.server)?;
    row("stock async-graphql-axum", 1, |round| round.stock)?;
    row("difference", 1, |round| round.server - round.stock)?;
    row("ratio", 2, |round| round.server / round.stock)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_those_of_the_rounds() {
        let rounds = [(40.0, 30.0), (90.0, 60.0), (50.0, 25.0)].map(|(server, stock)| Round { server, stock });
        let table = table(&rounds, 32).unwrap();
        assert!(table.contains("| server | 50.0 (40.0 to 90.0) |"), "{table}");
        assert!(table.contains("| difference | 25.0 (10.0 to 30.0) |"), "{table}");
        assert!(table.contains("| ratio | 1.50 (1.33 to 2.00) |"), "{table}");
        assert!(super::table(&[], 32).is_err());
    }
}
