//! Accounts of customers: who is logged in, their address book and devices, and the mutations about them.
mod address;
mod address_mutations;
mod customer;
mod device;
mod email_mutations;
mod errors;
mod password_mutations;
mod profile_mutations;
mod session;
mod session_mutations;

pub(crate) use address::{Address, AddressesOf, book};
pub(crate) use address_mutations::{AddressInput, AddressMutations};
pub(crate) use customer::{CustomerQuery, ProfileById};
pub(crate) use device::DevicesOf;
pub(crate) use email_mutations::EmailMutations;
pub(crate) use password_mutations::PasswordMutations;
pub(crate) use profile_mutations::ProfileMutations;
pub use session::Authenticated;
pub(crate) use session::authenticate;
pub(crate) use session_mutations::SessionMutations;

use crate::{
    access::Viewer,
    error::{Code, error},
};
use async_graphql::{Context, Result};
use uuid::Uuid;

/// What a customer's own data may be kept for: five minutes, for them alone, checked against the log at each read.
pub(crate) const PRIVATE: crate::policy::Decision =
    crate::policy::Decision::Kept(tradewind_cache::Policy::private(300));

/// The customer who asks, and their session; fields that need one are checked before they run.
pub(crate) fn customer_of(ctx: &Context<'_>) -> Result<(Uuid, Uuid)> {
    use crate::context::Request as _;
    match ctx.request().caller.viewer {
        Some(Viewer::Customer { customer, session }) => Ok((customer, session)),
        _ => Err(error(Code::Unauthenticated, "log in first, and send the token with the request")),
    }
}
