//! API keys.
use crate::{
    access::{AccessTo, Grant, StaffPermission},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::write::staff::{self, api_keys};
use uuid::Uuid;

/// How a program changes the shop.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ApiKey::DECISION))]
pub struct ApiKey {
    /// Opaque id.
    pub id: ID,
    /// For people.
    pub name: String,
    /// The end of the secret, to tell keys apart.
    pub last_four: String,
    /// What it may do, as long as the member who made it may.
    pub scopes: Vec<StaffPermission>,
    /// Id of the member who made it.
    pub created_by: ID,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself; null: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    fn of(key: &staff::ApiKey) -> Self {
        Self {
            id: ID(GlobalId::encode(NodeKind::ApiKey, key.id)),
            name: key.name.clone(),
            last_four: key.last_four.clone(),
            scopes: StaffPermission::write(key.scopes),
            created_by: ID(GlobalId::encode(NodeKind::StaffMember, key.created_by)),
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }

    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let keys = api_keys((&ctx.request().db).into()).await.map_err(database)?;
        Ok(keys.iter().find(|key| key.id == id).map(Self::of))
    }
}

/// Queries for API keys.
#[derive(Default)]
pub struct ApiKeyQuery;

#[Object(crate = "crate::execution")]
impl ApiKeyQuery {
    /// For staff: every API key, ended ones too, in the order in which they were made.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffRead]))]
    async fn api_keys(&self, ctx: &Context<'_>) -> Result<Vec<ApiKey>> {
        let keys = api_keys((&ctx.request().db).into()).await.map_err(database)?;
        Ok(keys.iter().map(ApiKey::of).collect())
    }
}

direct!(ApiKey {});
direct!(ApiKeyQuery {});
governed! {
    Decision::Never => ApiKey;
    Decision::Part => ApiKeyQuery;
}
