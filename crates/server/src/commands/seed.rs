//! `tradewind seed`.
use super::{CommandError, clock, progress, source};
use crate::{cli::SeedArgs, config::Config};
use std::{process::ExitCode, time::Instant};
use tradewind_commerce::seed::{SeedError, SeedOptions, SeedProgress, SeedReport, run as seed};

pub(super) async fn run(args: SeedArgs, config: Config) -> Result<ExitCode, CommandError> {
    let db = source::open(&config).await?;
    let bar = progress::bar("{msg:12} {wide_bar} {human_pos}/{human_len}  {eta}");
    let mut show = |step: SeedProgress| {
        bar.set_message(step.step);
        bar.set_length(step.total);
        bar.set_position(step.done);
    };
    let began = Instant::now();
    let options = SeedOptions { products: args.products, seed: args.seed, now: clock() };
    let report = seed(&db, &options, &mut show).await;
    bar.finish_and_clear();
    let report = report.map_err(|error| match error {
        SeedError::Products(_) => CommandError::Usage(error.to_string()),
        error => CommandError::failed(error.to_string()),
    })?;
    source::acknowledge().await;
    db.close().await;
    print(&args, &report, began.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn print(args: &SeedArgs, report: &SeedReport, seconds: f64) {
    #[allow(clippy::cast_precision_loss)] // a rate for people
    let rate = (report.rows as f64 / seconds.max(0.001)).round();
    let figures = [
        ("products", report.products),
        ("variants", report.variants),
        ("media", report.media),
        ("prices", report.prices),
        ("stock levels", report.stock_levels),
        ("reviews", report.reviews),
        ("customers", report.customers),
        ("categories", report.categories),
        ("collections", report.collections),
        ("rows", report.rows),
    ];
    if args.json {
        let mut json: serde_json::Map<_, _> =
            figures.iter().map(|(name, count)| (name.replace(' ', "_"), (*count).into())).collect();
        json.insert("seconds".to_owned(), seconds.into());
        json.insert("rows_per_second".to_owned(), rate.into());
        println!("{}", serde_json::Value::Object(json));
        return;
    }
    for (name, count) in figures {
        println!("{name:>14}  {count:>12}");
    }
    println!("{:>14}  {seconds:>12.1}\n{:>14}  {rate:>12}", "seconds", "rows/s");
}
