//! Writes the log's lines from a thread of its own.
//!
//! Whoever logs appends to a buffer and goes on: nobody waits for the reader of the log. `tracing_appender::non_blocking`
//! does that as well, but allocates each line and wakes its thread for it, 40,000 times a second under load. This thread
//! is woken for the first line after a silence; what comes after it is written together, `PAUSE` later.
use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tracing_subscriber::fmt::MakeWriter;

/// For how long lines gather before they are written.
const PAUSE: Duration = Duration::from_millis(10);
/// Bytes that may wait while nobody reads the log; further lines are dropped, and counted.
const MOST_PENDING: usize = 16 << 20;
/// Bytes that a buffer keeps for the next lines.
const KEPT: usize = 1 << 20;

/// Where lines are put down, each with one call.
#[derive(Clone)]
pub(crate) struct LogWriter(Arc<Shared>);

/// Writes what is pending when it is dropped, and ends the thread.
pub(crate) struct LogGuard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    pending: Mutex<Pending>,
    changed: Condvar,
}

#[derive(Default)]
struct Pending {
    lines: Vec<u8>,
    /// Lines that found no room.
    dropped: u64,
    /// The thread waits for a line.
    asleep: bool,
    closing: bool,
}

/// Starts the thread that writes to `out`.
pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(LogWriter, LogGuard)> {
    let shared = Arc::new(Shared { pending: Mutex::default(), changed: Condvar::new() });
    let theirs = Arc::clone(&shared);
    let thread = std::thread::Builder::new().name("log".into()).spawn(move || theirs.write(out))?;
    Ok((LogWriter(Arc::clone(&shared)), LogGuard { shared, thread: Some(thread) }))
}

impl Shared {
    /// Each change is whole, so a thread that panicked in between left nothing half done.
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &[u8]) {
        let mut pending = self.lock();
        if pending.lines.len() + line.len() > MOST_PENDING {
            pending.dropped += 1;
            return;
        }
        pending.lines.extend_from_slice(line);
        if std::mem::take(&mut pending.asleep) {
            drop(pending);
            self.changed.notify_all();
        }
    }

    fn write(&self, mut out: impl Write) {
        let mut lines = Vec::new();
        while let Some(dropped) = self.take(&mut lines) {
            // Nobody is left to tell that the log cannot be written.
            let _ = out.write_all(&lines).and_then(|()| out.flush());
            if lines.capacity() > KEPT {
                lines = Vec::new();
            }
            if dropped > 0 {
                tracing::warn!(dropped, "lines of the log were dropped: whoever reads it is too slow");
            }
            let pending = self.lock();
            let _ = self.changed.wait_timeout_while(pending, PAUSE, |pending| !pending.closing);
        }
    }

    /// Waits for lines, and puts them into `lines`; says how many were dropped before. `None`: there will be none.
    fn take(&self, lines: &mut Vec<u8>) -> Option<u64> {
        lines.clear();
        let mut pending = self.lock();
        while pending.lines.is_empty() {
            if pending.closing {
                return None;
            }
            pending.asleep = true;
            pending = self.changed.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
        pending.asleep = false;
        std::mem::swap(&mut pending.lines, lines);
        Some(std::mem::take(&mut pending.dropped))
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl LogWriter {
    /// Puts down a whole line.
    pub(crate) fn put(&self, line: &str) {
        self.0.push(line.as_bytes());
    }
}

impl Write for &LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes bytes, and tells how many at a time.
    #[derive(Clone, Default)]
    struct Out {
        bytes: Arc<Mutex<Vec<u8>>>,
        /// Whoever holds it keeps the thread from writing.
        gate: Arc<Mutex<()>>,
    }

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _open = self.gate.lock().expect("whole");
            self.bytes.lock().expect("whole").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn each_line_of_many_threads_is_written_once_and_in_their_order() {
        let out = Out::default();
        let (writer, guard) = start(out.clone()).expect("a thread");
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let writer = &writer;
                scope.spawn(move || {
                    for line in 0..1_000 {
                        let line = format!("{thread} {line}\n");
                        writer.make_writer().write_all(line.as_bytes()).expect("taken");
                    }
                });
            }
        });
        drop(guard);
        let bytes = out.bytes.lock().expect("whole");
        let mut next = [0; 4];
        for line in std::str::from_utf8(&bytes).expect("text").lines() {
            let (thread, number) = line.split_once(' ').expect("two numbers");
            let next = &mut next[thread.parse::<usize>().expect("a thread")];
            assert_eq!(number.parse(), Ok(*next), "{line}");
            *next += 1;
        }
        assert_eq!(next, [1_000; 4]);
    }

    #[test]
    fn nobody_waits_for_who_does_not_read() {
        let out = Out::default();
        let closed = out.gate.lock().expect("whole");
        let (writer, guard) = start(out.clone()).expect("a thread");
        let line = [b'x'; 1 << 10];
        let lines = MOST_PENDING / line.len() * 3;
        for _ in 0..lines {
            writer.make_writer().write_all(&line).expect("taken");
        }
        let dropped = writer.0.lock().dropped;
        drop(closed);
        drop(guard);
        let written = out.bytes.lock().expect("whole").len();
        assert_eq!(written % line.len(), 0, "whole lines only");
        assert_eq!(written / line.len() + usize::try_from(dropped).expect("few"), lines);
        assert!(written <= 2 * MOST_PENDING && dropped > 0, "{written}, {dropped}");
    }
}
