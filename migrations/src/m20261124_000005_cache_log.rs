//! The log that caches are judged by: each change of what shoppers read leaves, in its own transaction, the names of what
//! it changed. docs/caching.md explains the protocol, `cache_log_triggers.rs` writes the triggers.
use crate::{
    cache_log_triggers::{Logged, Tag, forget, postgres, schema, sqlite},
    dialect::{drop_tables, run},
};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Which tables are logged, and as what.
const LOGGED: [Logged; 18] = [
    Logged::both("products", "product", &["id"], &[Tag::Row("product:{id}"), Tag::Moved("product-slug:{slug}")]),
    Logged::both("variants", "product", &["id"], &[Tag::Row("product:{product_id}"), Tag::Row("variant:{id}")]),
    Logged::both(
        "variant_prices",
        "product",
        &["variant_id", "channel_id"],
        // Where the variant goes in the same statement, its own trigger tells.
        &[Tag::Row("variant:{variant_id}"), Tag::Of("product:{product_id}", "variants", "variant_id")],
    ),
    Logged::both("media", "product", &["id"], &[Tag::Row("product:{product_id}"), Tag::Row("media:{id}")]),
    Logged::both(
        "product_attributes",
        "product",
        &["product_id", "namespace", "key"],
        &[Tag::Row("product:{product_id}")],
    ),
    Logged::both("product_publications", "product", &["product_id", "channel_id"], &[Tag::Row("product:{product_id}")]),
    Logged::both(
        "collection_products",
        "product",
        &["collection_id", "product_id"],
        &[Tag::Row("product:{product_id}")],
    ),
    Logged::both(
        "listings",
        "product",
        &["product_id", "channel_id"],
        &[
            Tag::Row("product:{product_id}"),
            Tag::Row("listings:{channel_id}"),
            // Whoever looked for the slug and found nothing to be seen knows no id.
            Tag::Of("product-slug:{slug}", "products", "product_id"),
        ],
    ),
    Logged::both(
        "listing_scopes",
        "product",
        &["product_id", "channel_id", "scope_id"],
        &[Tag::Row("scope:{channel_id}:{scope_id}"), Tag::Row("scopes:{channel_id}")],
    ),
    Logged::both("product_facets", "product", &["product_id", "key", "value"], &[Tag::Row("facets")]),
    Logged::both("search_terms", "product", &["term"], &[Tag::Row("search")]),
    Logged::postgres("product_search", "product", &["product_id"], &[Tag::Row("search")]),
    // A full text index of SQLite has no triggers: what a document is made of tells instead.
    Logged::sqlite("product_search_documents", "product", &["product_id"], &[Tag::Row("search")]),
    Logged::both(
        "categories",
        "category",
        &["id"],
        &[
            Tag::Row("category:{id}"),
            Tag::Moved("category-slug:{slug}"),
            Tag::Row("children:{parent_id|root}"),
            Tag::Row("categories"),
        ],
    ),
    Logged::both(
        "collections",
        "collection",
        &["id"],
        &[Tag::Row("collection:{id}"), Tag::Moved("collection-slug:{slug}"), Tag::Row("collections")],
    ),
    Logged::both("reviews", "review", &["id"], &[Tag::Row("review:{id}"), Tag::Row("reviews:{product_id}")]),
    Logged::both("customers", "customer", &["id"], &[Tag::Row("customer:{id}")]),
    Logged::both("channels", "channel", &["id"], &[Tag::Row("channels")]),
];

/// `SCHEMA` is the schema of the tables. Functions run as their owner, so that whoever may write to the catalog needs no
/// rights to the log, and find nothing outside of these schemas.
const POSTGRES: &str = r#"
CREATE TABLE cache_log (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    tag bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (xid, tag)
);
-- It only grows at one end and loses rows at the other.
ALTER TABLE cache_log SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE TABLE cache_log_gc (
    only_row boolean NOT NULL DEFAULT true PRIMARY KEY CHECK (only_row),
    horizon xid8 NOT NULL
);
INSERT INTO cache_log_gc (horizon) VALUES (pg_current_xact_id());

