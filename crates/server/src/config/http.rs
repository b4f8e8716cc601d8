//! The listener: where, how much it takes, how it ends.
use super::{Origins, Reader, Var, value};
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// Which interface.
pub static ADDRESS: Var =
    Var::new("TRADEWIND_ADDRESS", "http.address", "0.0.0.0", "IP address to listen on").dev("127.0.0.1");
/// Which port.
pub static PORT: Var =
    Var::new("TRADEWIND_PORT", "http.port", "8080", "port to listen on; 0 takes a free one").dev("8000");
static BODY_LIMIT: Var = Var::new(
    "TRADEWIND_BODY_LIMIT",
    "http.body_limit",
    "256KiB",
    "largest request body; a larger one is answered with 413",
);
static READ_TIMEOUT: Var = Var::new(
    "TRADEWIND_READ_TIMEOUT",
    "http.read_timeout",
    "10s",
    "how long a client may take to send the headers of a request (then the connection is closed), and again to send \
     its body (then 408)",
);
static MAX_URI: Var = Var::new(
    "TRADEWIND_MAX_URI",
    "http.max_uri",
    "16KiB",
    "longest path with its query string; a longer one is answered with 414",
);
static MAX_HEADERS: Var = Var::new(
    "TRADEWIND_MAX_HEADERS",
    "http.max_headers",
    "32KiB",
    "names and values of all headers of a request; more is answered with 431, as are more than 100 headers",
);
static IDLE_TIMEOUT: Var = Var::new(
    "TRADEWIND_IDLE_TIMEOUT",
    "http.idle_timeout",
    "75s",
    "how long a connection may wait for its next request; longer than the load balancer's, or it reuses closed ones",
);
static MAX_CONNECTIONS: Var = Var::new(
    "TRADEWIND_MAX_CONNECTIONS",
    "http.max_connections",
    "10000",
    "open client connections; more wait in the kernel's queue",
);
static CORS_ORIGINS: Var = Var::new(
    "TRADEWIND_CORS_ORIGINS",
    "http.cors_origins",
    "",
    "web origins that may call from a browser: a list of https://shop.example, or *, or localhost (any port of this machine)",
)
.dev("localhost");
static CORS_CREDENTIALS: Var = Var::new(
    "TRADEWIND_CORS_CREDENTIALS",
    "http.cors_credentials",
    "false",
    "let pages of the listed origins call with cookies, such as that of a customer's session",
);
static CSRF_PREVENTION: Var = Var::new(
    "TRADEWIND_CSRF_PREVENTION",
    "http.csrf_prevention",
    "false",
    "refuse a GET of an operation without a header that a foreign page cannot send unasked; needed where a proxy turns \
     cookies into rights",
);
static COMPRESSION: Var =
    Var::new("TRADEWIND_COMPRESSION", "http.compression", "true", "gzip, brotli or zstd for clients that ask for it");
static COMPRESSION_MIN: Var =
    Var::new("TRADEWIND_COMPRESSION_MIN", "http.compression_min", "1KiB", "smaller answers are sent as they are");
static GRAPHIQL: Var =
    Var::new("TRADEWIND_GRAPHIQL", "http.graphiql", "false", "serve the GraphiQL explorer at /graphiql").dev("true");
static DRAIN_DELAY: Var = Var::new(
    "TRADEWIND_DRAIN_DELAY",
    "http.drain_delay",
    "5s",
    "after SIGTERM: how long to keep serving with /readyz at 503, so that load balancers look away first",
)
.dev("0");
static DRAIN_TIMEOUT: Var = Var::new(
    "TRADEWIND_DRAIN_TIMEOUT",
    "http.drain_timeout",
    "30s",
    "after that: how long requests in flight may take to finish",
);

pub(super) const VARS: &[&Var] = &[
    &ADDRESS,
    &PORT,
    &BODY_LIMIT,
    &READ_TIMEOUT,
    &MAX_URI,
    &MAX_HEADERS,
    &IDLE_TIMEOUT,
    &MAX_CONNECTIONS,
    &CORS_ORIGINS,
    &CORS_CREDENTIALS,
    &CSRF_PREVENTION,
    &COMPRESSION,
    &COMPRESSION_MIN,
    &GRAPHIQL,
    &DRAIN_DELAY,
    &DRAIN_TIMEOUT,
];

