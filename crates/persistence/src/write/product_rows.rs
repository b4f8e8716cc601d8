//! An aggregate as rows of its tables, and back.
use super::micros;
use crate::{
    DbError,
    entity::{media, product, product_attribute, product_publication, stock_level, variant, variant_price},
};
use sea_orm::DbErr;
use serde::{Serialize, de::DeserializeOwned};
use tradewind_domain::{
    media::Media,
    product::{Attribute, AttributeKind, Product, ProductStatus, Publication},
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
};
use uuid::Uuid;

/// The rows of many aggregates.
#[derive(Default)]
pub(crate) struct ProductRows {
    pub(crate) products: Vec<product::Model>,
    pub(crate) media: Vec<media::Model>,
    pub(crate) variants: Vec<variant::Model>,
    pub(crate) prices: Vec<variant_price::Model>,
    pub(crate) stock: Vec<stock_level::Model>,
    pub(crate) publications: Vec<product_publication::Model>,
    pub(crate) attributes: Vec<product_attribute::Model>,
}

impl ProductRows {
    /// Takes the aggregates apart.
    pub(crate) fn of(products: &[&Product]) -> Result<Self, DbError> {
        let mut rows = Self::default();
        for product in products {
            rows.products.push(product_row(product)?);
            rows.media.extend(product.media.iter().map(|media| media_row(product.id, media)));
            for variant in &product.variants {
                rows.variants.push(variant_row(product.id, variant)?);
                rows.prices.extend(variant.prices.iter().map(|price| price_row(variant.id, price)));
                rows.stock.extend(variant.stock.iter().map(|stock| stock_row(variant.id, stock)));
            }
            rows.publications.extend(product.publications.iter().map(|publication| product_publication::Model {
                product_id: product.id,
                channel_id: publication.channel_id,
                published_at: micros(publication.published_at),
            }));
            for attribute in &product.attributes {
                rows.attributes.push(attribute_row(product.id, attribute));
            }
        }
        Ok(rows)
    }

    /// Puts the aggregates together, in the order of the product rows.
    pub(crate) fn into_products(self) -> Result<Vec<Product>, DbError> {
        let mut prices = by(self.prices, |row| row.variant_id);
        let mut stock = by(self.stock, |row| row.variant_id);
        let mut variants = by(self.variants, |row| row.product_id);
        let mut media = by(self.media, |row| row.product_id);
        let mut publications = by(self.publications, |row| row.product_id);
        let mut attributes = by(self.attributes, |row| row.product_id);
        let mut products = Vec::with_capacity(self.products.len());
        for row in self.products {
            let id = row.id;
            let mut product = product(row)?;
            for row in variants.remove(&id).unwrap_or_default() {
                let (prices, stock) = (prices.remove(&row.id), stock.remove(&row.id));
                product.variants.push(variant(row, prices.unwrap_or_default(), stock.unwrap_or_default())?);
            }
            product.media = media.remove(&id).unwrap_or_default().into_iter().map(medium).collect();
            product.publications = publications.remove(&id).unwrap_or_default().into_iter().map(publication).collect();
            product.attributes = attributes.remove(&id).unwrap_or_default().into_iter().map(attribute).collect();
            sort(&mut product);
            products.push(product);
        }
        Ok(products)
    }
}

fn by<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> std::collections::HashMap<Uuid, Vec<T>> {
    crate::read::group(rows, key)
}

/// The order that an aggregate promises; in memory, because text sorts differently in each database.
fn sort(product: &mut Product) {
    product.variants.sort_by_key(|variant| (variant.position, variant.id));
    product.media.sort_by_key(|media| (media.position, media.id));
    product.publications.sort_by_key(|publication| publication.channel_id);
    product.attributes.sort_by(|a, b| (&a.namespace, &a.key).cmp(&(&b.namespace, &b.key)));
    for variant in &mut product.variants {
        variant.prices.sort_by_key(|price| price.channel_id);
        variant.stock.sort_by_key(|stock| stock.warehouse_id);
    }
}

fn json(value: &impl Serialize) -> Result<String, DbError> {
    Ok(serde_json::to_string(value).map_err(|error| DbErr::Json(error.to_string()))?)
}

fn parsed<T: DeserializeOwned>(id: Uuid, column: &str, text: &str) -> Result<T, DbError> {
    Ok(serde_json::from_str(text).map_err(|error| DbErr::Json(format!("{id}: {column}: {error}")))?)
}

fn product_row(product: &Product) -> Result<product::Model, DbError> {
    Ok(product::Model {
        id: product.id,
        slug: product.slug.clone(),
        title: product.title.clone(),
        description_html: product.description_html.clone(),
        vendor: product.vendor.clone(),
        product_type: product.product_type.clone(),
        status: product.status.as_str().to_owned(),
        tags: json(&product.tags)?,
        options: json(&product.options)?,
        category_id: product.category_id,
        seo_title: product.seo_title.clone(),
        seo_description: product.seo_description.clone(),
        units_sold: product.units_sold,
        // Kept by reviews; a new product has none.
        rating_sum: 0,
        rating_count: 0,
        created_at: micros(product.created_at),
        updated_at: micros(product.updated_at),
    })
}

