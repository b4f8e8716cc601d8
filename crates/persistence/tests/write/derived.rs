//! Everything precomputed, as text to compare.
use crate::world::World;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::collections::BTreeMap;

/// Rows of each table, sorted.
pub(crate) type Derived = BTreeMap<&'static str, Vec<String>>;

/// Table, ids, other columns.
const TABLES: [(&str, &[&str], &[&str]); 5] = [
    (
        "listings",
        &["product_id", "channel_id"],
        &[
            "published_at",
            "min_price",
            "max_price",
            "min_compare_at",
            "max_compare_at",
            "availability",
            "title_key",
            "rating_milli",
            "units_sold",
        ],
    ),
    (
        "listing_scopes",
        &["product_id", "channel_id", "scope_id"],
        &["published_at", "min_price", "title_key", "rating_milli", "units_sold"],
    ),
    ("product_facets", &["product_id"], &["key", "value"]),
    ("collection_products", &["collection_id", "product_id"], &[]),
    ("products", &["id"], &["rating_sum", "rating_count"]),
];

pub(crate) async fn connect(world: &World) -> DatabaseConnection {
    Database::connect(world.test_db.url()).await.unwrap()
}

/// All of it.
pub(crate) async fn derived(world: &World) -> Derived {
    let db = connect(world).await;
    let mut out = Derived::new();
    for (table, ids, columns) in TABLES {
        out.insert(table, texts(&db, table, ids, columns).await);
    }
    let documents = match db.get_database_backend() {
        DbBackend::Postgres => "product_search",
        _ => {
            "(SELECT d.product_id, s.title, s.keywords, s.body FROM product_search_documents d
              JOIN product_search s ON s.rowid = d.document_id) documents"
        }
    };
    out.insert("documents", texts(&db, documents, &["product_id"], &["title", "keywords", "body"]).await);
    out.insert("terms", texts(&db, "search_terms WHERE uses <> 0", &[], &["term", "uses"]).await);
    db.close().await.unwrap();
    out
}

async fn texts(db: &DatabaseConnection, source: &str, ids: &[&str], columns: &[&str]) -> Vec<String> {
    let hex = |id: &&str| match db.get_database_backend() {
        DbBackend::Postgres => format!("replace(CAST({id} AS text), '-', '')"),
        _ => format!("lower(hex({id}))"),
    };
    let text = |column: &&str| format!("coalesce(CAST({column} AS text), 'null')");
    let parts: Vec<String> = ids.iter().map(hex).chain(columns.iter().map(text)).collect();
    column(db, &format!("SELECT {} AS line FROM {source}", parts.join(" || ' | ' || "))).await
}

/// The texts of a statement's column `line`, sorted.
pub(crate) async fn column(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| row.try_get("", "line").unwrap()).collect();
    lines.sort();
    lines
}
