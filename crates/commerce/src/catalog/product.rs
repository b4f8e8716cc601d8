//! Products: made, changed, deleted, one or many.
use super::{
    Answer, BulkDone, MediaInput, ProductInput, PublicationInput, VariantInput,
    bulk::{Bulk, MOST_ITEMS, too_many},
    checks::Checks,
    desk::{Desk, finish},
    media, publication, slug,
    variant::add,
};
use crate::{account::Moment, staff::OnError};
use tradewind_domain::product::Product;
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

/// A product that is not there yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewProduct {
    /// Its own fields; the title is needed.
    pub product: ProductInput,
    /// In display order.
    pub variants: Vec<VariantInput>,
    /// In display order; the first is the featured one.
    pub media: Vec<MediaInput>,
    /// Where and from when it is shown.
    pub publications: Vec<PublicationInput>,
}

/// What is to become of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductUpdate {
    /// Which.
    pub id: Uuid,
    /// What is to be another.
    pub product: ProductInput,
}

/// Makes a product, with all below it.
pub async fn product_create(tx: &WriteTx, new: &NewProduct, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let id = moment.id();
    let title = new.product.title.as_deref().unwrap_or_default();
    let made = slug::candidates(title, "product", id);
    let wanted = new.product.slug.iter().map(|slug| slug.trim().to_owned());
    let mut desk = Desk::open(tx, &[], wanted.chain(made.iter().cloned()).collect()).await?;
    let free = made.into_iter().find(|slug| !desk.slugs().contains_key(slug)).unwrap_or_default();
    let mut checks = Checks::new();
    let mut draft = Product::draft(id, String::new(), String::new(), moment.now());
    if new.product.slug.is_none() {
        draft.slug = free;
    }
    desk.create(draft, &mut checks, |product, around, checks| {
        if new.product.title.is_none() {
            checks.refuse(super::CatalogCode::Required, "title", "The product has no title: write one.");
        }
        new.product.apply(checks, product, around);
        media::append(checks, product, &new.media, moment);
        checks.at_most(MOST_ITEMS, "variants", new.variants.len());
        checks.each("variants", &new.variants, |checks, input| {
            add(checks, product, around, input, moment);
        });
        publication::set(checks, product, around.shop, &new.publications, moment.now());
    });
    finish(tx, desk, checks, "productCreate", id, moment.now()).await
}

/// Changes a product's own fields.
pub async fn product_update(tx: &WriteTx, update: &ProductUpdate, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let mut desk = Desk::open(tx, &[update.id], wanted_slugs([update])).await?;
    let mut checks = Checks::new();
    edit(&mut desk, update, &mut checks);
    finish(tx, desk, checks, "productUpdate", update.id, moment.now()).await
}

/// Changes the own fields of many products.
pub async fn product_bulk_update(
    tx: &WriteTx,
    updates: &[ProductUpdate],
    on_error: OnError,
    moment: &mut Moment<'_>,
) -> Answer<BulkDone> {
    if let Some(refused) = too_many("inputs", updates.len(), MOST_ITEMS) {
        return Ok(Err(refused));
    }
    let ids: Vec<Uuid> = updates.iter().map(|update| update.id).collect();
    let mut desk = Desk::open(tx, &ids, wanted_slugs(updates)).await?;
    let mut bulk = Bulk::new("inputs");
    for update in updates {
        bulk.item(update.id, |checks| edit(&mut desk, update, checks));
    }
    bulk.finish(tx, desk, on_error, "productBulkUpdate", moment.now()).await
}

fn wanted_slugs<'u>(updates: impl IntoIterator<Item = &'u ProductUpdate>) -> Vec<String> {
    updates.into_iter().filter_map(|update| update.product.slug.as_ref()).map(|slug| slug.trim().to_owned()).collect()
}

fn edit(desk: &mut Desk, update: &ProductUpdate, checks: &mut Checks) {
    let expected = update.product.expected_updated_at;
    desk.edit(update.id, "id", expected, checks, |product, around, checks| {
        update.product.apply(checks, product, around);
    });
}

/// Deletes a product with its variants, pictures and reviews. Orders keep their lines. Refused while a checkout holds units.
pub async fn product_delete(tx: &WriteTx, id: Uuid, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let mut desk = Desk::open(tx, &[id], Vec::new()).await?;
    desk.look_for_holds(tx).await?;
    let mut checks = Checks::new();
    desk.delete(id, "id", &mut checks);
    finish(tx, desk, checks, "productDelete", id, moment.now()).await
}

/// Deletes many products.
pub async fn product_bulk_delete(
    tx: &WriteTx,
    ids: &[Uuid],
    on_error: OnError,
    moment: &mut Moment<'_>,
) -> Answer<BulkDone> {
    if let Some(refused) = too_many("ids", ids.len(), MOST_ITEMS) {
        return Ok(Err(refused));
    }
    let mut desk = Desk::open(tx, ids, Vec::new()).await?;
    desk.look_for_holds(tx).await?;
    let mut bulk = Bulk::new("ids");
    for id in ids {
        bulk.item(*id, |checks| desk.delete(*id, "", checks));
    }
    bulk.finish(tx, desk, on_error, "productBulkDelete", moment.now()).await
}
