//! What staff do with customers.
use super::{customer::ManagedCustomer, errors::ManagedCustomerUserError, object::objects};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    administration::customers::{self, Code},
};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

objects! {
    /// A customer.
    ManagedCustomerPayload {
        /// The customer, as they are now; null where nothing was done.
        customer: Option<ManagedCustomer>,
        /// Why nothing was done.
        user_errors: Vec<ManagedCustomerUserError>,
    }
}

async fn payload(ctx: &Context<'_>, outcome: Outcome<Uuid, Code>) -> Result<ManagedCustomerPayload> {
    let customer = shown(&outcome, |id| ManagedCustomer::load(ctx, *id)).await?;
    Ok(ManagedCustomerPayload { customer, user_errors: refusals(ctx, outcome) })
}

async fn enable(ctx: &Context<'_>, id: &ID, enabled: bool) -> Result<ManagedCustomerPayload> {
    let state = (typed_id("id", id, NodeKind::Customer)?, enabled);
    let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, enabled), tx, moment| {
        customers::enable(tx, *id, *enabled, moment).boxed()
    });
    payload(ctx, outcome.await?).await
}

/// Mutations about customers.
#[derive(Default)]
pub struct ManagedCustomerMutations;

#[Object(crate = "crate::execution")]
impl ManagedCustomerMutations {
    /// For staff: lets a customer log in no more, and ends all of their sessions, at once.
    #[graphql(directive = AccessTo::apply(&[Grant::CustomersWrite]))]
    async fn customer_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] id: ID,
    ) -> Result<ManagedCustomerPayload> {
        enable(ctx, &id, false).await
    }

    /// For staff: lets a customer log in again.
    #[graphql(directive = AccessTo::apply(&[Grant::CustomersWrite]))]
    async fn customer_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] id: ID,
    ) -> Result<ManagedCustomerPayload> {
        enable(ctx, &id, true).await
    }

    /// For staff: erases all that is personal of a customer, as when customers delete their account, and mails them a last
    /// word. It cannot be undone.
    #[graphql(directive = AccessTo::apply(&[Grant::CustomersWrite]))]
    async fn customer_anonymise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] id: ID,
        #[graphql(
            desc = "Whether their reviews go too; else they stay, and nobody can tell whose they were.",
            default
        )]
        delete_reviews: bool,
    ) -> Result<ManagedCustomerPayload> {
        let accounts = &ctx.request().commerce().accounts;
        let state = (accounts, typed_id("id", &id, NodeKind::Customer)?, delete_reviews);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(accounts, id, delete_reviews), tx, moment| {
            customers::anonymise(accounts, tx, *id, *delete_reviews, moment).boxed()
        });
        payload(ctx, outcome.await?).await
    }
}

direct!(ManagedCustomerMutations {});
governed! {
    Decision::Part => ManagedCustomerMutations;
}
