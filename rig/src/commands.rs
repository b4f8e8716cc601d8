//! What the commands do. Each returns whether all is as it should be.
use crate::{
    Failure,
    checker::{Feed, Verdict},
    cli::{Command, CrashArgs, DrillArgs, MistakesArgs, OversellArgs, RunArgs, faults},
    crash,
    drill::{self, Drill},
    expiry::Expiry,
    history::{Header, parse},
    load::Registers,
    mistake::{ALL, BASELINE, Mistake},
    oversell,
    report::Report,
    run::{Plan, run as run_plan},
    stage::Progress,
};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    time::{Duration, Instant},
};

pub(crate) fn run(command: Command) -> Result<bool, Failure> {
    match command {
        Command::Run(args) => {
            let report = one(&args, args.mistake.as_deref(), false)?;
            say(&report.to_string(), args.json, &report)?;
            Ok(report.verdict.violations == 0)
        }
        Command::Check { file, json } => {
            let verdict = check(&file)?;
            say(&serde_json::to_string_pretty(&verdict)?, json, &verdict)?;
            Ok(verdict.violations == 0)
        }
        Command::Mistakes(args) => mistakes(&args),
        Command::Expiry { json, common } => {
            let measured = block_on(crate::expiry::run(common.machine.layout(0, None)?, common.machine.seed))?;
            let lines: Vec<String> = measured.iter().map(ToString::to_string).collect();
            say(&lines.join("\n"), json, &measured)?;
            Ok(measured.iter().all(Expiry::holds))
        }
        Command::RedisGone(DrillArgs { rounds, json, common }) => {
            let load = common.load(Registers::All);
            drilled(
                &block_on(drill::redis_gone::run(common.machine.layout(0, None)?, load, rounds, &progress()?))?,
                json,
            )
        }
        Command::DatabaseGone(DrillArgs { rounds, json, common }) => {
            let load = common.load(Registers::Catalog);
            drilled(
                &block_on(drill::database_gone::run(common.machine.layout(0, None)?, load, rounds, &progress()?))?,
                json,
            )
        }
        Command::Oversell(args) => sell(&args),
        Command::Crash(args) => crash(&args),
        Command::Baseline(args) => {
            let report = one(&args, Some(BASELINE), false)?;
            say(&report.to_string(), args.json, &report)?;
            Ok(report.verdict.violations > 0)
        }
    }
}

fn sell(args: &OversellArgs) -> Result<bool, Failure> {
    let buyers = usize::try_from(args.buyers)?;
    let plan = oversell::Plan {
        layout: args.machine.layout(0, None)?,
        seed: args.machine.seed,
        buyers,
        items: args.items,
        rounds: args.rounds,
        kinds: args.kinds.clone(),
        hold: args.hold,
        connections: args.connections.unwrap_or(buyers),
    };
    let report = block_on(oversell::run(plan, &bar()?))?;
    say(&report.to_string(), args.json, &report)?;
    Ok(report.violations == 0)
}

fn crash(args: &CrashArgs) -> Result<bool, Failure> {
    let plan = crash::Plan {
        layout: args.machine.layout(0, None)?,
        seed: args.machine.seed,
        runs: args.runs,
        shops: usize::try_from(args.shops)?,
        buyers: args.buyers,
        hold: args.hold,
        only: args.only.clone(),
    };
    let report = block_on(crash::run(plan, &bar()?))?;
    say(&report.to_string(), args.json, &report)?;
    Ok(report.holds())
}

fn drilled(drill: &Drill, json: bool) -> Result<bool, Failure> {
    say(&drill.to_string(), json, drill)?;
    Ok(drill.holds())
}

#[allow(clippy::print_stdout, reason = "the command's answer")]
fn say(text: &str, json: bool, value: &impl Serialize) -> Result<(), Failure> {
    match json {
        true => println!("{}", serde_json::to_string(value)?),
        false => println!("{text}"),
    }
    Ok(())
}

fn progress() -> Result<Progress, Failure> {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(Progress(bar))
}

