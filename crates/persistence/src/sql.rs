//! One SQL text for both databases, its arguments, and how it is run.
use crate::{
    Db, DbError,
    db::Pool,
    row::{Decode, Rows},
};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::sqlx::{self, AssertSqlSafe, Sqlite, SqlitePool};
use std::{borrow::Cow, sync::OnceLock, time::Instant};
use uuid::Uuid;

/// A statement with a name for people: `{ids 1}` and `{texts 1}` stand for a test against the list in argument 1,
/// which is an array on PostgreSQL (`= ANY($1)`, one plan for every length) and a JSON text on SQLite.
///
/// `{rows 1}` stands for the table `u` of a JSON list of lists in argument 1, made by [`rows`]; `{uuid 0}`, `{text 0}`,
/// `{bigint 0}` and `{time 0}` for its columns, `u.key` for the order.
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
    pub(crate) async fn fetch<T: Decode>(&'static self, db: &Db, args: Vec<Arg>) -> Result<Vec<T>, DbError> {
        let text = self.for_backend(matches!(db.pool(), Pool::Postgres(_)));
        fetch_text(db, self.name, Cow::Borrowed(text), args).await
    }
}

/// Replaces `{ids N}`, `{texts N}`, `{rows N}` and the columns of the latter.
pub(crate) fn render(text: &str, postgres: bool) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        let (kind, number) = rest[start + 1..start + length].split_once(' ').unwrap_or(("", ""));
        out.push_str(&rest[..start]);
        out.push_str(&match (kind, postgres) {
            ("rows", true) => format!("json_array_elements(${number}::json) WITH ORDINALITY AS u (value, key)"),
            ("rows", false) => format!("json_each(${number}) AS u"),
            ("uuid", true) => format!("(u.value ->> {number})::uuid"),
            ("uuid", false) => format!("unhex(u.value ->> {number})"),
            ("bigint", true) => format!("(u.value ->> {number})::bigint"),
            ("time", true) => format!("(u.value ->> {number})::timestamptz"),
            ("text", _) | ("bigint" | "time", false) => format!("(u.value ->> {number})"),
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
pub(crate) async fn fetch_text<T: Decode>(
    db: &Db,
    name: &'static str,
    text: Cow<'static, str>,
    args: Vec<Arg>,
) -> Result<Vec<T>, DbError> {
    let mut rows = Vec::new();
    fetch_into(db, name, text, args, &mut rows).await?;
    Ok(rows)
}

/// Not generic, and boxed: only so is it compiled in this crate alone.
fn fetch_into<'a>(
    db: &'a Db,
    name: &'static str,
    text: Cow<'static, str>,
    args: Vec<Arg>,
    rows: &'a mut dyn Rows,
) -> BoxFuture<'a, Result<(), DbError>> {
    async move {
        let began = Instant::now();
        let result = match db.pool() {
            Pool::Postgres(reader) => reader.fetch(db.lane(), &text, &args, rows).await,
            Pool::Sqlite(pool) => fetch_sqlite(pool, text, args, rows).await.map_err(DbError::from),
        };
        if let Err(error) = &result {
            db.writes().note(error);
        }
        let count = if result.is_ok() { rows.len() } else { 0 };
        db.observe(name, count, began, result.is_err());
        result
    }
    .boxed()
}

async fn fetch_sqlite(
    pool: &SqlitePool,
    text: Cow<'static, str>,
    args: Vec<Arg>,
    rows: &mut dyn Rows,
) -> Result<(), sqlx::Error> {
    let answer = bind_sqlite(sqlx::query(AssertSqlSafe(text)), args).fetch_all(pool).await?;
    answer.iter().try_for_each(|row| rows.push_sqlite(row))
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments>;

fn bind_sqlite(query: SqliteQuery, args: Vec<Arg>) -> SqliteQuery {
    args.into_iter().fold(query, |query, arg| match arg {
        Arg::Id(id) => query.bind(id),
        Arg::Ids(ids) => query.bind(hex_list(&ids)),
        Arg::Text(text) => query.bind(text),
        Arg::Texts(texts) => query.bind(serde_json::Value::from(texts).to_string()),
        Arg::Int(int) => query.bind(int),
        Arg::Time(time) => query.bind(time),
    })
}

/// The argument for `{rows N}`, of lists of values: an id is [`id_value`], a time [`time_value`].
pub(crate) fn rows<T: serde::Serialize>(rows: impl IntoIterator<Item = T>) -> Arg {
    let rows: Vec<serde_json::Value> = rows.into_iter().map(|row| serde_json::json!(row)).collect();
    Arg::Text(serde_json::Value::from(rows).to_string())
}

pub(crate) fn id_value(id: Uuid) -> String {
    id.simple().to_string()
}

/// As sqlx writes a time on SQLite, where times are compared as text.
pub(crate) fn time_value(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)
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
