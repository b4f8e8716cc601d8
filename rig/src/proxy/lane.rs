//! Which of an instance's connections to PostgreSQL one is: a fault may mean only some of them.
use std::sync::atomic::{AtomicBool, Ordering};

/// As the server names the connection that tails the log (`crates/persistence/src/cache_log/postgres.rs`), in the message
/// that begins a connection: <https://www.postgresql.org/docs/current/protocol-message-formats.html> (StartupMessage).
const LOG: &[u8] = b"application_name\0tradewind-log\0";

/// A kind of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The one that tails the log.
    Log,
    /// All others, also those that speak another protocol.
    Others,
}

/// What is known of a connection: until its first message, it is one of the others.
#[derive(Debug, Default)]
pub(super) struct Known(AtomicBool);

impl Known {
    /// Reads the first bytes that the client sends; without TLS they are the whole message.
    pub(super) fn read(&self, first: &[u8]) {
        self.0.store(first.windows(LOG.len()).any(|window| window == LOG), Ordering::Relaxed);
    }

    pub(super) fn lane(&self) -> Lane {
        if self.0.load(Ordering::Relaxed) { Lane::Log } else { Lane::Others }
    }
}
