//! The import itself: a thread reads, this task writes.
use super::{
    draft::Draft,
    product::Assembly,
    reader::{Chunk, Reader, Stopped},
    report::{ImportReport, RowProblem},
    setup::{self, Setup},
    source::{self, Source},
};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::mpsc;
use tradewind_domain::{category::taxonomy_path, currency::Currency, product::Product};
use tradewind_persistence::{
    Db, DbError,
    cache_log::Kind,
    write::{
        CategoryTree, Shop, WriteTx, ensure_category_path, join_catalog, product_count, products_by_slugs,
        save_products,
    },
};
use uuid::Uuid;

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Do everything, keep nothing.
    pub dry_run: bool,
    /// Code of the channel that takes the main price columns; None: the default channel.
    pub channel: Option<String>,
    /// Code of the warehouse that takes the quantities; None: the channel's first by code.
    pub warehouse: Option<String>,
    /// Currency of the default channel that is made in a shop without any; None: USD.
    pub currency: Option<Currency>,
    /// Products per transaction, at least 1.
    pub batch_size: usize,
    /// Creation and publication time of what is new.
    pub now: DateTime<Utc>,
}

impl ImportOptions {
    /// Into the default channel and its first warehouse, 100 products per transaction.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { dry_run: false, channel: None, warehouse: None, currency: None, batch_size: 100, now }
    }
}

/// Which reading of a file is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Learning its encoding and where its products are.
    #[default]
    Checking,
    /// Writing products.
    Importing,
}

/// How far the import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file being read.
    pub file: String,
    /// What is being done with it.
    pub phase: Phase,
    /// Bytes of the file read in this phase.
    pub bytes_read: u64,
    /// The size of the file, where known.
    pub bytes_total: Option<u64>,
    /// Products done so far, in all files.
    pub products: u64,
    /// Rows done so far, in all files.
    pub rows: u64,
}

/// Why an import could not begin, or had to stop. What was written until then stays; importing again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is not there or cannot be opened. Nothing was written.
    #[error("{}: {error}", path.display())]
    Open {
        /// As it was named.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A channel or warehouse that does not exist, or none that can be used. Nothing was written.
    #[error("{0}")]
    Target(String),
    /// The database failed.
    #[error("{0}; products imported before are kept, run the import again to go on")]
    Db(#[from] DbError),
    /// The reading thread failed: a bug.
    #[error("the reader stopped: {0}")]
    Reader(String),
}

/// Imports product files. Each product is written whole or not at all; running it again changes nothing.
///
/// `problems` gets each problem as it is found; the report has only their number. New rows get UUIDs of version 7.
/// Dropping the future stops the import between two transactions.
pub async fn import(
    db: &Db,
    files: &[PathBuf],
    options: &ImportOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
    problems: &mut (dyn FnMut(RowProblem) + Send),
) -> Result<ImportReport, ImportError> {
    let mut sources = Vec::with_capacity(files.len());
    for path in files {
        sources.push(open(path).await?);
    }
    import_sources(db, sources, options, progress, problems).await
}

async fn open(path: &Path) -> Result<Arc<dyn Source>, ImportError> {
    let owned = path.to_owned();
    // A pipe is copied to the disk, which may take a while.
    let opened = tokio::task::spawn_blocking(move || source::file(&owned)).await;
    let opened = opened.map_err(|error| ImportError::Reader(error.to_string()))?;
    opened.map_err(|error| ImportError::Open { path: path.to_owned(), error })
}

/// Imports from anything that can be read again and again. See [`import`].
pub async fn import_sources(
    db: &Db,
    sources: Vec<Arc<dyn Source>>,
    options: &ImportOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
    problems: &mut (dyn FnMut(RowProblem) + Send),
) -> Result<ImportReport, ImportError> {
    let setup = setup::prepare(db, options).await?;
    let (sender, mut chunks) = mpsc::channel::<Chunk>(1);
    let (target, batch_size) = (setup.target.clone(), options.batch_size);
    let reading = tokio::task::spawn_blocking(move || {
        let mut send = |chunk| sender.blocking_send(chunk).map_err(|_| Stopped);
        // A listener that has gone knows why.
        let _ = Reader::new(target, batch_size, &mut send).run(&sources);
    });
    let report = ImportReport { dry_run: options.dry_run, ..ImportReport::default() };
    let products = product_count(db).await?;
    let mut writer = Writer { db, options, setup, products, report, problems };
    while let Some(chunk) = chunks.recv().await {
        let step = Progress {
            file: chunk.file.clone(),
            phase: chunk.phase,
            bytes_read: chunk.bytes_read,
            bytes_total: chunk.bytes_total,
            products: 0,
            rows: 0,
        };
        writer.take(chunk).await?;
        let report = &writer.report;
        let products = report.products_created + report.products_updated + report.products_unchanged;
        progress(Progress { products: products + report.products_rejected, rows: report.rows, ..step });
    }
    let report = writer.report;
    reading.await.map_err(|error| ImportError::Reader(error.to_string()))?;
    Ok(report)
}

struct Writer<'a> {
    db: &'a Db,
    options: &'a ImportOptions,
    setup: Setup,
    /// In the shop before the import.
    products: u64,
    report: ImportReport,
    problems: &'a mut (dyn FnMut(RowProblem) + Send),
}

/// What became of one draft.
enum Outcome {
    Created(u64),
    Updated(u64),
    Unchanged(u64),
    Refused(RowProblem),
}