fn product(row: product::Model) -> Result<Product, DbError> {
    Ok(Product {
        id: row.id,
        tags: parsed(row.id, "products.tags", &row.tags)?,
        options: parsed(row.id, "products.options", &row.options)?,
        slug: row.slug,
        title: row.title,
        description_html: row.description_html,
        vendor: row.vendor,
        product_type: row.product_type,
        status: ProductStatus::from_stored(&row.status),
        category_id: row.category_id,
        seo_title: row.seo_title,
        seo_description: row.seo_description,
        units_sold: row.units_sold,
        created_at: row.created_at,
        updated_at: row.updated_at,
        variants: Vec::new(),
        media: Vec::new(),
        publications: Vec::new(),
        attributes: Vec::new(),
    })
}

fn media_row(product_id: Uuid, media: &Media) -> media::Model {
    media::Model {
        id: media.id,
        product_id,
        url: media.url.clone(),
        alt: media.alt.clone(),
        width: media.width,
        height: media.height,
        position: media.position,
    }
}

fn medium(row: media::Model) -> Media {
    Media { id: row.id, url: row.url, alt: row.alt, width: row.width, height: row.height, position: row.position }
}

fn variant_row(product_id: Uuid, variant: &Variant) -> Result<variant::Model, DbError> {
    Ok(variant::Model {
        id: variant.id,
        product_id,
        sku: variant.sku.clone(),
        barcode: variant.barcode.clone(),
        title: variant.title(),
        option_values: json(&variant.option_values)?,
        weight_grams: variant.weight_grams,
        position: variant.position,
        policy: variant.policy.as_str().to_owned(),
        tracked: variant.tracked,
        media_id: variant.media_id,
        attributes: json(&variant.attributes)?,
    })
}

fn variant(
    row: variant::Model,
    prices: Vec<variant_price::Model>,
    stock: Vec<stock_level::Model>,
) -> Result<Variant, DbError> {
    let price = |row: variant_price::Model| Price {
        channel_id: row.channel_id,
        amount: row.amount,
        compare_at: row.compare_at,
    };
    let on_hand = |row: stock_level::Model| StockOnHand { warehouse_id: row.warehouse_id, on_hand: row.on_hand };
    Ok(Variant {
        id: row.id,
        option_values: parsed(row.id, "variants.option_values", &row.option_values)?,
        attributes: parsed(row.id, "variants.attributes", &row.attributes)?,
        sku: row.sku,
        barcode: row.barcode,
        weight_grams: row.weight_grams,
        position: row.position,
        policy: StockPolicy::from_stored(&row.policy),
        tracked: row.tracked,
        media_id: row.media_id,
        prices: prices.into_iter().map(price).collect(),
        stock: stock.into_iter().map(on_hand).collect(),
    })
}

fn price_row(variant_id: Uuid, price: &Price) -> variant_price::Model {
    let Price { channel_id, amount, compare_at } = *price;
    variant_price::Model { variant_id, channel_id, amount, compare_at }
}

fn stock_row(variant_id: Uuid, stock: &StockOnHand) -> stock_level::Model {
    stock_level::Model { variant_id, warehouse_id: stock.warehouse_id, on_hand: stock.on_hand, reserved: 0 }
}

fn publication(row: product_publication::Model) -> Publication {
    Publication { channel_id: row.channel_id, published_at: row.published_at }
}

fn attribute_row(product_id: Uuid, attribute: &Attribute) -> product_attribute::Model {
    product_attribute::Model {
        product_id,
        namespace: attribute.namespace.clone(),
        key: attribute.key.clone(),
        label: attribute.label.clone(),
        kind: kind_word(attribute.kind).to_owned(),
        value: attribute.value.clone(),
    }
}

fn attribute(row: product_attribute::Model) -> Attribute {
    let kind = kind_from_stored(&row.kind);
    Attribute { namespace: row.namespace, key: row.key, label: row.label, kind, value: row.value }
}

const KINDS: [(AttributeKind, &str); 6] = [
    (AttributeKind::Text, "text"),
    (AttributeKind::Number, "number"),
    (AttributeKind::Boolean, "boolean"),
    (AttributeKind::Url, "url"),
    (AttributeKind::Json, "json"),
    (AttributeKind::List, "list"),
];

fn kind_word(kind: AttributeKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("text", |(_, word)| word)
}

/// A word that is not known is read as what fits everything: text.
fn kind_from_stored(word: &str) -> AttributeKind {
    KINDS.iter().find(|(_, known)| *known == word).map_or(AttributeKind::Text, |(kind, _)| *kind)
}
