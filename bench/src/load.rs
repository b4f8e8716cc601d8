//! Puts load on a server: a fixed number of clients, each with one request in flight.
use crate::{
    Failure,
    arguments::{arguments, variables},
    http_client::Endpoint,
    measurement::{Measurement, count, per_request, percentile},
    operation::{Argument, Operation},
    postgres, process,
    request::Request,
};
use clap::{Args, ValueEnum};
use sha2::{Digest as _, Sha256};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::task::LocalSet;

/// How requests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    Graphql,
    /// GET of `/graphql/d/<id>`.
    Document,
    Floor,
}

#[derive(Args)]
pub(crate) struct Options {
    /// How requests are written.
    #[arg(long, value_enum)]
    target: Protocol,
    /// Name in the results [default: the target].
    #[arg(long)]
    name: Option<String>,
    /// http://127.0.0.1:8000/graphql
    #[arg(long)]
    url: String,
    #[arg(long, value_delimiter = ',', default_value = "q1,q2,q3,q4")]
    operation: Vec<Operation>,
    /// Numbers of clients.
    #[arg(long, value_delimiter = ',', default_value = "1,32,256")]
    clients: Vec<usize>,
    /// Length of each measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Load before each measurement, in seconds.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Where arguments are read from; the server's database.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Process of the server, for CPU time and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// Process that PostgreSQL's others are children of [default: found through the connection].
    #[arg(long)]
    postgres_pid: Option<u32>,
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// One request for each argument, in the same order for both protocols.
pub(crate) async fn prepare(
    protocol: Protocol,
    endpoint: &Endpoint,
    operation: Operation,
    arguments: &[Argument],
) -> Result<Vec<Request>, Failure> {
    if protocol == Protocol::Floor {
        let request = |argument| Request::post(endpoint, floor_path(operation, argument), "");
        return arguments.iter().map(request).collect();
    }
    let variables = variables(endpoint, operation, arguments).await?;
    if protocol == Protocol::Document {
        let id = register(endpoint, operation, variables.first()).await?;
        let path = |variables: serde_json::Value| {
            let mut query = form_urlencoded::Serializer::new(format!("{}/d/{id}?", endpoint.path));
            query.append_pair("variables", &variables.to_string()).finish().replacen("?&", "?", 1)
        };
        return variables.into_iter().map(|variables| Request::get(endpoint, path(variables))).collect();
    }
    let body = |variables| serde_json::json!({ "query": operation.document(), "variables": variables });
    variables.into_iter().map(|variables| Request::json(endpoint, &body(variables))).collect()
}

/// Sends the document once with its hash, as clients of persisted queries do; the hash.
async fn register(
    endpoint: &Endpoint,
    operation: Operation,
    variables: Option<&serde_json::Value>,
) -> Result<String, Failure> {
    use std::fmt::Write as _;
    let mut id = String::new();
    for byte in Sha256::digest(operation.document()) {
        write!(id, "{byte:02x}")?;
    }
    let body = serde_json::json!({
        "query": operation.document(), "variables": variables,
        "extensions": { "persistedQuery": { "version": 1, "sha256Hash": id } },
    });
    let answer = endpoint.connect().await?.send(&Request::json(endpoint, &body)?).await?;
    if answer.is_good(true) { Ok(id) } else { Err(describe(&answer.body).into()) }
}

fn floor_path(operation: Operation, argument: &Argument) -> String {
    let mut query = form_urlencoded::Serializer::new(format!("/{}?", operation.name()));
    match operation {
        Operation::Q1 | Operation::Q2 => query.append_pair("slug", &argument.slug),
        Operation::Q3 => {
            query.append_pair("sold", &argument.sold.to_string()).append_pair("id", &argument.id.to_string())
        }
        Operation::Q4 => query.append_pair("words", &argument.words),
    };
    query.finish().replacen("?&", "?", 1)
}

/// What the clients of one run share. All of them are on one thread.
struct Run {
    endpoint: Endpoint,
    requests: Vec<Request>,
    recording: Cell<bool>,
    stopped: Cell<bool>,
    micros: RefCell<Vec<u32>>,
    bytes: Cell<usize>,
    errors: Cell<usize>,
    first_error: RefCell<Option<String>>,
}

impl Run {
    async fn client(self: Rc<Self>, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut sent = 0usize;
        while !self.stopped.get() {
            let Ok(mut connection) = self.endpoint.connect().await.map_err(|error| self.fail(error.to_string())) else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            while !self.stopped.get() {
                let request = &self.requests[random.usize(..self.requests.len())];
                let began = Instant::now();
                match connection.send(request).await {
                    // Looking through each body would cost the driver more than the rest.
                    Ok(answer) if answer.is_good(sent.is_multiple_of(64)) => {
                        self.record(began.elapsed(), answer.body.len())
                    }
                    Ok(answer) => self.fail(describe(&answer.body)),
                    Err(error) => {
                        self.fail(error.to_string());
                        break;
                    }
                }
                sent += 1;
            }
        }
    }

