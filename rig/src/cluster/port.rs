//! Ports for servers.
use crate::Failure;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

/// Linux: the lowest and the highest port of outgoing connections.
const RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
/// The lowest of them where nobody says.
const OUTGOING: u16 = 32_768;
/// Below it are well-known servers.
const FIRST: u16 = 10_000;

/// Gives ports that nobody has, each once. They lie below those of outgoing connections: of these a run has hundreds, and
/// a server that restarts would now and then find its port taken by one.
#[derive(Debug)]
pub(crate) struct Ports {
    next: u16,
    end: u16,
}

impl Ports {
    /// From a random one on.
    pub(crate) fn new() -> Self {
        let range = std::fs::read_to_string(RANGE).ok();
        let lowest = range.and_then(|text| text.split_whitespace().next()?.parse().ok());
        let end = lowest.unwrap_or(OUTGOING).max(FIRST + 1_000);
        Self { next: fastrand::u16(FIRST..end), end }
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Result<u16, Failure> {
        for _ in FIRST..self.end {
            let port = self.next;
            self.next = if port + 1 < self.end { port + 1 } else { FIRST };
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return Ok(port);
            }
        }
        Err(format!("no port from {FIRST} to {} is free", self.end).into())
    }
}
