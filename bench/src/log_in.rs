//! How many customers log in per second, and how much memory that takes: each log-in computes an argon2id hash.
use crate::{
    Failure,
    http_client::Endpoint,
    measurement::{count, percentile},
    postgres, process,
    request::Request,
};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use clap::Args;
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Instant,
};
use tokio::task::LocalSet;
use uuid::Uuid;

const LOG_IN: &str = "mutation($email: String!, $password: String!) {
  customerLogIn(input: { email: $email, password: $password }) { session { token } userErrors { code } } }";
const PASSWORD: &str = "correct horse battery staple";
/// The server's default costs.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const CUSTOMERS: &str = "INSERT INTO customers (id, email, display_name, password_hash, email_verified_at, created_at, updated_at)
    SELECT id, 'bench-' || number || '@bench.example', 'Bench', $2, now(), now(), now()
    FROM unnest($1::uuid[]) WITH ORDINALITY AS t (id, number) ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash";

#[derive(Args)]
#[command(after_help = "Example:\n  bench log-in --url http://127.0.0.1:8000/graphql --pid 4711 --count 1000\n\
                  The server must run with TRADEWIND_CLIENT_ADDRESS_HEADER=x-forwarded-for: log-ins of one address are limited.")]
pub(crate) struct Options {
    /// http://127.0.0.1:8000/graphql
    #[arg(long)]
    url: String,
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Log-ins, each of another customer.
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// Process of the server, for memory.
    #[arg(long)]
    pid: Option<u32>,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// One JSON object instead of a line.
    #[arg(long)]
    json: bool,
}

/// Runs it.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let client = postgres::connect(&options.database_url).await?;
    let ids: Vec<Uuid> = (0..options.count).map(|_| Uuid::from_u128(fastrand::u128(..))).collect();
    client.execute(CUSTOMERS, &[&ids, &hash()?]).await?;
    let before = options.pid.and_then(process::memory);
    let began = Instant::now();
    let mut micros = log_in(&options).await?;
    let seconds = began.elapsed().as_secs_f64();
    micros.sort_unstable();
    let after = options.pid.and_then(process::memory);
    let measured = json!({
        "clients": options.clients, "log_ins": micros.len(), "seconds": seconds,
        "per_second": count(micros.len()) / seconds.max(f64::MIN_POSITIVE),
        "p50_ms": percentile(&micros, 50), "p99_ms": percentile(&micros, 99),
        "rss_before_mib": before.map(|(now, _)| now), "rss_peak_mib": after.map(|(_, peak)| peak),
    });
    match options.json {
        true => println!("{measured}"),
        false => println!("{}", line(&measured)),
    }
    Ok(())
}

fn line(measured: &Value) -> String {
    let figure = |name: &str| measured[name].as_f64().map_or("-".to_owned(), |value| format!("{value:.1}"));
    format!(
        "log-in, {} clients: {}/s, p50 {} ms, p99 {} ms; memory {} MiB before, {} MiB at most",
        measured["clients"],
        figure("per_second"),
        figure("p50_ms"),
        figure("p99_ms"),
        figure("rss_before_mib"),
        figure("rss_peak_mib")
    )
}

/// As the server makes one with its default costs, so that no log-in makes it anew.
fn hash() -> Result<String, Failure> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|error| error.to_string())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(PASSWORD.as_bytes(), &fastrand::u128(..).to_be_bytes());
    Ok(hash.map_err(|error| error.to_string())?.to_string())
}

/// Microseconds of each.
async fn log_in(options: &Options) -> Result<Vec<u32>, Failure> {
    let endpoint = Rc::new(Endpoint::parse(&options.url)?);
    let (next, end) = (Rc::new(Cell::new(0)), options.count);
    let micros = Rc::new(RefCell::new(Vec::with_capacity(end)));
    let failed = Rc::new(RefCell::new(None));
    let local = LocalSet::new();
    for _ in 0..options.clients {
        let (endpoint, next) = (Rc::clone(&endpoint), Rc::clone(&next));
        let (micros, failed) = (Rc::clone(&micros), Rc::clone(&failed));
        local.spawn_local(async move {
            if let Err(error) = client(&endpoint, &next, end, &micros).await {
                failed.borrow_mut().get_or_insert(error);
                next.set(end);
            }
        });
    }
    local.await;
    match failed.take() {
        Some(error) => Err(error),
        None => Ok(micros.take()),
    }
}

async fn client(
    endpoint: &Endpoint,
    next: &Cell<usize>,
    end: usize,
    micros: &RefCell<Vec<u32>>,
) -> Result<(), Failure> {
    let mut connection = endpoint.connect().await?;
    while next.get() < end {
        let number = next.replace(next.get() + 1);
        let variables = json!({ "email": format!("bench-{}@bench.example", number + 1), "password": PASSWORD });
        let body = json!({ "query": LOG_IN, "variables": variables }).to_string();
        let request = Request::post_from(endpoint, &address(number), &body)?;
        let began = Instant::now();
        let answer = connection.send(&request).await?;
        micros.borrow_mut().push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        let value: Value = serde_json::from_slice(&answer.body)?;
        if !value["data"]["customerLogIn"]["session"]["token"].is_string() {
            return Err(format!("a log-in was refused: {value}").into());
        }
    }
    Ok(())
}

/// Each comes from elsewhere.
fn address(number: usize) -> String {
    let part = |shift: u32| (number >> shift) & 0xff;
    format!("10.{}.{}.{}", part(16), part(8), part(0))
}