    fn record(&self, latency: Duration, bytes: usize) {
        if self.recording.get() {
            self.micros.borrow_mut().push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
            self.bytes.set(self.bytes.get() + bytes);
        }
    }

    fn fail(&self, error: String) {
        if !self.stopped.get() {
            self.errors.set(self.errors.get() + 1);
            self.first_error.borrow_mut().get_or_insert(error);
        }
    }
}

fn describe(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned()
}

/// CPU times at one instant.
struct Instants {
    at: Instant,
    server: Option<Duration>,
    database: Option<Duration>,
}

impl Instants {
    fn read(server: Option<u32>, database: Option<u32>) -> Self {
        Self {
            at: Instant::now(),
            server: server.and_then(process::cpu),
            database: database.and_then(process::family_cpu),
        }
    }
}

/// Runs each operation under each number of clients.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let endpoint = Endpoint::parse(&options.url)?;
    let client = postgres::connect(&options.database_url).await?;
    let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
    let database = options.postgres_pid.or_else(|| process::parent(u32::try_from(backend).ok()?));
    for operation in &options.operation {
        let arguments = arguments(&client, *operation).await?;
        let requests = prepare(options.target, &endpoint, *operation, &arguments).await?;
        for clients in &options.clients {
            let measured = measure(&options, *operation, *clients, database, &endpoint, requests.clone()).await?;
            match options.json {
                true => println!("{}", serde_json::to_string(&measured)?),
                false => println!("{}", line(&measured)),
            }
        }
    }
    Ok(())
}

async fn measure(
    options: &Options,
    operation: Operation,
    clients: usize,
    database: Option<u32>,
    endpoint: &Endpoint,
    requests: Vec<Request>,
) -> Result<Measurement, Failure> {
    let driven = drive(Load {
        endpoint: endpoint.clone(),
        requests,
        clients,
        seconds: options.seconds,
        warm_up: options.warm_up,
        seed: options.seed,
        server: options.pid,
        database,
    })
    .await?;
    if let Some(error) = driven.first_error() {
        complain(operation, clients, &error);
    }
    Ok(summary(options, operation, clients, &driven.run, &driven.begin, &driven.end))
}

/// What is put on a server.
pub(crate) struct Load {
    pub(crate) endpoint: Endpoint,
    /// Each is sent at random.
    pub(crate) requests: Vec<Request>,
    pub(crate) clients: usize,
    pub(crate) seconds: f64,
    /// Seconds before that.
    pub(crate) warm_up: f64,
    pub(crate) seed: u64,
    /// Processes whose CPU time is read.
    pub(crate) server: Option<u32>,
    pub(crate) database: Option<u32>,
}

/// What came of it.
pub(crate) struct Driven {
    run: Rc<Run>,
    begin: Instants,
    end: Instants,
}