/// Bytes of a request's first line and headers that a connection reads at most.
pub(crate) const LARGEST_HEAD: u64 = 128 << 10;

/// The listener.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Interface.
    pub address: IpAddr,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Largest request body in bytes.
    pub body_limit: usize,
    /// How long headers, and again a body, may take to arrive.
    pub read_timeout: Duration,
    /// Longest path with its query string, in bytes.
    pub max_uri: usize,
    /// All headers of a request, in bytes.
    pub max_headers: usize,
    /// How long a connection may wait for a request.
    pub idle_timeout: Duration,
    /// Open connections.
    pub max_connections: usize,
    /// Who may call from a browser.
    pub cors: Origins,
    /// Whether they may call with cookies.
    pub cors_credentials: bool,
    /// Whether a GET needs a header that makes a browser ask first.
    pub csrf_prevention: bool,
    /// Smallest answer worth compressing, in bytes; `None` is never.
    pub compress_from: Option<usize>,
    /// Serve `/graphiql`.
    pub graphiql: bool,
    /// How long to serve on after a stop signal.
    pub drain_delay: Duration,
    /// How long requests in flight may take after that.
    pub drain_timeout: Duration,
}

impl HttpConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.read(&ADDRESS, value::ip);
        let port = reader.read(&PORT, |text| value::number(text, 0..=u16::MAX));
        let body_limit = reader.read(&BODY_LIMIT, |text| value::bytes(text, 1024..=16 << 20));
        let read_timeout = reader.read(&READ_TIMEOUT, value::duration);
        let max_uri = reader.read(&MAX_URI, |text| value::bytes(text, 1024..=LARGEST_HEAD / 2));
        let max_headers = reader.read(&MAX_HEADERS, |text| value::bytes(text, 1024..=LARGEST_HEAD / 2));
        let idle_timeout = reader.read(&IDLE_TIMEOUT, value::duration);
        let max_connections = reader.read(&MAX_CONNECTIONS, |text| value::number(text, 1..=1_000_000));
        let cors = reader.read(&CORS_ORIGINS, Origins::parse);
        let (cors_credentials, csrf_prevention) = credentials(reader, cors.as_ref());
        let compression = reader.read(&COMPRESSION, value::switch);
        let compression_min = reader.read(&COMPRESSION_MIN, |text| value::bytes(text, 0..=16 << 20));
        let graphiql = reader.read(&GRAPHIQL, value::switch);
        let drain_delay = reader.read(&DRAIN_DELAY, value::duration);
        let drain_timeout = reader.read(&DRAIN_TIMEOUT, value::duration);
        Some(Self {
            address: address?,
            port: port?,
            body_limit: body_limit?,
            read_timeout: read_timeout?,
            max_uri: max_uri?,
            max_headers: max_headers?,
            idle_timeout: idle_timeout?,
            max_connections: max_connections?,
            cors: cors?,
            cors_credentials: cors_credentials?,
            csrf_prevention: csrf_prevention?,
            compress_from: compression?.then_some(compression_min?),
            graphiql: graphiql?,
            drain_delay: drain_delay?,
            drain_timeout: drain_timeout?,
        })
    }

    /// Where to listen.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}

/// The two switches, and what must not be combined.
fn credentials(reader: &mut Reader, cors: Option<&Origins>) -> (Option<bool>, Option<bool>) {
    let credentials = reader.read(&CORS_CREDENTIALS, value::switch);
    let csrf_prevention = reader.read(&CSRF_PREVENTION, value::switch);
    if credentials == Some(true) {
        if cors == Some(&Origins::Any) {
            reader.problem(
                &CORS_CREDENTIALS,
                "every page could call as its visitor: list TRADEWIND_CORS_ORIGINS instead of *",
            );
        }
        if csrf_prevention == Some(false) {
            reader.problem(&CORS_CREDENTIALS, "cookies come along unasked: set TRADEWIND_CSRF_PREVENTION=true too");
        }
    }
    (credentials, csrf_prevention)
}
