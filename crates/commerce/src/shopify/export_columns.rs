//! The columns of an export: the classic ones, then what is in use.
use super::{
    columns::metafield_column,
    field::{CATEGORY_KEY, COLUMN_NAMESPACE, Field, KEPT, Kept, STATUS_KEY, TRACKER_KEY, name_of},
    target::Target,
};
use std::collections::BTreeMap;
use tradewind_domain::{
    category::taxonomy_path,
    channel::Channel,
    product::{Attribute, Product},
};
use tradewind_persistence::write::{CategoryTree, Shop};
use uuid::Uuid;

/// The shop around the products.
pub(crate) struct Layout {
    pub(crate) target: Target,
    categories: CategoryTree,
    /// Channels with columns of their own, with the market's name in the header.
    pub(crate) markets: Vec<(Channel, String)>,
    /// Whether the main channel needs an `Included` column, because there are others.
    pub(crate) main_market: Option<String>,
}

/// Where an attribute is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AttributeKey {
    pub(crate) of_product: bool,
    pub(crate) namespace: String,
    pub(crate) key: String,
}

/// Attribute columns in use, with their header.
#[derive(Default)]
pub(crate) struct ExportColumns {
    used: BTreeMap<AttributeKey, String>,
}

/// A column that every export has.
#[derive(Clone, Copy)]
pub(crate) enum Always {
    Field(Field),
    Kept(&'static Kept),
}

/// Every field, with the kept columns where Shopify's classic export has them: behind the field named first.
const KEPT_BEHIND: &[(Field, &[&str])] = &[
    (Field::Policy, &["Variant Fulfillment Service"]),
    (
        Field::CompareAt,
        &[
            "Variant Requires Shipping",
            "Variant Taxable",
            "Unit Price Total Measure",
            "Unit Price Total Measure Unit",
            "Unit Price Base Measure",
            "Unit Price Base Measure Unit",
        ],
    ),
    (Field::ImageAlt, &["Gift Card"]),
    (
        Field::SeoDescription,
        &[
            "Google Shopping / Google Product Category",
            "Google Shopping / Gender",
            "Google Shopping / Age Group",
            "Google Shopping / MPN",
            "Google Shopping / AdWords Grouping",
            "Google Shopping / AdWords Labels",
            "Google Shopping / Condition",
            "Google Shopping / Custom Product",
            "Google Shopping / Custom Label 0",
            "Google Shopping / Custom Label 1",
            "Google Shopping / Custom Label 2",
            "Google Shopping / Custom Label 3",
            "Google Shopping / Custom Label 4",
        ],
    ),
    (Field::VariantImage, &["Variant Weight Unit", "Variant Tax Code", "Cost per item"]),
];

/// The fields in the order of Shopify's classic export.
const FIELD_ORDER: [Field; Field::COUNT] = [
    Field::Handle,
    Field::Title,
    Field::Body,
    Field::Vendor,
    Field::Category,
    Field::Type,
    Field::Tags,
    Field::Published,
    Field::Option1Name,
    Field::Option1Value,
    Field::Option1LinkedTo,
    Field::Option2Name,
    Field::Option2Value,
    Field::Option2LinkedTo,
    Field::Option3Name,
    Field::Option3Value,
    Field::Option3LinkedTo,
    Field::Sku,
    Field::Grams,
    Field::Tracker,
    Field::Quantity,
    Field::Policy,
    Field::Price,
    Field::CompareAt,
    Field::Barcode,
    Field::ImageSrc,
    Field::ImagePosition,
    Field::ImageAlt,
    Field::SeoTitle,
    Field::SeoDescription,
    Field::VariantImage,
    Field::Status,
];

/// All columns that every export has, in the classic order.
pub(crate) fn always() -> impl Iterator<Item = Always> {
    FIELD_ORDER.into_iter().flat_map(|field| {
        let behind = KEPT_BEHIND.iter().find(|(before, _)| *before == field).map_or(&[][..], |(_, names)| *names);
        let kept = behind.iter().filter_map(|name| KEPT.iter().find(|kept| kept.names[0] == *name));
        std::iter::once(Always::Field(field)).chain(kept.map(Always::Kept))
    })
}

impl Layout {
    pub(crate) fn new(shop: &Shop, target: Target) -> Self {
        let others = shop.channels.iter().filter(|channel| channel.id != target.main.id);
        let markets: Vec<_> = others.map(|channel| (channel.clone(), market_name(&target, channel))).collect();
        let main_market = (!markets.is_empty()).then(|| market_name(&target, &target.main));
        Self { target, categories: shop.categories.clone(), markets, main_market }
    }

