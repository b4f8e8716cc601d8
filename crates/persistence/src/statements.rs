//! Who asked for which statement: a count and a list per request, kept in a task-local so that no statement escapes it.
use std::{
    cell::RefCell,
    future::Future,
    time::{Duration, Instant},
};

/// One statement that a request made.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it reads, such as `variants by product`.
    pub name: &'static str,
    /// Rows that came back.
    pub rows: usize,
    /// From the start of the request, microseconds.
    pub start_micros: u64,
    /// Until the last row was there, microseconds.
    pub micros: u64,
}

/// What a request did to the database.
#[derive(Debug, Default)]
pub struct Statements {
    /// How many statements, also those that failed.
    pub count: usize,
    /// Each of them, when asked for.
    pub list: Vec<Statement>,
}

struct Recorder {
    started: Instant,
    detailed: bool,
    statements: RefCell<Statements>,
}

tokio::task_local! {
    static RECORDER: Recorder;
}

/// Runs `future` and counts its statements; `detailed` also lists them.
pub async fn record<F: Future>(detailed: bool, future: F) -> (F::Output, Statements) {
    let recorder = Recorder { started: Instant::now(), detailed, statements: RefCell::default() };
    RECORDER
        .scope(recorder, async move {
            let output = future.await;
            (output, RECORDER.with(|recorder| recorder.statements.take()))
        })
        .await
}

/// How many statements the current request has made; 0 outside of [`record`].
pub fn count() -> usize {
    RECORDER.try_with(|recorder| recorder.statements.borrow().count).unwrap_or(0)
}

/// Notes a statement that began at `began`.
pub(crate) fn note(name: &'static str, rows: usize, began: Instant, elapsed: Duration) {
    // Outside of a request (a command, a health check) nobody counts.
    let _ = RECORDER.try_with(|recorder| {
        let mut statements = recorder.statements.borrow_mut();
        statements.count += 1;
        if recorder.detailed {
            let micros = |d: Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
            let start_micros = micros(began.saturating_duration_since(recorder.started));
            statements.list.push(Statement { name, rows, start_micros, micros: micros(elapsed) });
        }
    });
}
