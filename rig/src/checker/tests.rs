//! Planted bad histories, and small random ones beside a tester of another make.
use super::{Feed, Kind, Verdict};
use crate::history::{Effect, Event, Header, KeySpec, Mode, Nanos, Outcome, Read, Seen};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

const MS: Nanos = 1_000_000;

fn header(mode: Mode, slack: Nanos) -> Header {
    Header { version: 1, seed: 0, keys: vec![KeySpec { name: "key".to_owned(), mode, slack }] }
}

fn set(number: u64, at: Nanos) -> Event {
    Event::Invoke { key: 0, number, effect: Effect::Set, at }
}

fn remove(number: u64, at: Nanos) -> Event {
    Event::Invoke { key: 0, number, effect: Effect::Remove, at }
}

fn ended(number: u64, outcome: Outcome, at: Nanos) -> Event {
    Event::Return { key: 0, number, outcome, at }
}

fn acknowledged(number: u64, at: Nanos) -> Event {
    ended(number, Outcome::Acknowledged, at)
}

fn read_by(session: u32, from: Nanos, to: Nanos, seen: Seen) -> Event {
    Event::Read(Read { session, instance: 0, from, to, unverified: false, values: vec![(0, seen)] })
}

fn read(from: Nanos, to: Nanos, seen: Seen) -> Event {
    read_by(1, from, to, seen)
}

fn verdict(header: &Header, events: impl IntoIterator<Item = Event>) -> Verdict {
    let mut feed = Feed::new(header);
    for event in events {
        feed.push(event).unwrap();
    }
    feed.finish().unwrap()
}

fn kinds(mode: Mode, events: impl IntoIterator<Item = Event>) -> Vec<Kind> {
    verdict(&header(mode, 0), events).examples.iter().map(|violation| violation.kind).collect()
}

const BOTH: [Mode; 2] = [Mode::Strict, Mode::Bounded];

#[test]
fn a_read_beside_a_write_may_show_either() {
    for mode in BOTH {
        let old = [set(1, 10), read(11, 12, Seen::Number(0)), read(13, 14, Seen::Number(1)), acknowledged(1, 15)];
        assert_eq!(kinds(mode, old), []);
    }
}

#[test]
fn a_read_older_than_an_acknowledged_write_is_stale() {
    for mode in BOTH {
        let events = [set(1, 10), acknowledged(1, 20), set(2, 30), read(41, 50, Seen::Number(0)), acknowledged(2, 60)];
        let verdict = verdict(&header(mode, 0), events);
        let found = &verdict.examples[0];
        assert_eq!((found.kind, found.expected, found.stale_by), (Kind::Stale, Some(1), 21));
        assert_eq!((verdict.violations, verdict.reads, verdict.acknowledged), (1, 1, 2));
    }
}

#[test]
fn a_read_that_began_before_the_acknowledgement_is_not_stale() {
    assert_eq!(kinds(Mode::Strict, [set(1, 10), acknowledged(1, 20), read(20, 30, Seen::Number(0))]), []);
}

#[test]
fn deletes_and_inserts_are_values() {
    for mode in BOTH {
        let gone = [remove(1, 10), acknowledged(1, 20)];
        assert_eq!(kinds(mode, gone.clone().into_iter().chain([read(30, 40, Seen::Absent)])), []);
        assert_eq!(kinds(mode, gone.clone().into_iter().chain([read(30, 40, Seen::Number(0))])), [Kind::Stale]);
        assert_eq!(kinds(mode, gone.clone().into_iter().chain([read(30, 40, Seen::Number(1))])), [Kind::Unwritten]);
        let back = gone.into_iter().chain([set(2, 50), acknowledged(2, 60)]);
        assert_eq!(kinds(mode, back.clone().chain([read(70, 80, Seen::Absent)])), [Kind::Stale]);
        assert_eq!(kinds(mode, back.clone().chain([read(70, 80, Seen::Number(0))])), [Kind::Stale]);
        assert_eq!(kinds(mode, back.chain([read(70, 80, Seen::Number(2))])), []);
        assert_eq!(kinds(mode, [read(10, 20, Seen::Absent)]), [Kind::Unwritten]);
    }
}

