//! Variants of a product, many at a time.
use super::{
    Answer, BulkDone, CatalogCode, VariantInput,
    bulk::{Bulk, MOST_ITEMS, too_many},
    checks::Checks,
    desk::{Around, Desk, HELD},
    variant_input::draft,
};
use crate::{account::Moment, shopify::limits::MAX_VARIANTS, staff::OnError};
use tradewind_domain::product::Product;
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

/// What is to become of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantUpdate {
    /// Which.
    pub id: Uuid,
    /// What is to be another.
    pub variant: VariantInput,
}

const MISSING: &str = "The product has no such variant.";

/// Adds a variant behind the others.
pub(super) fn add(
    checks: &mut Checks,
    product: &mut Product,
    around: &Around<'_>,
    input: &VariantInput,
    moment: &mut Moment<'_>,
) -> Uuid {
    let mut variant = draft(moment.id());
    let id = variant.id;
    input.apply(checks, product, around.shop, &mut variant);
    product.variants.push(variant);
    if product.variants.len() > MAX_VARIANTS {
        let message = format!("The product would have more than {MAX_VARIANTS} variants.");
        checks.refuse(CatalogCode::TooMany, "", message);
    }
    id
}

/// Adds variants to a product, behind the others.
pub async fn variant_bulk_create(
    tx: &WriteTx,
    product_id: Uuid,
    inputs: &[VariantInput],
    on_error: OnError,
    moment: &mut Moment<'_>,
) -> Answer<BulkDone> {
    let mut desk = match open(tx, product_id, "variants", inputs.len()).await? {
        Ok(desk) => desk,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut bulk = Bulk::new("variants");
    let now = moment.now();
    for input in inputs {
        // The id is known when the variant is made; it is a new one each time.
        bulk.item_of(|checks| {
            let mut id = Uuid::nil();
            desk.edit(product_id, "", None, checks, |product, around, checks| {
                id = add(checks, product, around, input, moment);
            });
            id
        });
    }
    bulk.finish(tx, desk, on_error, "productVariantBulkCreate", now).await
}

/// Changes variants of a product.
pub async fn variant_bulk_update(
    tx: &WriteTx,
    product_id: Uuid,
    updates: &[VariantUpdate],
    on_error: OnError,
    moment: &mut Moment<'_>,
) -> Answer<BulkDone> {
    let mut desk = match open(tx, product_id, "variants", updates.len()).await? {
        Ok(desk) => desk,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut bulk = Bulk::new("variants");
    for update in updates {
        bulk.item(update.id, |checks| {
            desk.edit(product_id, "", None, checks, |product, around, checks| {
                let Some(place) = product.variants.iter().position(|variant| variant.id == update.id) else {
                    return checks.refuse(CatalogCode::NotFound, "id", MISSING);
                };
                let mut variant = product.variants[place].clone();
                update.variant.apply(checks, product, around.shop, &mut variant);
                product.variants[place] = variant;
            });
        });
    }
    bulk.finish(tx, desk, on_error, "productVariantBulkUpdate", moment.now()).await
}

/// Deletes variants of a product. Orders keep their lines; carts say that it is gone. Refused while a checkout holds units.
pub async fn variant_bulk_delete(
    tx: &WriteTx,
    product_id: Uuid,
    ids: &[Uuid],
    on_error: OnError,
    moment: &mut Moment<'_>,
) -> Answer<BulkDone> {
    let mut desk = match open(tx, product_id, "ids", ids.len()).await? {
        Ok(desk) => desk,
        Err(refused) => return Ok(Err(refused)),
    };
    desk.look_for_holds(tx).await?;
    let mut bulk = Bulk::new("ids");
    for id in ids {
        bulk.item(*id, |checks| {
            desk.edit(product_id, "", None, checks, |product, around, checks| {
                if !product.variants.iter().any(|variant| variant.id == *id) {
                    checks.refuse(CatalogCode::NotFound, "", MISSING);
                } else if around.held.contains(id) {
                    checks.refuse(CatalogCode::UnitsHeld, "", HELD);
                }
                product.variants.retain(|variant| variant.id != *id);
            });
        });
    }
    bulk.finish(tx, desk, on_error, "productVariantBulkDelete", moment.now()).await
}

/// The product, for a list of changes that is not too long.
async fn open(
    tx: &WriteTx,
    product_id: Uuid,
    list: &str,
    length: usize,
) -> Result<crate::account::Outcome<Desk, CatalogCode>, tradewind_persistence::DbError> {
    if let Some(refused) = too_many(list, length, MOST_ITEMS) {
        return Ok(Err(refused));
    }
    let desk = Desk::open(tx, &[product_id], Vec::new()).await?;
    if desk.get(product_id).is_none() {
        let mut checks = Checks::new();
        checks.refuse(CatalogCode::NotFound, "productId", "There is no such product.");
        return Ok(Err(checks.refused()));
    }
    Ok(Ok(desk))
}
