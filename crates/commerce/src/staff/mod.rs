//! Staff: who may change the shop, and what is kept of each change (docs/staff.md).
mod audited;
mod bulk;

pub use audited::Audited;
pub use bulk::OnError;
