//! Writes the triggers that fill `cache_log`.
//!
//! PostgreSQL: one per statement and event, with the statement's rows; `ENABLE ALWAYS`, so that they also run where
//! `session_replication_role` is `replica`. SQLite: one per row and event.
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// What a change of a row is called: a text with columns in braces.
pub(crate) enum Tag {
    /// Of the row; `{column|word}` is the word where the column is NULL.
    Row(&'static str),
    /// The same, told only when it was not the row's before, or is no longer: of a change of other columns those who
    /// asked by this column learn through the row's own tag.
    Moved(&'static str),
    /// Of the row of another table (the second) whose `id` is in this column (the third), if it is there.
    Of(&'static str, &'static str, &'static str),
}

/// A table whose changes are logged.
pub(crate) struct Logged {
    pub(crate) table: &'static str,
    /// `kind:*` stands for every tag of the table.
    pub(crate) kind: &'static str,
    pub(crate) key: &'static [&'static str],
    pub(crate) tags: &'static [Tag],
    pub(crate) on_postgres: bool,
    pub(crate) on_sqlite: bool,
}

impl Logged {
    pub(crate) const fn both(
        table: &'static str,
        kind: &'static str,
        key: &'static [&'static str],
        tags: &'static [Tag],
    ) -> Self {
        Self { table, kind, key, tags, on_postgres: true, on_sqlite: true }
    }

    pub(crate) const fn postgres(
        table: &'static str,
        kind: &'static str,
        key: &'static [&'static str],
        tags: &'static [Tag],
    ) -> Self {
        Self { on_sqlite: false, ..Self::both(table, kind, key, tags) }
    }

    pub(crate) const fn sqlite(
        table: &'static str,
        kind: &'static str,
        key: &'static [&'static str],
        tags: &'static [Tag],
    ) -> Self {
        Self { on_postgres: false, ..Self::both(table, kind, key, tags) }
    }
}

/// How an id is written in a tag: `018f…-…`, in lower case.
type Text = fn(&str) -> String;

fn postgres_text(column: &str) -> String {
    format!("{column}::text")
}

fn sqlite_text(column: &str) -> String {
    if !column.ends_with("id") {
        return column.to_owned();
    }
    let hex = format!("lower(hex({column}))");
    let parts =
        [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map(|(from, length)| format!("substr({hex}, {from}, {length})"));
    // `hex(NULL)` is an empty text.
    format!("iif({column} IS NULL, NULL, {})", parts.join(" || '-' || "))
}

/// The template as an expression; NULL where a column is, unless the template says otherwise.
fn expression(template: &str, row: &str, text: Text) -> String {
    let mut parts = Vec::new();
    for (number, part) in template.split(['{', '}']).enumerate() {
        match (number % 2, part.split_once('|')) {
            (0, _) if part.is_empty() => {}
            (0, _) => parts.push(format!("'{part}'")),
            (_, Some((column, word))) => {
                parts.push(format!("coalesce({}, '{word}')", text(&format!("{row}.{column}"))))
            }
            (_, None) => parts.push(text(&format!("{row}.{part}"))),
        }
    }
    parts.join(" || ")
}

fn of(template: &str, table: &str, column: &str, row: &str, text: Text) -> String {
    let value = expression(template, "other", text);
    // As a subquery, and never as a join: one look-up in the index for each row, whatever the planner expects.
    format!("(SELECT {value} FROM {table} other WHERE other.id = {row}.{column})")
}

/// The function and the triggers of a table.
pub(crate) fn postgres(logged: &Logged) -> String {
    let Logged { table, kind, key, .. } = logged;
    let one = |row: &str| {
        let values = logged.tags.iter().map(|tag| match tag {
            Tag::Row(template) | Tag::Moved(template) => expression(template, row, postgres_text),
            Tag::Of(template, table, column) => of(template, table, column, row, postgres_text),
        });
        names(&format!("{row}_rows {row}"), "true", values)
    };
    let sides = [("was", "is_now"), ("is_now", "was")];
    let changed = sides.into_iter().flat_map(|(row, other)| {
        logged.tags.iter().map(move |tag| {
            let value = match tag {
                Tag::Row(template) | Tag::Moved(template) => expression(template, row, postgres_text),
                Tag::Of(template, table, column) => of(template, table, column, row, postgres_text),
            };
            let key = key[0];
            let here = format!("{row}.{key} IS NOT NULL");
            let moved = match tag {
                Tag::Moved(template) => {
                    format!(" AND {value} IS DISTINCT FROM {}", expression(template, other, postgres_text))
                }
                _ => String::new(),
            };
            format!("CASE WHEN {here}{moved} THEN {value} END")
        })
    });
    let same_key: Vec<String> = key.iter().map(|column| format!("is_now.{column} = was.{column}")).collect();
    // `*=` compares the bytes: of every column, also of those that later steps add.
    let both = format!("was_rows was FULL JOIN is_now_rows is_now ON {}", same_key.join(" AND "));
    let changed = names(&both, "(is_now *= was) IS NOT TRUE", changed);
    let mut out = format!(
        "
CREATE FUNCTION cache_log_of_{table}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, SCHEMA, pg_temp AS $function$
DECLARE
    names text[];
BEGIN
    IF EXISTS (SELECT FROM cache_log WHERE xid = pg_current_xact_id_if_assigned() AND tag = cache_tag('{kind}:*')) THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        names := {inserted};
    ELSIF TG_OP = 'DELETE' THEN
        names := {deleted};
    ELSE
        names := {changed};
    END IF;
    IF cardinality(names) > 0 THEN
        PERFORM cache_log_add('{kind}', names);
    END IF;
    RETURN NULL;
END $function$;
",
        inserted = one("is_now"),
        deleted = one("was"),
    );
    let events = [
        ("insert", "REFERENCING NEW TABLE AS is_now_rows"),
        ("update", "REFERENCING OLD TABLE AS was_rows NEW TABLE AS is_now_rows"),
        ("delete", "REFERENCING OLD TABLE AS was_rows"),
        ("truncate", ""),
    ];
    for (event, rows) in events {
        let run = match event {
            "truncate" => format!("cache_log_truncated('{kind}')"),
            _ => format!("cache_log_of_{table}()"),
        };
        out.push_str(&format!(
            "CREATE TRIGGER cache_log_{event} AFTER {event} ON {table} {rows} FOR EACH STATEMENT EXECUTE FUNCTION {run};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER cache_log_{event};\n"
        ));
    }
    out
}

/// More than a thousand become one `kind:*`, so no more are collected.
fn names(from: &str, condition: &str, values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.map(|value| format!("({value})")).collect();
    format!(
        "ARRAY(SELECT DISTINCT v.name FROM {from} CROSS JOIN LATERAL (VALUES {}) AS v (name)
            WHERE {condition} AND v.name IS NOT NULL LIMIT 1001)",
        values.join(", ")
    )
}