/// With a length, which [`Progress::count`] says.
fn bar() -> Result<Progress, Failure> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{elapsed} {wide_bar} {pos}/{len}  {eta}  {msg}")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(Progress(bar))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // One more thread for the proxies is enough: the cores are the cluster's.
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}

fn one(args: &RunArgs, mistake: Option<&str>, stop_at_violation: bool) -> Result<Report, Failure> {
    let plan = Plan {
        layout: args.common.machine.layout(0, mistake)?,
        load: args.common.load(if mistake == Some(BASELINE) { Registers::Profiles } else { Registers::All }),
        duration: args.duration,
        faults: faults(&args.faults)?,
        stop_at_violation,
        history: args.history.clone(),
        progress: progress()?,
    };
    block_on(run_plan(plan))
}

/// Ctrl-C ends the work and its processes.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    runtime()?.block_on(async {
        tokio::select! {
            done = work => done,
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        }
    })
}

/// Judges a file.
fn check(path: &Path) -> Result<Verdict, Failure> {
    let place = |error: &dyn std::fmt::Display, line: usize| format!("{}:{line}: {error}", path.display());
    let mut lines = BufReader::new(File::open(path).map_err(|error| place(&error, 0))?).lines();
    let first = lines.next().ok_or_else(|| place(&"the file is empty", 1))??;
    let header: Header = serde_json::from_str(&first).map_err(|error| place(&error, 1))?;
    if header.version != 1 {
        return Err(place(&format!("version {} is not known", header.version), 1).into());
    }
    let mut feed = Feed::new(&header);
    for (number, line) in (2..).zip(lines) {
        let event = parse(&line?).map_err(|error| place(&error, number))?;
        feed.push(event).map_err(|error| place(&error, number))?;
    }
    Ok(feed.finish()?)
}

/// How a planted mistake fared.
#[derive(Debug, Serialize)]
struct Found {
    mistake: &'static str,
    /// Seconds of load until the end of the run, which is at the first violation.
    seconds: f64,
    violations: u64,
    found: bool,
    example: Option<serde_json::Value>,
}

fn mistakes(args: &MistakesArgs) -> Result<bool, Failure> {
    if let Some(unknown) = args.only.iter().find(|name| ALL.iter().all(|mistake| mistake.name != **name)) {
        let all = ALL.iter().map(|mistake| mistake.name).collect::<Vec<_>>().join(", ");
        return Err(format!("--only {unknown}: there are {all}").into());
    }
    let chosen = ALL.iter().filter(|mistake| args.only.is_empty() || args.only.iter().any(|name| name == mistake.name));
    let mut all = Vec::new();
    for (number, mistake) in chosen.enumerate() {
        let found = plant(args, number, mistake)?;
        let line = format!(
            "{:20} {} after {:.1} s: {}",
            found.mistake,
            if found.found { "found" } else { "NOT FOUND" },
            found.seconds,
            found.example.as_ref().map(ToString::to_string).unwrap_or_default()
        );
        if !args.json {
            say(&line, false, &())?;
        }
        all.push(found);
    }
    if args.json {
        say("", true, &all)?;
    }
    Ok(all.iter().all(|found| found.found))
}

fn plant(args: &MistakesArgs, number: usize, mistake: &Mistake) -> Result<Found, Failure> {
    let plan = Plan {
        layout: args.common.machine.layout(number, Some(mistake.name))?,
        load: args.common.load(mistake.read),
        duration: args.within,
        faults: mistake.faults.to_vec(),
        stop_at_violation: true,
        history: None,
        progress: progress()?,
    };
    let began = Instant::now();
    let report = block_on(run_plan(plan))
        .map_err(|error| format!("{} (after {:.0} s): {error}", mistake.name, began.elapsed().as_secs_f64()))?;
    Ok(Found {
        mistake: mistake.name,
        seconds: report.seconds,
        violations: report.verdict.violations,
        found: report.verdict.violations > 0,
        example: report.verdict.examples.first().map(|example| serde_json::json!(example)),
    })
}
