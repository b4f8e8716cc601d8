//! Takes events from the driver's thread, keeps them in a file, and has them checked on a thread of its own.
use super::{Event, Header, Nanos, write};
use crate::{
    Failure,
    checker::{Feed, Verdict},
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

/// How many events travel together: waking the checker for each costs more than checking it.
const BATCH: usize = 64;

/// Writes down what happens. One per driver: events are in the order of their calls.
pub(crate) struct Recorder {
    began: Instant,
    batch: Vec<Event>,
    events: Sender<Vec<Event>>,
}

/// The thread behind a recorder.
pub(crate) struct Recording {
    checker: JoinHandle<Result<Verdict, String>>,
    violations: Arc<AtomicU64>,
}

/// Begins. `file`: where the history is kept.
pub(crate) fn start(header: Header, began: Instant, file: Option<&Path>) -> Result<(Recorder, Recording), Failure> {
    let mut file = match file {
        Some(path) => Some(BufWriter::new(File::create(path).map_err(|error| format!("{}: {error}", path.display()))?)),
        None => None,
    };
    if let Some(file) = &mut file {
        serde_json::to_writer(&mut *file, &header)?;
        writeln!(file)?;
    }
    let violations = Arc::new(AtomicU64::new(0));
    let (sender, receiver) = channel();
    let checker = {
        let violations = Arc::clone(&violations);
        thread::Builder::new().name("checker".to_owned()).spawn(move || check(&header, file, &receiver, &violations))?
    };
    Ok((Recorder { began, batch: Vec::with_capacity(BATCH), events: sender }, Recording { checker, violations }))
}

fn check(
    header: &Header,
    mut file: Option<BufWriter<File>>,
    events: &Receiver<Vec<Event>>,
    violations: &AtomicU64,
) -> Result<Verdict, String> {
    let mut feed = Feed::new(header);
    for event in events.iter().flatten() {
        if let Some(file) = &mut file {
            write(&event, file).map_err(|error| format!("the history cannot be written: {error}"))?;
        }
        feed.push(event)?;
        violations.store(feed.violations(), Ordering::Relaxed);
    }
    if let Some(file) = &mut file {
        file.flush().map_err(|error| format!("the history cannot be written: {error}"))?;
    }
    feed.finish()
}

impl Recorder {
    /// Now, on the clock of the history.
    pub(crate) fn now(&self) -> Nanos {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Notes an event.
    pub(crate) fn note(&mut self, event: Event) {
        self.batch.push(event);
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        // The thread ends early only with an error, which the end of the run reports.
        let _ = self.events.send(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH)));
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Recording {
    /// Violations found so far.
    pub(crate) fn violations(&self) -> u64 {
        self.violations.load(Ordering::Relaxed)
    }

    /// What the checker says once its recorder is dropped.
    pub(crate) fn finish(self) -> Result<Verdict, Failure> {
        match self.checker.join() {
            Ok(verdict) => Ok(verdict?),
            Err(_) => Err("the checker panicked".into()),
        }
    }
}
