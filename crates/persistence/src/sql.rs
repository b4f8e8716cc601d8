//! One SQL text for both databases, its arguments, and how it is run.
use crate::{Db, DbError, db::Pool, reader::FromPg};
use chrono::{DateTime, Utc};
use sea_orm::sqlx::{self, AssertSqlSafe, FromRow, Sqlite, sqlite::SqliteRow};
use std::{borrow::Cow, sync::OnceLock, time::Instant};
use uuid::Uuid;

/// A statement with a name for people: `{ids 1}` and `{texts 1}` stand for a test against the list in argument 1,
/// which is an array on PostgreSQL (`= ANY($1)`, one plan for every length) and a JSON text on SQLite.
pub(crate) struct Sql {
    name: &'static str,
    text: &'static str,
    /// Where the two databases need different texts.
    sqlite: Option<&'static str>,
    rendered: OnceLock<(String, String)>,
}

/// An argument of a statement, in the order of `$1`, `$2`, …
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Id(Uuid),
    Ids(Vec<Uuid>),
    Text(String),
    Texts(Vec<String>),
    Int(i64),
    Time(DateTime<Utc>),
}

/// A type that a statement's rows become, on either database.
pub(crate) trait Rows: FromPg + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}
impl<T: FromPg + for<'r> FromRow<'r, SqliteRow> + Send + Unpin> Rows for T {}

impl Sql {
    pub(crate) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, sqlite: None, rendered: OnceLock::new() }
    }

    /// Two texts with the same arguments and columns.
    pub(crate) const fn by_database(name: &'static str, postgres: &'static str, sqlite: &'static str) -> Self {
        Self { name, text: postgres, sqlite: Some(sqlite), rendered: OnceLock::new() }
    }

    fn for_backend(&'static self, postgres: bool) -> &'static str {
        let (on_postgres, on_sqlite) =
            self.rendered.get_or_init(|| (render(self.text, true), render(self.sqlite.unwrap_or(self.text), false)));
        if postgres { on_postgres } else { on_sqlite }
    }

    /// Runs the statement.
    pub(crate) async fn fetch<T: Rows>(&'static self, db: &Db, args: Vec<Arg>) -> Result<Vec<T>, DbError> {
        let text = self.for_backend(matches!(db.pool(), Pool::Postgres(_)));
        fetch_text(db, self.name, Cow::Borrowed(text), args).await
    }
}

/// Replaces `{ids N}` and `{texts N}`.
pub(crate) fn render(text: &str, postgres: bool) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        let (kind, number) = rest[start + 1..start + length].split_once(' ').unwrap_or(("", ""));
        out.push_str(&rest[..start]);
        out.push_str(&match (kind, postgres) {
            (_, true) => format!("= ANY(${number})"),
            ("ids", false) => format!("IN (SELECT unhex(value) FROM json_each(${number}))"),
            (_, false) => format!("IN (SELECT value FROM json_each(${number}))"),
        });
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

/// Runs a text that was put together from fixed parts; values travel as arguments only.
pub(crate) async fn fetch_text<T: Rows>(
    db: &Db,
    name: &'static str,
    text: Cow<'static, str>,
    args: Vec<Arg>,
) -> Result<Vec<T>, DbError> {
    let began = Instant::now();
    let result = match db.pool() {
        Pool::Postgres(reader) => reader.fetch(db.lane(), &text, &args).await,
        Pool::Sqlite(pool) => {
            bind_sqlite(sqlx::query_as(AssertSqlSafe(text)), args).fetch_all(pool).await.map_err(DbError::from)
        }
    };
    let rows = result.as_ref().map_or(0, Vec::len);
    db.observe(name, rows, began, result.is_err());
    result
}

type SqliteQuery<T> = sqlx::query::QueryAs<'static, Sqlite, T, sqlx::sqlite::SqliteArguments>;

fn bind_sqlite<T>(query: SqliteQuery<T>, args: Vec<Arg>) -> SqliteQuery<T> {
    args.into_iter().fold(query, |query, arg| match arg {
        Arg::Id(id) => query.bind(id),
        Arg::Ids(ids) => query.bind(hex_list(&ids)),
        Arg::Text(text) => query.bind(text),
        Arg::Texts(texts) => query.bind(serde_json::Value::from(texts).to_string()),
        Arg::Int(int) => query.bind(int),
        Arg::Time(time) => query.bind(time),
    })
}

/// `["018f…","018f…"]`, read back with `unhex(value)`.
pub(crate) fn hex_list(ids: &[Uuid]) -> String {
    let mut out = String::with_capacity(ids.len() * 35 + 2);
    out.push('[');
    for (position, id) in ids.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(id.simple().encode_lower(&mut Uuid::encode_buffer()));
        out.push('"');
    }
    out.push(']');
    out
}