#[test]
fn members_of_lists_are_there_or_not() {
    for mode in BOTH {
        let left = [remove(1, 10), acknowledged(1, 20)];
        assert_eq!(kinds(mode, left.clone().into_iter().chain([read(30, 40, Seen::Present)])), [Kind::Stale]);
        assert_eq!(kinds(mode, left.clone().into_iter().chain([read(30, 40, Seen::Absent)])), []);
        let joined = left.into_iter().chain([set(2, 50), acknowledged(2, 60)]);
        assert_eq!(kinds(mode, joined.clone().chain([read(70, 80, Seen::Absent)])), [Kind::Stale]);
        assert_eq!(kinds(mode, joined.chain([read(70, 80, Seen::Present)])), []);
    }
}

#[test]
fn a_failed_write_is_never_shown() {
    for mode in BOTH {
        let events = [set(1, 10), read(11, 20, Seen::Number(1)), ended(1, Outcome::Failed, 30)];
        assert_eq!(kinds(mode, events), [Kind::FailedWrite], "also where the failure is known only later");
        let events = [remove(1, 10), read(11, 20, Seen::Absent), ended(1, Outcome::Failed, 30)];
        assert_eq!(kinds(mode, events), [Kind::Unwritten]);
    }
}

#[test]
fn what_nobody_wrote_is_not_shown() {
    for mode in BOTH {
        assert_eq!(kinds(mode, [read(1, 2, Seen::Number(5))]), [Kind::Unwritten]);
        assert_eq!(kinds(mode, [read(1, 9, Seen::Number(1)), set(1, 9)]), [Kind::Unwritten], "before its invocation");
    }
}

#[test]
fn an_unknown_outcome_stays_maybe() {
    let events = |first, second| {
        let unknown = [set(1, 10), ended(1, Outcome::Unknown, 20)];
        unknown.into_iter().chain([read(30, 40, first), read(50, 60, second)])
    };
    for mode in BOTH {
        assert_eq!(kinds(mode, events(Seen::Number(0), Seen::Number(0))), []);
        assert_eq!(kinds(mode, events(Seen::Number(0), Seen::Number(1))), []);
        assert_eq!(kinds(mode, events(Seen::Number(1), Seen::Number(1))), []);
    }
    assert_eq!(kinds(Mode::Strict, events(Seen::Number(1), Seen::Number(0))), [Kind::SessionWentBack]);
    let never_ends = [set(1, 10), read(30, 40, Seen::Number(1))];
    assert_eq!(verdict(&header(Mode::Strict, 0), never_ends).unknown, 1);
}

#[test]
fn strict_never_goes_back() {
    let events = |session| {
        let shown = [set(1, 10), read_by(1, 11, 20, Seen::Number(1)), read_by(session, 21, 30, Seen::Number(0))];
        shown.into_iter().chain([acknowledged(1, 40)])
    };
    assert_eq!(kinds(Mode::Strict, events(1)), [Kind::SessionWentBack]);
    assert_eq!(kinds(Mode::Strict, events(2)), [Kind::NewThenOld]);
    let bounded = verdict(&header(Mode::Bounded, 0), events(1));
    assert_eq!((bounded.violations, bounded.inversions, bounded.inversions_in_session), (0, 1, 1));
    let together =
        [set(1, 10), read(11, 20, Seen::Number(1)), read_by(2, 19, 30, Seen::Number(0)), acknowledged(1, 40)];
    assert_eq!(kinds(Mode::Strict, together), [], "reads that overlap may differ");
}