-- The first eight bytes of the name's SHA-256, the highest first.
CREATE FUNCTION cache_tag(name text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
BEGIN
    RETURN ('x' || left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 16))::bit(64)::bigint;
END $function$;

-- All of a kind may have changed. The row is also the switch that keeps the kind's triggers silent until the end of the
-- transaction, so both end together, also where a savepoint is undone.
CREATE FUNCTION cache_log_bulk(VARIADIC kinds text[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, SCHEMA, pg_temp AS $function$
BEGIN
    INSERT INTO cache_log (tag) SELECT cache_tag(kind || ':*') FROM unnest(kinds) AS kind ON CONFLICT DO NOTHING;
END $function$;

-- Called by triggers only: they run as the owner, and have looked for the switch.
CREATE FUNCTION cache_log_add(kind text, names text[]) RETURNS void LANGUAGE plpgsql AS $function$
BEGIN
    IF cardinality(names) > 1000 THEN
        names := ARRAY[kind || ':*'];
    END IF;
    INSERT INTO cache_log (tag) SELECT cache_tag(name) FROM unnest(names) AS name ON CONFLICT DO NOTHING;
END $function$;

CREATE FUNCTION cache_log_truncated() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, SCHEMA, pg_temp AS $function$
BEGIN
    PERFORM cache_log_bulk(TG_ARGV[0]);
    RETURN NULL;
END $function$;
"#;

const POSTGRES_DOWN: &str = "DROP FUNCTION cache_log_truncated(); DROP FUNCTION cache_log_add(text, text[]);
    DROP FUNCTION cache_log_bulk(text[]); DROP FUNCTION cache_tag(text);";

/// One writer at a time makes the order of ids that of the commits, so the last change of each tag is enough. A row in
/// `cache_log_bulk` keeps the kind's triggers silent; its foreign key can never be met, so no transaction commits before
/// it has taken the row away again.
const SQLITE: &str = "
CREATE TABLE cache_log (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    tag text NOT NULL UNIQUE,
    at integer NOT NULL DEFAULT (unixepoch())
) STRICT;
CREATE INDEX cache_log_at ON cache_log (at);
CREATE TABLE cache_log_gc (
    only_row integer NOT NULL DEFAULT 1 PRIMARY KEY CHECK (only_row = 1),
    horizon integer NOT NULL,
    epoch text NOT NULL DEFAULT (lower(hex(randomblob(16))))
) STRICT;
INSERT INTO cache_log_gc (horizon) VALUES (0);
CREATE TABLE cache_log_never (kind text NOT NULL PRIMARY KEY CHECK (kind IS NULL)) STRICT;
CREATE TABLE cache_log_bulk (
    kind text NOT NULL PRIMARY KEY REFERENCES cache_log_never (kind) DEFERRABLE INITIALLY DEFERRED
) STRICT;
";

const TABLES: &[&str] = &["cache_log_bulk", "cache_log_never", "cache_log_gc", "cache_log"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let mut own = POSTGRES.to_owned();
        let mut sqlite_own = SQLITE.to_owned();
        match m.get_database_backend() {
            DbBackend::Postgres => {
                LOGGED.iter().filter(|logged| logged.on_postgres).for_each(|logged| own.push_str(&postgres(logged)));
                own = own.replace("SCHEMA", &schema(m).await?);
            }
            _ => {
                LOGGED.iter().filter(|logged| logged.on_sqlite).for_each(|logged| sqlite_own.push_str(&sqlite(logged)))
            }
        }
        run(m, "", &own, &sqlite_own).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        forget(m, &LOGGED).await?;
        let postgres = m.get_database_backend() == DbBackend::Postgres;
        if postgres {
            // The triggers that tell of TRUNCATE go with their function.
            let text = POSTGRES_DOWN.replacen("cache_log_truncated()", "cache_log_truncated() CASCADE", 1);
            m.get_connection().execute_unprepared(&text).await?;
        }
        drop_tables(m, TABLES).await
    }
}
