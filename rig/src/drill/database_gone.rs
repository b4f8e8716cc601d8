//! Primary and replicas go away and come back, while shoppers read: the catalog is served and says that it could not be
//! proven, stock and what is private are refused in clear words.
use super::{
    Check, Drill, Figure,
    probe::{Asked, Probe, Said},
    watch::Counter,
};
use crate::{
    Failure,
    cluster::{Cluster, Layout},
    load::{Load, Sweep},
    proxy::Edge,
    report::Report,
    stage::{Progress, Stage},
};
use std::time::{Duration, Instant};

/// Load until the tiers are filled.
const WARM_UP: Duration = Duration::from_secs(4);
/// Load before it goes, and after it came back.
const CALM: Duration = Duration::from_secs(3);
/// Writers rest so long before: what they changed last is read again, or it would be missing, not stale.
const REST: Duration = Duration::from_secs(1);
/// How long an instance may take to notice: three failed polls and the pauses between them.
const NOTICE: Duration = Duration::from_secs(2);
/// How long it is away from then on; where it is only silent, statements must first take too long (`cluster::environment`).
const GONE: Duration = Duration::from_secs(3);
const SILENT: Duration = Duration::from_secs(8);
/// What is not well again by then is not.
const PATIENCE: Duration = Duration::from_secs(30);

const UNVERIFIED: Counter = Counter { name: "cache_requests_total", with: &["outcome=\"unverified\""] };

const BEFORE: &str = "database there";
const NOTICING: &str = "database gone, noticing";
const AWAY: &str = "database gone";
const BACK: &str = "database back";

/// How it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// All servers end at once: connections are refused.
    Crash,
    /// Nothing passes any more: nothing is refused either.
    Silence,
}

#[derive(Debug, Default)]
struct Measured {
    /// Stock: values and other things that were said while it was away, and times of the refusals.
    stock_wrong: Vec<String>,
    refused: [Vec<f64>; 2],
    profile_wrong: Vec<String>,
    profiles_refused: usize,
    /// Unverified keys that the instances counted.
    counted: f64,
    stock_back: Vec<Option<f64>>,
    profile_back: Vec<Option<f64>>,
}

/// Runs it; every other round the servers crash, and cannot be heard in the others.
pub(crate) async fn run(layout: Layout, load: Load, rounds: usize, progress: &Progress) -> Result<Drill, Failure> {
    let sweep = Sweep::new(load.seed, load.batch);
    let mut stage = Stage::set(layout, load, None, progress).await?;
    let mut measured = Measured::default();
    let mut failed = None;
    tokio::time::sleep(WARM_UP).await;
    for number in 0..rounds {
        progress.say(format!("round {} of {rounds}", number + 1));
        let way = if number % 2 == 0 { Way::Crash } else { Way::Silence };
        if let Err(error) = round(&mut stage, way, &sweep, &mut measured).await {
            failed = Some(error);
            break;
        }
    }
    let report = stage.strike().await?;
    match failed {
        Some(error) => Err(error),
        None => Ok(judge(rounds, measured, report)),
    }
}

async fn round(stage: &mut Stage, way: Way, sweep: &Sweep, measured: &mut Measured) -> Result<(), Failure> {
    let cluster = &mut stage.cluster;
    let control = &stage.running.control;
    let addresses: Vec<_> = cluster.edges.iter().map(|edges| edges.client.address()).collect();
    let ports: Vec<u16> = cluster.instances.iter().map(|instance| instance.metrics()).collect();
    let stock: Vec<_> = addresses.iter().map(|at| Probe::start(*at, sweep.stock(), read_stock)).collect();
    let profile: Vec<_> = addresses.iter().map(|at| Probe::start(*at, sweep.profile(), read_profile)).collect();
    control.phase(BEFORE);
    tokio::time::sleep(CALM).await;
    control.rest(true);
    tokio::time::sleep(REST).await;
    sweep.run(&addresses).await?;
    let before = UNVERIFIED.read(&ports).await;
    control.phase(NOTICING);
    go(cluster, way).await;
    let gone = Instant::now();
    tokio::time::sleep(NOTICE).await;
    control.phase(AWAY);
    tokio::time::sleep(if way == Way::Crash { GONE } else { SILENT }).await;
    let asked = |probes: &[Probe]| probes.iter().flat_map(|probe| probe.since(gone)).collect::<Vec<_>>();
    measured.note(way, asked(&stock), asked(&profile));
    measured.counted += UNVERIFIED.read(&ports).await.iter().sum::<f64>() - before.iter().sum::<f64>();
    come_back(cluster, way).await?;
    control.phase(BACK);
    control.rest(false);
    let back = Instant::now();
    measured.stock_back.extend(values(&stock, back).await);
    measured.profile_back.extend(values(&profile, back).await);
    tokio::time::sleep(CALM).await;
    cluster.replicas_follow(PATIENCE).await
}

async fn go(cluster: &mut Cluster, way: Way) {
    match way {
        Way::Crash => {
            for node in &mut cluster.nodes {
                node.stop(true).await;
            }
        }
        Way::Silence => {
            for edges in &cluster.edges {
                edges.databases().for_each(Edge::blackhole);
            }
        }
    }
}

