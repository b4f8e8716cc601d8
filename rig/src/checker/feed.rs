//! Takes a history event by event. A read is judged when all writes that were invoked before its end have ended: until
//! then one of them may still turn out to have failed.
use super::{
    register::{Register, Wrong},
    verdict::{Kind, Staleness, Verdict, Violation},
};
use crate::history::{Event, Header, KeyIndex, KeySpec, Nanos, Outcome, Read};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// The checker at work.
pub(crate) struct Feed {
    names: Vec<KeySpec>,
    registers: Vec<Register>,
    /// Reads and phases that wait, by their place in the history.
    waiting: VecDeque<(u64, Event)>,
    /// Places of writes that have not ended.
    open: BTreeSet<u64>,
    places: HashMap<(KeyIndex, u64), u64>,
    place: u64,
    clock: Nanos,
    phase: String,
    verdict: Verdict,
}

impl Feed {
    pub(crate) fn new(header: &Header) -> Self {
        Self {
            registers: header.keys.iter().map(Register::new).collect(),
            names: header.keys.clone(),
            waiting: VecDeque::new(),
            open: BTreeSet::new(),
            places: HashMap::new(),
            place: 0,
            clock: 0,
            phase: "calm".to_owned(),
            verdict: Verdict::default(),
        }
    }

    /// Violations found so far.
    pub(crate) fn violations(&self) -> u64 {
        self.verdict.violations
    }

    /// The next event. An error is a history that nobody can have recorded.
    pub(crate) fn push(&mut self, event: Event) -> Result<(), String> {
        self.place += 1;
        let time = match &event {
            Event::Invoke { at, .. } | Event::Return { at, .. } | Event::Phase { at, .. } => *at,
            Event::Read(read) => read.to,
        };
        if time < self.clock {
            return Err(format!("event {} happened before the one in front of it: {event:?}", self.place));
        }
        self.clock = time;
        match event {
            Event::Invoke { key, number, effect, at } => {
                self.register(key)?.invoke(number, effect, at)?;
                self.open.insert(self.place);
                self.places.insert((key, number), self.place);
            }
            Event::Return { key, number, outcome, at } => {
                self.register(key)?.finish(number, outcome, at)?;
                self.verdict.count(outcome);
                if let Some(place) = self.places.remove(&(key, number)) {
                    self.open.remove(&place);
                }
            }
            event => self.waiting.push_back((self.place, event)),
        }
        self.judge_until(self.open.first().copied().unwrap_or(u64::MAX))
    }

    /// The verdict; writes that have not ended are unknown.
    pub(crate) fn finish(mut self) -> Result<Verdict, String> {
        let end = self.clock;
        for (key, number) in std::mem::take(&mut self.places).into_keys() {
            self.register(key)?.finish(number, Outcome::Unknown, end)?;
            self.verdict.count(Outcome::Unknown);
        }
        self.judge_until(u64::MAX)?;
        let slack = self.registers.iter().filter(|register| register.slack() > 0);
        self.verdict.without_waiting = Staleness::of(slack.flat_map(Register::last_old).collect());
        let waited = self.registers.iter().filter(|register| register.slack() == 0);
        self.verdict.with_waiting = Staleness::of(waited.flat_map(Register::last_old).collect());
        Ok(self.verdict)
    }

    fn register(&mut self, key: KeyIndex) -> Result<&mut Register, String> {
        let index = usize::try_from(key).map_err(|error| error.to_string())?;
        self.registers.get_mut(index).ok_or_else(|| format!("the header names no key {key}"))
    }

    fn judge_until(&mut self, place: u64) -> Result<(), String> {
        while self.waiting.front().is_some_and(|(at, _)| *at < place) {
            match self.waiting.pop_front() {
                Some((_, Event::Read(read))) => self.judge(&read)?,
                Some((_, Event::Phase { name, .. })) => self.phase = name,
                _ => {}
            }
        }
        Ok(())
    }

    fn judge(&mut self, read: &Read) -> Result<(), String> {
        self.verdict.requests += 1;
        let (mut unverified, mut violations) = (0, 0);
        for (key, seen) in &read.values {
            let register = self.register(*key)?;
            if read.unverified {
                let age = register.age(read.from, read.to, *seen);
                unverified += 1;
                self.verdict.note_unverified(age);
                continue;
            }
            match register.read(read.session, read.from, read.to, *seen) {
                Ok(right) => self.verdict.note_inversion(right),
                Err(wrong) => {
                    violations += 1;
                    let violation = self.violation(read, *key, *seen, wrong);
                    self.verdict.note_violation(violation);
                }
            }
        }
        let values = u64::try_from(read.values.len()).unwrap_or(u64::MAX);
        self.verdict.note_values(&self.phase, values, unverified, violations);
        Ok(())
    }

    fn violation(&self, read: &Read, key: KeyIndex, seen: crate::history::Seen, wrong: Wrong) -> Violation {
        let (kind, stale_by, expected) = match wrong {
            Wrong::Stale { floor, by } => (Kind::Stale, by, Some(floor)),
            Wrong::NewThenOld { shown, in_session: true } => (Kind::SessionWentBack, 0, Some(shown)),
            Wrong::NewThenOld { shown, in_session: false } => (Kind::NewThenOld, 0, Some(shown)),
            Wrong::Failed => (Kind::FailedWrite, 0, None),
            Wrong::Unwritten => (Kind::Unwritten, 0, None),
        };
        let name = usize::try_from(key).ok().and_then(|index| self.names.get(index));
        Violation {
            kind,
            key: name.map_or_else(String::new, |spec| spec.name.clone()),
            phase: self.phase.clone(),
            session: read.session,
            instance: read.instance,
            from: read.from,
            to: read.to,
            seen: format!("{seen:?}"),
            expected,
            stale_by,
        }
    }
}
