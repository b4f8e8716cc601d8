//! The promise: no read is older than a write that was acknowledged before it began.
use crate::simulation::simulate;
use tradewind_cache::Mistake;

const SEEDS: u64 = 150;

#[test]
fn no_read_is_older_than_an_acknowledged_write() {
    let mut reads = 0;
    for seed in 0..SEEDS {
        let seen = simulate(seed, None);
        assert_eq!(seen.stale, None, "seed {seed}");
        reads += seen.reads;
    }
    println!("{reads} reads in {SEEDS} interleavings");
    assert!(reads > 50_000, "only {reads} reads got an answer");
}

#[test]
fn each_planted_mistake_is_caught() {
    let mut escaped = Vec::new();
    for mistake in Mistake::ALL {
        let caught = (0..SEEDS).find_map(|seed| Some((seed, simulate(seed, Some(mistake)).stale?)));
        match caught {
            Some((seed, stale)) => println!("{}: seed {seed}: {stale}", mistake.name()),
            None => escaped.push(mistake.name()),
        }
    }
    assert!(escaped.is_empty(), "not caught in {SEEDS} interleavings: {escaped:?}");
}
