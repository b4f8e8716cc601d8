//! Redis goes away and comes back, under load: nobody gets an error, and nobody waits for long.
use super::{Check, Drill, Figure, watch::Counter};
use crate::{
    Failure,
    cluster::Layout,
    load::Load,
    report::Report,
    stage::{Progress, Stage},
};
use std::time::{Duration, Instant};

/// Load until the tiers are filled.
const WARM_UP: Duration = Duration::from_secs(4);
/// Load before it goes.
const CALM: Duration = Duration::from_secs(4);
/// How long it is away.
const GONE: Duration = Duration::from_secs(3);
/// Load after it was used again.
const AFTER: Duration = Duration::from_secs(1);
/// A breaker that has not opened by then does not.
const OPEN_PATIENCE: Duration = Duration::from_secs(3);
/// The same for what is read from it again: longer than a breaker stays open.
const HIT_PATIENCE: Duration = Duration::from_secs(25);
/// Calls that were under way when the breaker opened end within that time.
const UNDER_WAY: Duration = Duration::from_millis(60);

const OPENED: Counter = Counter { name: "breaker_transitions_total", with: &["dep=\"redis\"", "to=\"open\""] };
const HITS: Counter = Counter { name: "cache_requests_total", with: &["layer=\"l2\"", "outcome=\"hit\""] };

const BEFORE: &str = "redis there";
const DETECTING: &str = "redis gone, breaker closed";
const GONE_OPEN: &str = "redis gone, breaker open";
const BACK: &str = "redis back";

#[derive(Debug, Default)]
struct Measured {
    opened: Vec<Option<f64>>,
    hit: Vec<Option<f64>>,
}

/// Runs it; Redis is stopped in every other round, and killed in the others.
pub(crate) async fn run(layout: Layout, load: Load, rounds: usize, progress: &Progress) -> Result<Drill, Failure> {
    let mut stage = Stage::set(layout, load, None, progress).await?;
    let mut measured = Measured::default();
    let mut failed = None;
    tokio::time::sleep(WARM_UP).await;
    for number in 0..rounds {
        progress.say(format!("round {} of {rounds}", number + 1));
        if let Err(error) = round(&mut stage, number % 2 == 0, &mut measured).await {
            failed = Some(error);
            break;
        }
    }
    let report = stage.strike().await?;
    match failed {
        Some(error) => Err(error),
        None => Ok(judge(rounds, &measured, report)),
    }
}

async fn round(stage: &mut Stage, stop: bool, measured: &mut Measured) -> Result<(), Failure> {
    let ports: Vec<u16> = stage.cluster.instances.iter().map(|instance| instance.metrics()).collect();
    let control = &stage.running.control;
    let redis = &mut stage.cluster.redis;
    control.phase(BEFORE);
    tokio::time::sleep(CALM).await;
    let before = OPENED.read(&ports).await;
    control.phase(DETECTING);
    let gone = Instant::now();
    if stop {
        redis.process.pause(true);
    } else {
        redis.process.kill().await;
    }
    measured.opened.extend(OPENED.risen(&ports, &before, gone, OPEN_PATIENCE).await);
    tokio::time::sleep(UNDER_WAY).await;
    control.phase(GONE_OPEN);
    tokio::time::sleep(GONE.saturating_sub(gone.elapsed())).await;
    let before = HITS.read(&ports).await;
    if stop {
        redis.process.pause(false);
    } else {
        redis.forget()?;
        redis.start().await?;
    }
    control.phase(BACK);
    measured.hit.extend(HITS.risen(&ports, &before, Instant::now(), HIT_PATIENCE).await);
    tokio::time::sleep(AFTER).await;
    Ok(())
}

fn judge(rounds: usize, measured: &Measured, report: Report) -> Drill {
    let seen = |all: &[Option<f64>]| {
        let count = all.iter().flatten().count();
        (count == all.len(), format!("{count} of {} times", all.len()))
    };
    let (opened, opened_seen) = seen(&measured.opened);
    let (hit, hit_seen) = seen(&measured.hit);
    let errors = report.read_errors + report.write_errors;
    let error = report.phases.values().flat_map(|phase| &phase.examples).next().cloned().unwrap_or_default();
    let checks = vec![
        Check::new("no answer is an error", errors == 0, format!("{errors} errors {error}")),
        Check::new(
            "no read is older than an acknowledged write",
            report.verdict.violations == 0,
            format!("{} violations in {} reads", report.verdict.violations, report.verdict.reads),
        ),
        Check::new("each instance's breaker opens", opened, opened_seen),
        Check::new("each instance reads from Redis again", hit, hit_seen),
    ];
    let p99 = |phase: &str| report.phases.get(phase).map_or(0.0, |phase| phase.read_ms.p99);
    let added = |phase: &str| vec![p99(phase) - p99(BEFORE)];
    let times = |all: &[Option<f64>]| all.iter().flatten().copied().collect::<Vec<_>>();
    let figures = [
        Figure::of("from its end to an open breaker", Some(300.0), times(&measured.opened)),
        Figure::of("added to the p99 of a read until then", Some(40.0), added(DETECTING)),
        Figure::of("added to the p99 of a read afterwards", None, added(GONE_OPEN)),
        Figure::of("from its return to the first value read from it", Some(2000.0), times(&measured.hit)),
    ];
    Drill { rounds, checks, figures: figures.into_iter().flatten().collect(), report }
}
