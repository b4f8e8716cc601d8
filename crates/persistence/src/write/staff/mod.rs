//! Staff: who may change the shop, and the log of what they changed. Few rows, read on the primary and never cached, so
//! that what was taken away is gone with the next request.
mod api_key;
mod audit;
mod member;
mod role;
mod session;
mod token;

pub use api_key::{ApiKey, api_keys, insert_api_key, lock_api_key, revoke_api_key};
pub use audit::{Actor, AuditEntry, AuditFilter, audit_entries, insert_changes};
pub use member::{
    StaffMember, insert_staff_member, lock_staff_member, save_staff_member, set_staff_roles, staff_member_by_email,
    staff_member_by_id, staff_members,
};
pub use role::{StaffRole, delete_staff_role, lock_staff, save_staff_role, staff_roles};
pub use session::{
    StaffLogin, StaffSession, delete_ended_staff_sessions, insert_staff_session, revoke_staff_session,
    revoke_staff_sessions, staff_by_api_key, staff_by_session,
};
pub use token::{delete_old_staff_tokens, end_staff_tokens, insert_staff_token, owner_of_staff_token, use_staff_token};