#[test]
fn absence_is_given_the_oldest_write_that_it_fits() {
    // 1 removes, 2 sets, 3 removes: the first absence may be 1, so 2 may follow it.
    let writes = || [remove(1, 10), set(2, 11), remove(3, 12)];
    let ends = || [acknowledged(1, 90), acknowledged(2, 91), acknowledged(3, 92)];
    let reads = |seen: [Seen; 3]| {
        let reads = seen.into_iter().zip([20, 30, 40]).map(|(seen, at)| read(at, at + 5, seen));
        writes().into_iter().chain(reads).chain(ends()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(Mode::Strict, reads([Seen::Absent, Seen::Number(2), Seen::Absent])), []);
    assert_eq!(kinds(Mode::Strict, reads([Seen::Number(2), Seen::Absent, Seen::Number(2)])), [Kind::SessionWentBack]);
}

#[test]
fn writers_that_do_not_wait_have_their_slack() {
    let header = header(Mode::Bounded, 50 * MS);
    let events = |from| [set(1, MS), acknowledged(1, 2 * MS), read(from, from + MS, Seen::Number(0))];
    let within = verdict(&header, events(52 * MS));
    assert_eq!((within.violations, within.without_waiting.max_ms), (0, 50.0));
    assert_eq!(verdict(&header, events(52 * MS + 1)).violations, 1);
}

#[test]
fn what_says_that_it_is_unverified_is_counted_and_not_judged() {
    let stale =
        Read { session: 1, instance: 0, from: 30, to: 40, unverified: true, values: vec![(0, Seen::Number(0))] };
    let verdict = verdict(&header(Mode::Strict, 0), [set(1, 10), acknowledged(1, 20), Event::Read(stale)]);
    assert_eq!((verdict.violations, verdict.unverified, verdict.unverified_stale), (0, 1, 1));
}

#[test]
fn a_history_that_cannot_be_is_refused() {
    let refused = |events: Vec<Event>| {
        let header = header(Mode::Strict, 0);
        let mut feed = Feed::new(&header);
        events.into_iter().try_for_each(|event| feed.push(event)).unwrap_err()
    };
    assert!(refused(vec![set(2, 10), set(1, 11)]).contains("not higher"));
    assert!(refused(vec![acknowledged(1, 10)]).contains("not invoked"));
    assert!(refused(vec![set(1, 10), acknowledged(1, 11), acknowledged(1, 12)]).contains("ended twice"));
    assert!(refused(vec![set(1, 10), read(5, 9, Seen::Number(0))]).contains("before the one in front"));
    let elsewhere =
        Read { session: 1, instance: 0, from: 1, to: 2, unverified: false, values: vec![(9, Seen::Absent)] };
    assert!(refused(vec![Event::Read(elsewhere)]).contains("no key 9"));
}

/// The shop's register: a write counts only when its number is higher than what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Shelf {
    number: u64,
    gone: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Op {
    Write(u64, Effect),
    Read,
}

#[derive(Clone, Debug, PartialEq)]
enum Ret {
    Applied,
    Overtaken,
    Value(Seen),
}

impl SequentialSpec for Shelf {
    type Op = Op;
    type Ret = Ret;

    fn invoke(&mut self, op: &Op) -> Ret {
        match op {
            Op::Write(number, _) if *number < self.number => Ret::Overtaken,
            Op::Write(number, effect) => {
                (self.number, self.gone) = (*number, *effect == Effect::Remove);
                Ret::Applied
            }
            Op::Read => Ret::Value(if self.gone { Seen::Absent } else { Seen::Number(self.number) }),
        }
    }
}

/// A random history of one key, with a few clients that each do one thing at a time.
fn random(random: &mut fastrand::Rng) -> Vec<Event> {
    let mut events = Vec::new();
    let (mut clock, mut number) = (10, 0);
    let mut busy: [Option<Event>; 3] = [None, None, None];
    for _ in 0..random.usize(4..16) {
        clock += 10;
        let client = random.usize(..busy.len());
        match busy[client].take() {
            None if random.u8(..5) < 2 => {
                number += 1;
                let event = if random.bool() { set(number, clock) } else { remove(number, clock) };
                events.push(event.clone());
                busy[client] = Some(event);
            }
            None => busy[client] = Some(read_by(u32::try_from(client).unwrap(), clock, 0, Seen::Absent)),
            Some(Event::Invoke { number, .. }) => {
                let outcome = match random.u8(..8) {
                    0 => Outcome::Failed,
                    1 => Outcome::Unknown,
                    _ => Outcome::Acknowledged,
                };
                events.push(ended(number, outcome, clock));
            }
            Some(Event::Read(mut read)) => {
                read.to = clock;
                let near = number.saturating_sub(random.u64(..2));
                read.values = vec![(0, if random.u8(..3) == 0 { Seen::Absent } else { Seen::Number(near) })];
                events.push(Event::Read(read));
            }
            Some(_) => unreachable!(),
        }
    }
    events
}

/// The same history for the tester, as invocations and returns in the order of time; `only`: leaves other reads out.
fn is_linearizable(events: &[Event], only: Option<usize>) -> bool {
    let failed = |wanted: u64| {
        let fails = |event: &Event| matches!(event, Event::Return { number, outcome: Outcome::Failed, .. } if *number == wanted);
        events.iter().any(fails)
    };
    let mut steps: Vec<(Nanos, u64, Result<Op, Ret>)> = Vec::new();
    for (position, event) in events.iter().enumerate() {
        match event {
            Event::Invoke { number, effect, at, .. } if !failed(*number) => {
                steps.push((*at, *number, Ok(Op::Write(*number, *effect))));
            }
            Event::Return { number, outcome: Outcome::Acknowledged, at, .. } => {
                steps.push((*at, *number, Err(Ret::Applied)));
            }
            Event::Read(read) if only.is_none_or(|only| only == position) => {
                let thread = 1000 + u64::try_from(position).unwrap();
                steps.push((read.from, thread, Ok(Op::Read)));
                steps.push((read.to, thread, Err(Ret::Value(read.values[0].1))));
            }
            _ => {}
        }
    }
    steps.sort_by_key(|(at, ..)| *at);
    let mut tester = LinearizabilityTester::new(Shelf::default());
    for (_, thread, step) in steps {
        match step {
            Ok(op) => tester.on_invoke(thread, op).unwrap(),
            Err(ret) => tester.on_return(thread, ret).unwrap(),
        };
    }
    tester.is_consistent()
}

#[test]
fn small_histories_are_judged_as_the_linearizability_tester_does() {
    let mut rng = fastrand::Rng::with_seed(4);
    let (mut good, mut bad) = (0, 0);
    for round in 0..6000 {
        let events = random(&mut rng);
        let expected = is_linearizable(&events, None);
        let found = verdict(&header(Mode::Strict, 0), events.clone());
        assert_eq!(found.violations == 0, expected, "round {round}: {events:#?}\n{:#?}", found.examples);
        if expected { good += 1 } else { bad += 1 }
    }
    assert!(good > 600 && bad > 600, "both kinds must occur: {good} good, {bad} bad");
}

#[test]
fn regular_is_each_read_linearizable_beside_all_writes() {
    let mut rng = fastrand::Rng::with_seed(5);
    let (mut good, mut bad) = (0, 0);
    for round in 0..3000 {
        let events = random(&mut rng);
        let reads = events.iter().enumerate().filter(|(_, event)| matches!(event, Event::Read(_)));
        let expected = reads.filter(|(position, _)| !is_linearizable(&events, Some(*position))).count();
        let found = verdict(&header(Mode::Bounded, 0), events.clone());
        assert_eq!(found.violations, u64::try_from(expected).unwrap(), "round {round}: {events:#?}");
        if expected == 0 { good += 1 } else { bad += 1 }
    }
    assert!(good > 300 && bad > 300, "both kinds must occur: {good} good, {bad} bad");
}