/// The triggers of a table.
pub(crate) fn sqlite(logged: &Logged) -> String {
    let Logged { table, kind, .. } = logged;
    let one = |row: &'static str| {
        logged.tags.iter().map(move |tag| match tag {
            Tag::Row(template) | Tag::Moved(template) => expression(template, row, sqlite_text),
            Tag::Of(template, table, column) => of(template, table, column, row, sqlite_text),
        })
    };
    let changed = logged.tags.iter().flat_map(|tag| {
        ["OLD", "NEW"].map(|row| match tag {
            Tag::Row(template) => expression(template, row, sqlite_text),
            Tag::Moved(template) => {
                let other = expression(template, if row == "OLD" { "NEW" } else { "OLD" }, sqlite_text);
                let value = expression(template, row, sqlite_text);
                format!("CASE WHEN {value} IS NOT {other} THEN {value} END")
            }
            Tag::Of(template, table, column) => of(template, table, column, row, sqlite_text),
        })
    });
    let events = [
        ("insert", one("NEW").collect::<Vec<_>>()),
        ("delete", one("OLD").collect()),
        // Also where nothing differs: a list of columns to compare would miss those that later steps add.
        ("update", changed.collect()),
    ];
    let mut out = String::new();
    for (event, values) in events {
        let names: Vec<String> = values.iter().map(|value| format!("SELECT {value} AS name")).collect();
        // Two statements where REPLACE is one: the conflict clause of the statement that fires a trigger overrides those
        // inside, and IGNORE would lose the change.
        out.push_str(&format!(
            "
CREATE TRIGGER cache_log_{table}_{event} AFTER {event} ON {table}
WHEN NOT EXISTS (SELECT 1 FROM cache_log_bulk WHERE kind = '{kind}')
BEGIN
    DELETE FROM cache_log WHERE tag IN ({});
    INSERT INTO cache_log (tag) SELECT name FROM ({}) WHERE name IS NOT NULL;
END;
",
            values.join(", "),
            names.join(" UNION ")
        ));
    }
    out
}

/// Logs tables from now on: for a step that comes after the log's own.
pub(crate) async fn log(m: &SchemaManager<'_>, tables: &[Logged]) -> Result<(), DbErr> {
    let text: String = match m.get_database_backend() {
        DbBackend::Postgres => {
            let text: String = tables.iter().filter(|logged| logged.on_postgres).map(postgres).collect();
            text.replace("SCHEMA", &schema(m).await?)
        }
        _ => tables.iter().filter(|logged| logged.on_sqlite).map(sqlite).collect(),
    };
    m.get_connection().execute_unprepared(&text).await.map(drop)
}

/// Ends the logging of tables.
pub(crate) async fn forget(m: &SchemaManager<'_>, tables: &[Logged]) -> Result<(), DbErr> {
    let mut text = String::new();
    let postgres = m.get_database_backend() == DbBackend::Postgres;
    for logged in tables {
        match postgres {
            true if logged.on_postgres => {
                text.push_str(&format!("DROP FUNCTION cache_log_of_{}() CASCADE;", logged.table))
            }
            false if logged.on_sqlite => {
                for event in ["insert", "update", "delete"] {
                    text.push_str(&format!("DROP TRIGGER cache_log_{}_{event};", logged.table));
                }
            }
            _ => {}
        }
    }
    m.get_connection().execute_unprepared(&text).await.map(drop)
}

/// The schema that the tables are in, quoted.
pub(crate) async fn schema(m: &SchemaManager<'_>) -> Result<String, DbErr> {
    let text = Statement::from_string(DbBackend::Postgres, "SELECT quote_ident(current_schema()) AS name");
    let row = m.get_connection().query_one_raw(text).await?;
    row.map_or_else(
        || Err(DbErr::Custom("the database has no current schema".to_owned())),
        |row| row.try_get("", "name"),
    )
}
