//! Making and changing channels.
use super::{
    channel::ManagedChannel, errors::ChannelUserError, money_input::currency, object::objects,
    promotion_input::typed_ids, zone::country,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    directory::Directory,
    error::database,
    execution::direct,
    mutation::{Keep, refusals, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use futures_util::FutureExt;
use std::sync::Arc;
use tradewind_commerce::{
    account::Outcome,
    administration::channels::{self, ChannelUpdate, Code, Place},
};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

/// Where a channel's prices are worked out for until an address is known.
#[derive(Clone, Debug, InputObject)]
pub struct ChannelPlaceInput {
    /// ISO 3166-1, two letters.
    pub country_code: String,
    /// A state or province; may be empty.
    #[graphql(default)]
    pub region: String,
    /// May be empty.
    #[graphql(default)]
    pub postal_code: String,
}

/// A channel.
#[derive(Clone, Debug, InputObject)]
pub struct ChannelCreateInput {
    /// What the header `Tradewind-Channel` names: letters a to z, digits, hyphens; unique.
    pub code: String,
    /// For people; at most 100 characters.
    pub name: String,
    /// ISO 4217 code of every price in the channel. It stays once something is priced or sold in the channel.
    pub currency_code: String,
    /// BCP 47 tag, such as `de-DE`.
    pub default_locale: String,
    /// Whether prices include tax.
    pub tax_inclusive: bool,
    /// Whether it answers requests that name no channel, instead of the one that did.
    #[graphql(default)]
    pub is_default: bool,
    /// Ids of the warehouses that its stock comes from.
    #[graphql(default)]
    pub warehouse_ids: Vec<ID>,
    /// Where prices are worked out for until an address is known; null: no tax is shown before.
    pub place: Option<ChannelPlaceInput>,
}

/// What is to be different of a channel; what is left out stays.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ChannelUpdateInput {
    /// What the header `Tradewind-Channel` names: letters a to z, digits, hyphens; unique.
    pub code: Option<String>,
    /// For people; at most 100 characters.
    pub name: Option<String>,
    /// ISO 4217 code of every price in the channel; refused once something is priced or was sold in it.
    pub currency_code: Option<String>,
    /// BCP 47 tag, such as `de-DE`.
    pub default_locale: Option<String>,
    /// Whether prices include tax.
    pub tax_inclusive: Option<bool>,
    /// True: it answers requests that name no channel, instead of the one that did.
    pub is_default: Option<bool>,
    /// Ids of the warehouses that its stock comes from.
    pub warehouse_ids: Option<Vec<ID>>,
    /// Where prices are worked out for until an address is known; null: no tax is shown before.
    pub place: MaybeUndefined<ChannelPlaceInput>,
}

objects! {
    /// A channel.
    ChannelPayload {
        /// The channel, as it is now; null where nothing was done.
        channel: Option<ManagedChannel>,
        /// Why nothing was done.
        user_errors: Vec<ChannelUserError>,
    }
}

impl ChannelPlaceInput {
    fn read(&self) -> Result<Place> {
        let country = country("input.place.countryCode", &self.country_code)?;
        Ok(Place { country, region: self.region.clone(), postal_code: self.postal_code.clone() })
    }
}

fn warehouses(ids: &[ID]) -> Result<Vec<Uuid>> {
    typed_ids("input.warehouseIds", ids, NodeKind::Warehouse)
}

/// The next request of this process knows the channel, also where there is no cache that tells it.
async fn payload(ctx: &Context<'_>, outcome: Outcome<Uuid, Code>) -> Result<ChannelPayload> {
    let channel = match &outcome {
        Ok(id) => {
            ctx.data_unchecked::<Arc<Directory>>().refresh(&ctx.request().db).await.map_err(database)?;
            ManagedChannel::load(ctx, *id).await?
        }
        Err(_) => None,
    };
    Ok(ChannelPayload { channel, user_errors: refusals(ctx, outcome) })
}

/// Mutations about channels.
#[derive(Default)]
pub struct ChannelMutations;

#[Object(crate = "crate::execution")]
impl ChannelMutations {
    /// For staff: makes a channel. Nothing is published or priced in it yet.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn channel_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel.")] input: ChannelCreateInput,
    ) -> Result<ChannelPayload> {
        let currency = currency("input.currencyCode", &input.currency_code)?;
        let parts = ChannelUpdate {
            code: Some(input.code),
            name: Some(input.name),
            currency: None,
            default_locale: Some(input.default_locale),
            tax_inclusive: Some(input.tax_inclusive),
            is_default: Some(true).filter(|_| input.is_default),
            warehouse_ids: Some(warehouses(&input.warehouse_ids)?),
            place: Some(input.place.map(|place| place.read()).transpose()?),
        };
        let state = (currency, parts);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(currency, parts), tx, moment| {
            channels::create(tx, *currency, parts, moment).boxed()
        });
        payload(ctx, outcome.await?).await
    }

    /// For staff: changes a channel. Requests see it at once; prices that shoppers have not paid yet are worked out anew.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn channel_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the channel.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: ChannelUpdateInput,
    ) -> Result<ChannelPayload> {
        let place = match input.place {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(place) => Some(Some(place.read()?)),
        };
        let parts = ChannelUpdate {
            code: input.code,
            name: input.name,
            currency: input.currency_code.map(|code| currency("input.currencyCode", &code)).transpose()?,
            default_locale: input.default_locale,
            tax_inclusive: input.tax_inclusive,
            is_default: input.is_default,
            warehouse_ids: input.warehouse_ids.map(|ids| warehouses(&ids)).transpose()?,
            place,
        };
        let state = (typed_id("id", &id, NodeKind::Channel)?, parts);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, parts), tx, moment| {
            channels::update(tx, *id, parts, moment).boxed()
        });
        payload(ctx, outcome.await?).await
    }
}

direct!(ChannelMutations {});
governed! {
    Decision::Part => ChannelMutations;
}
