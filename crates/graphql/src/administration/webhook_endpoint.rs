//! Endpoints of webhooks.
use super::object::objects;
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::webhook::{WebhookEndpointRow, webhook_endpoints};
use uuid::Uuid;

objects! {
    /// Where events are sent. Its secret is shown once, when it is made or replaced.
    WebhookEndpoint {
        /// Opaque id.
        id: ID,
        /// Its address.
        url: String,
        /// For people.
        description: String,
        /// The topics that it wants; `*` is all.
        topics: Vec<String>,
        /// Whether events are sent. While it is off, what happens is not queued for it, and what is queued waits.
        is_enabled: bool,
        /// Until when the secret before this one signs as well.
        previous_secret_until: Option<DateTime<Utc>>,
        /// When it was added.
        created_at: DateTime<Utc>,
        /// When it was changed.
        updated_at: DateTime<Utc>,
    }
}

impl WebhookEndpoint {
    fn of(row: WebhookEndpointRow) -> Result<Self> {
        Ok(Self {
            id: ID(GlobalId::encode(NodeKind::WebhookEndpoint, row.id)),
            topics: row.topics().map_err(database)?,
            url: row.url,
            description: row.description,
            is_enabled: row.is_enabled,
            previous_secret_until: row.previous_secret_until,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }

    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let rows = webhook_endpoints(&ctx.request().db).await.map_err(database)?;
        rows.into_iter().find(|row| row.id == id).map(Self::of).transpose()
    }
}

/// Queries for endpoints of webhooks.
#[derive(Default)]
pub struct WebhookEndpointQuery;

#[Object(crate = "crate::execution")]
impl WebhookEndpointQuery {
    /// For staff: every endpoint of webhooks, in the order in which they were added.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsRead]))]
    async fn webhook_endpoints(&self, ctx: &Context<'_>) -> Result<Vec<WebhookEndpoint>> {
        let rows = webhook_endpoints(&ctx.request().db).await.map_err(database)?;
        rows.into_iter().map(WebhookEndpoint::of).collect()
    }
}

direct!(WebhookEndpointQuery {});
governed! {
    Decision::Part => WebhookEndpointQuery;
}
