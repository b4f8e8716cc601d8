//! Channels as staff see them.
use super::{object::objects, warehouse};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
    stock::Warehouse,
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::{
    channel,
    global_id::{GlobalId, NodeKind},
    warehouse as domain,
};
use tradewind_persistence::write::{self, channel_places, load_channels, load_warehouses};
use uuid::Uuid;

objects! {
    /// Where a channel's prices are worked out for until an address is known.
    ChannelPlace {
        /// ISO 3166-1, two letters.
        country_code: String,
        /// A state or province; may be empty.
        region: String,
        /// May be empty.
        postal_code: String,
    }
}

/// Where the shop sells, in one currency, with what staff decide about it.
#[derive(Clone)]
pub struct ManagedChannel {
    channel: channel::Channel,
    place: Option<write::ChannelPlace>,
    warehouses: Arc<Vec<domain::Warehouse>>,
}

impl ManagedChannel {
    /// Every channel, the default first: four statements for any number.
    pub(super) async fn all(ctx: &Context<'_>) -> Result<Vec<Self>> {
        let db = &ctx.request().db;
        let channels = load_channels(db.into()).await.map_err(database)?;
        let places = channel_places(db.into()).await.map_err(database)?;
        let warehouses = Arc::new(load_warehouses(db.into()).await.map_err(database)?);
        let told = |channel: channel::Channel| {
            let place = places.iter().find(|place| place.channel_id == channel.id).cloned();
            Self { channel, place, warehouses: Arc::clone(&warehouses) }
        };
        Ok(channels.into_iter().map(told).collect())
    }

    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        Ok(Self::all(ctx).await?.into_iter().find(|managed| managed.channel.id == id))
    }
}

/// Where the shop sells, in one currency, with what staff decide about it.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ManagedChannel::DECISION))]
impl ManagedChannel {
    /// Opaque id, that of the `Channel`.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Channel, self.channel.id))
    }
    /// What the header names.
    async fn code(&self) -> &str {
        &self.channel.code
    }
    /// For people.
    async fn name(&self) -> &str {
        &self.channel.name
    }
    /// ISO 4217 code of every price in the channel.
    async fn currency_code(&self) -> &str {
        self.channel.currency.code()
    }
    /// BCP 47 tag, such as `de-DE`.
    async fn default_locale(&self) -> &str {
        &self.channel.default_locale
    }
    /// Whether prices include tax.
    async fn tax_inclusive(&self) -> bool {
        self.channel.tax_inclusive
    }
    /// Answers requests that name no channel.
    async fn is_default(&self) -> bool {
        self.channel.is_default
    }
    /// Where its stock comes from.
    async fn warehouses(&self) -> Vec<Warehouse> {
        let sells_from = |warehouse: &&domain::Warehouse| self.channel.warehouse_ids.contains(&warehouse.id);
        self.warehouses.iter().filter(sells_from).map(warehouse::told).collect()
    }
    /// Where prices are worked out for until an address is known; null: no tax is shown before.
    async fn place(&self) -> Option<ChannelPlace> {
        self.place.as_ref().map(|place| ChannelPlace {
            country_code: place.country.code().to_owned(),
            region: place.region.clone(),
            postal_code: place.postal_code.clone(),
        })
    }
}

/// Queries for channels.
#[derive(Default)]
pub struct ManagedChannelQuery;

#[Object(crate = "crate::execution")]
impl ManagedChannelQuery {
    /// For staff: every channel, the default first.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsRead]))]
    async fn managed_channels(&self, ctx: &Context<'_>) -> Result<Vec<ManagedChannel>> {
        ManagedChannel::all(ctx).await
    }
}

direct!(ManagedChannel {});
direct!(ManagedChannelQuery {});
governed! {
    Decision::Never => ManagedChannel;
    Decision::Part => ManagedChannelQuery;
}
