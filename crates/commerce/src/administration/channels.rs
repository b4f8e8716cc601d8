//! Channels: where the shop sells.
use super::{Answer, text};
use crate::{
    account::{
        Moment, Outcome,
        refusal::{Checks, Refused, codes, refused_field},
    },
    staff::Audited,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tradewind_domain::{
    audit::{Change, Subject},
    channel::Channel,
    country::Country,
    currency::Currency,
};
use tradewind_persistence::{
    DbError,
    write::{
        ChannelPlace, WriteTx, channel_in_use, channel_places, delete_channel_place, load_channels, load_warehouses,
        lock_channels, save_channel_places, save_channels,
    },
};
use uuid::Uuid;

codes! {
    /// Why a channel is not changed.
    Code {
        /// There is no such channel.
        NotFound = "CHANNEL_NOT_FOUND",
        /// The code has other characters than a to z, digits and hyphens, or too many.
        InvalidCode = "INVALID_CODE",
        /// Another channel has the code.
        CodeTaken = "CODE_TAKEN",
        /// The name is empty, too long, or has a line break.
        InvalidName = "INVALID_NAME",
        /// The locale is no BCP 47 tag.
        InvalidLocale = "INVALID_LOCALE",
        /// Something is priced in the channel, or was sold in it: its currency stays.
        CurrencyInUse = "CURRENCY_IN_USE",
        /// There is no such warehouse.
        WarehouseNotFound = "WAREHOUSE_NOT_FOUND",
        /// A region or postal code is too long, or has a line break.
        InvalidPlace = "INVALID_PLACE",
        /// Some channel must be the default: make another one the default instead.
        DefaultNeeded = "DEFAULT_CHANNEL_NEEDED",
        /// There are as many channels as a shop can have.
        TooMany = "TOO_MANY_CHANNELS",
    }
}

/// The most channels of a shop.
pub const MOST_CHANNELS: usize = 200;

/// Where a channel sells to until an address is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The country.
    pub country: Country,
    /// A state or province; may be empty.
    pub region: String,
    /// May be empty.
    pub postal_code: String,
}

/// What a channel is to be; what is None stays.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the parts of a channel")]
pub struct ChannelUpdate {
    pub code: Option<String>,
    pub name: Option<String>,
    pub currency: Option<Currency>,
    pub default_locale: Option<String>,
    pub tax_inclusive: Option<bool>,
    pub is_default: Option<bool>,
    pub warehouse_ids: Option<Vec<Uuid>>,
    /// `Some(None)`: no place any more.
    pub place: Option<Option<Place>>,
}

/// A channel with its place.
#[derive(Clone, PartialEq)]
struct Whole {
    channel: Channel,
    place: Option<ChannelPlace>,
}

fn kept(Whole { channel, place }: &Whole) -> Value {
    let place = place
        .as_ref()
        .map(|place| json!({ "country": place.country, "region": place.region, "postalCode": place.postal_code }));
    json!({
        "code": channel.code,
        "name": channel.name,
        "currencyCode": channel.currency,
        "defaultLocale": channel.default_locale,
        "taxInclusive": channel.tax_inclusive,
        "isDefault": channel.is_default,
        "warehouseIds": channel.warehouse_ids,
        "place": place,
    })
}

/// Makes a channel; nothing is published in it yet.
pub async fn create(
    tx: &WriteTx,
    currency: Currency,
    parts: &ChannelUpdate,
    moment: &mut Moment<'_>,
) -> Answer<Uuid, Code> {
    lock_channels(tx, false).await?;
    let all = load_channels(tx.into()).await?;
    if all.len() >= MOST_CHANNELS {
        let message = format!("A shop has at most {MOST_CHANNELS} channels.");
        return Ok(Err(vec![Refused { code: Code::TooMany, field: None, message, retry_after: None }]));
    }
    let channel = Channel {
        id: moment.id(),
        code: String::new(),
        name: String::new(),
        currency,
        default_locale: String::new(),
        tax_inclusive: false,
        // A shop without a channel needs one that answers.
        is_default: all.is_empty(),
        warehouse_ids: Vec::new(),
    };
    let id = channel.id;
    let new = Whole { channel, place: None };
    let after = match changed(tx, &all, &new, parts).await? {
        Ok(after) => after,
        Err(refused) => return Ok(Err(refused)),
    };
    let change = Change::created("channelCreate", Subject::Channel, id, kept(&after));
    Ok(save(tx, &new, &after, moment).await?.map(|()| Audited::new(id, change)))
}

/// Changes a channel. Its currency stays once anything was priced or sold in it: amounts mean nothing without theirs.
pub async fn update(tx: &WriteTx, id: Uuid, parts: &ChannelUpdate, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    lock_channels(tx, parts.currency.is_some()).await?;
    let all = load_channels(tx.into()).await?;
    let Some(channel) = all.iter().find(|channel| channel.id == id) else {
        return Ok(Err(refused_field(Code::NotFound, "id", "There is no such channel: look at `managedChannels`.")));
    };
    let place = channel_places(tx.into()).await?.into_iter().find(|place| place.channel_id == id);
    let before = Whole { channel: channel.clone(), place };
    let after = match changed(tx, &all, &before, parts).await? {
        Ok(after) => after,
        Err(refused) => return Ok(Err(refused)),
    };
    if after == before {
        return Ok(Ok(Audited::unchanged(id)));
    }
    if after.channel.currency != before.channel.currency && channel_in_use(tx.into(), id).await? {
        let message = "Something is priced in the channel, or was sold in it: make another channel for the currency.";
        return Ok(Err(refused_field(Code::CurrencyInUse, "currencyCode", message)));
    }
    let mut changes = vec![Change::updated("channelUpdate", Subject::Channel, id, kept(&before), kept(&after))];
    if after.channel.is_default && !before.channel.is_default {
        let old = all.iter().filter(|other| other.is_default);
        let told = |is_default: bool| json!({ "isDefault": is_default });
        changes
            .extend(old.map(|old| Change::updated("channelUpdate", Subject::Channel, old.id, told(true), told(false))));
    }
    Ok(save(tx, &before, &after, moment).await?.map(|()| Audited::all(id, changes)))
}

