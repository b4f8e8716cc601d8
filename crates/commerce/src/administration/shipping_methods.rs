//! Ways to send goods.
use super::{Answer, refuse, tax_rates::zone, text::line};
use crate::{
    account::{
        Moment, Outcome,
        refusal::{Refused, codes, refused_field},
    },
    staff::Audited,
};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    refusal::Refusal,
    shipping::{ShippingError, ShippingErrorCode, ShippingMethod},
};
use tradewind_persistence::write::{WriteTx, delete_shipping_methods, lock_shipping_method, save_shipping_methods};
use uuid::Uuid;

codes! {
    /// Why a shipping method is not changed.
    Code {
        /// There is no such shipping method.
        NotFound = "SHIPPING_METHOD_NOT_FOUND",
        /// The name is empty, has too many characters, or a line break.
        InvalidName = "INVALID_NAME",
        /// There is no place that it sends to.
        NoZones = "NO_ZONES",
        /// A region or postal code is too long, or has a line break.
        InvalidZone = "INVALID_ZONE",
        /// A price or limit is negative.
        InvalidAmount = "INVALID_AMOUNT",
        /// A price by weight or subtotal has no steps, or two up to the same limit.
        InvalidTiers = "INVALID_TIERS",
        /// It takes longer at least than at most.
        InvalidDays = "INVALID_DAYS",
        /// The tax category is empty, too long, or has a line break.
        InvalidCategory = "INVALID_CATEGORY",
        /// A list is too long.
        TooMany = "TOO_MANY_VALUES",
    }
}

impl From<ShippingErrorCode> for Code {
    fn from(code: ShippingErrorCode) -> Self {
        match code {
            ShippingErrorCode::InvalidName => Self::InvalidName,
            ShippingErrorCode::NoZones => Self::NoZones,
            ShippingErrorCode::InvalidAmount => Self::InvalidAmount,
            ShippingErrorCode::InvalidTiers => Self::InvalidTiers,
            ShippingErrorCode::InvalidDays => Self::InvalidDays,
        }
    }
}

/// Zones of one method, places of one zone, channels, and steps of one price.
const MOST: usize = 300;

fn kept(method: &ShippingMethod, enabled: bool) -> Value {
    json!({
        "name": method.name,
        "channelIds": method.channel_ids,
        "currencyCode": method.currency,
        "taxCategory": method.tax_category,
        "zones": method.zones,
        "heaviestGrams": method.heaviest_grams,
        "position": method.position,
        "isEnabled": enabled,
    })
}

fn none<T>() -> Answer<T, Code> {
    refuse(Code::NotFound, "id", "There is no such shipping method: look at `shippingMethods`.")
}

/// Makes a method, which is offered at once, or replaces the one of the id as a whole, offered or not as it was; the id
/// of the method that is given does not matter.
pub async fn save(
    tx: &WriteTx,
    id: Option<Uuid>,
    method: &ShippingMethod,
    moment: &mut Moment<'_>,
) -> Answer<Uuid, Code> {
    let before = match id {
        None => None,
        Some(id) => match lock_shipping_method(tx, id).await? {
            Some(before) => Some(before),
            None => return none(),
        },
    };
    let mut after = match checked(method.clone()) {
        Ok(method) => method,
        Err(refused) => return Ok(Err(refused)),
    };
    after.id = id.unwrap_or_else(|| moment.id());
    let enabled = before.as_ref().is_none_or(|(_, enabled)| *enabled);
    let change = match before {
        None => Change::created("shippingMethodSave", Subject::ShippingMethod, after.id, kept(&after, enabled)),
        Some((before, _)) if before == after => return Ok(Ok(Audited::unchanged(after.id))),
        Some((before, _)) => {
            let (before, now) = (kept(&before, enabled), kept(&after, enabled));
            Change::updated("shippingMethodSave", Subject::ShippingMethod, after.id, before, now)
        }
    };
    let id = after.id;
    save_shipping_methods(tx, &[(after, enabled)], moment.now()).await?;
    Ok(Ok(Audited::new(id, change)))
}

