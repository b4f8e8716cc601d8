//! A PostgreSQL server: the primary or a streaming replica.
use super::process::{Place, Process};
use crate::Failure;
use rustix::process::Signal;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio_postgres::{Client, Config, NoTls};

/// How long a server may take to answer.
const START: Duration = Duration::from_secs(60);
/// How long an orderly end may take.
const STOP: Duration = Duration::from_secs(10);

/// What all nodes are told. `fsync` is on: what is acknowledged must survive `kill -9`. A commit is acknowledged when
/// one replica has it on disk as well, so that a promotion loses nothing that was acknowledged.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
synchronous_commit = on
synchronous_standby_names = 'ANY 1 (node0, node1, node2)'
full_page_writes = on
wal_level = replica
wal_log_hints = on
wal_keep_size = 256MB
max_wal_size = 1GB
checkpoint_timeout = 15min
max_wal_senders = 10
max_connections = 300
shared_buffers = 128MB
hot_standby = on
max_standby_streaming_delay = -1
recovery_target_timeline = 'latest'
wal_retrieve_retry_interval = 200ms
wal_receiver_status_interval = 1s
autovacuum_naptime = 10s
log_min_messages = warning
jit = off
include_if_exists 'rig.conf'
";

/// One node of the database.
#[derive(Debug)]
pub(crate) struct Postgres {
    /// `node0`, `node1`, `node2`.
    pub(crate) name: String,
    bin: PathBuf,
    place: Place,
    port: u16,
    process: Process,
}

impl Postgres {
    pub(crate) fn new(name: &str, bin: &Path, place: &Place, port: u16) -> Self {
        let process = Process::new(name, place);
        Self { name: name.to_owned(), bin: bin.to_owned(), place: place.clone(), port, process }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn data(&self) -> PathBuf {
        self.place.folder.join(&self.name)
    }

    fn tool(&self, name: &str) -> Result<std::process::Command, Failure> {
        self.place.command(&self.bin.join(name), &self.name)
    }

    /// Makes an empty database cluster.
    pub(crate) async fn init(&self) -> Result<(), Failure> {
        let mut command = self.tool("initdb")?;
        command.arg("-D").arg(self.data()).args(["-U", "tradewind", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        self.place.run(command, &self.name).await?;
        self.settings("postgresql.conf", SETTINGS)
    }

    /// Copies a running primary, and becomes its replica.
    pub(crate) async fn copy(&self, primary: u16) -> Result<(), Failure> {
        if self.data().exists() {
            fs::remove_dir_all(self.data())?;
        }
        let mut command = self.tool("pg_basebackup")?;
        command.arg("-D").arg(self.data()).args(["-h", "127.0.0.1", "-U", "tradewind", "-X", "stream", "-c", "fast"]);
        command.args(["-p", &primary.to_string(), "--no-sync"]);
        self.place.run(command, &self.name).await
    }

    /// Follows the primary behind this port; `delay`: applies changes so much later.
    pub(crate) fn follow(&self, upstream: u16, delay: Duration) -> Result<(), Failure> {
        let name = &self.name;
        let delay = delay.as_millis();
        self.settings("standby.signal", "")?;
        self.settings(
            "rig.conf",
            &format!(
                "primary_conninfo = 'host=127.0.0.1 port={upstream} user=tradewind application_name={name} connect_timeout=2'\n\
                 recovery_min_apply_delay = {delay}ms\n"
            ),
        )
    }

    /// Forgets what it was told as a replica.
    pub(crate) fn lead(&self) -> Result<(), Failure> {
        self.settings("rig.conf", "")
    }

    /// Has no replicas: a commit waits for its own disk alone.
    pub(crate) fn alone(&self) -> Result<(), Failure> {
        self.settings("rig.conf", "synchronous_standby_names = ''\n")
    }

    /// Reads its settings again.
    pub(crate) fn reload(&mut self) {
        self.process.signal(Signal::HUP);
    }

    fn settings(&self, file: &str, text: &str) -> Result<(), Failure> {
        let path = self.data().join(file);
        fs::write(&path, text)?;
        if let Some(user) = self.place.user {
            std::os::unix::fs::chown(&path, Some(user.uid), Some(user.gid))?;
        }
        Ok(())
    }

    /// Starts it and waits until it answers. After `kill -9` of its parent the old server's children may still hold its
    /// memory for a moment: it is tried again.
    pub(crate) async fn start(&mut self) -> Result<(), Failure> {
        let began = Instant::now();
        loop {
            if !self.process.is_running() {
                let mut command = self.tool("postgres")?;
                command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
                self.process.start(command)?;
            }
            if self.connect("postgres").await.is_ok() {
                return Ok(());
            }
            if began.elapsed() > START {
                return Err(self.process.failure(&format!("no answer after {START:?}")));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A connection of the rig's own, past the proxies.
    pub(crate) async fn connect(&self, database: &str) -> Result<Client, Failure> {
        connect(self.port, database).await
    }

    /// Ends at once.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Ends in order (`fast`), or as in a crash (`immediate`).
    pub(crate) async fn stop(&mut self, immediate: bool) {
        self.process.stop(if immediate { Signal::QUIT } else { Signal::INT }, STOP).await;
    }
}

/// Connects to a server of this machine.
pub(crate) async fn connect(port: u16, database: &str) -> Result<Client, Failure> {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("tradewind").dbname(database).application_name("rig");
    config.connect_timeout(Duration::from_secs(2));
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        // The client's calls report the same error.
        let _ = connection.await;
    });
    Ok(client)
}
