//! What is sent to endpoints of webhooks, and how that went.
use super::{
    connection::{Asked, Page, Placed, connection},
    object::objects,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{Code, database, error, load},
    execution::direct,
    loaders::{batch, shared},
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use std::{collections::HashMap, sync::Arc};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::{
    DbError,
    read::{
        listing::{Position, SortKey},
        webhook::{
            AttemptRow, DeliveryRow, DeliveryState, webhook_attempts, webhook_deliveries, webhook_deliveries_by_ids,
        },
    },
};
use uuid::Uuid;

batch!(
    /// The log of deliveries.
    AttemptsOf, "webhookAttempts", Uuid => Arc<Vec<AttemptRow>>, |list| list.len(),
    |source, keys| {
        let mut attempts: HashMap<Uuid, Vec<AttemptRow>> = HashMap::new();
        for row in webhook_attempts(&source.db, keys).await? {
            attempts.entry(row.delivery_id).or_default().push(row);
        }
        Ok(shared(attempts))
    }
);

connection!(
    WebhookDeliveryConnection,
    WebhookDeliveryEdge,
    WebhookDelivery,
    "deliveries to an endpoint, the newest event first"
);

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WebhookDeliveryState {
    /// It is to be sent, or sent again.
    Open,
    /// The receiver has it.
    Delivered,
    /// It was given up: it is sent again only when staff say so.
    Dead,
}

impl From<WebhookDeliveryState> for DeliveryState {
    fn from(state: WebhookDeliveryState) -> Self {
        match state {
            WebhookDeliveryState::Open => Self::Open,
            WebhookDeliveryState::Delivered => Self::Delivered,
            WebhookDeliveryState::Dead => Self::Dead,
        }
    }
}

objects! {
    /// One attempt to deliver an event.
    WebhookAttempt {
        /// From 1.
        number: i32,
        /// When it began.
        started_at: DateTime<Utc>,
        /// How long it took, in milliseconds.
        latency_ms: i64,
        /// The HTTP status of the answer; null: there was none.
        status: Option<i32>,
        /// Why there was no answer.
        error: Option<String>,
        /// The beginning of the answer's body.
        response: String,
    }
}

/// An event on its way to an endpoint, or there.
#[derive(Clone)]
pub struct WebhookDelivery(Arc<DeliveryRow>);

impl Placed for WebhookDelivery {
    fn position(&self) -> Position {
        Position { key: SortKey::Number(self.0.position), id: self.0.id }
    }
}

impl WebhookDelivery {
    /// The delivery, for who may look at settings.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::SettingsRead) {
            return Ok(None);
        }
        let rows = webhook_deliveries_by_ids(&ctx.request().db, vec![id]).await.map_err(database)?;
        Ok(rows.into_iter().next().map(|row| Self(Arc::new(row))))
    }
}

/// An event on its way to an endpoint, or there.
#[Object(crate = "crate::execution", directive = CacheControl::apply(WebhookDelivery::DECISION))]
impl WebhookDelivery {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::WebhookDelivery, self.0.id))
    }
    /// Id of the endpoint.
    async fn endpoint_id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::WebhookEndpoint, self.0.endpoint_id))
    }
    /// The event, as `Tradewind-Event-Id` names it.
    async fn event_id(&self) -> String {
        self.0.event_id.to_string()
    }
    /// The event's `sequence`: later ones are higher.
    async fn sequence(&self) -> i64 {
        self.0.position
    }
    /// Its topic.
    async fn topic(&self) -> &str {
        &self.0.topic
    }
    /// What it is about: `Order:018f…`. Events of one of these are sent in their order.
    async fn aggregate(&self) -> &str {
        &self.0.aggregate
    }
    /// How far it has come.
    async fn state(&self) -> Result<WebhookDeliveryState> {
        match self.0.state.as_str() {
            "open" => Ok(WebhookDeliveryState::Open),
            "delivered" => Ok(WebhookDeliveryState::Delivered),
            "dead" => Ok(WebhookDeliveryState::Dead),
            _ => Err(database(DbError::Setup("a delivery is in an unknown state".to_owned()))),
        }
    }
    /// How often it was tried.
    async fn attempt_count(&self) -> i32 {
        self.0.attempts
    }
    /// Each attempt, in their order.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<WebhookAttempt>> {
        let rows = ctx.request().loaders.webhook_attempts_of().load(self.0.id).await.map_err(load)?;
        let told = |row: &AttemptRow| WebhookAttempt {
            number: row.number,
            started_at: row.started_at,
            latency_ms: row.latency_ms,
            status: row.status,
            error: row.error.clone(),
            response: row.response.clone(),
        };
        Ok(rows.unwrap_or_default().iter().map(told).collect())
    }
    /// When it was added.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was delivered, or given up.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
}

/// Queries for deliveries.
#[derive(Default)]
pub struct WebhookDeliveryQuery;

#[Object(crate = "crate::execution")]
impl WebhookDeliveryQuery {
    /// For staff: what is sent to an endpoint, the newest event first.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsRead]))]
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the endpoint.")] endpoint_id: ID,
        #[graphql(desc = "Those that have come so far only.")] state: Option<WebhookDeliveryState>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Those behind this cursor.")] after: Option<String>,
    ) -> Result<WebhookDeliveryConnection> {
        let endpoint = typed_id("endpointId", &endpoint_id, NodeKind::WebhookEndpoint)?;
        let asked = Asked::of(first, after.as_deref(), &("deliveries", endpoint, state))?;
        let before = match &asked.after {
            None => None,
            Some(Position { key: SortKey::Number(position), .. }) => Some(*position),
            Some(_) => return Err(error(Code::BadCursor, "`after` is no cursor of deliveries: leave it out")),
        };
        let rows = webhook_deliveries(&ctx.request().db, endpoint, state.map(Into::into), before, asked.rows()).await;
        let nodes = rows.map_err(database)?.into_iter().map(|row| WebhookDelivery(Arc::new(row))).collect();
        Ok(WebhookDeliveryConnection(Page::of(nodes, &asked)))
    }
}

direct!(WebhookDelivery {});
direct!(WebhookDeliveryQuery {});
crate::execution::direct_enum!(WebhookDeliveryState);
governed! {
    Decision::Never => WebhookDelivery;
    Decision::Part => WebhookDeliveryQuery;
}
