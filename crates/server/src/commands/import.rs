//! `tradewind import shopify`.
use super::{CommandError, clock, progress, source};
use crate::{cli::ImportShopifyArgs, config::Config};
use indicatif::ProgressBar;
use std::{process::ExitCode, time::Instant};
use tradewind_commerce::shopify::{ImportError, ImportOptions, ImportReport, Phase, Progress, RowProblem, import};
use tradewind_domain::currency::Currency;

pub(super) async fn run(args: ImportShopifyArgs, config: Config) -> Result<ExitCode, CommandError> {
    let options = options(&args)?;
    let db = source::open(&config).await?;
    let bar = progress::bar("{msg} {wide_bar} {bytes}/{total_bytes}  {eta}");
    let began = Instant::now();
    let mut show = |step: Progress| draw(&bar, &step);
    let mut problem = |problem: RowProblem| bar.suspend(|| print_problem(args.json, &problem));
    let report = import(&db, &args.files, &options, &mut show, &mut problem).await;
    bar.finish_and_clear();
    let mut report = report.map_err(|error| match error {
        ImportError::Open { .. } | ImportError::Target(_) => CommandError::Usage(error.to_string()),
        error => CommandError::failed(error.to_string()),
    })?;
    source::acknowledge().await;
    db.close().await;
    report.duration_ms = u64::try_from(began.elapsed().as_millis()).ok();
    print_report(args.json, &report);
    Ok(ExitCode::from(report.exit_status()))
}

fn options(args: &ImportShopifyArgs) -> Result<ImportOptions, CommandError> {
    let currency = args.currency.as_deref().map(|code| {
        Currency::parse(code).map_err(|_| {
            CommandError::Usage(format!("--currency {code:?} is no currency: write an ISO 4217 code such as EUR"))
        })
    });
    Ok(ImportOptions {
        dry_run: args.dry_run,
        channel: args.channel.clone(),
        warehouse: args.warehouse.clone(),
        currency: currency.transpose()?,
        ..ImportOptions::new(clock())
    })
}

fn draw(bar: &ProgressBar, step: &Progress) {
    let doing = match step.phase {
        Phase::Checking => "checking",
        Phase::Importing => "importing",
    };
    bar.set_message(format!("{} {doing}, {} products", step.file, step.products));
    if let Some(total) = step.bytes_total {
        bar.set_length(total);
    }
    bar.set_position(step.bytes_read);
}

/// For people the problems are on standard error, so that the sums can be read alone.
#[allow(clippy::print_stdout, clippy::print_stderr)]
fn print_problem(json: bool, problem: &RowProblem) {
    match serde_json::to_string(problem) {
        Ok(text) if json => println!("{text}"),
        _ => eprintln!("{problem}"),
    }
}

#[allow(clippy::print_stdout)]
fn print_report(json: bool, report: &ImportReport) {
    match serde_json::to_string(report) {
        Ok(text) if json => println!("{text}"),
        _ => println!("{report}"),
    }
}
