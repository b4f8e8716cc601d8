//! The rows of one product: a variant and a picture each, as long as there are any.
use super::{
    export_columns::{Always, AttributeKey, ExportColumns, Layout, always},
    field::{CATEGORY_KEY, COLUMN_NAMESPACE, Field, STATUS_KEY, TRACKER_KEY},
    variant::default_option,
};
use tradewind_domain::{
    channel::Channel,
    media::Media,
    money::Money,
    product::{Attribute, Product, ProductStatus},
    stock::StockPolicy,
    variant::{Price, Variant},
};

/// What one row is about.
struct Line<'a> {
    layout: &'a Layout,
    product: &'a Product,
    first: bool,
    number: usize,
}

pub(crate) fn rows<'a>(
    layout: &'a Layout,
    columns: &'a ExportColumns,
    product: &'a Product,
) -> impl Iterator<Item = Vec<String>> + 'a {
    let count = product.variants.len().max(product.media.len()).max(1);
    (0..count).map(move |number| Line { layout, product, first: number == 0, number }.cells(columns))
}

impl<'a> Line<'a> {
    fn variant(&self) -> Option<&'a Variant> {
        self.product.variants.get(self.number)
    }

    fn media(&self) -> Option<&'a Media> {
        self.product.media.get(self.number)
    }

    fn cells(&self, columns: &ExportColumns) -> Vec<String> {
        let cell = |column| match column {
            Always::Field(field) => self.field(field),
            Always::Kept(kept) => self.attribute(kept.of_product, COLUMN_NAMESPACE, kept.names[0]),
        };
        let mut cells: Vec<String> = always().map(cell).collect();
        let used = columns.keys();
        cells.extend(
            used.map(|AttributeKey { of_product, namespace, key }| self.attribute(*of_product, namespace, key)),
        );
        if self.layout.main_market.is_some() {
            cells.push(self.included(&self.layout.target.main));
        }
        for (channel, _) in &self.layout.markets {
            cells.push(self.included(channel));
            cells.push(self.price(channel, |price| Some(price.amount)));
            cells.push(self.price(channel, |price| price.compare_at));
        }
        cells
    }

    fn field(&self, field: Field) -> String {
        match field {
            Field::Handle => self.product.slug.clone(),
            Field::ImageSrc => self.media().map_or_else(String::new, |media| media.url.clone()),
            Field::ImagePosition => self.media().map_or_else(String::new, |media| media.position.to_string()),
            Field::ImageAlt => self.media().map_or_else(String::new, |media| media.alt.clone()),
            _ => match self.of_product(field) {
                Some(text) => {
                    if self.first {
                        text
                    } else {
                        String::new()
                    }
                }
                None => self.variant().map_or_else(String::new, |variant| self.of_variant(variant, field)),
            },
        }
    }

    /// None: the field is not the product's.
    fn of_product(&self, field: Field) -> Option<String> {
        let product = self.product;
        let option = |number: usize| product.options.get(number);
        let name = |number: usize| option(number).map_or_else(String::new, |option| option.name.clone());
        let link = |number: usize| option(number).and_then(|option| option.linked_to.clone()).unwrap_or_default();
        Some(match field {
            Field::Title => product.title.clone(),
            Field::Body => product.description_html.clone(),
            Field::Vendor => product.vendor.clone(),
            Field::Category => match product.category_id {
                Some(id) => self.layout.category(id),
                None => value(&product.attributes, COLUMN_NAMESPACE, CATEGORY_KEY),
            },
            Field::Type => product.product_type.clone(),
            Field::Tags => product.tags.join(", "),
            Field::Published => word(!product.publications.is_empty()),
            Field::SeoTitle => product.seo_title.clone().unwrap_or_default(),
            Field::SeoDescription => product.seo_description.clone().unwrap_or_default(),
            Field::Status => self.status(),
            Field::Option1Name if product.options.is_empty() && !product.variants.is_empty() => {
                default_option()[0].to_owned()
            }
            Field::Option1Name => name(0),
            Field::Option2Name => name(1),
            Field::Option3Name => name(2),
            Field::Option1LinkedTo => link(0),
            Field::Option2LinkedTo => link(1),
            Field::Option3LinkedTo => link(2),
            _ => return None,
        })
    }

    fn status(&self) -> String {
        let kept = value(&self.product.attributes, COLUMN_NAMESPACE, STATUS_KEY);
        match self.product.status {
            ProductStatus::Draft if !kept.is_empty() => kept,
            status => status.as_str().to_owned(),
        }
    }

    fn of_variant(&self, variant: &Variant, field: Field) -> String {
        let choice = |number: usize| variant.option_values.get(number).cloned().unwrap_or_default();
        let main = &self.layout.target.main;
        match field {
            Field::Option1Value if self.product.options.is_empty() => default_option()[1].to_owned(),
            Field::Option1Value => choice(0),
            Field::Option2Value => choice(1),
            Field::Option3Value => choice(2),
            Field::Sku => variant.sku.clone().unwrap_or_default(),
            Field::Barcode => variant.barcode.clone().unwrap_or_default(),
            Field::Grams => variant.weight_grams.map_or_else(String::new, |grams| grams.to_string()),
            Field::Tracker if !variant.tracked => String::new(),
            Field::Tracker => match value(&variant.attributes, COLUMN_NAMESPACE, TRACKER_KEY) {
                name if name.is_empty() => "shopify".to_owned(),
                name => name,
            },
            Field::Quantity => {
                let mut levels = variant.stock.iter();
                let level = levels.find(|level| level.warehouse_id == self.layout.target.warehouse_id);
                level.map_or_else(String::new, |level| level.on_hand.to_string())
            }
            Field::Policy => match variant.policy {
                StockPolicy::Deny => "deny".to_owned(),
                StockPolicy::Backorder => "continue".to_owned(),
            },
            Field::Price => self.price(main, |price| Some(price.amount)),
            Field::CompareAt => self.price(main, |price| price.compare_at),
            Field::VariantImage => {
                let media = self.product.media.iter().find(|media| Some(media.id) == variant.media_id);
                media.map_or_else(String::new, |media| media.url.clone())
            }
            _ => String::new(),
        }
    }

    fn price(&self, channel: &Channel, part: impl Fn(&Price) -> Option<i64>) -> String {
        let price =
            self.variant().and_then(|variant| variant.prices.iter().find(|price| price.channel_id == channel.id));
        let amount = price.and_then(part).map(|minor| Money::new(minor, channel.currency).amount());
        amount.unwrap_or_default()
    }

    fn included(&self, channel: &Channel) -> String {
        let mut publications = self.product.publications.iter();
        match self.first {
            true => word(publications.any(|publication| publication.channel_id == channel.id)),
            false => String::new(),
        }
    }

    fn attribute(&self, of_product: bool, namespace: &str, key: &str) -> String {
        match (of_product, self.first, self.variant()) {
            (true, true, _) => value(&self.product.attributes, namespace, key),
            (false, _, Some(variant)) => value(&variant.attributes, namespace, key),
            _ => String::new(),
        }
    }
}

fn value(attributes: &[Attribute], namespace: &str, key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.namespace == namespace && attribute.key == key);
    found.map_or_else(String::new, |attribute| attribute.value.clone())
}

fn word(truth: bool) -> String {
    if truth { "true" } else { "false" }.to_owned()
}
