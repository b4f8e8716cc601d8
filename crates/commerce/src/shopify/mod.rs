//! Shopify's product CSV, in and out.
//!
//! [`import`](import()) reads files on a thread of their own, row by row (`record`, `row`), gathers the rows of a
//! product (`group`, `scatter`), understands them (`draft` and the files named after its parts) and writes products in
//! batches (`import`, `product`). [`export`](export()) writes the same format.
mod attribute;
mod cell;
mod columns;
mod draft;
mod encoding;
mod export;
mod export_columns;
mod export_rows;
mod field;
mod group;
mod handle;
pub(crate) mod html;
mod image;
mod import;
pub mod limits;
mod market;
mod media;
mod option;
mod product;
mod reader;
mod record;
mod report;
mod row;
mod scatter;
mod selection;
mod setup;
mod source;
mod target;
mod variant;

pub use export::{ExportError, ExportOptions, ExportReport, Skipped, export};
pub use import::{ImportError, ImportOptions, Phase, Progress, import, import_sources};
pub use report::{ImportReport, RowProblem, Severity};
pub use source::{Source, file};
