//! `userErrors` of the mutations about staff.
use crate::mutation::user_errors;
use tradewind_commerce::staff::{api_keys, log_in, members, password, roles};

user_errors! {
    /// Why no member of staff is logged in.
    StaffLogInUserError { StaffLogInErrorCode = log_in::Code }
    /// Why a member's password is not set.
    StaffPasswordUserError { StaffPasswordErrorCode = password::Code }
    /// Why a member of staff is not added or changed.
    StaffMemberUserError { StaffMemberErrorCode = members::Code }
    /// Why a role is not changed.
    StaffRoleUserError { StaffRoleErrorCode = roles::Code }
    /// Why an API key is not made or ended.
    ApiKeyUserError { ApiKeyErrorCode = api_keys::Code }
}
