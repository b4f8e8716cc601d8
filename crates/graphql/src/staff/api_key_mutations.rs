//! Making and ending API keys.
use super::{api_key::ApiKey, errors::ApiKeyUserError};
use crate::{
    access::{AccessTo, Grant, StaffPermission, Viewer},
    context::Request as _,
    execution::direct,
    mutation::{Keep, refusals, shown, staff_of, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tradewind_commerce::staff::api_keys::{self, NewKey};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

/// A key to make.
#[derive(Clone, InputObject)]
pub struct ApiKeyCreateInput {
    /// For people: which program uses it; at most 100 characters.
    pub name: String,
    /// What it may do, nothing that you may not do yourself. It may as long as you may.
    pub scopes: Vec<StaffPermission>,
    /// When it ends by itself; null: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new key.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ApiKeyCreatePayload {
    /// The key; null where nothing was done.
    api_key: Option<ApiKey>,
    /// To be sent as `Authorization: Bearer <secret>`. It is shown this once.
    secret: Option<String>,
    /// Why nothing was done.
    user_errors: Vec<ApiKeyUserError>,
}

/// A key that has ended.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ApiKeyRevokePayload {
    /// The key; null where there is none.
    api_key: Option<ApiKey>,
    /// Why nothing was done.
    user_errors: Vec<ApiKeyUserError>,
}

/// Mutations about API keys.
#[derive(Default)]
pub struct ApiKeyMutations;

#[Object(crate = "crate::execution")]
impl ApiKeyMutations {
    /// For staff: makes an API key for a program.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key.")] input: ApiKeyCreateInput,
    ) -> Result<ApiKeyCreatePayload> {
        let (_, granter) = staff_of(ctx)?;
        // A key has no permission to make keys.
        let member = match ctx.request().caller.viewer {
            Some(Viewer::Staff { member, .. }) => member,
            _ => Uuid::nil(),
        };
        let scopes = StaffPermission::read(&input.scopes);
        let state = (NewKey { name: input.name, scopes, expires_at: input.expires_at }, member, granter);
        let outcome = staff_run(ctx, Keep::Sealed, &state, |(key, member, granter), tx, moment| {
            api_keys::create(tx, key, *member, *granter, moment).boxed()
        });
        let outcome = outcome.await?;
        let (mut api_key, mut secret) = (None, None);
        if let Ok(made) = &outcome {
            ctx.request().effects.hold_secret();
            secret = Some(made.secret.expose().to_owned());
            api_key = ApiKey::load(ctx, made.id).await?;
        }
        Ok(ApiKeyCreatePayload { api_key, secret, user_errors: refusals(ctx, outcome) })
    }

    /// For staff: ends an API key, at once.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffWrite]))]
    async fn api_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the key.")] id: ID,
    ) -> Result<ApiKeyRevokePayload> {
        let (_, granter) = staff_of(ctx)?;
        let state = (typed_id("id", &id, NodeKind::ApiKey)?, granter);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, granter), tx, moment| {
            api_keys::revoke(tx, *id, *granter, moment).boxed()
        });
        let outcome = outcome.await?;
        let api_key = shown(&outcome, |id| ApiKey::load(ctx, *id)).await?;
        Ok(ApiKeyRevokePayload { api_key, user_errors: refusals(ctx, outcome) })
    }
}

direct!(ApiKeyCreatePayload {});
direct!(ApiKeyRevokePayload {});
direct!(ApiKeyMutations {});
governed! {
    Decision::Part => ApiKeyMutations;
    Decision::Never => ApiKeyCreatePayload, ApiKeyRevokePayload;
}
