//! Jobs: work that is promised in the transaction that needs it, and done after it.
//!
//! A job is taken for as long as a lease, which its runner renews. `due_at` is when it may be taken: its time, the next
//! attempt's, or the end of the lease. Who ends a job, or renews its lease, must be its holder still. A job that is done
//! is deleted; one that is given up stays, dead.
mod add;
mod claim;
mod end;
mod schedule;

pub use add::{NewJob, add_jobs, revive_jobs};
pub use claim::{ClaimedJob, JobSlots, claim_jobs, next_job_due, renew_jobs};
pub use end::{bury_job, finish_job, postpone_job, release_jobs};
pub use schedule::{Schedule, next_schedule_due, plan_schedules, take_due_schedules};
