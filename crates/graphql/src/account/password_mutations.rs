//! Passwords.
use super::{
    customer::Customer,
    customer_of,
    errors::{PasswordChangeUserError, PasswordResetRequestUserError, PasswordResetUserError},
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, flow, refusals},
    policy::{Decision, governed},
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use secrecy::SecretString;
use tradewind_commerce::account::{Token, password_change, password_reset};

/// Says nothing of whether the address has an account.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct PasswordResetRequestPayload {
    /// If the address has an account, a link is on its way.
    accepted: bool,
    /// Why it is not.
    user_errors: Vec<PasswordResetRequestUserError>,
}

/// A password, set by who reads the account's mail.
#[derive(Clone, InputObject)]
pub struct PasswordResetInput {
    /// What the link has behind `#`.
    pub token: String,
    /// At least 8 characters, at most 256 bytes.
    pub password: String,
}

/// A password that was set; every session of the account is over.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct PasswordResetPayload {
    /// The customer may log in with it.
    done: bool,
    /// Why not.
    user_errors: Vec<PasswordResetUserError>,
}

/// Another password.
#[derive(Clone, InputObject)]
pub struct PasswordChangeInput {
    /// The old one, once more.
    pub current_password: String,
    /// At least 8 characters, at most 256 bytes.
    pub new_password: String,
}

/// A password that was changed; every other session of the customer is over.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct PasswordChangePayload {
    /// The customer; null where nothing changed.
    customer: Option<Customer>,
    /// How many other sessions were ended.
    sessions_ended: i64,
    /// Why nothing changed.
    user_errors: Vec<PasswordChangeUserError>,
}

/// Mutations about passwords.
#[derive(Default)]
pub struct PasswordMutations;

#[Object(crate = "crate::execution")]
impl PasswordMutations {
    /// Mails a link to set a password, if the address has an account.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] email: String,
    ) -> Result<PasswordResetRequestPayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let state = (accounts, email, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, email, client), _| password_reset::prepare_request(accounts, email, client).boxed(),
            |(accounts, ..), prepared, tx, moment| password_reset::request(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        Ok(PasswordResetRequestPayload { accepted: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Sets a password with the token of a link that was mailed, and ends every session of the account.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the password.")] input: PasswordResetInput,
    ) -> Result<PasswordResetPayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let (token, password) = (Token::sent(input.token), SecretString::from(input.password));
        let state = (accounts, token, password, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, token, password, client), moment| {
                password_reset::prepare(accounts, token, password, client, moment).boxed()
            },
            |(accounts, ..), prepared, tx, moment| password_reset::apply(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        Ok(PasswordResetPayload { done: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Changes the customer's password, and ends every other session.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.")] input: PasswordChangeInput,
    ) -> Result<PasswordChangePayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let (customer_id, session_id) = customer_of(ctx)?;
        let input = password_change::Input {
            customer_id,
            session_id,
            current_password: input.current_password.into(),
            new_password: input.new_password.into(),
        };
        let state = (accounts, input, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, input, client), moment| password_change::prepare(accounts, input, client, moment).boxed(),
            |(accounts, ..), prepared, tx, moment| password_change::apply(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        let ended = outcome.as_ref().map_or(0, |changed| changed.sessions_ended);
        let customer = if outcome.is_ok() { Customer::load(ctx, customer_id).await? } else { None };
        let sessions_ended = i64::try_from(ended).unwrap_or(i64::MAX);
        Ok(PasswordChangePayload { customer, sessions_ended, user_errors: refusals(ctx, outcome) })
    }
}

direct!(PasswordMutations {});
governed! {
    Decision::Part => PasswordMutations;
    Decision::Never => PasswordResetRequestPayload, PasswordResetPayload, PasswordChangePayload;
}

direct!(PasswordResetRequestPayload {});
direct!(PasswordResetPayload {});
direct!(PasswordChangePayload {});
