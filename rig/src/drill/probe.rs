//! Asks an instance the same again and again, and notes what it says.
use crate::load::Connection;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// Between two questions.
const EVERY: Duration = Duration::from_millis(25);
/// Longer than an operation may run.
const PATIENCE: Duration = Duration::from_secs(15);

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// What was asked for.
    Value,
    /// That it cannot be had now.
    Unavailable,
    /// Anything else, also nothing.
    Other(String),
}

/// One question.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) from: Instant,
    pub(super) to: Instant,
    pub(super) said: Said,
}

/// Asks until it is dropped.
#[derive(Debug)]
pub(super) struct Probe {
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Probe {
    /// `read`: status and body.
    pub(super) fn start(address: SocketAddr, request: Vec<u8>, read: fn(u16, &str) -> Said) -> Self {
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let notes = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut connection = None;
            loop {
                let from = Instant::now();
                let said = ask(&mut connection, address, &request, read).await;
                if matches!(said, Said::Other(_)) {
                    connection = None;
                }
                notes.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { from, to: Instant::now(), said });
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { asked, task }
    }

    /// What was asked since then, and has an answer.
    pub(super) fn since(&self, time: Instant) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|asked| asked.from >= time).cloned().collect()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn ask(
    connection: &mut Option<Connection>,
    address: SocketAddr,
    request: &[u8],
    read: fn(u16, &str) -> Said,
) -> Said {
    let opened = match connection.take() {
        Some(open) => Ok(open),
        None => Connection::open(address, PATIENCE).await,
    };
    let mut open = match opened {
        Ok(open) => open,
        Err(error) => return Said::Other(error.to_string()),
    };
    let said = match open.send(request, PATIENCE).await {
        Ok(reply) => read(reply.status, &String::from_utf8_lossy(reply.body)),
        Err(error) => return Said::Other(error.to_string()),
    };
    *connection = Some(open);
    said
}
