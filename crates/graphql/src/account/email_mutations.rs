//! Another e-mail address, in two steps: the password, then a link that arrives at the new address.
use super::{
    customer_of,
    errors::{EmailChangeConfirmUserError, EmailChangeRequestUserError},
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, flow, refusals, run},
    policy::{Decision, governed},
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::account::{Token, email_change};

/// Another address.
#[derive(Clone, InputObject)]
pub struct EmailChangeRequestInput {
    /// The password once more.
    pub password: String,
    /// Where mail arrives from then on; a link to confirm it is sent there.
    pub new_email: String,
}

/// Says nothing of whether the new address has an account.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct EmailChangeRequestPayload {
    /// A link is on its way.
    accepted: bool,
    /// Why it is not.
    user_errors: Vec<EmailChangeRequestUserError>,
}

/// A link that was mailed to the new address, followed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct EmailChangeConfirmPayload {
    /// The account has the new address.
    changed: bool,
    /// Why it has not.
    user_errors: Vec<EmailChangeConfirmUserError>,
}

/// Mutations about addresses that accounts are known by.
#[derive(Default)]
pub struct EmailMutations;

#[Object(crate = "crate::execution")]
impl EmailMutations {
    /// Mails a link to a new address; the account keeps the old one until the link is followed.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn email_change_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password and the address.")] input: EmailChangeRequestInput,
    ) -> Result<EmailChangeRequestPayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let (customer_id, _) = customer_of(ctx)?;
        let input = email_change::Input { customer_id, password: input.password.into(), new_email: input.new_email };
        let state = (accounts, input, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, input, client), _| email_change::prepare(accounts, input, client).boxed(),
            |(accounts, ..), prepared, tx, moment| email_change::request(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        Ok(EmailChangeRequestPayload { accepted: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Gives the account its new address, with the token of the link that was mailed there.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn email_change_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the link has behind `#`.")] token: String,
    ) -> Result<EmailChangeConfirmPayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let token = Token::sent(token);
        let state = (accounts, token, client);
        let outcome = run(ctx, Keep::Plainly, &state, |(accounts, token, client), tx, moment| {
            email_change::confirm(accounts, tx, token, client, moment).boxed()
        });
        let outcome = outcome.await?;
        Ok(EmailChangeConfirmPayload { changed: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }
}

direct!(EmailMutations {});
governed! {
    Decision::Part => EmailMutations;
    Decision::Never => EmailChangeRequestPayload, EmailChangeConfirmPayload;
}

direct!(EmailChangeRequestPayload {});
direct!(EmailChangeConfirmPayload {});
