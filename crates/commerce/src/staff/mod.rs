//! Staff: who may change the shop, and what is kept of each change (docs/staff.md).
//!
//! A member of staff has roles, a role has permissions; an API key has scopes, which count as long as the member who made
//! it may do the same. Nobody gives away what they may not do themselves, and somebody who may manage staff is always left.
mod actor;
pub mod api_keys;
mod audited;
mod bulk;
pub mod first_owner;
mod grant;
pub mod log_in;
pub mod members;
pub mod password;
pub mod roles;
mod secret;

pub use actor::keep_changes;
pub use audited::Audited;
pub use bulk::OnError;
pub use grant::Granter;
pub use secret::{Credential, authenticate};
pub use tradewind_persistence::write::staff::{Actor, StaffLogin};
