//! Connections to the servers of a shop: so many at most, kept open between requests.
use crate::load::Connection;
use serde_json::Value;
use std::{
    io,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::Semaphore;

/// Longer than a server lets an operation take.
const PATIENCE: Duration = Duration::from_secs(330);

/// Connections to the servers of a shop.
#[derive(Debug)]
pub(crate) struct Fleet {
    servers: Vec<Server>,
    turns: Semaphore,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Server {
    address: SocketAddr,
    idle: Mutex<Vec<Connection>>,
}

impl Fleet {
    pub(crate) fn new(addresses: Vec<SocketAddr>, connections: usize) -> Self {
        let server = |address| Server { address, idle: Mutex::default() };
        let servers = addresses.into_iter().map(server).collect();
        Self { servers, turns: Semaphore::new(connections.max(1)), next: AtomicUsize::new(0) }
    }

    /// Sends a mutation to the next server in turn; the body of the answer.
    pub(crate) async fn send(&self, body: &str, key: &str) -> io::Result<Value> {
        let _turn = self.turns.acquire().await.map_err(io::Error::other)?;
        let number = self.next.fetch_add(1, Relaxed) % self.servers.len().max(1);
        let server = self.servers.get(number).ok_or_else(|| io::Error::other("no server"))?;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: rig\r\ncontent-type: application/json\r\naccept: application/json\r\n\
             idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let idle = server.idle().pop();
        let mut connection = match idle {
            Some(idle) => idle,
            None => Connection::open(server.address, PATIENCE).await?,
        };
        let reply = connection.send(format!("{head}{body}").as_bytes(), PATIENCE).await?;
        let value = serde_json::from_slice(reply.body)?;
        server.idle().push(connection);
        Ok(value)
    }
}

impl Server {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
