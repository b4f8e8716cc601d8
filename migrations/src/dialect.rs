//! One SQL text for both databases: `{uuid}` and its like become the type's name in each.
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Placeholder, PostgreSQL, SQLite.
const WORDS: [(&str, &str, &str); 10] = [
    ("{uuid}", "uuid", "blob"),
    ("{time}", "timestamptz", "text"),
    // A key that counts up; gaps are no loss.
    (
        "{counter}",
        "bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "integer NOT NULL PRIMARY KEY AUTOINCREMENT",
    ),
    ("{int}", "integer", "integer"),
    ("{smallint}", "smallint", "integer"),
    ("{bigint}", "bigint", "integer"),
    ("{bool}", "boolean", "integer"),
    // Byte order in both, so that keyset pagination by text agrees with the index.
    ("{sortable}", r#"text COLLATE "C""#, "text"),
    ("{strict}", "", "STRICT"),
    // A join table is its own primary key index.
    ("{clustered}", "", "STRICT, WITHOUT ROWID"),
];

/// The text in the words of the backend.
pub(crate) fn portable(sql: &str, backend: DbBackend) -> String {
    WORDS.iter().fold(sql.to_owned(), |sql, (word, postgres, sqlite)| {
        sql.replace(word, if backend == DbBackend::Postgres { postgres } else { sqlite })
    })
}

/// Runs a portable text, then the part that only one backend knows.
pub(crate) async fn run(m: &SchemaManager<'_>, shared: &str, postgres: &str, sqlite: &str) -> Result<(), DbErr> {
    let backend = m.get_database_backend();
    let own = if backend == DbBackend::Postgres { postgres } else { sqlite };
    for sql in [shared, own] {
        if !sql.trim().is_empty() {
            m.get_connection().execute_unprepared(&portable(sql, backend)).await?;
        }
    }
    Ok(())
}

/// Drops tables in the order given.
pub(crate) async fn drop_tables(m: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables {
        m.get_connection().execute_unprepared(&format!("DROP TABLE IF EXISTS {table}")).await?;
    }
    Ok(())
}

/// Drops indexes on tables that stay.
pub(crate) async fn drop_indexes(m: &SchemaManager<'_>, indexes: &[&str]) -> Result<(), DbErr> {
    for index in indexes {
        m.get_connection().execute_unprepared(&format!("DROP INDEX IF EXISTS {index}")).await?;
    }
    Ok(())
}