async fn come_back(cluster: &mut Cluster, way: Way) -> Result<(), Failure> {
    match way {
        Way::Crash => {
            let primary = cluster.primary;
            cluster.nodes[primary].start().await?;
            for replica in cluster.replicas {
                cluster.nodes[replica].start().await?;
            }
        }
        Way::Silence => {
            for edges in &cluster.edges {
                edges.databases().for_each(Edge::heal);
            }
        }
    }
    Ok(())
}

/// Milliseconds from `back` to each probe's first value.
async fn values(probes: &[Probe], back: Instant) -> Vec<Option<f64>> {
    loop {
        let first = |probe: &Probe| probe.since(back).into_iter().find(|asked| asked.said == Said::Value);
        let firsts: Vec<_> = probes.iter().map(first).collect();
        if firsts.iter().all(Option::is_some) || back.elapsed() > PATIENCE {
            return firsts.into_iter().map(|first| Some(ms(first?.to - back))).collect();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Measured {
    fn note(&mut self, way: Way, stock: Vec<Asked>, profile: Vec<Asked>) {
        for Asked { from, to, said } in stock {
            match said {
                Said::Unavailable => self.refused[usize::from(way == Way::Silence)].push(ms(to - from)),
                Said::Value => self.stock_wrong.push("a value".to_owned()),
                Said::Other(said) => self.stock_wrong.push(said),
            }
        }
        for Asked { said, .. } in profile {
            match said {
                Said::Unavailable => self.profiles_refused += 1,
                Said::Value => self.profile_wrong.push("a value".to_owned()),
                Said::Other(said) => self.profile_wrong.push(said),
            }
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn read_stock(status: u16, body: &str) -> Said {
    match status {
        200 if body.contains(r#""stockLevels":[{"available":"#) && !body.contains("errors") => Said::Value,
        200 | 503 if body.contains(r#""code":"UNAVAILABLE""#) && !body.contains("available\":") => Said::Unavailable,
        _ => Said::Other(format!("{status} {body}")),
    }
}

fn read_profile(status: u16, body: &str) -> Said {
    match status {
        200 if !body.contains("unverified") => Said::Value,
        503 => Said::Unavailable,
        _ => Said::Other(format!("{status} {body}")),
    }
}

fn judge(rounds: usize, measured: Measured, report: Report) -> Drill {
    let Measured { stock_wrong, refused, profile_wrong, profiles_refused, counted, stock_back, profile_back } =
        measured;
    let away = || [NOTICING, AWAY].into_iter().filter_map(|name| report.phases.get(name));
    let errors: u64 = away().map(|phase| phase.read_errors).sum();
    let error = away().flat_map(|phase| &phase.examples).next().cloned().unwrap_or_default();
    let noticed = report.phases.get(AWAY).cloned().unwrap_or_default();
    let refusals = refused.iter().map(Vec::len).sum::<usize>();
    let said = |wrong: &[String], refused: usize| {
        let first = wrong.first().cloned().unwrap_or_default();
        (wrong.is_empty() && refused > 0, format!("{refused} refusals, {} other answers {first}", wrong.len()))
    };
    let (stock, stock_seen) = said(&stock_wrong, refusals);
    let (profile, profile_seen) = said(&profile_wrong, profiles_refused);
    let all_back = stock_back.iter().chain(&profile_back).all(Option::is_some);
    let checks = vec![
        Check::new("the catalog is served", errors == 0 && noticed.reads > 0, format!("{errors} errors {error}")),
        Check::new(
            "each of its answers says that it is unverified",
            noticed.unverified == noticed.reads,
            format!("{} of {} values", noticed.unverified, noticed.reads),
        ),
        Check::new("the instances count them", counted > 0.0, format!("{counted:.0} keys")),
        Check::new("stock is refused with UNAVAILABLE", stock, stock_seen),
        Check::new("what is private is refused", profile, profile_seen),
        Check::new(
            "no read is older than an acknowledged write",
            report.verdict.violations == 0,
            format!("{} violations in {} reads", report.verdict.violations, report.verdict.reads),
        ),
        Check::new("all is well again afterwards", all_back, format!("within {PATIENCE:?}")),
    ];
    let back = report.phases.get(BACK).cloned().unwrap_or_default();
    let p99 = |name: &str| report.phases.get(name).map_or(0.0, |phase| phase.read_ms.p99);
    let times = |all: Vec<Option<f64>>| all.into_iter().flatten().collect::<Vec<_>>();
    let [crash, silence] = refused;
    let figures = [
        Figure::of("p99 of a catalog read before", None, vec![p99(BEFORE)]),
        Figure::of("p99 of a catalog read while it is noticed", None, vec![p99(NOTICING)]),
        Figure::of("p99 of a catalog read afterwards", None, vec![p99(AWAY)]),
        Figure::of("a refusal of stock, the servers have ended", None, crash),
        Figure::of("a refusal of stock, nothing passes", None, silence),
        Figure::of("from its return to the last instance's first proven answer", None, vec![back.first_proven_ms]),
        Figure::of("from its return to an instance's first stock", None, times(stock_back)),
        Figure::of("from its return to an instance's first private value", None, times(profile_back)),
        Figure::of("from its return to the first acknowledged write", None, vec![back.first_write_ms]),
    ];
    Drill { rounds, checks, figures: figures.into_iter().flatten().collect(), report }
}
