//! Work that is done after the transaction that needs it, on the database as its queue: nothing is lost in a crash, and
//! any number of processes share it. docs/jobs.md says what is promised.
//!
//! A [`Job`] is a kind of work; [`enqueue`] promises it; a [`JobRunner`] does it.
mod backoff;
mod crew;
mod enqueue;
mod housekeeping;
mod job;
mod kind;
mod runner;

pub use backoff::Backoff;
pub use enqueue::{enqueue, new_job};
pub use housekeeping::{ForgetEvents, ForgetIdempotencyKeys, Housekeeping};
pub use job::{Job, JobError, Run};
pub use runner::{JobRunner, RunnerConfig};
