//! Writes the catalog as a Shopify product CSV that [`import`](super::import()) reads back without a change.
use super::{
    attribute,
    export_columns::{ExportColumns, Layout},
    export_rows,
    import::ImportError,
    setup,
};
use std::io::Write;
use tradewind_domain::product::Product;
use tradewind_persistence::{
    Db, DbError,
    write::{Shop, products_after},
};

/// How to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// Code of the channel whose prices fill the main columns; None: the default channel.
    pub channel: Option<String>,
    /// Code of the warehouse whose stock fills the quantities; None: the channel's first by code.
    pub warehouse: Option<String>,
}

/// The sums of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ExportReport {
    /// Products written.
    pub products: u64,
    /// Rows written, without the header.
    pub rows: u64,
    /// What the format cannot express, by product.
    pub skipped: Vec<Skipped>,
}

/// Something that was not written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// The product.
    pub handle: String,
    /// What, and why.
    pub reason: String,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A channel or warehouse that does not exist.
    #[error("{0}")]
    Target(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Write(#[from] csv::Error),
}

impl From<ImportError> for ExportError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Db(error) => Self::Db(error),
            other => Self::Target(other.to_string()),
        }
    }
}

/// Products read from the database at a time.
const PAGE: u32 = 100;

/// Writes all products in any status, ordered by id. Reads the catalog twice: first for the columns that are in use.
pub async fn export(
    db: &Db,
    out: &mut (dyn Write + Send),
    options: &ExportOptions,
) -> Result<ExportReport, ExportError> {
    let shop = Shop::load(db).await?;
    let layout = Layout::new(&shop, setup::export_target(&shop, options)?);
    let mut columns = ExportColumns::default();
    let mut after = None;
    loop {
        let page = products_after(db, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        page.iter().for_each(|product| columns.note(product));
    }
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(layout.header(&columns))?;
    let mut report = ExportReport::default();
    let mut after = None;
    loop {
        let page = products_after(db, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for product in &page {
            write_product(&mut writer, &layout, &columns, product, &mut report)?;
        }
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(report)
}

fn write_product<W: Write>(
    writer: &mut csv::Writer<W>,
    layout: &Layout,
    columns: &ExportColumns,
    product: &Product,
    report: &mut ExportReport,
) -> Result<(), csv::Error> {
    let mut skip = |reason: String| report.skipped.push(Skipped { handle: product.slug.clone(), reason });
    if product.options.len() > 3 {
        skip(format!("the product has {} options, the format has three", product.options.len()));
        return Ok(());
    }
    for name in attribute::inexpressible(product, columns) {
        skip(format!("the attribute {name} has no column in the format"));
    }
    for row in export_rows::rows(layout, columns, product) {
        writer.write_record(&row)?;
        report.rows += 1;
    }
    report.products += 1;
    Ok(())
}
