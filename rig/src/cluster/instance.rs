//! A server process of the product.
use super::process::{Place, Process};
use crate::Failure;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long a start may take.
const START: Duration = Duration::from_secs(60);

/// `tradewind serve`, with the ports and the environment that it is started with each time.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) name: String,
    program: PathBuf,
    place: Place,
    environment: Vec<(String, String)>,
    port: u16,
    metrics: u16,
    pub(crate) process: Process,
}

impl Instance {
    pub(crate) fn new(
        number: usize,
        program: &Path,
        place: &Place,
        ports: (u16, u16),
        environment: Vec<(String, String)>,
    ) -> Self {
        let (port, metrics) = ports;
        let name = format!("instance{number}");
        let process = Process::new(&name, place);
        Self { name, program: program.to_owned(), place: place.clone(), environment, port, metrics, process }
    }

    /// Where its figures are.
    pub(crate) fn metrics(&self) -> u16 {
        self.metrics
    }

    /// Where it serves.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Changes its environment, from the next start on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Starts it.
    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        let mut command = self.place.command(&self.program, &self.name)?;
        command.arg("serve").envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("TRADEWIND_PORT", self.port.to_string());
        command.env("TRADEWIND_METRICS_ADDRESS", format!("127.0.0.1:{}", self.metrics));
        self.process.start(command)
    }

    /// Waits until it serves; one that ended on the way is started again.
    pub(crate) async fn ready(&mut self) -> Result<(), Failure> {
        let began = Instant::now();
        loop {
            if !self.process.is_running() {
                self.start()?;
            }
            if is_ready(self.port).await {
                return Ok(());
            }
            if began.elapsed() > START {
                let said = get(self.port, "/readyz").await.unwrap_or_else(|error| error.to_string());
                let said = said.lines().last().unwrap_or_default();
                return Err(self.process.failure(&format!("not ready after {START:?}: {said}")));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn is_ready(port: u16) -> bool {
    get(port, "/readyz").await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// A whole answer, head and body.
pub(crate) async fn get(port: u16, path: &str) -> Result<String, Failure> {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: rig\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, Failure>(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::time::timeout(Duration::from_secs(2), ask).await?
}
