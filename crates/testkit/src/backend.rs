//! Which database a test runs on.
use std::fmt;

/// Which database a test runs on. `Display` is for messages of assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of its own on the server at `DATABASE_URL`.
    Postgres,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
