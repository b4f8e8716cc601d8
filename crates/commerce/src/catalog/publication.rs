//! Where and from when a product is shown.
use super::{
    Answer, CatalogCode,
    checks::{Checks, shown},
    desk::{Desk, finish},
};
use crate::account::Moment;
use chrono::{DateTime, SubsecRound, Utc};
use std::collections::BTreeSet;
use tradewind_domain::product::{Product, Publication};
use tradewind_persistence::write::{Shop, WriteTx};
use uuid::Uuid;

/// A channel in which a product is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationInput {
    /// The channel's code.
    pub channel: String,
    /// From when; None: from now, or as it is where it is published already.
    pub published_at: Option<DateTime<Utc>>,
}

/// Publishes it in the channels that are named.
pub(super) fn set(
    checks: &mut Checks,
    product: &mut Product,
    shop: &Shop,
    inputs: &[PublicationInput],
    now: DateTime<Utc>,
) {
    let mut seen = BTreeSet::new();
    checks.each("publications", inputs, |checks, input| {
        let Some(channel_id) = channel(checks, "channel", shop, &input.channel) else { return };
        if !seen.insert(channel_id) {
            checks.refuse(CatalogCode::Duplicate, "channel", "The channel stands twice: leave one out.");
        }
        let stored = product.publications.iter().find(|it| it.channel_id == channel_id).map(|it| it.published_at);
        let published_at = input.published_at.map(|at| at.trunc_subsecs(6)).or(stored).unwrap_or(now);
        product.publications.retain(|it| it.channel_id != channel_id);
        product.publications.push(Publication { channel_id, published_at });
    });
}

fn channel(checks: &mut Checks, field: &str, shop: &Shop, code: &str) -> Option<Uuid> {
    let found = shop.channels.iter().find(|channel| channel.code == code);
    if found.is_none() {
        checks.refuse(CatalogCode::NotFound, field, format!("There is no channel `{}`.", shown(code)));
    }
    found.map(|channel| channel.id)
}

/// Shows a product in channels. Shoppers see it where it is active, and a variant has a price.
pub async fn publish(
    tx: &WriteTx,
    product_id: Uuid,
    inputs: &[PublicationInput],
    moment: &mut Moment<'_>,
) -> Answer<Uuid> {
    let (mut desk, mut checks) = (Desk::open(tx, &[product_id], Vec::new()).await?, Checks::new());
    desk.edit(product_id, "id", None, &mut checks, |product, around, checks| {
        if inputs.is_empty() {
            checks.refuse(CatalogCode::Required, "publications", "No channel is named: name at least one.");
        }
        set(checks, product, around.shop, inputs, moment.now());
    });
    finish(tx, desk, checks, "productPublish", product_id, moment.now()).await
}

/// Shows a product in channels no more.
pub async fn unpublish(tx: &WriteTx, product_id: Uuid, channels: &[String], moment: &mut Moment<'_>) -> Answer<Uuid> {
    let (mut desk, mut checks) = (Desk::open(tx, &[product_id], Vec::new()).await?, Checks::new());
    desk.edit(product_id, "id", None, &mut checks, |product, around, checks| {
        if channels.is_empty() {
            checks.refuse(CatalogCode::Required, "channels", "No channel is named: name at least one.");
        }
        for (place, code) in channels.iter().enumerate() {
            if let Some(id) = channel(checks, &format!("channels.{place}"), around.shop, code) {
                product.publications.retain(|it| it.channel_id != id);
            }
        }
    });
    finish(tx, desk, checks, "productUnpublish", product_id, moment.now()).await
}