/// The channel as it is to be, or all that is wrong with that.
async fn changed(
    tx: &WriteTx,
    all: &[Channel],
    before: &Whole,
    parts: &ChannelUpdate,
) -> Result<Outcome<Whole, Code>, DbError> {
    let mut checks = Checks::new();
    let mut after = before.clone();
    let channel = &mut after.channel;
    let code = parts.code.as_deref().unwrap_or(&before.channel.code);
    if let Some(code) = checks.take("code", text::code(code).map_err(|why| (Code::InvalidCode, why))) {
        let is_taken = all.iter().any(|other| other.id != channel.id && other.code == code);
        let free = if is_taken { Err((Code::CodeTaken, "Another channel has this code.".to_owned())) } else { Ok(()) };
        checks.take("code", free);
        channel.code = code;
    }
    let name = parts.name.as_deref().unwrap_or(&before.channel.name);
    let name = checks.take("name", text::line(name, 100).map_err(|why| (Code::InvalidName, why)));
    channel.name = name.unwrap_or_default();
    let locale = parts.default_locale.as_deref().unwrap_or(&before.channel.default_locale).trim();
    let is_locale = || (Code::InvalidLocale, "Write a BCP 47 tag, such as de-DE.".to_owned());
    checks.take("defaultLocale", if text::is_locale(locale) { Ok(()) } else { Err(is_locale()) });
    channel.default_locale = locale.to_owned();
    channel.currency = parts.currency.unwrap_or(channel.currency);
    channel.tax_inclusive = parts.tax_inclusive.unwrap_or(channel.tax_inclusive);
    checks.take("isDefault", set_default(channel, parts.is_default));
    let warehouses = warehouses(tx, parts.warehouse_ids.as_deref()).await?;
    let mut refused = Vec::new();
    match warehouses {
        Ok(Some(ids)) => channel.warehouse_ids = ids,
        Ok(None) => {}
        Err(unknown) => refused = unknown,
    }
    if let Some(given) = &parts.place {
        let id = channel.id;
        let place = given.as_ref().map(|given| place(id, given)).transpose();
        after.place = checks.take("place", place.map_err(|why| (Code::InvalidPlace, why))).flatten();
    }
    refused.splice(0..0, checks.refused());
    Ok(if refused.is_empty() { Ok(after) } else { Err(refused) })
}

fn set_default(channel: &mut Channel, wanted: Option<bool>) -> Result<(), (Code, String)> {
    if channel.is_default && wanted == Some(false) {
        let message = "Requests that name no channel need one: make another one the default instead.";
        return Err((Code::DefaultNeeded, message.to_owned()));
    }
    channel.is_default = wanted.unwrap_or(channel.is_default);
    Ok(())
}

/// The ids, each once, if all of them are warehouses.
async fn warehouses(tx: &WriteTx, wanted: Option<&[Uuid]>) -> Result<Outcome<Option<Vec<Uuid>>, Code>, DbError> {
    let Some(wanted) = wanted else { return Ok(Ok(None)) };
    let known: BTreeSet<Uuid> = load_warehouses(tx.into()).await?.into_iter().map(|warehouse| warehouse.id).collect();
    let unknown = wanted.iter().enumerate().filter(|(_, id)| !known.contains(id));
    let refuse = |(place, _): (usize, &Uuid)| {
        let message = "There is no such warehouse: look at `warehouses`.";
        refused_field(Code::WarehouseNotFound, &format!("warehouseIds.{place}"), message)
    };
    let refused: Vec<_> = unknown.flat_map(refuse).collect();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let ids: BTreeSet<Uuid> = wanted.iter().copied().collect();
    Ok(Ok(Some(ids.into_iter().collect())))
}

fn place(channel_id: Uuid, given: &Place) -> Result<ChannelPlace, String> {
    let region = text::optional_line(&given.region, 100)?;
    let postal_code = text::optional_line(&given.postal_code, 20)?;
    Ok(ChannelPlace { channel_id, country: given.country, region, postal_code })
}

async fn save(
    tx: &WriteTx,
    before: &Whole,
    after: &Whole,
    moment: &mut Moment<'_>,
) -> Result<Outcome<(), Code>, DbError> {
    match save_channels(tx, std::slice::from_ref(&after.channel), moment.now()).await {
        Ok(()) => {}
        // One that was made meanwhile.
        Err(DbError::Constraint(_)) => {
            return Ok(Err(refused_field(Code::CodeTaken, "code", "Another channel has this code.")));
        }
        Err(error) => return Err(error),
    }
    match &after.place {
        _ if before.place == after.place => {}
        Some(place) => save_channel_places(tx, std::slice::from_ref(place)).await?,
        None => delete_channel_place(tx, after.channel.id).await?,
    }
    Ok(Ok(()))
}
