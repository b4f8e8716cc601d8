//! What stays open: WebSockets, and answers that are streams.
use super::{Reader, Var, value};
use hyper::header::HeaderName;
use std::time::Duration;

static MAX: Var = Var::new(
    "TRADEWIND_MAX_STREAMS",
    "stream.max",
    "5000",
    "open WebSockets and event streams together; more are answered with 503",
);
static MAX_PER_ADDRESS: Var = Var::new(
    "TRADEWIND_MAX_STREAMS_PER_ADDRESS",
    "stream.max_per_address",
    "100",
    "the same for one client address (of IPv6: one /64 network); more are answered with 429; 0 is no limit",
);
static ADDRESS_HEADER: Var = Var::new(
    "TRADEWIND_CLIENT_ADDRESS_HEADER",
    "stream.client_address_header",
    "",
    "header in which the proxy in front writes the client's address, such as x-forwarded-for; its last entry counts. \
     Without one, all clients behind a proxy have the proxy's address",
);
static MAX_OPERATIONS: Var = Var::new(
    "TRADEWIND_SOCKET_MAX_OPERATIONS",
    "stream.socket_max_operations",
    "50",
    "operations under way on one WebSocket; more are answered with code RATE_LIMITED",
);
static MAX_MESSAGE: Var = Var::new(
    "TRADEWIND_SOCKET_MAX_MESSAGE",
    "stream.socket_max_message",
    "256KiB",
    "largest message that a WebSocket takes; a larger one closes it with 1009",
);
static INIT_TIMEOUT: Var = Var::new(
    "TRADEWIND_SOCKET_INIT_TIMEOUT",
    "stream.socket_init_timeout",
    "3s",
    "how long a WebSocket may take to send connection_init; then it is closed with 4408",
);
static PING_INTERVAL: Var = Var::new(
    "TRADEWIND_STREAM_PING_INTERVAL",
    "stream.ping_interval",
    "12s",
    "a silent WebSocket is pinged this often, and a silent event stream gets a sign of life; shorter than the idle \
     timeout of proxies in front",
);
static PONG_TIMEOUT: Var = Var::new(
    "TRADEWIND_SOCKET_PONG_TIMEOUT",
    "stream.socket_pong_timeout",
    "10s",
    "how long a WebSocket may take to answer a ping, or to take what is sent; then it is dropped",
);
static MAX_DURATION: Var = Var::new(
    "TRADEWIND_SUBSCRIPTION_MAX_DURATION",
    "stream.subscription_max_duration",
    "",
    "a subscription completes after this time; absent: never",
);

pub(super) const VARS: &[&Var] = &[
    &MAX,
    &MAX_PER_ADDRESS,
    &ADDRESS_HEADER,
    &MAX_OPERATIONS,
    &MAX_MESSAGE,
    &INIT_TIMEOUT,
    &PING_INTERVAL,
    &PONG_TIMEOUT,
    &MAX_DURATION,
];

/// WebSockets and event streams.
#[derive(Clone, Debug)]
pub struct StreamConfig {
    /// Open at once.
    pub max: usize,
    /// Open at once for one address; `None` is no limit.
    pub max_per_address: Option<usize>,
    /// Where a proxy writes the client's address.
    pub client_address_header: Option<HeaderName>,
    /// Operations under way on one WebSocket.
    pub socket_max_operations: usize,
    /// Largest message of a WebSocket, in bytes.
    pub socket_max_message: usize,
    /// How long a WebSocket may take to introduce itself.
    pub socket_init_timeout: Duration,
    /// How often a silent client is asked or told.
    pub ping_interval: Duration,
    /// How long a WebSocket may take to react.
    pub socket_pong_timeout: Duration,
    /// When subscriptions complete by themselves.
    pub subscription_max_duration: Option<Duration>,
}

impl StreamConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let max = reader.read(&MAX, |text| value::number(text, 1..=1_000_000));
        let max_per_address = reader.read(&MAX_PER_ADDRESS, |text| value::number(text, 0..=1_000_000));
        let client_address_header = reader.read_optional(&ADDRESS_HEADER, |text| {
            text.parse().map_err(|_| "write the name of a header, such as x-forwarded-for".to_owned())
        });
        let socket_max_operations = reader.read(&MAX_OPERATIONS, |text| value::number(text, 1..=10_000));
        let socket_max_message = reader.read(&MAX_MESSAGE, |text| value::bytes(text, 1024..=16 << 20));
        let socket_init_timeout = reader.read(&INIT_TIMEOUT, positive);
        let ping_interval = reader.read(&PING_INTERVAL, positive);
        let socket_pong_timeout = reader.read(&PONG_TIMEOUT, positive);
        let subscription_max_duration = reader.read_optional(&MAX_DURATION, positive);
        Some(Self {
            max: max?,
            max_per_address: max_per_address.map(|most| (most > 0).then_some(most))?,
            client_address_header: client_address_header?,
            socket_max_operations: socket_max_operations?,
            socket_max_message: socket_max_message?,
            socket_init_timeout: socket_init_timeout?,
            ping_interval: ping_interval?,
            socket_pong_timeout: socket_pong_timeout?,
            subscription_max_duration: subscription_max_duration?,
        })
    }
}

/// None of these can be switched off with 0.
fn positive(text: &str) -> Result<Duration, String> {
    let zero = "write a time above 0, such as 500ms or 10s".to_owned();
    value::duration(text).and_then(|time| if time.is_zero() { Err(zero) } else { Ok(time) })
}
