//! `bench`: puts load on a server and measures it, beside floors that answer the same operations by hand.
use clap::{Parser, Subcommand};

mod arguments;
mod buying;
mod check;
mod floors;
mod http_client;
mod layer;
mod load;
mod log_in;
mod measurement;
mod operation;
mod postgres;
mod process;
mod ratios;
mod report;
mod request;
mod shop;
mod startup;
mod stock;
mod vacuum;

/// As in the server, so that the allocator is no difference.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A command ends with this text and status 1.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(name = "bench", about = "Load driver and hand-written floors")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the operations by hand, from the same tables.
    Floors(floors::Options),
    /// Puts load on a server and measures it.
    Load(load::Options),
    /// Serves one small query with async-graphql-axum's own handler.
    Stock(stock::Options),
    /// Compares the CPU time of a server with that of `stock`.
    Layer(layer::Options),
    /// Buys: what a cart, a checkout and its payment cost, through a server or by hand.
    Buying(buying::Options),
    /// Logs customers in.
    LogIn(log_in::Options),
    /// Compares the answers of two servers.
    Check(check::Options),
    /// Makes a table of measurements.
    Report(report::Options),
    /// Brings a fresh database to rest.
    Prepare(vacuum::Options),
    /// Starts a command and measures the time to its first answer.
    Startup(startup::Options),
}

fn main() -> Result<(), Failure> {
    match Cli::parse().command {
        Command::Floors(options) => many_threads()?.block_on(floors::serve(options)),
        Command::Stock(options) => many_threads()?.block_on(stock::serve(options)),
        // One thread: the driver must leave the cores to the server and the database.
        Command::Load(options) => single_thread()?.block_on(load::run(options)),
        Command::Layer(options) => single_thread()?.block_on(layer::run(options)),
        Command::Buying(options) => single_thread()?.block_on(buying::run(options)),
        Command::LogIn(options) => single_thread()?.block_on(log_in::run(options)),
        Command::Check(options) => single_thread()?.block_on(check::run(options)),
        Command::Report(options) => report::run(&options),
        Command::Prepare(options) => single_thread()?.block_on(vacuum::run(options)),
        Command::Startup(options) => single_thread()?.block_on(startup::run(options)),
    }
}

fn many_threads() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn single_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