/// The method as it is stored, or all that is wrong with it.
fn checked(mut method: ShippingMethod) -> Outcome<ShippingMethod, Code> {
    let mut refused: Vec<Refused<Code>> = Vec::new();
    match line(&method.name, usize::MAX) {
        Ok(name) => method.name = name,
        Err(why) if !method.name.trim().is_empty() => refused.extend(refused_field(Code::InvalidName, "name", &why)),
        // The domain has words for it.
        Err(_) => {}
    }
    match line(&method.tax_category, 100) {
        Ok(category) => method.tax_category = category,
        Err(why) => refused.extend(refused_field(Code::InvalidCategory, "taxCategory", &why)),
    }
    refused.extend(mistakes(&method));
    refused.extend(too_many(&method));
    for (place, of_zone) in method.zones.iter_mut().enumerate() {
        for named in &mut of_zone.zones {
            match zone(named) {
                Ok(clean) => *named = clean,
                Err(why) => {
                    refused.extend(refused_field(Code::InvalidZone, &format!("zones.{place}.places"), &why));
                }
            }
        }
    }
    if refused.is_empty() { Ok(method) } else { Err(refused) }
}

/// The domain's mistakes, each with its place: those of the method alone, then of each zone alone.
fn mistakes(method: &ShippingMethod) -> Vec<Refused<Code>> {
    let told = |field: &str, error: ShippingError| refused_field(error.code().into(), field, &error.to_string());
    let alone = ShippingMethod { zones: Vec::new(), ..method.clone() };
    let of_method = alone.mistakes().into_iter().filter(|error| match error {
        ShippingError::NoZones => method.zones.is_empty(),
        _ => true,
    });
    let field = |error: &ShippingError| match error {
        ShippingError::Name(_) => "name",
        ShippingError::Negative(_) => "heaviestGrams",
        _ => "zones",
    };
    let mut refused: Vec<_> = of_method.flat_map(|error| told(field(&error), error)).collect();
    for (place, zone) in method.zones.iter().enumerate() {
        let zones = vec![zone.clone()];
        let only = ShippingMethod { name: "-".to_owned(), heaviest_grams: None, zones, ..alone.clone() };
        let field = format!("zones.{place}");
        refused.extend(only.mistakes().into_iter().flat_map(|error| told(&field, error)));
    }
    refused
}

fn too_many(method: &ShippingMethod) -> Vec<Refused<Code>> {
    use tradewind_domain::shipping::ShippingPrice::{BySubtotal, ByWeight, Flat};
    let mut lists = vec![("channelIds".to_owned(), method.channel_ids.len()), ("zones".to_owned(), method.zones.len())];
    for (place, zone) in method.zones.iter().enumerate() {
        lists.push((format!("zones.{place}.places"), zone.zones.len()));
        match &zone.price {
            Flat(_) => {}
            ByWeight(tiers) | BySubtotal(tiers) => lists.push((format!("zones.{place}.price"), tiers.len())),
        }
    }
    let message = format!("The list is too long: name at most {MOST}.");
    let too_long = lists.into_iter().filter(|(_, length)| *length > MOST);
    too_long.flat_map(|(field, _)| refused_field(Code::TooMany, &field, &message)).collect()
}

/// Offers a method, or no more. Checkouts that have chosen it keep it.
pub async fn enable(tx: &WriteTx, id: Uuid, enabled: bool, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let Some((method, before)) = lock_shipping_method(tx, id).await? else { return none() };
    if before == enabled {
        return Ok(Ok(Audited::unchanged(id)));
    }
    let (old, new) = (kept(&method, before), kept(&method, enabled));
    save_shipping_methods(tx, &[(method, enabled)], moment.now()).await?;
    let action = if enabled { "shippingMethodEnable" } else { "shippingMethodDisable" };
    Ok(Ok(Audited::new(id, Change::updated(action, Subject::ShippingMethod, id, old, new))))
}

/// Deletes a method; orders keep how they were sent.
pub async fn delete(tx: &WriteTx, id: Uuid) -> Answer<Uuid, Code> {
    let Some((method, enabled)) = lock_shipping_method(tx, id).await? else { return none() };
    delete_shipping_methods(tx, &[id]).await?;
    let before = kept(&method, enabled);
    Ok(Ok(Audited::new(id, Change::deleted("shippingMethodDelete", Subject::ShippingMethod, id, before))))
}
