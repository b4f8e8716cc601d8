//! The database.
use super::{Profile, Reader, Var, value};
use secrecy::{ExposeSecret, SecretString};
use std::{path::Path, time::Duration};
use tradewind_persistence::DbConfig;

/// Where the database is.
pub static DATABASE_URL: Var = Var::new(
    "DATABASE_URL",
    "database.url",
    "",
    "address of the database: postgres://user:password@host:5432/name or sqlite:path; required by `serve`",
)
.secret();
static DATA: Var = Var::new(
    "TRADEWIND_DATA",
    "database.data",
    "",
    "folder of the embedded database when DATABASE_URL is absent (`dev` and commands)",
)
.dev(".tradewind");
static REPLICAS: Var = Var::new(
    "TRADEWIND_DB_REPLICAS",
    "database.replicas",
    "",
    "addresses of streaming replicas that may answer reads, with commas between: postgres://user:password@host:5432/name; \
     each must lead to one server, so no load balancer",
)
.secret();
static MAX_CONNECTIONS: Var = Var::new(
    "TRADEWIND_DB_MAX_CONNECTIONS",
    "database.max_connections",
    "16",
    "upper bound of open connections of this process; on PostgreSQL so many for reading and, when they are needed, as many for writing",
);
static MAX_WAITING: Var = Var::new(
    "TRADEWIND_DB_MAX_WAITING",
    "database.max_waiting",
    "256",
    "statements, and again transactions, that may wait for a connection; more are refused at once with UNAVAILABLE",
);
static ACQUIRE_TIMEOUT: Var = Var::new(
    "TRADEWIND_DB_ACQUIRE_TIMEOUT",
    "database.acquire_timeout",
    "5s",
    "how long a request waits for a free connection",
);
static STATEMENT_TIMEOUT: Var = Var::new(
    "TRADEWIND_DB_STATEMENT_TIMEOUT",
    "database.statement_timeout",
    "8s",
    "how long one statement may run (PostgreSQL). A server that says nothing at all is given up a second later: before \
     TRADEWIND_EXECUTION_TIMEOUT, so that clients hear UNAVAILABLE instead of TIMEOUT",
);

pub(super) const VARS: &[&Var] =
    &[&DATABASE_URL, &DATA, &REPLICAS, &MAX_CONNECTIONS, &MAX_WAITING, &ACQUIRE_TIMEOUT, &STATEMENT_TIMEOUT];

/// The file of the embedded database inside the data folder.
const SQLITE_FILE: &str = "tradewind.db";

/// Where the database is and how much of it to use.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Its address, which may carry a password.
    pub url: SecretString,
    /// The folder of the embedded database; `None` when an address was given.
    pub data: Option<std::path::PathBuf>,
    /// Addresses of replicas, which may carry passwords.
    pub replicas: Vec<SecretString>,
    /// Upper bound of open connections.
    pub max_connections: u32,
    /// Statements, and again transactions, that may wait for one.
    pub max_waiting: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let url = reader.read_optional(&DATABASE_URL, address);
        let data = reader.read_optional(&DATA, |text| Ok(text.to_owned()));
        let replicas = reader.read_optional(&REPLICAS, replica_addresses);
        let max_connections = reader.read(&MAX_CONNECTIONS, |text| value::number(text, 1..=1000));
        let max_waiting = reader.read(&MAX_WAITING, |text| value::number(text, 0..=1_000_000));
        let acquire_timeout = reader.read(&ACQUIRE_TIMEOUT, positive);
        let statement_timeout = reader.read(&STATEMENT_TIMEOUT, positive);
        let (url, data) = match (url?, data?) {
            (Some(url), _) => (url, None),
            (None, Some(data)) => {
                let file = Path::new(&data).join(SQLITE_FILE);
                (SecretString::from(DbConfig::sqlite_file(&file)), Some(data.into()))
            }
            (None, None) => {
                reader.problem(&DATABASE_URL, missing(reader.profile()));
                return None;
            }
        };
        let replicas = replicas?.unwrap_or_default();
        if !replicas.is_empty() && url.expose_secret().starts_with("sqlite:") {
            reader.problem(&REPLICAS, "replicas are those of a PostgreSQL server: DATABASE_URL names a file");
        }
        Some(Self {
            url,
            data,
            replicas,
            max_connections: max_connections?,
            max_waiting: max_waiting?,
            acquire_timeout: acquire_timeout?,
            statement_timeout: statement_timeout?,
        })
    }

    /// What the pool is opened with.
    pub fn pool(&self) -> DbConfig {
        DbConfig {
            url: self.url.expose_secret().to_owned(),
            replicas: self.replicas.iter().map(|url| url.expose_secret().to_owned()).collect(),
            max_connections: self.max_connections,
            max_waiting: self.max_waiting,
            acquire_timeout: self.acquire_timeout,
            statement_timeout: self.statement_timeout,
        }
    }

    /// What the database is, without its address.
    pub fn kind(&self) -> &'static str {
        if self.url.expose_secret().starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" }
    }
}

fn missing(profile: Profile) -> &'static str {
    match profile {
        Profile::Serve => {
            "is not set: name the database, such as postgres://tradewind:secret@db:5432/tradewind; \
             to try the server without one run `tradewind dev`"
        }
        Profile::Dev => "is not set: name the database, or a folder with --data",
    }
}

fn address(text: &str) -> Result<SecretString, String> {
    let known = ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| text.starts_with(scheme));
    if known {
        Ok(SecretString::from(text))
    } else {
        Err("must start with postgres:// or sqlite: (the value is not shown, it may hold a password)".to_owned())
    }
}

/// More are no help: each is asked how far it is all the time.
const MOST_REPLICAS: usize = 16;

fn replica_addresses(text: &str) -> Result<Vec<SecretString>, String> {
    let urls = value::list(text);
    if urls.len() > MOST_REPLICAS {
        return Err(format!("names {} replicas, at most {MOST_REPLICAS} are possible", urls.len()));
    }
    let known = |url: &String| ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    match urls.iter().all(known) {
        true => Ok(urls.into_iter().map(SecretString::from).collect()),
        false => Err("each must start with postgres:// (the value is not shown, it may hold a password)".to_owned()),
    }
}

fn positive(text: &str) -> Result<Duration, String> {
    match value::duration(text)? {
        Duration::ZERO => Err("must be longer than 0: write a time such as 5s".to_owned()),
        duration => Ok(duration),
    }
}
