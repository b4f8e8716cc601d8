//! The listener: where, how much it takes, how it ends.
use super::{Reader, Var, value};
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
    "how long a client may take to send a body; then 408",
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
static COMPRESSION: Var =
    Var::new("TRADEWIND_COMPRESSION", "http.compression", "true", "gzip or brotli for clients that ask for it");
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
    &IDLE_TIMEOUT,
    &MAX_CONNECTIONS,
    &CORS_ORIGINS,
    &COMPRESSION,
    &COMPRESSION_MIN,
    &GRAPHIQL,
    &DRAIN_DELAY,
    &DRAIN_TIMEOUT,
];

/// The listener.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Interface.
    pub address: IpAddr,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Largest request body in bytes.
    pub body_limit: usize,
    /// How long a body may take to arrive.
    pub read_timeout: Duration,
    /// How long a connection may wait for a request.
    pub idle_timeout: Duration,
    /// Open connections.
    pub max_connections: usize,
    /// Who may call from a browser.
    pub cors: Origins,
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
        let idle_timeout = reader.read(&IDLE_TIMEOUT, value::duration);
        let max_connections = reader.read(&MAX_CONNECTIONS, |text| value::number(text, 1..=1_000_000));
        let cors = reader.read(&CORS_ORIGINS, Origins::parse);
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
            idle_timeout: idle_timeout?,
            max_connections: max_connections?,
            cors: cors?,
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

/// Web origins that may read answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every origin; safe because the API has no cookies.
    Any,
    /// Any port of this machine.
    Localhost,
    /// These, compared as written; empty is none.
    List(Vec<String>),
}

impl Origins {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "*" => return Ok(Self::Any),
            "localhost" => return Ok(Self::Localhost),
            _ => {}
        }
        let origins = value::list(text);
        match origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(Self::List(origins)),
            Some(wrong) => {
                Err(format!("{wrong:?} is no origin: write scheme://host[:port] without a path, *, or localhost"))
            }
        }
    }

    /// Whether a page of this origin may read answers.
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Localhost => is_local(origin),
            Self::List(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}

fn is_origin(text: &str) -> bool {
    let uri: Option<hyper::Uri> = text.parse().ok();
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some()
            && !text.ends_with('/')
            && uri.path() == "/"
    })
}

fn is_local(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let host = host.map(|host| {
        host.rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(host, _)| host)
    });
    matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_this_machine_only() {
        for origin in
            ["http://localhost", "http://localhost:5173", "https://127.0.0.1:8443", "http://[::1]:80", "http://[::1]"]
        {
            assert!(Origins::Localhost.allow(origin), "{origin}");
        }
        for origin in [
            "http://localhost.evil.example",
            "http://evil.example:80",
            "null",
            "http://localhost:80@evil.example",
            "ftp://localhost",
        ] {
            assert!(!Origins::Localhost.allow(origin), "{origin}");
        }
    }

    #[test]
    fn a_list_is_compared_as_written() {
        let origins = Origins::parse("https://shop.example, https://admin.example:8443").expect("valid");
        assert!(origins.allow("https://shop.example") && origins.allow("https://admin.example:8443"));
        assert!(!origins.allow("http://shop.example") && !origins.allow("https://shop.example.evil.example"));
        assert!(Origins::parse("shop.example").is_err() && Origins::parse("https://shop.example/path").is_err());
    }
}