    pub(crate) fn header(&self, columns: &ExportColumns) -> Vec<String> {
        let name = |column| match column {
            Always::Field(field) => name_of(field).to_owned(),
            Always::Kept(kept) => kept.names[0].to_owned(),
        };
        let mut header: Vec<String> = always().map(name).collect();
        header.extend(columns.used.values().cloned());
        header.extend(self.main_market.iter().map(|name| format!("Included / {name}")));
        for (_, name) in &self.markets {
            header.extend(["Included", "Price", "Compare At Price"].map(|fact| format!("{fact} / {name}")));
        }
        header
    }

    /// The path of a category, as long as an import finds the way back.
    pub(crate) fn category(&self, id: Uuid) -> String {
        let names = self.categories.path(id);
        let text = names.join(" > ");
        // A name may itself contain the sign; the import keeps such a product where it is.
        if taxonomy_path(&text).is_empty() { String::new() } else { text }
    }
}

/// The name if it means this channel and no other, the code otherwise.
fn market_name(target: &Target, channel: &Channel) -> String {
    let meant = target.channel(&channel.name).is_some_and(|found| found.id == channel.id);
    let plain = !channel.name.is_empty() && channel.name == channel.name.trim();
    if meant && plain { channel.name.clone() } else { channel.code.clone() }
}

impl ExportColumns {
    /// Notes the attribute columns that a product needs.
    pub(crate) fn note(&mut self, product: &Product) {
        let of_variants = product.variants.iter().flat_map(|variant| &variant.attributes);
        let all = product.attributes.iter().map(|a| (true, a)).chain(of_variants.map(|a| (false, a)));
        for (of_product, attribute) in all {
            if let Some(header) = header_of(of_product, attribute) {
                self.used.entry(key(of_product, attribute)).or_insert(header);
            }
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &AttributeKey> {
        self.used.keys()
    }

    /// Whether an attribute has a column.
    pub(crate) fn has(&self, of_product: bool, attribute: &Attribute) -> bool {
        let special = if of_product { [CATEGORY_KEY, STATUS_KEY] } else { [TRACKER_KEY, TRACKER_KEY] };
        let of_column = attribute.namespace == COLUMN_NAMESPACE
            && (special.contains(&attribute.key.as_str()) || kept(of_product, &attribute.key));
        of_column || self.used.contains_key(&key(of_product, attribute))
    }
}

fn kept(of_product: bool, key: &str) -> bool {
    KEPT.iter().any(|kept| kept.of_product == of_product && kept.names[0] == key)
}

fn key(of_product: bool, attribute: &Attribute) -> AttributeKey {
    AttributeKey { of_product, namespace: attribute.namespace.clone(), key: attribute.key.clone() }
}

/// The header of a column beyond the classic ones; None where there is none, or where an import would not read it as
/// this attribute.
fn header_of(of_product: bool, attribute: &Attribute) -> Option<String> {
    let Attribute { namespace, key, label, .. } = attribute;
    if namespace == COLUMN_NAMESPACE {
        let google = key.starts_with("Google Shopping / ") && key.trim() == key && !of_product && !kept(false, key);
        return google.then(|| key.clone());
    }
    let owner = if of_product { "product" } else { "variant" };
    let header = format!("{} ({owner}.metafields.{namespace}.{key})", label.trim());
    let header = header.trim().to_owned();
    let read = metafield_column(0, &header)?;
    (read.of_product == of_product && read.namespace == *namespace && read.key == *key).then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_export_has_every_known_column_once() {
        let columns: Vec<Always> = always().collect();
        let names: HashSet<&str> = columns
            .iter()
            .map(|column| match column {
                Always::Field(field) => name_of(*field),
                Always::Kept(kept) => kept.names[0],
            })
            .collect();
        assert_eq!(names.len(), columns.len());
        assert_eq!(columns.len(), Field::COUNT + KEPT.len());
    }
}