impl Driven {
    pub(crate) fn first_error(&self) -> Option<String> {
        self.run.first_error.borrow().clone()
    }

    /// Good answers in the time that was measured.
    pub(crate) fn requests(&self) -> usize {
        self.run.micros.borrow().len()
    }

    /// CPU time of the server in that time; absent where it cannot be read.
    pub(crate) fn server_cpu(&self) -> Option<Duration> {
        self.end.server?.checked_sub(self.begin.server?)
    }
}

/// Warms up, measures, and ends when the last answer is there.
pub(crate) async fn drive(load: Load) -> Result<Driven, Failure> {
    let run = Rc::new(Run {
        endpoint: load.endpoint,
        requests: load.requests,
        recording: Cell::new(false),
        stopped: Cell::new(false),
        micros: RefCell::default(),
        bytes: Cell::new(0),
        errors: Cell::new(0),
        first_error: RefCell::default(),
    });
    let local = LocalSet::new();
    for number in 0..load.clients {
        let seed = load.seed.wrapping_add(u64::try_from(number)?);
        local.spawn_local(Rc::clone(&run).client(seed));
    }
    let (begin, end) = local
        .run_until(async {
            tokio::time::sleep(Duration::from_secs_f64(load.warm_up)).await;
            let begin = Instants::read(load.server, load.database);
            run.recording.set(true);
            tokio::time::sleep(Duration::from_secs_f64(load.seconds)).await;
            run.recording.set(false);
            let end = Instants::read(load.server, load.database);
            run.stopped.set(true);
            (begin, end)
        })
        .await;
    // Requests in flight end before the next run begins.
    let _ = tokio::time::timeout(Duration::from_secs(10), local).await;
    Ok(Driven { run, begin, end })
}

#[allow(clippy::print_stderr)] // a command's warning
fn complain(operation: Operation, clients: usize, error: &str) {
    eprintln!("bench: {} with {clients} clients: first error: {error}", operation.name());
}

fn summary(
    options: &Options,
    operation: Operation,
    clients: usize,
    run: &Run,
    begin: &Instants,
    end: &Instants,
) -> Measurement {
    let mut micros = run.micros.borrow_mut();
    micros.sort_unstable();
    let requests = micros.len();
    let seconds = (end.at - begin.at).as_secs_f64();
    let cpu = |from: Option<Duration>, to: Option<Duration>| Some(per_request(to?.checked_sub(from?)?, requests));
    let memory = options.pid.and_then(process::memory);
    let default_name = || if options.target == Protocol::Floor { "floor" } else { "server" }.to_owned();
    Measurement {
        target: options.name.clone().unwrap_or_else(default_name),
        operation,
        clients,
        seconds,
        requests,
        errors: run.errors.get(),
        requests_per_second: count(requests) / seconds,
        p50_ms: percentile(&micros, 50),
        p99_ms: percentile(&micros, 99),
        bytes: count(run.bytes.get()) / count(requests.max(1)),
        cpu_server_ms: cpu(begin.server, end.server),
        cpu_database_ms: cpu(begin.database, end.database),
        rss_mib: memory.map(|(now, _)| now),
        rss_peak_mib: memory.map(|(_, peak)| peak),
    }
}

fn line(m: &Measurement) -> String {
    let figure = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    format!(
        "{:8} {} {:>4} clients {:>8.0} requests/s  p50 {:>8.2} ms  p99 {:>8.2} ms  {:>6.0} B  CPU ms server {} + database {} = {}  RSS {} MiB  errors {}",
        m.target,
        m.operation.name(),
        m.clients,
        m.requests_per_second,
        m.p50_ms,
        m.p99_ms,
        m.bytes,
        figure(m.cpu_server_ms),
        figure(m.cpu_database_ms),
        figure(m.cpu_ms()),
        figure(m.rss_mib),
        m.errors,
    )
}
