//! Threads.
use super::{Reader, Var, value};

static WORKER_THREADS: Var =
    Var::new("TOKIO_WORKER_THREADS", "runtime.worker_threads", "", "threads that serve requests; absent: one per core");

pub(super) const VARS: &[&Var] = &[&WORKER_THREADS];

/// Threads.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// How many serve requests; `None` is one per core.
    pub worker_threads: Option<usize>,
}

impl RuntimeConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let worker_threads = reader.read_optional(&WORKER_THREADS, |text| value::number(text, 1..=1024));
        Some(Self { worker_threads: worker_threads? })
    }
}
