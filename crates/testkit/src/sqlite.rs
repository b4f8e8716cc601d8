//! SQLite: a template file beside the build's other products, copied for each test.
use crate::SCHEMA;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tradewind_migrations::{Migrator, MigratorTrait};

#[derive(Debug)]
pub(crate) struct SqliteDb {
    url: String,
    _folder: TempDir,
}

impl SqliteDb {
    pub(crate) async fn migrated() -> Self {
        let template = template().await;
        let (db, file) = Self::new();
        fs::copy(&template, file).expect("the SQLite template can be copied");
        db
    }

    pub(crate) fn empty() -> Self {
        Self::new().0
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn new() -> (Self, PathBuf) {
        let folder = tempfile::Builder::new().prefix("tradewind-test-").tempdir().expect("a folder for the database");
        let file = folder.path().join("shop.db");
        (Self { url: url_of(&file), _folder: folder }, file)
    }
}

fn url_of(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// The migrated file; whoever holds the lock first makes it. `fs::rename` shows it whole or not at all.
async fn template() -> PathBuf {
    // A place of this build: nobody else writes there, and it goes with the target folder.
    let folder = Path::new(env!("OUT_DIR"));
    let template = folder.join(format!("template-{SCHEMA}.db"));
    let lock = File::create(folder.join("template.lock")).expect("a lock file for the SQLite template");
    lock.lock().expect("a lock on the SQLite template");
    if !template.exists() {
        let draft = TempDir::new_in(folder).expect("a folder for the SQLite template");
        let file = draft.path().join("shop.db");
        migrate(&url_of(&file)).await;
        fs::rename(file, &template).expect("the SQLite template can be put in place");
    }
    template
}

async fn migrate(url: &str) {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(as_the_product_does);
    let db = Database::connect(options).await.expect("a new SQLite file opens");
    Migrator::up(&db, None).await.expect("the migrations run on SQLite");
    // The last connection that closes folds the log into the file: one file is the whole database.
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.expect("the log can be folded in");
    db.close().await.expect("the SQLite file closes");
}

fn as_the_product_does(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options.create_if_missing(true).foreign_keys(true).journal_mode(SqliteJournalMode::Wal)
}
