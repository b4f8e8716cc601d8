//! Prices of variants in channels.
use super::{
    Answer, BulkDone, CatalogCode,
    bulk::{Bulk, MOST_ITEMS},
    checks::{Checks, shown},
    desk::Desk,
};
use crate::{account::Moment, staff::OnError};
use std::collections::BTreeSet;
use tradewind_domain::variant::{Price, Variant};
use tradewind_persistence::write::{Shop, WriteTx, products_of_variants};
use uuid::Uuid;

/// Minor units of one price: sums of many lines stay far from the end of 64 bits.
const MOST_AMOUNT: i64 = 1_000_000_000_000;

/// What a variant costs in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceInput {
    /// The channel's code.
    pub channel: String,
    /// Minor units of the channel's currency; None: it is not sold there any more.
    pub amount: Option<i64>,
    /// The struck-through price; None: there is none.
    pub compare_at: Option<i64>,
}

/// Prices of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantPrices {
    /// Which.
    pub variant_id: Uuid,
    /// In the channels that are named; those in others stay.
    pub prices: Vec<PriceInput>,
}

/// Sets the prices in the channels that are named.
pub(super) fn set(checks: &mut Checks, shop: &Shop, variant: &mut Variant, prices: &[PriceInput]) {
    let mut seen = BTreeSet::new();
    checks.each("prices", prices, |checks, input| {
        let Some(channel) = shop.channels.iter().find(|channel| channel.code == input.channel) else {
            let message = format!("There is no channel `{}`.", shown(&input.channel));
            return checks.refuse(CatalogCode::NotFound, "channel", message);
        };
        if !seen.insert(channel.id) {
            checks.refuse(CatalogCode::Duplicate, "channel", "The channel stands twice: leave one out.");
        }
        variant.prices.retain(|price| price.channel_id != channel.id);
        match input.amount {
            Some(amount) => {
                check(checks, amount, input.compare_at);
                variant.prices.push(Price { channel_id: channel.id, amount, compare_at: input.compare_at });
            }
            None if input.compare_at.is_some() => {
                checks.refuse(CatalogCode::Required, "amount", "There is a struck-through price without a price.");
            }
            None => {}
        }
    });
}

fn check(checks: &mut Checks, amount: i64, compare_at: Option<i64>) {
    if !(0..=MOST_AMOUNT).contains(&amount) {
        let message = format!("The price is out of range: use 0 to {MOST_AMOUNT} minor units.");
        checks.refuse(CatalogCode::Invalid, "amount", message);
    }
    if compare_at.is_some_and(|was| was <= amount || was > MOST_AMOUNT) {
        let message = "The struck-through price is not above the price: raise it, or leave it out.";
        checks.refuse(CatalogCode::Invalid, "compareAt", message);
    }
}

/// Sets prices of many variants, of any products.
pub async fn variant_prices_set(
    tx: &WriteTx,
    inputs: &[VariantPrices],
    on_error: OnError,
    moment: &mut Moment<'_>,
) -> Answer<BulkDone> {
    if let Some(refused) = super::bulk::too_many("inputs", inputs.len(), MOST_ITEMS) {
        return Ok(Err(refused));
    }
    let variants: Vec<Uuid> = inputs.iter().map(|input| input.variant_id).collect();
    let products = products_of_variants(tx, variants).await?;
    let ids: BTreeSet<Uuid> = products.values().copied().collect();
    let mut desk = Desk::open(tx, &ids.into_iter().collect::<Vec<_>>(), Vec::new()).await?;
    let mut bulk = Bulk::new("inputs");
    for input in inputs {
        bulk.item(input.variant_id, |checks| {
            let Some(product_id) = products.get(&input.variant_id) else {
                return checks.refuse(CatalogCode::NotFound, "variantId", "There is no such variant.");
            };
            desk.edit(*product_id, "variantId", None, checks, |product, around, checks| {
                match product.variants.iter_mut().find(|variant| variant.id == input.variant_id) {
                    Some(variant) => set(checks, around.shop, variant, &input.prices),
                    None => checks.refuse(CatalogCode::NotFound, "variantId", "There is no such variant."),
                }
            });
        });
    }
    bulk.finish(tx, desk, on_error, "variantPricesSet", moment.now()).await
}
