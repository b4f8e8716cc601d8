//! Profiles, and the end of an account.
use super::{
    customer::Customer,
    customer_of,
    errors::{CustomerDeleteUserError, CustomerUpdateUserError},
};
use crate::{
    access::{AccessTo, Grant},
    caller::SessionChange,
    context::Request as _,
    execution::direct,
    mutation::{Keep, flow, refusals, run},
    policy::{Decision, governed},
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::account::{delete, profile};

/// What is to change of a profile; what is left out stays.
#[derive(Clone, InputObject)]
pub struct CustomerUpdateInput {
    /// At most 100 characters.
    pub given_name: Option<String>,
    /// At most 100 characters.
    pub family_name: Option<String>,
    /// Shown beside reviews.
    pub display_name: Option<String>,
    /// In international form; empty for none.
    pub phone: Option<String>,
    /// Whether the customer wants to hear of offers.
    pub accepts_marketing: Option<bool>,
    /// The version that the customer has seen: refused where it is another one by now.
    pub expected_version: Option<i64>,
}

/// A profile.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerUpdatePayload {
    /// The customer, as they are now.
    customer: Option<Customer>,
    /// Why nothing changed.
    user_errors: Vec<CustomerUpdateUserError>,
}

/// How an account is to end.
#[derive(Clone, InputObject)]
pub struct CustomerDeleteInput {
    /// The password once more.
    pub password: String,
    /// Whether the reviews go as well; else they stay, and nobody can tell who wrote them.
    #[graphql(default)]
    pub delete_reviews: bool,
}

/// An account that is gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerDeletePayload {
    /// Nothing personal is left of it.
    deleted: bool,
    /// Why it is still there.
    user_errors: Vec<CustomerDeleteUserError>,
}

/// Mutations about profiles.
#[derive(Default)]
pub struct ProfileMutations;

#[Object(crate = "crate::execution")]
impl ProfileMutations {
    /// Changes the customer's profile.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn customer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: CustomerUpdateInput,
    ) -> Result<CustomerUpdatePayload> {
        let (customer, _) = customer_of(ctx)?;
        let input = profile::Input {
            given_name: input.given_name,
            family_name: input.family_name,
            display_name: input.display_name,
            phone: input.phone,
            accepts_marketing: input.accepts_marketing,
            expected_version: input.expected_version,
        };
        let state = (customer, input);
        let outcome = run(ctx, Keep::Plainly, &state, |(customer, input), tx, moment| {
            profile::update(tx, *customer, input, moment).boxed()
        });
        let outcome = outcome.await?;
        Ok(CustomerUpdatePayload {
            customer: Customer::load(ctx, customer).await?,
            user_errors: refusals(ctx, outcome),
        })
    }

    /// Deletes the customer's account, with all that is personal.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn customer_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How.")] input: CustomerDeleteInput,
    ) -> Result<CustomerDeletePayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let (customer_id, _) = customer_of(ctx)?;
        let input =
            delete::Input { customer_id, password: input.password.into(), delete_reviews: input.delete_reviews };
        let state = (accounts, input, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, input, client), _| delete::prepare(accounts, input, client).boxed(),
            |(accounts, ..), prepared, tx, moment| delete::apply(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        if outcome.is_ok() {
            ctx.request().effects.change_session(SessionChange::Ended);
        }
        Ok(CustomerDeletePayload { deleted: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }
}

direct!(ProfileMutations {});
governed! {
    Decision::Part => ProfileMutations;
    Decision::Never => CustomerUpdatePayload, CustomerDeletePayload;
}

direct!(CustomerUpdatePayload {});
direct!(CustomerDeletePayload {});
