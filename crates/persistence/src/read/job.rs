//! Jobs, as staff sees them: those that are there, and those that were given up.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

row! {
    /// A job.
    pub struct JobRow {
        /// Its id.
        pub id: Uuid,
        /// Its kind.
        pub name: String,
        /// Its arguments, as JSON.
        pub arguments: String,
        /// When it may be taken (again).
        pub due_at: DateTime<Utc>,
        /// Attempts that were made.
        pub attempts: i32,
        /// How the last one failed.
        pub error: Option<String>,
        /// When it was added.
        pub created_at: DateTime<Utc>,
        /// When it was given up.
        pub dead_at: Option<DateTime<Utc>>,
    }
}

row! {
    /// What there is of a kind.
    pub struct JobCount {
        /// The kind.
        pub name: String,
        /// Waiting or running.
        pub live: i64,
        /// Given up.
        pub dead: i64,
        /// When the first of those that live may be taken: if that is long ago, runners do not keep up.
        pub next_due_at: Option<DateTime<Utc>>,
    }
}

static DEAD: Sql = Sql::new(
    "dead jobs",
    "SELECT id, name, arguments, due_at, attempts, error, created_at, dead_at FROM jobs
     WHERE dead_at IS NOT NULL AND (dead_at, id) < ($1, $2) ORDER BY dead_at DESC, id DESC LIMIT $3",
);
static COUNTS: Sql = Sql::new(
    "job counts",
    "SELECT name, count(*) - count(dead_at), count(dead_at), min(CASE WHEN dead_at IS NULL THEN due_at END) FROM jobs
     GROUP BY name ORDER BY name",
);

/// Jobs that were given up, the last one first, of those before this one.
pub async fn dead_jobs(db: &Db, before: (DateTime<Utc>, Uuid), limit: u32) -> Result<Vec<JobRow>, DbError> {
    DEAD.fetch(db, vec![Arg::Time(before.0), Arg::Id(before.1), Arg::Int(limit.into())]).await
}

/// How many jobs there are of each kind.
pub async fn job_counts(db: &Db) -> Result<Vec<JobCount>, DbError> {
    COUNTS.fetch(db, vec![]).await
}
