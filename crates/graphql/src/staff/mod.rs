//! Staff: who is logged in, members, roles, API keys, and the audit log of what they changed.
mod api_key;
mod api_key_mutations;
mod audit;
mod errors;
mod member;
mod member_mutations;
mod password_mutations;
mod role;
mod role_mutations;
mod session_mutations;

pub(crate) use api_key::ApiKeyQuery;
pub(crate) use api_key_mutations::ApiKeyMutations;
pub(crate) use audit::{AuditEntry, AuditQuery, actor_id};
pub(crate) use member::MemberQuery;
pub(crate) use member_mutations::MemberMutations;
pub(crate) use password_mutations::StaffPasswordMutations;
pub(crate) use role::RoleQuery;
pub(crate) use role_mutations::RoleMutations;
pub(crate) use session_mutations::StaffSessionMutations;
