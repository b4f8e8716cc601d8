//! Whether every change is logged.
use super::Kind;
use crate::{Db, DbError, row::row, sql::fetch_text};
use sea_orm::DbBackend;
use std::{borrow::Cow, collections::HashMap};

/// Tables that are logged on both databases.
const LOGGED: [(&str, Kind); 18] = [
    ("products", Kind::Product),
    ("variants", Kind::Product),
    ("variant_prices", Kind::Product),
    ("media", Kind::Product),
    ("product_attributes", Kind::Product),
    ("product_publications", Kind::Product),
    ("collection_products", Kind::Product),
    ("listings", Kind::Product),
    ("listing_scopes", Kind::Product),
    ("product_facets", Kind::Product),
    ("search_terms", Kind::Product),
    ("categories", Kind::Category),
    ("collections", Kind::Collection),
    ("reviews", Kind::Review),
    ("customers", Kind::Customer),
    ("addresses", Kind::Customer),
    ("sessions", Kind::Session),
    ("channels", Kind::Channel),
];

/// The tables whose changes are logged, and what the tags are about.
pub fn logged_tables(backend: DbBackend) -> impl Iterator<Item = (&'static str, Kind)> {
    let documents = if backend == DbBackend::Postgres { "product_search" } else { "product_search_documents" };
    LOGGED.into_iter().chain([(documents, Kind::Product)])
}

row! {
    struct Trigger {
        table: String,
        name: String,
        enabled: String,
    }
}

row! {
    struct Found {
        name: String,
    }
}

const POSTGRES: &str = "SELECT c.relname::text, t.tgname::text, t.tgenabled::text FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'cache\\_log\\_%'
      AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'cache_log'::regclass)";
const SQLITE: &str = "SELECT tbl_name, replace(name, '_' || tbl_name, ''), 'A' FROM sqlite_schema
    WHERE type = 'trigger' AND name LIKE 'cache\\_log\\_%' ESCAPE '\\'";
const UNLOGGED: &str = "SELECT relname::text FROM pg_class WHERE oid = 'cache_log'::regclass AND relpersistence <> 'p'";
/// Changes that a subscription applies fire no statement triggers (PostgreSQL's documentation, 31.9).
const SUBSCRIBED: &str = "SELECT c.relname::text FROM pg_subscription_rel s JOIN pg_class c ON c.oid = s.srrelid
    WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'cache_log'::regclass)";
const SWITCHED_OFF: &str = "SELECT kind FROM cache_log_bulk";

/// Refuses a database where a change could leave no trace in the log: a trigger that is missing or switched off, a table
/// that a logical replication writes to, or a log that does not survive a crash.
pub async fn check_triggers(db: &Db) -> Result<(), DbError> {
    let postgres = db.backend() == DbBackend::Postgres;
    let text = Cow::Borrowed(if postgres { POSTGRES } else { SQLITE });
    let triggers: Vec<Trigger> = fetch_text(db, "triggers", text, Vec::new()).await?;
    let triggers: HashMap<(String, String), String> =
        triggers.into_iter().map(|row| ((row.table, row.name), row.enabled)).collect();
    let events: &[&str] =
        if postgres { &["insert", "update", "delete", "truncate"] } else { &["insert", "update", "delete"] };
    for (table, _) in logged_tables(db.backend()) {
        for event in events {
            let name = format!("cache_log_{event}");
            match triggers.get(&(table.to_owned(), name.clone())).map(String::as_str) {
                Some("A") => {}
                Some(_) => {
                    return Err(refused(
                        table,
                        &format!(
                            "its trigger {name} is not always enabled: run `ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}`, then clear the cache"
                        ),
                    ));
                }
                None => {
                    return Err(refused(
                        table,
                        &format!(
                            "it has no trigger {name}: run `tradewind migrate`; if nothing is pending, somebody dropped it: make it again as the migration of cache_log does, then clear the cache"
                        ),
                    ));
                }
            }
        }
    }
    let found = if postgres { first(db, UNLOGGED).await? } else { first(db, SWITCHED_OFF).await? };
    match found {
        Some(_) if postgres => {
            return Err(refused("cache_log", "it is lost in a crash: run `ALTER TABLE cache_log SET LOGGED`"));
        }
        Some(kind) => return Err(refused("cache_log_bulk", &format!("it silences `{kind}`: delete its rows"))),
        None => {}
    }
    let subscribed: Vec<Found> = match postgres {
        true => fetch_text(db, "subscriptions", Cow::Borrowed(SUBSCRIBED), Vec::new()).await?,
        false => Vec::new(),
    };
    let is_logged = |found: &&Found| logged_tables(db.backend()).any(|(table, _)| table == found.name);
    match subscribed.iter().find(is_logged) {
        Some(Found { name }) => Err(refused(
            name,
            "a subscription writes to it, which fires no statement triggers: end the subscription, or run this database without a cache",
        )),
        None => Ok(()),
    }
}

async fn first(db: &Db, text: &'static str) -> Result<Option<String>, DbError> {
    let rows: Vec<Found> = fetch_text(db, "cache log", Cow::Borrowed(text), Vec::new()).await?;
    Ok(rows.into_iter().next().map(|row| row.name))
}

fn refused(table: &str, why: &str) -> DbError {
    DbError::Setup(format!("changes of the table {table} would not be noticed by caches: {why}"))
}
