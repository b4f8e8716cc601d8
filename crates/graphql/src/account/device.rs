//! Devices on which a customer is logged in.
use crate::{
    access::Viewer,
    caller::Caller,
    context::Request as _,
    error::load,
    execution::direct,
    loaders::{batch, shared},
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::session::{DeviceRow, devices_by_customers};
use uuid::Uuid;

/// More devices are not listed.
const LISTED: u32 = 100;

batch!(
    /// Devices of customers.
    DevicesOf, "devices", Uuid => Arc<Vec<DeviceRow>>, |list| list.len(),
    |source, keys| Ok(shared(devices_by_customers(&source.db, keys, LISTED, source.scope.now).await?))
);

/// The devices of a customer, the newest first.
pub(crate) async fn devices(ctx: &Context<'_>, customer: Uuid) -> Result<Vec<Device>> {
    let rows = ctx.request().loaders.devices_of().load(customer).await.map_err(load)?.unwrap_or_default();
    Ok((0..rows.len()).map(|place| Device { rows: Arc::clone(&rows), place }).collect())
}

/// A device on which the customer is logged in.
pub struct Device {
    rows: Arc<Vec<DeviceRow>>,
    place: usize,
}

impl Device {
    fn row(&self) -> &DeviceRow {
        &self.rows[self.place]
    }
}

fn asks(caller: &Caller, session: Uuid) -> bool {
    matches!(caller.viewer, Some(Viewer::Customer { session: own, .. }) if own == session)
}

/// A device on which the customer is logged in.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Device::DECISION))]
impl Device {
    /// Opaque id, for `sessionRevoke`.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Device, self.row().id))
    }
    /// When the customer logged in.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row().created_at
    }
    /// When the session ends unless it is refreshed.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.row().expires_at
    }
    /// When it was last used, within a few minutes; null: not since the customer logged in.
    async fn last_seen_at(&self) -> Option<DateTime<Utc>> {
        self.row().last_seen_at
    }
    /// What the client said of itself.
    async fn user_agent(&self) -> &str {
        &self.row().user_agent
    }
    /// What the customer calls it; may be empty.
    async fn label(&self) -> &str {
        &self.row().label
    }
    /// Whether this request came from it.
    async fn is_current(&self, ctx: &Context<'_>) -> bool {
        asks(&ctx.request().caller, self.row().id)
    }
}

direct!(Device {
    "id" => !id,
    "createdAt" => !created_at,
    "expiresAt" => !expires_at,
    "lastSeenAt" => !last_seen_at,
    "userAgent" => !user_agent,
    "label" => !label,
    "isCurrent" => is_current,
});
governed! {
    Decision::Never => Device;
}
