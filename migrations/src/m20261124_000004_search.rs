//! Search: tsvector and pg_trgm on PostgreSQL, FTS5 on SQLite, over the same normalised words. `search_terms` is the
//! vocabulary for typing errors and suggestions; its words are counted per product.
use crate::dialect::{drop_indexes, drop_tables, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: &str = r#"
CREATE TABLE search_terms (
    term {sortable} NOT NULL PRIMARY KEY,
    uses {bigint} NOT NULL
) {strict};
"#;

const POSTGRES: &str = r#"
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX collections_slug_trigrams ON collections USING gin (slug gin_trgm_ops);
CREATE INDEX categories_slug_trigrams ON categories USING gin (slug gin_trgm_ops);
CREATE INDEX search_terms_trigrams ON search_terms USING gin (term gin_trgm_ops);
CREATE TABLE product_search (
    product_id uuid NOT NULL PRIMARY KEY REFERENCES products (id) ON DELETE CASCADE,
    title text NOT NULL,
    keywords text NOT NULL,
    body text NOT NULL,
    document tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', keywords), 'B')
        || setweight(to_tsvector('simple', body), 'D')) STORED
);
CREATE INDEX product_search_document ON product_search USING gin (document);
"#;

const SQLITE: &str = r#"
CREATE TABLE product_search_documents (
    document_id integer NOT NULL PRIMARY KEY,
    product_id blob NOT NULL UNIQUE REFERENCES products (id)
) STRICT;
CREATE VIRTUAL TABLE product_search USING fts5 (
    title, keywords, body,
    tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3 4'
);
CREATE VIRTUAL TABLE search_terms_index USING fts5 (term, tokenize = 'trigram');
"#;

const TABLES: &[&str] = &["search_terms_index", "search_terms", "product_search_documents", "product_search"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, SHARED, POSTGRES, SQLITE).await
    }
    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_indexes(m, &["collections_slug_trigrams", "categories_slug_trigrams"]).await?;
        drop_tables(m, TABLES).await
    }
}
