//! Registering, logging in and out.
use super::{
    customer::Customer,
    customer_of,
    errors::{
        CustomerLogInUserError, CustomerRegisterUserError, CustomerResendVerificationUserError,
        CustomerVerifyEmailUserError, SessionRefreshUserError, SessionRevokeUserError,
    },
};
use crate::{
    access::{AccessTo, Grant},
    caller::SessionChange,
    context::Request as _,
    error::bad_input,
    execution::direct,
    mutation::{Keep, flow, refusals, run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, TryFutureExt};
use tradewind_commerce::account::{
    Client, Outcome, Refused, Token,
    log_in::{self, LoggedIn},
    log_out, refresh, register, sessions, verify_email,
};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

/// How the client wants to hold its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SessionTransport {
    /// The answer has the token, and each request sends it: `Authorization: Bearer <token>`.
    Token,
    /// The answer sets a cookie that scripts cannot read, and browsers send it.
    Cookie,
}

impl SessionTransport {
    /// Refuses a cookie where the answer cannot set one, before anything is done: the session would be nobody's.
    fn check(self, ctx: &Context<'_>, argument: &str) -> Result<()> {
        if self == Self::Cookie && ctx.request().caller.is_without_cookies {
            return Err(bad_input(format!(
                "`{argument}` is COOKIE, but a WebSocket or an event stream cannot set one: send this mutation as a POST \
                 that takes JSON, or use TOKEN"
            )));
        }
        Ok(())
    }
}

/// A new account.
#[derive(Clone, InputObject)]
pub struct CustomerRegisterInput {
    /// Where mail arrives; a link to confirm it is sent there.
    pub email: String,
    /// At least 8 characters, at most 256 bytes.
    pub password: String,
    /// At most 100 characters.
    #[graphql(default)]
    pub given_name: String,
    /// At most 100 characters.
    #[graphql(default)]
    pub family_name: String,
    /// In international form.
    #[graphql(default)]
    pub phone: String,
    /// Whether the customer wants to hear of offers.
    #[graphql(default)]
    pub accepts_marketing: bool,
}

/// Says nothing of whether the address had an account: whoever reads its mail learns that.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerRegisterPayload {
    /// A mail is on its way.
    accepted: bool,
    /// Why it is not.
    user_errors: Vec<CustomerRegisterUserError>,
}

/// A link that was mailed, followed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerVerifyEmailPayload {
    /// The customer may log in now.
    verified: bool,
    /// Why not.
    user_errors: Vec<CustomerVerifyEmailUserError>,
}

/// Says nothing of whether the address has an account.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerResendVerificationPayload {
    /// If a link is waited for, it is on its way.
    accepted: bool,
    /// Why it is not.
    user_errors: Vec<CustomerResendVerificationUserError>,
}

/// Who logs in, and how.
#[derive(Clone, InputObject)]
pub struct CustomerLogInInput {
    /// The address of the account.
    pub email: String,
    /// The password of the account.
    pub password: String,
    /// What the customer calls the device, for the list of devices.
    #[graphql(default)]
    pub label: String,
    /// How the client wants to hold the session.
    #[graphql(default_with = "SessionTransport::Token")]
    pub transport: SessionTransport,
}

/// A session.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct SessionToken {
    /// To be sent as `Authorization: Bearer <token>`; null where a cookie has it. Whoever has it is the customer: keep it
    /// secret.
    token: Option<String>,
    /// When it ends unless it is refreshed.
    expires_at: DateTime<Utc>,
}

/// Who is logged in.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerLogInPayload {
    /// The session; null where nobody is logged in.
    session: Option<SessionToken>,
    /// Why nobody is.
    user_errors: Vec<CustomerLogInUserError>,
}

/// The session with another token; the old one is over.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct SessionRefreshPayload {
    /// The session; null where it has ended.
    session: Option<SessionToken>,
    /// Why it is not refreshed.
    user_errors: Vec<SessionRefreshUserError>,
}

