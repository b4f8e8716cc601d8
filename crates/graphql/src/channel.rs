//! Channels.
use crate::access::{AccessTo, Grant};
use crate::policy::{CATALOG, CacheControl, Decision, Governed as _, governed};
use crate::{context::Request as _, directory, directory::Directory, execution::direct};
use async_graphql::{Context, ID, Object};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};

/// Where the shop sells, in one currency. A request chooses with the header `Tradewind-Channel`.
#[derive(Clone)]
pub struct Channel(pub(crate) Arc<directory::Channel>);

/// Where the shop sells, in one currency. A request chooses with the header `Tradewind-Channel`.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Channel::DECISION))]
impl Channel {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Channel, self.0.row.id))
    }
    /// What the header names.
    async fn code(&self) -> &str {
        &self.0.row.code
    }
    /// For people.
    async fn name(&self) -> &str {
        &self.0.row.name
    }
    /// ISO 4217 code of every price in the channel.
    async fn currency_code(&self) -> &str {
        self.0.currency.code()
    }
    /// BCP 47 tag, such as `de-DE`.
    async fn default_locale(&self) -> &str {
        &self.0.row.default_locale
    }
    /// Whether prices include tax.
    async fn tax_inclusive(&self) -> bool {
        self.0.row.tax_inclusive
    }
    /// Answers requests that name no channel.
    async fn is_default(&self) -> bool {
        self.0.row.is_default
    }
}

/// Queries of channels.
#[derive(Default)]
pub struct ChannelQuery;

#[Object(crate = "crate::execution")]
impl ChannelQuery {
    /// The channel of this request.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn channel(&self, ctx: &Context<'_>) -> Channel {
        Channel(Arc::clone(&ctx.request().channel))
    }
    /// All channels, the default first.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn channels(&self, ctx: &Context<'_>) -> Vec<Channel> {
        // The schema is built with it.
        ctx.data_unchecked::<Arc<Directory>>().all().iter().cloned().map(Channel).collect()
    }
}

direct!(Channel {
    "id" => !id,
    "code" => !code,
    "name" => !name,
    "currencyCode" => !currency_code,
    "defaultLocale" => !default_locale,
    "taxInclusive" => !tax_inclusive,
    "isDefault" => !is_default,
});
direct!(ChannelQuery {});
governed! {
    CATALOG => Channel;
    Decision::Part => ChannelQuery;
}
