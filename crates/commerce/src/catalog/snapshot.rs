//! What the audit log keeps of products.
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tradewind_domain::{
    audit::{Change, Subject},
    media::Media,
    option::ProductOption,
    product::{Attribute, Product},
    variant::Variant,
};
use tradewind_persistence::write::Shop;
use uuid::Uuid;

/// What differs between two states of a product: in the product itself, in each variant, in each picture. Of a product that
/// is deleted, its own row tells all.
pub(super) fn changes(
    action: &'static str,
    shop: &Shop,
    before: Option<&Product>,
    after: Option<&Product>,
) -> Vec<Change> {
    let Some(id) = after.or(before).map(|product| product.id) else { return Vec::new() };
    let mut changes = Vec::new();
    let own = |product: &Product| own(shop, product);
    changes.extend(change(action, Subject::Product, id, before.map(own), after.map(own)));
    let Some(after) = after else { return changes };
    let variants = |product: Option<&Product>| product.map(|it| it.variants.clone()).unwrap_or_default();
    let media = |product: Option<&Product>| product.map(|it| it.media.clone()).unwrap_or_default();
    let (old_variants, old_media) = (variants(before), media(before));
    for id in ids(old_variants.iter().chain(&after.variants).map(|variant| variant.id)) {
        let of = |variants: &[Variant]| variants.iter().find(|it| it.id == id).map(|it| variant(shop, it));
        changes.extend(change(action, Subject::Variant, id, of(&old_variants), of(&after.variants)));
    }
    for id in ids(old_media.iter().chain(&after.media).map(|media| media.id)) {
        let of = |media: &[Media]| media.iter().find(|it| it.id == id).map(medium);
        changes.extend(change(action, Subject::Media, id, of(&old_media), of(&after.media)));
    }
    changes
}

fn ids(ids: impl Iterator<Item = Uuid>) -> BTreeSet<Uuid> {
    ids.collect()
}

fn change(
    action: &'static str,
    subject: Subject,
    id: Uuid,
    before: Option<Value>,
    after: Option<Value>,
) -> Option<Change> {
    match (before, after) {
        (before, after) if before == after => None,
        (Some(before), Some(after)) => Some(Change::updated(action, subject, id, before, after)),
        (None, Some(after)) => Some(Change::created(action, subject, id, after)),
        (Some(before), None) => Some(Change::deleted(action, subject, id, before)),
        (None, None) => None,
    }
}

fn own(shop: &Shop, product: &Product) -> Value {
    let published = product.publications.iter().map(|it| (code(shop, it.channel_id), json!(it.published_at)));
    json!({
        "slug": product.slug,
        "title": product.title,
        "descriptionHtml": product.description_html,
        "vendor": product.vendor,
        "productType": product.product_type,
        "status": product.status.as_str(),
        "tags": product.tags,
        "categoryId": product.category_id,
        "seoTitle": product.seo_title,
        "seoDescription": product.seo_description,
        "options": product.options.iter().map(option).collect::<Vec<_>>(),
        "publications": published.collect::<Map<String, Value>>(),
        "attributes": attributes(&product.attributes),
        "mediaIds": product.media.iter().map(|media| media.id).collect::<Vec<_>>(),
    })
}

fn option(option: &ProductOption) -> Value {
    let values: Vec<Value> = option.values.iter().map(|it| json!({ "value": it.value, "swatch": it.swatch })).collect();
    json!({ "name": option.name, "values": values })
}

fn attributes(attributes: &[Attribute]) -> Map<String, Value> {
    attributes.iter().map(|it| (format!("{}.{}", it.namespace, it.key), json!(it.value))).collect()
}

fn variant(shop: &Shop, variant: &Variant) -> Value {
    let price = |amount: i64, compare_at: Option<i64>| json!({ "amount": amount, "compareAt": compare_at });
    let prices = variant.prices.iter().map(|it| (code(shop, it.channel_id), price(it.amount, it.compare_at)));
    json!({
        "sku": variant.sku,
        "barcode": variant.barcode,
        "optionValues": variant.option_values,
        "weightGrams": variant.weight_grams,
        "policy": variant.policy.as_str(),
        "tracked": variant.tracked,
        "mediaId": variant.media_id,
        "prices": prices.collect::<Map<String, Value>>(),
        "attributes": attributes(&variant.attributes),
    })
}

fn medium(media: &Media) -> Value {
    json!({ "url": media.url, "alt": media.alt, "width": media.width, "height": media.height })
}

/// The channel's code; its id where the channel has gone meanwhile.
fn code(shop: &Shop, id: Uuid) -> String {
    shop.channels.iter().find(|channel| channel.id == id).map_or_else(|| id.to_string(), |channel| channel.code.clone())
}
