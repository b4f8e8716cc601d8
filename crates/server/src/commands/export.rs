//! `tradewind export shopify`.
use super::{CommandError, source};
use crate::{cli::ExportShopifyArgs, config::Config};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};
use tradewind_commerce::shopify::{ExportError, ExportOptions, ExportReport, export};
use tradewind_persistence::Db;

pub(super) async fn run(args: ExportShopifyArgs, config: Config) -> Result<ExitCode, CommandError> {
    let db = source::open(&config).await?;
    let options = ExportOptions { channel: args.channel.clone(), warehouse: args.warehouse.clone() };
    let report = match &args.output {
        Some(path) => to_file(&db, path, &options).await?,
        None => to(&db, &mut BufWriter::new(io::stdout()), &options).await?,
    };
    db.close().await;
    print(&args, &report);
    Ok(ExitCode::from(u8::from(!report.skipped.is_empty())))
}

/// Beside the file first: a failed export leaves the old one as it was.
async fn to_file(db: &Db, path: &Path, options: &ExportOptions) -> Result<ExportReport, CommandError> {
    let failed =
        |error: io::Error| CommandError::failed(format!("--output {}: cannot be written: {error}", path.display()));
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = BufWriter::new(File::create(&part).map_err(failed)?);
    let report = to(db, &mut file, options).await;
    if report.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    let report = report?;
    file.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    std::fs::rename(&part, path).map_err(failed)?;
    Ok(report)
}

async fn to(db: &Db, out: &mut (dyn Write + Send), options: &ExportOptions) -> Result<ExportReport, CommandError> {
    let report = export(db, out, options).await.map_err(|error| match error {
        ExportError::Target(_) => CommandError::Usage(error.to_string()),
        error => CommandError::failed(error.to_string()),
    })?;
    out.flush().map_err(|error| CommandError::failed(format!("the output cannot be written: {error}")))?;
    Ok(report)
}

#[allow(clippy::print_stdout, clippy::print_stderr)]
fn print(args: &ExportShopifyArgs, report: &ExportReport) {
    match serde_json::to_string(report) {
        Ok(text) if args.json => println!("{text}"),
        _ => {
            for skipped in &report.skipped {
                eprintln!("not written: {}: {}", skipped.handle, skipped.reason);
            }
            eprintln!("{} products in {} rows", report.products, report.rows);
        }
    }
}
