//! Changing endpoints of webhooks.
use super::{errors::WebhookUserError, money_input::count, object::objects, webhook_endpoint::WebhookEndpoint};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, deleted, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    administration::webhooks::{self, Code, EndpointUpdate, WithSecret},
};
use tradewind_domain::global_id::NodeKind;

/// Where events are to be sent.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookEndpointCreateInput {
    /// An absolute `https` address of the public Internet.
    pub url: String,
    /// For people; at most 200 characters.
    #[graphql(default)]
    pub description: String,
    /// The topics that it wants, such as `order.placed`; `*` is all.
    pub topics: Vec<String>,
    /// Whether events are sent.
    #[graphql(default = true)]
    pub is_enabled: bool,
}

/// What is to be different of an endpoint; what is left out stays.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WebhookEndpointUpdateInput {
    /// An absolute `https` address of the public Internet.
    pub url: Option<String>,
    /// For people; at most 200 characters.
    pub description: Option<String>,
    /// The topics that it wants, such as `order.placed`; `*` is all.
    pub topics: Option<Vec<String>>,
    /// Whether events are sent.
    pub is_enabled: Option<bool>,
}

objects! {
    /// An endpoint with a new secret.
    WebhookEndpointSecretPayload {
        /// The endpoint; null where nothing was done.
        endpoint: Option<WebhookEndpoint>,
        /// What its deliveries are signed with. It is shown this once.
        secret: Option<String>,
        /// Why nothing was done.
        user_errors: Vec<WebhookUserError>,
    }
    /// An endpoint.
    WebhookEndpointPayload {
        /// The endpoint, as it is now; null where nothing was done.
        endpoint: Option<WebhookEndpoint>,
        /// Why nothing was done.
        user_errors: Vec<WebhookUserError>,
    }
    /// An endpoint that is gone.
    WebhookEndpointDeletePayload {
        /// Id of the endpoint; null where nothing was done.
        deleted_id: Option<ID>,
        /// Why nothing was done.
        user_errors: Vec<WebhookUserError>,
    }
}

async fn with_secret(ctx: &Context<'_>, outcome: Outcome<WithSecret, Code>) -> Result<WebhookEndpointSecretPayload> {
    let (mut endpoint, mut secret) = (None, None);
    if let Ok(made) = &outcome {
        ctx.request().effects.hold_secret();
        secret = Some(made.secret.expose().to_owned());
        endpoint = WebhookEndpoint::load(ctx, made.id).await?;
    }
    Ok(WebhookEndpointSecretPayload { endpoint, secret, user_errors: refusals(ctx, outcome) })
}

/// Mutations about endpoints of webhooks.
#[derive(Default)]
pub struct WebhookEndpointMutations;

#[Object(crate = "crate::execution")]
impl WebhookEndpointMutations {
    /// For staff: adds an endpoint. The secret that signs its deliveries is shown once.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn webhook_endpoint_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint.")] input: WebhookEndpointCreateInput,
    ) -> Result<WebhookEndpointSecretPayload> {
        let parts = EndpointUpdate {
            url: Some(input.url),
            description: Some(input.description),
            topics: Some(input.topics),
            is_enabled: Some(input.is_enabled),
        };
        let outcome =
            staff_run(ctx, Keep::Sealed, &parts, |parts, tx, moment| webhooks::create(tx, parts, moment).boxed());
        with_secret(ctx, outcome.await?).await
    }

    /// For staff: changes an endpoint. What waits for it goes where it is then.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn webhook_endpoint_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the endpoint.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: WebhookEndpointUpdateInput,
    ) -> Result<WebhookEndpointPayload> {
        let parts = EndpointUpdate {
            url: input.url,
            description: input.description,
            topics: input.topics,
            is_enabled: input.is_enabled,
        };
        let state = (typed_id("id", &id, NodeKind::WebhookEndpoint)?, parts);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, parts), tx, moment| {
            webhooks::update(tx, *id, parts, moment).boxed()
        });
        let outcome = outcome.await?;
        let endpoint = shown(&outcome, |id| WebhookEndpoint::load(ctx, *id)).await?;
        Ok(WebhookEndpointPayload { endpoint, user_errors: refusals(ctx, outcome) })
    }

    /// For staff: replaces the secret that signs an endpoint's deliveries. The new one is shown once.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn webhook_endpoint_rotate_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the endpoint.")] id: ID,
        #[graphql(desc = "For how many hours the old secret signs as well, 0 to 168.", default = 24)]
        overlap_hours: i32,
    ) -> Result<WebhookEndpointSecretPayload> {
        let id = typed_id("id", &id, NodeKind::WebhookEndpoint)?;
        let state = (id, count("overlapHours", overlap_hours)?);
        let outcome = staff_run(ctx, Keep::Sealed, &state, |(id, hours), tx, moment| {
            webhooks::rotate_secret(tx, *id, *hours, moment).boxed()
        });
        with_secret(ctx, outcome.await?).await
    }

    /// For staff: deletes an endpoint, with what waits for it and the log of its deliveries.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn webhook_endpoint_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the endpoint.")] id: ID,
    ) -> Result<WebhookEndpointDeletePayload> {
        let id = typed_id("id", &id, NodeKind::WebhookEndpoint)?;
        let outcome = staff_run(ctx, Keep::Plainly, &id, |id, tx, _| webhooks::delete(tx, *id).boxed()).await?;
        let deleted_id = deleted(&outcome, NodeKind::WebhookEndpoint);
        Ok(WebhookEndpointDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }
}

direct!(WebhookEndpointMutations {});
governed! {
    Decision::Part => WebhookEndpointMutations;
}
