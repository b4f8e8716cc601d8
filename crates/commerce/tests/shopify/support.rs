//! A shop to import into, and files that exist only in memory.
use chrono::{DateTime, Utc};
use std::{
    io::{self, Cursor, Read},
    sync::Arc,
};
use tradewind_commerce::shopify::{ImportOptions, ImportReport, RowProblem, Source, export, import_sources};
use tradewind_domain::product::Product;
use tradewind_persistence::{
    Db, DbConfig,
    write::{Shop, products_after, products_by_slugs},
};
use tradewind_testkit::{Backend, TestDb};

/// Noon of a day.
pub(crate) fn day(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + number * 86_400, 0).unwrap()
}

/// A database with the schema and nothing in it.
pub(crate) struct TestShop {
    pub(crate) db: Db,
    pub(crate) backend: Backend,
    _database: TestDb,
}

pub(crate) async fn shops() -> Vec<TestShop> {
    let mut shops = Vec::new();
    for database in TestDb::each().await {
        shops.push(open(database).await);
    }
    shops
}

pub(crate) async fn sqlite_shop() -> TestShop {
    open(TestDb::sqlite().await).await
}

async fn open(database: TestDb) -> TestShop {
    let db = Db::connect(&DbConfig::new(database.url())).await.unwrap();
    TestShop { db, backend: database.backend(), _database: database }
}

pub(crate) struct Memory {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Source for Memory {
    fn name(&self) -> &str {
        &self.name
    }
    fn size(&self) -> Option<u64> {
        Some(self.bytes.len() as u64)
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }
}

pub(crate) struct Outcome {
    pub(crate) report: ImportReport,
    pub(crate) problems: Vec<RowProblem>,
}

impl Outcome {
    pub(crate) fn errors(&self) -> Vec<&RowProblem> {
        self.problems.iter().filter(|problem| problem.is_error()).collect()
    }
    pub(crate) fn warnings(&self) -> Vec<&RowProblem> {
        self.problems.iter().filter(|problem| !problem.is_error()).collect()
    }
    /// The only error; its place and text.
    pub(crate) fn error(&self) -> &RowProblem {
        let errors = self.errors();
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert!(!errors[0].way_out.is_empty());
        errors[0]
    }
    /// created, updated, unchanged, refused
    pub(crate) fn counts(&self) -> [u64; 4] {
        let report = &self.report;
        [report.products_created, report.products_updated, report.products_unchanged, report.products_rejected]
    }
}

impl TestShop {
    pub(crate) async fn import_with(&self, files: &[(&str, &[u8])], options: &ImportOptions) -> Outcome {
        let sources = files
            .iter()
            .map(|(name, bytes)| {
                Arc::new(Memory { name: (*name).to_owned(), bytes: bytes.to_vec() }) as Arc<dyn Source>
            })
            .collect();
        let mut problems = Vec::new();
        let report = import_sources(&self.db, sources, options, &mut |_| {}, &mut |problem| problems.push(problem))
            .await
            .unwrap();
        assert_eq!(report.errors, problems.iter().filter(|problem| problem.is_error()).count() as u64);
        assert_eq!(report.exit_status(), u8::from(report.errors > 0));
        assert!(report.products_rejected <= report.errors, "each refusal is explained");
        Outcome { report, problems }
    }

    pub(crate) async fn import(&self, text: impl AsRef<[u8]>) -> Outcome {
        self.import_with(&[("products.csv", text.as_ref())], &ImportOptions::new(day(0))).await
    }

    pub(crate) async fn product(&self, slug: &str) -> Option<Product> {
        products_by_slugs(&self.db, &[slug.to_owned()]).await.unwrap().pop()
    }

    pub(crate) async fn all(&self) -> Vec<Product> {
        products_after(&self.db, None, 10_000).await.unwrap()
    }

    pub(crate) async fn slugs(&self) -> Vec<String> {
        let mut slugs: Vec<String> = self.all().await.into_iter().map(|product| product.slug).collect();
        slugs.sort();
        slugs
    }

    pub(crate) async fn shop(&self) -> Shop {
        Shop::load(&self.db).await.unwrap()
    }

    pub(crate) async fn export(&self) -> String {
        let mut out = Vec::new();
        export(&self.db, &mut out, &Default::default()).await.unwrap();
        String::from_utf8(out).unwrap()
    }
}