/// Nobody is logged in any more.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CustomerLogOutPayload {
    /// Whether the token stood for somebody until now.
    was_logged_in: bool,
}

/// Devices that were logged out.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct SessionRevokePayload {
    /// How many.
    sessions_ended: i64,
    /// The customer, with the devices that are left.
    customer: Option<Customer>,
    /// Why none.
    user_errors: Vec<SessionRevokeUserError>,
}

/// Mutations about sessions.
#[derive(Default)]
pub struct SessionMutations;

#[Object(crate = "crate::execution")]
impl SessionMutations {
    /// Makes an account, and mails a link that confirms its address.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn customer_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account.")] input: CustomerRegisterInput,
    ) -> Result<CustomerRegisterPayload> {
        let input = register::Input {
            email: input.email,
            password: input.password.into(),
            given_name: input.given_name,
            family_name: input.family_name,
            phone: input.phone,
            accepts_marketing: input.accepts_marketing,
        };
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let state = (accounts, input, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, input, client), moment| register::prepare(accounts, input, client, moment).boxed(),
            |(accounts, ..), prepared, tx, moment| register::apply(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        Ok(CustomerRegisterPayload { accepted: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Confirms an address with the token of a link that was mailed; the customer may log in from then on.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn customer_verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the link has behind `#`.")] token: String,
    ) -> Result<CustomerVerifyEmailPayload> {
        let (accounts, token) = (&ctx.request().commerce().accounts, Token::sent(token));
        let state = (accounts, token);
        let outcome = run(ctx, Keep::Plainly, &state, |(accounts, token), tx, moment| {
            verify_email::confirm(accounts, tx, token, moment).boxed()
        });
        let outcome = outcome.await?;
        Ok(CustomerVerifyEmailPayload { verified: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Mails the link that confirms an address again, if an account waits for it.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn customer_resend_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] email: String,
    ) -> Result<CustomerResendVerificationPayload> {
        let (accounts, client) = (&ctx.request().commerce().accounts, &ctx.request().caller.client);
        let state = (accounts, email, client);
        let outcome = flow(
            ctx,
            Keep::Plainly,
            &state,
            |(accounts, email, client), _| verify_email::prepare_resend(accounts, email, client).boxed(),
            |(accounts, ..), prepared, tx, moment| verify_email::resend(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        Ok(CustomerResendVerificationPayload { accepted: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }

    /// Logs a customer in.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn customer_log_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and how.")] input: CustomerLogInInput,
    ) -> Result<CustomerLogInPayload> {
        let CustomerLogInInput { email, password, label, transport } = input;
        transport.check(ctx, "input.transport")?;
        let input = log_in::Input { email, password: password.into() };
        let accounts = &ctx.request().commerce().accounts;
        let client = Client { label, ..ctx.request().caller.client.clone() };
        let state = (accounts, input, client);
        let outcome = flow(
            ctx,
            Keep::Sealed,
            &state,
            |(accounts, input, client), moment| log_in::prepare(accounts, input, client, moment).boxed(),
            |(accounts, ..), prepared, tx, moment| log_in::apply(accounts, tx, prepared, moment).boxed(),
        )
        .await?;
        let session = outcome.as_ref().ok().map(|logged_in| SessionToken::start(ctx, logged_in, transport));
        Ok(CustomerLogInPayload { session, user_errors: refusals(ctx, outcome) })
    }

    /// Gives the session of this request another token, and more time. The old token is over.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the client wants to hold it from now on.", default_with = "SessionTransport::Token")]
        transport: SessionTransport,
    ) -> Result<SessionRefreshPayload> {
        transport.check(ctx, "transport")?;
        let accounts = &ctx.request().commerce().accounts;
        let token = own_token(ctx);
        let state = (accounts, token);
        let outcome = run(ctx, Keep::Sealed, &state, |(accounts, token), tx, moment| {
            refresh::apply(accounts, tx, token, moment).boxed()
        });
        let outcome = outcome.await?;
        let session = outcome.as_ref().ok().map(|session| SessionToken::start(ctx, session, transport));
        Ok(SessionRefreshPayload { session, user_errors: refusals(ctx, outcome) })
    }

    /// Ends the session of this request; it may have ended before.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn customer_log_out(&self, ctx: &Context<'_>) -> Result<CustomerLogOutPayload> {
        let token = own_token(ctx);
        let state = (token,);
        let outcome = run(ctx, Keep::Plainly, &state, |(token,), tx, moment| {
            log_out::apply(tx, token, moment).map_ok(Ok::<_, Vec<Refused<sessions::Code>>>).boxed()
        });
        let was_logged_in = outcome.await?.is_ok_and(|ended| ended.was_logged_in);
        ctx.request().effects.change_session(SessionChange::Ended);
        Ok(CustomerLogOutPayload { was_logged_in })
    }

    /// Logs one device of the customer out.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the device.")] device_id: ID,
    ) -> Result<SessionRevokePayload> {
        let (customer, _) = customer_of(ctx)?;
        let session = typed_id("deviceId", &device_id, NodeKind::Device)?;
        let state = (customer, session);
        let outcome = run(ctx, Keep::Plainly, &state, |(customer, session), tx, moment| {
            sessions::revoke(tx, *customer, *session, moment).boxed()
        });
        SessionRevokePayload::of(ctx, customer, outcome.await?).await
    }

    /// Logs the customer out everywhere but here.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn session_revoke_others(&self, ctx: &Context<'_>) -> Result<SessionRevokePayload> {
        let (customer, session) = customer_of(ctx)?;
        let state = (customer, session);
        let outcome = run(ctx, Keep::Plainly, &state, |(customer, session), tx, moment| {
            sessions::revoke_others(tx, *customer, *session, moment).map_ok(Ok).boxed()
        });
        SessionRevokePayload::of(ctx, customer, outcome.await?).await
    }
}

impl SessionToken {
    fn start(ctx: &Context<'_>, logged_in: &LoggedIn, transport: SessionTransport) -> Self {
        let (token, expires_at) = (logged_in.token.clone(), logged_in.expires_at);
        let in_cookie = transport == SessionTransport::Cookie;
        let shown = (!in_cookie).then(|| token.expose().to_owned());
        ctx.request().effects.change_session(SessionChange::Started { token, expires_at, in_cookie });
        Self { token: shown, expires_at }
    }
}

impl SessionRevokePayload {
    async fn of(
        ctx: &Context<'_>,
        customer: Uuid,
        outcome: Outcome<sessions::Revoked, sessions::Code>,
    ) -> Result<Self> {
        let ended = outcome.as_ref().map_or(0, |revoked| revoked.sessions_ended);
        Ok(Self {
            sessions_ended: i64::try_from(ended).unwrap_or(i64::MAX),
            customer: Customer::load(ctx, customer).await?,
            user_errors: refusals(ctx, outcome),
        })
    }
}

/// The token of this request; without one, a token of nobody.
fn own_token(ctx: &Context<'_>) -> Token {
    ctx.request().caller.token.clone().unwrap_or_else(|| Token::sent(""))
}

direct!(SessionMutations {});
governed! {
    Decision::Part => SessionMutations;
    Decision::Never => CustomerRegisterPayload, CustomerVerifyEmailPayload, CustomerResendVerificationPayload,
        CustomerLogInPayload, SessionToken, SessionRefreshPayload, CustomerLogOutPayload, SessionRevokePayload;
}

direct!(CustomerRegisterPayload {});
direct!(CustomerVerifyEmailPayload {});
direct!(CustomerResendVerificationPayload {});
direct!(SessionToken {});
direct!(CustomerLogInPayload {});
direct!(SessionRefreshPayload {});
direct!(CustomerLogOutPayload {});
direct!(SessionRevokePayload {});
