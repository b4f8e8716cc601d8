//! A PostgreSQL primary with streaming replicas of its own, for tests of what only replicas do.
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// How often, and how many times, a server is asked whether it takes connections.
const PAUSE: Duration = Duration::from_millis(50);
const ATTEMPTS: u32 = 600;

/// A primary and its replicas, on Unix sockets in a folder of their own. They end with the test, also when it is killed:
/// they are its child processes. Nothing is flushed to the disk (`fsync=off`).
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    user: Option<(u32, u32)>,
    folder: TempDir,
    /// The primary first.
    servers: Vec<Server>,
}

#[derive(Debug)]
struct Server(Child);

impl Cluster {
    /// Starts a primary with an empty database `tradewind`. None, said on the standard error, where PostgreSQL's
    /// programs (`initdb`, `postgres`, `pg_basebackup`) are not in `PG_BIN`, in the usual folders or on `PATH`.
    #[allow(clippy::print_stderr, reason = "whoever reads the test's output must know that it is skipped")]
    pub async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!(
                "SKIPPED: no pg_basebackup beside initdb and postgres; set PG_BIN to the folder of PostgreSQL's programs"
            );
            return None;
        };
        let folder = tempfile::Builder::new().prefix("tw-pg-").tempdir().expect("a folder for the cluster");
        let user = unprivileged();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder for all");
        let mut cluster = Self { programs, user, folder, servers: Vec::new() };
        cluster.give_away(cluster.folder.path());
        let data = cluster.folder_of(0);
        cluster.run(
            "initdb",
            &["-D", text(&data), "-U", "tradewind", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        let server = cluster.serve(0, &[]).await;
        cluster.servers.push(server);
        let socket = cluster.socket(0);
        cluster.run("createdb", &["-h", text(&socket), "-U", "tradewind", "tradewind"]);
        Some(cluster)
    }

    /// Adds a replica that streams from the primary, with these settings (`name=value`); its number, from 0.
    pub async fn add_replica(&mut self, settings: &[&str]) -> usize {
        let number = self.servers.len();
        let (data, socket) = (self.folder_of(number), self.socket(0));
        self.run(
            "pg_basebackup",
            &[
                "-h",
                text(&socket),
                "-U",
                "tradewind",
                "-D",
                text(&data),
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
                "--no-sync",
            ],
        );
        let settings: Vec<&str> = settings.iter().flat_map(|setting| ["-c", setting]).collect();
        let server = self.serve(number, &settings).await;
        self.servers.push(server);
        number - 1
    }

    /// The address of the primary's database.
    pub fn primary_url(&self) -> String {
        self.url(0)
    }

    /// The address of a replica's database.
    pub fn replica_url(&self, replica: usize) -> String {
        self.url(replica + 1)
    }

    /// Ends the primary at once, as a power cut does.
    pub fn kill_primary(&mut self) {
        let primary = self.servers.first_mut().expect("a cluster has a primary");
        end(&mut primary.0);
    }

    fn url(&self, number: usize) -> String {
        format!("postgres://tradewind@localhost/tradewind?host={}", text(&self.socket(number)))
    }

    fn folder_of(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("data{number}"))
    }

    /// Not in the data's folder, which a base backup copies.
    fn socket(&self, number: usize) -> PathBuf {
        let socket = self.folder.path().join(format!("s{number}"));
        if !socket.exists() {
            fs::create_dir(&socket).expect("a folder for the socket");
            self.give_away(&socket);
        }
        socket
    }

    fn give_away(&self, folder: &Path) {
        if let Some((uid, gid)) = self.user {
            chown(folder, Some(uid), Some(gid)).expect("root may give a folder away");
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(self.folder.path()).env("LC_ALL", "C").env("TZ", "UTC");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some((uid, gid)) = self.user {
            command.gid(gid).uid(uid);
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.command(program).args(arguments).output().expect("PostgreSQL's programs run");
        assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    }

    async fn serve(&self, number: usize, settings: &[&str]) -> Server {
        let (folder, socket) = (self.folder_of(number), self.socket(number));
        let mut command = self.command("postgres");
        command.args(["-D", text(&folder), "-F", "-k", text(&socket), "-c", "listen_addresses="]).args(settings);
        let path = folder.with_extension("log");
        let log = fs::File::create(&path).expect("a log file");
        let process = command.stderr(log).spawn().expect("PostgreSQL starts");
        let mut server = Server(process);
        for _ in 0..ATTEMPTS {
            let ready = self.command("pg_isready").args(["-q", "-h", text(&socket)]).status();
            if ready.is_ok_and(|status| status.success()) {
                return server;
            }
            if !matches!(server.0.try_wait(), Ok(None)) {
                panic!("a server of the cluster ended: {}", fs::read_to_string(&path).unwrap_or_default());
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("a server of the cluster takes no connections");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for server in &mut self.servers {
            end(&mut server.0);
        }
    }
}

/// Its own processes notice within a moment that their parent is gone.
fn end(process: &mut Child) {
    // It may have ended by itself.
    let _ = process.kill();
    let _ = process.wait();
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

#[allow(clippy::disallowed_methods, reason = "tests are configured by nothing else")]
fn programs() -> Option<PathBuf> {
    let given = std::env::var_os("PG_BIN").map(PathBuf::from);
    let mut usual: Vec<PathBuf> = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt"]
        .iter()
        .flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten())
        .map(|entry| entry.path().join("bin"))
        .collect();
    usual.sort();
    let on_path =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let all = given.into_iter().chain(usual.into_iter().rev()).chain(on_path);
    let whole = |folder: &PathBuf| {
        ["initdb", "postgres", "pg_basebackup", "pg_isready"].iter().all(|name| folder.join(name).exists())
    };
    all.into_iter().find(whole)
}

/// PostgreSQL refuses to run as root: then as `postgres` or `nobody`.
fn unprivileged() -> Option<(u32, u32)> {
    let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let users = root.then(|| fs::read_to_string("/etc/passwd").ok()).flatten()?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}
