//! What staff say of products.
use super::{patch, product_id, variant::AttributeKind};
use crate::{node::typed_id, product_status::ProductStatus};
use async_graphql::{ID, InputObject, MaybeUndefined, Result};
use chrono::{DateTime, Utc};
use tradewind_commerce::catalog::{self, ProductUpdate};
use tradewind_domain::global_id::NodeKind;

/// A product's own fields. What is left out stays as it is; in a new product it is empty.
#[derive(Clone, InputObject)]
pub struct ProductInput {
    /// For people; a new product needs one.
    pub title: Option<String>,
    /// Part of the address, unique; a new product without one gets one of its title.
    pub slug: Option<String>,
    /// HTML; what could run is taken out.
    pub description_html: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// The shop's own kind of thing.
    pub product_type: Option<String>,
    /// Where it is in its life; a new product is a draft.
    pub status: Option<ProductStatus>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Tags to add to the others.
    #[graphql(default)]
    pub add_tags: Vec<String>,
    /// Tags to take away, in either case.
    #[graphql(default)]
    pub remove_tags: Vec<String>,
    /// Id of its category; null: it is in none.
    pub category_id: MaybeUndefined<ID>,
    /// Title for search engines; null: none of its own.
    pub seo_title: MaybeUndefined<String>,
    /// Summary for search engines; null: none.
    pub seo_description: MaybeUndefined<String>,
    /// All options, in display order. Variants keep the values that stay.
    pub options: Option<Vec<ProductOptionInput>>,
    /// All metafields.
    pub attributes: Option<Vec<ManagedAttributeInput>>,
    /// `updatedAt` as you know it: where the product was changed since, that is a CONFLICT.
    pub expected_updated_at: Option<DateTime<Utc>>,
}

/// An option as it is to be.
#[derive(Clone, InputObject)]
pub struct ProductOptionInput {
    /// Its name.
    pub name: String,
    /// Its name until now, where that changes.
    pub was: Option<String>,
    /// Its values, in display order.
    pub values: Vec<ProductOptionValueInput>,
}

/// A value of an option as it is to be.
#[derive(Clone, InputObject)]
pub struct ProductOptionValueInput {
    /// For people.
    pub value: String,
    /// The value until now, where that changes.
    pub was: Option<String>,
    /// A CSS colour or the address of a picture; left out: as before; empty: none.
    pub swatch: Option<String>,
}

/// A metafield.
#[derive(Clone, InputObject)]
pub struct ManagedAttributeInput {
    /// `custom`.
    pub namespace: String,
    /// Unique in its namespace.
    pub key: String,
    /// What people read; left out: the key.
    #[graphql(default)]
    pub label: String,
    /// How the value is to be read.
    pub kind: AttributeKind,
    /// As text.
    pub value: String,
}

/// A product and what is to be different.
#[derive(Clone, InputObject)]
pub struct ProductBulkUpdateInput {
    /// Id of the product.
    pub id: ID,
    /// What is to be different.
    #[graphql(flatten)]
    pub product: ProductInput,
}

/// A picture that is somewhere in the web.
#[derive(Clone, InputObject)]
pub struct ProductMediaInput {
    /// Absolute address with `https`.
    pub url: String,
    /// Text for people who do not see it.
    #[graphql(default)]
    pub alt: String,
    /// Pixels, where known.
    pub width: Option<i32>,
    /// Pixels, where known.
    pub height: Option<i32>,
}

/// A channel in which a product is to be shown.
#[derive(Clone, InputObject)]
pub struct PublicationInput {
    /// Code of the channel.
    pub channel: String,
    /// From when, maybe in the future; left out: from now on, or as it was.
    pub published_at: Option<DateTime<Utc>>,
}

impl ProductInput {
    /// `at` is the way to the input, as messages write it.
    pub(super) fn read(self, at: &str) -> Result<catalog::ProductInput> {
        let category = |id: ID| typed_id(format_args!("{at}.categoryId"), &id, NodeKind::Category);
        Ok(catalog::ProductInput {
            title: self.title,
            slug: self.slug,
            description_html: self.description_html,
            vendor: self.vendor,
            product_type: self.product_type,
            status: self.status.map(Into::into),
            tags: self.tags,
            add_tags: self.add_tags,
            remove_tags: self.remove_tags,
            category_id: patch(self.category_id, category)?,
            seo_title: patch(self.seo_title, Ok)?,
            seo_description: patch(self.seo_description, Ok)?,
            options: self.options.map(|options| options.into_iter().map(ProductOptionInput::read).collect()),
            attributes: self.attributes.map(ManagedAttributeInput::read_all),
            expected_updated_at: self.expected_updated_at,
        })
    }
}

impl ProductBulkUpdateInput {
    pub(super) fn read_all(inputs: Vec<Self>) -> Result<Vec<ProductUpdate>> {
        let read = |(place, input): (usize, Self)| {
            let at = format!("inputs[{place}]");
            Ok(ProductUpdate { id: product_id(format_args!("{at}.id"), &input.id)?, product: input.product.read(&at)? })
        };
        inputs.into_iter().enumerate().map(read).collect()
    }
}

impl ProductOptionInput {
    fn read(self) -> catalog::OptionInput {
        let value =
            |it: ProductOptionValueInput| catalog::OptionValueInput { value: it.value, was: it.was, swatch: it.swatch };
        catalog::OptionInput { name: self.name, was: self.was, values: self.values.into_iter().map(value).collect() }
    }
}

impl ManagedAttributeInput {
    pub(super) fn read_all(inputs: Vec<Self>) -> Vec<catalog::AttributeInput> {
        let read = |it: Self| catalog::AttributeInput {
            namespace: it.namespace,
            key: it.key,
            label: it.label,
            kind: it.kind.into(),
            value: it.value,
        };
        inputs.into_iter().map(read).collect()
    }
}

impl ProductMediaInput {
    pub(super) fn read_all(inputs: Vec<Self>) -> Vec<catalog::MediaInput> {
        let read = |it: Self| catalog::MediaInput { url: it.url, alt: it.alt, width: it.width, height: it.height };
        inputs.into_iter().map(read).collect()
    }
}

impl PublicationInput {
    pub(super) fn read_all(inputs: Vec<Self>) -> Vec<catalog::PublicationInput> {
        let read = |it: Self| catalog::PublicationInput { channel: it.channel, published_at: it.published_at };
        inputs.into_iter().map(read).collect()
    }
}