impl Writer<'_> {
    async fn take(&mut self, chunk: Chunk) -> Result<(), ImportError> {
        self.report.rows += chunk.rows;
        self.report.products_rejected += chunk.rejected;
        self.report.unknown_columns.extend(chunk.unknown_columns);
        chunk.problems.into_iter().for_each(|problem| self.problem(problem));
        if chunk.drafts.is_empty() {
            return Ok(());
        }
        match self.write(&chunk.drafts).await {
            Ok(outcomes) => self.settle(chunk.drafts, outcomes),
            Err(error) if fatal(&error) => return Err(error.into()),
            // One of them is refused by the database: each gets a transaction of its own, so that the others are kept.
            Err(_) => {
                for draft in chunk.drafts {
                    let drafts = [draft];
                    let outcomes = match self.write(&drafts).await {
                        Ok(outcomes) => outcomes,
                        Err(error) if fatal(&error) => return Err(error.into()),
                        Err(error) => vec![Outcome::Refused(refused(&drafts[0], &error))],
                    };
                    self.settle(drafts.into(), outcomes);
                }
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: RowProblem) {
        self.report.note(&problem);
        (self.problems)(problem);
    }

    fn settle(&mut self, drafts: Vec<Draft>, outcomes: Vec<Outcome>) {
        for (draft, outcome) in drafts.into_iter().zip(outcomes) {
            let variants = match outcome {
                Outcome::Created(variants) => {
                    self.report.products_created += 1;
                    variants
                }
                Outcome::Updated(variants) => {
                    self.report.products_updated += 1;
                    variants
                }
                Outcome::Unchanged(variants) => {
                    self.report.products_unchanged += 1;
                    variants
                }
                Outcome::Refused(problem) => {
                    self.report.products_rejected += 1;
                    self.problem(problem);
                    continue;
                }
            };
            self.report.variants += variants;
            draft.warnings.into_iter().for_each(|problem| self.problem(problem));
            for (name, count) in draft.clean.into_iter().flat_map(|(_, removed)| removed) {
                let known = self.report.html_removed.len() < 500 || self.report.html_removed.contains_key(&name);
                let name = if known { name } else { "(others)".to_owned() };
                *self.report.html_removed.entry(name).or_default() += count;
            }
        }
    }

    /// Writes the drafts in one transaction.
    async fn write(&self, drafts: &[Draft]) -> Result<Vec<Outcome>, DbError> {
        let tx = WriteTx::begin(self.db).await?;
        if self.options.dry_run {
            // What a real import would have made before its first product.
            self.setup.save(&tx, self.options.now).await?;
        }
        join_catalog(&tx).await?;
        let mut shop = Shop::load(&tx).await?;
        let slugs: Vec<String> = drafts.iter().map(|draft| draft.slug.clone()).collect();
        let stored = products_by_slugs(&tx, &slugs).await?;
        let stored: HashMap<&str, &Product> = stored.iter().map(|product| (product.slug.as_str(), product)).collect();
        let mut outcomes = Vec::with_capacity(drafts.len());
        let mut changed = Vec::new();
        for draft in drafts {
            let known = stored.get(draft.slug.as_str()).copied();
            let category = self.category(&tx, &mut shop.categories, draft, known).await?;
            let now = self.options.now.trunc_subsecs(6);
            let mut assembly = Assembly { target: &self.setup.target, now, new_id: &mut Uuid::now_v7 };
            outcomes.push(match (assembly.product(draft.clone(), known, category), known) {
                (Err(problem), _) => Outcome::Refused(*problem),
                (Ok(product), Some(known)) if product.same_content(known) => Outcome::Unchanged(variants(&product)),
                (Ok(mut product), known) => {
                    product.updated_at = now;
                    let count = variants(&product);
                    changed.push(product);
                    if known.is_some() { Outcome::Updated(count) } else { Outcome::Created(count) }
                }
            });
        }
        if self.is_much(changed.len()) {
            tx.bulk(&[Kind::Product]).await?;
        }
        save_products(&tx, &shop, &changed).await?;
        if !self.options.dry_run {
            tx.commit().await?;
        }
        Ok(outcomes)
    }

    /// A tenth of the shop or more: then caches keep little of it anyway, and the log need not name each thing. Of a
    /// smaller part it does, so that the rest stays cached.
    fn is_much(&self, changed: usize) -> bool {
        let products = self.products + self.report.products_created;
        u64::try_from(changed).is_ok_and(|changed| changed > 0 && changed.saturating_mul(10) >= products)
    }

    async fn category(
        &self,
        tx: &WriteTx,
        tree: &mut CategoryTree,
        draft: &Draft,
        known: Option<&Product>,
    ) -> Result<Option<Uuid>, DbError> {
        let super::cell::Given::Is(path) = &draft.category else { return Ok(None) };
        // Several nodes can have the same path in writing: the one that the product is in stays.
        let current = known.and_then(|product| product.category_id);
        if let Some(id) = current.filter(|id| taxonomy_path(&tree.path(*id).join(" > ")) == *path) {
            return Ok(Some(id));
        }
        ensure_category_path(tx, tree, path, self.options.now, &mut Uuid::now_v7).await.map(Some)
    }
}

fn variants(product: &Product) -> u64 {
    product.variants.len() as u64
}

/// Whether the next transaction would fail too.
fn fatal(error: &DbError) -> bool {
    matches!(error, DbError::Unavailable(_) | DbError::Setup(_))
}

fn refused(draft: &Draft, error: &DbError) -> RowProblem {
    let reason = format!("the database refused the product: {error}");
    RowProblem::error(
        &draft.file,
        draft.line,
        reason,
        "shorten unusually long texts, or remove the product from the file",
    )
    .of(&draft.slug)
}
