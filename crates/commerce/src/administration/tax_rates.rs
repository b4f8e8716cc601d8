//! The shop's table of tax rates.
use super::{
    Answer, refuse,
    text::{line, optional_line},
};
use crate::{
    account::{
        Moment,
        refusal::{Checks, codes},
    },
    staff::Audited,
};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    tax::TaxRate,
    tax_table::TaxRule,
    zone::Zone,
};
use tradewind_persistence::write::{WriteTx, delete_tax_rules, lock_tax_rule, save_tax_rules};
use uuid::Uuid;

codes! {
    /// Why a tax rate is not changed.
    Code {
        /// There is no such tax rate.
        NotFound = "TAX_RATE_NOT_FOUND",
        /// The name is empty, too long, or has a line break.
        InvalidName = "INVALID_NAME",
        /// The layer is empty, too long, or has a line break.
        InvalidLayer = "INVALID_LAYER",
        /// The tax category is too long, or has a line break.
        InvalidCategory = "INVALID_CATEGORY",
        /// A region or postal code is too long, or has a line break.
        InvalidZone = "INVALID_ZONE",
    }
}

fn kept(rule: &TaxRule) -> Value {
    json!({
        "name": rule.rate.name,
        "ratePpm": rule.rate.rate,
        "layer": rule.layer,
        "zone": rule.zone,
        "category": rule.category,
    })
}

/// Makes a rate, or replaces the one of the id as a whole; the id of the rule that is given does not matter.
pub async fn save(tx: &WriteTx, id: Option<Uuid>, rule: &TaxRule, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let before = match id {
        None => None,
        Some(id) => match lock_tax_rule(tx, id).await? {
            Some(before) => Some(before),
            None => return none(),
        },
    };
    let mut checks = Checks::new();
    let name = checks.take("name", line(&rule.rate.name, 200).map_err(|why| (Code::InvalidName, why)));
    let layer = checks.take("layer", line(&rule.layer, 100).map_err(|why| (Code::InvalidLayer, why)));
    let category = rule.category.as_deref().unwrap_or_default();
    let category = checks.take("category", optional_line(category, 100).map_err(|why| (Code::InvalidCategory, why)));
    let zone = checks.take("zone", zone(&rule.zone).map_err(|why| (Code::InvalidZone, why)));
    let (Some(name), Some(layer), Some(category), Some(zone)) = (name, layer, category, zone) else {
        return Ok(Err(checks.refused()));
    };
    let after = TaxRule {
        id: id.unwrap_or_else(|| moment.id()),
        layer,
        zone,
        category: Some(category).filter(|category| !category.is_empty()),
        rate: TaxRate { name, rate: rule.rate.rate },
    };
    if before.as_ref() == Some(&after) {
        return Ok(Ok(Audited::unchanged(after.id)));
    }
    save_tax_rules(tx, std::slice::from_ref(&after), moment.now()).await?;
    let change = match before {
        None => Change::created("taxRateSave", Subject::TaxRate, after.id, kept(&after)),
        Some(before) => Change::updated("taxRateSave", Subject::TaxRate, after.id, kept(&before), kept(&after)),
    };
    Ok(Ok(Audited::new(after.id, change)))
}

/// A zone with texts that can be stored; what is empty in it is left out.
pub(super) fn zone(zone: &Zone) -> Result<Zone, String> {
    let Zone::In { country, region, postal_prefix } = zone else { return Ok(Zone::Everywhere) };
    let part = |part: &Option<String>| {
        let part = optional_line(part.as_deref().unwrap_or_default(), 20)?;
        Ok::<_, String>(Some(part).filter(|part| !part.is_empty()))
    };
    Ok(Zone::In { country: *country, region: part(region)?, postal_prefix: part(postal_prefix)? })
}

fn none<T>() -> Answer<T, Code> {
    refuse(Code::NotFound, "id", "There is no such tax rate: look at `taxRates`.")
}

/// Deletes a rate; orders keep what was due.
pub async fn delete(tx: &WriteTx, id: Uuid) -> Answer<Uuid, Code> {
    let Some(before) = lock_tax_rule(tx, id).await? else { return none() };
    delete_tax_rules(tx, &[id]).await?;
    Ok(Ok(Audited::new(id, Change::deleted("taxRateDelete", Subject::TaxRate, id, kept(&before)))))
}
