//! The binary itself, in 2 GiB of addresses.
use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tradewind_testkit::TestDb;

/// The child is ended with the value.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    _data: TestDb,
}

impl Server {
    /// None where there is no `prlimit`.
    pub(crate) fn start(data: TestDb) -> Option<Self> {
        Self::start_with(data, &[])
    }

    /// With more settings.
    pub(crate) fn start_with(data: TestDb, settings: &[(&str, &str)]) -> Option<Self> {
        let known = Command::new("prlimit").arg("--version").stdout(Stdio::null()).status();
        if !known.is_ok_and(|status| status.success()) {
            return None;
        }
        // Free a moment ago; nobody else takes it on purpose.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let child = Command::new("prlimit")
            .args(["--as=2147483648", "--", env!("CARGO_BIN_EXE_tradewind"), "serve"])
            .env_clear()
            .envs([
                ("DATABASE_URL", data.url()),
                ("TRADEWIND_ADDRESS", "127.0.0.1"),
                ("TRADEWIND_PORT", &address.port().to_string()),
                ("TRADEWIND_METRICS_ADDRESS", "off"),
                ("TRADEWIND_READ_TIMEOUT", "300ms"),
                ("TRADEWIND_IDLE_TIMEOUT", "1s"),
                ("TRADEWIND_LOG", "error"),
                ("TOKIO_WORKER_THREADS", "2"),
            ])
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .expect("prlimit runs");
        let server = Self { child, address, _data: data };
        let patience = Instant::now() + Duration::from_secs(30);
        while !server.is_good() {
            assert!(Instant::now() < patience, "the server did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    /// `prlimit` replaces itself by the program.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A connection that waits for at most 20 seconds.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        stream
    }

    /// What comes back, until the server closes.
    pub(crate) fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return Vec::new() };
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        let mut writer = stream.try_clone().expect("a socket");
        let bytes = bytes.to_vec();
        // The server may answer, and close, before it has read everything.
        let writing = std::thread::spawn(move || drop(writer.write_all(&bytes)));
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the connection stays open: {}", String::from_utf8_lossy(&answer));
            }
            _ => {}
        }
        drop(stream);
        writing.join().expect("no panic");
        answer
    }

    /// Whether a good query is answered.
    pub(crate) fn is_good(&self) -> bool {
        let body = r#"{"query":"{ products(first: 3) { nodes { id title } } }"}"#;
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = String::from_utf8_lossy(&self.send(request.as_bytes())).into_owned();
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"title\"") && !answer.contains("\"errors\"")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
