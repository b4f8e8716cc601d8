//! The Redis server.
use super::process::{Place, Process};
use crate::Failure;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long it may take to answer.
const START: Duration = Duration::from_secs(10);
/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Redis, with its files.
#[derive(Debug)]
pub(crate) struct Redis {
    program: PathBuf,
    place: Place,
    port: u16,
    pub(crate) process: Process,
}

impl Redis {
    pub(crate) fn new(program: &Path, place: &Place, port: u16) -> Self {
        Self { program: program.to_owned(), place: place.clone(), port, process: Process::new("redis", place) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Starts it, with what a dump holds where there is one, and waits for its answer.
    pub(crate) async fn start(&mut self) -> Result<(), Failure> {
        let mut command = self.place.command(&self.program, "redis")?;
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(["--dbfilename", "dump.rdb", "--dir"]).arg(&self.place.folder);
        self.process.start(command)?;
        let began = Instant::now();
        while self.command("PING").await.is_err() {
            if began.elapsed() > START {
                return Err(self.process.failure("no answer"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Writes all that it holds into its dump, and keeps a copy.
    pub(crate) async fn dump(&self) -> Result<(), Failure> {
        self.command("SAVE").await?;
        fs::copy(self.place.folder.join("dump.rdb"), self.place.folder.join("old.rdb"))?;
        Ok(())
    }

    /// Its dump is the copy again.
    pub(crate) fn restore(&self) -> Result<(), Failure> {
        fs::copy(self.place.folder.join("old.rdb"), self.place.folder.join("dump.rdb"))?;
        Ok(())
    }

    /// No dump: the next start is empty.
    pub(crate) fn forget(&self) -> Result<(), Failure> {
        match fs::remove_file(self.place.folder.join("dump.rdb")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A command without arguments; its first line of answer.
    pub(crate) async fn command(&self, command: &str) -> Result<String, Failure> {
        let ask = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(format!("{command}\r\n").as_bytes()).await?;
            let mut answer = vec![0; 256];
            let count = stream.read(&mut answer).await?;
            Ok::<_, Failure>(String::from_utf8_lossy(&answer[..count]).trim().to_owned())
        };
        let answer = tokio::time::timeout(PATIENCE, ask).await??;
        match answer.starts_with('+') {
            true => Ok(answer),
            false => Err(format!("Redis, {command}: {answer}").into()),
        }
    }
}
