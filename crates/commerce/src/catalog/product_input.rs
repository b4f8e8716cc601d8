//! What staff say of a product itself.
use super::{
    AttributeInput, CatalogCode, OptionInput, Patch, attribute,
    checks::{Checks, shown},
    desk::Around,
    option, slug,
};
use crate::shopify::html::sanitise;
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use tradewind_domain::product::{Product, ProductStatus};
use uuid::Uuid;

/// Tags of one product, as in Shopify.
const MOST_TAGS: usize = 250;

/// A product's own fields; what is left out stays as it is, or is empty in a new product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductInput {
    /// For people.
    pub title: Option<String>,
    /// The part of the address; a new product without one gets one of its title.
    pub slug: Option<String>,
    /// HTML, which is sanitised.
    pub description_html: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// The shop's own kind of thing.
    pub product_type: Option<String>,
    /// Where it is in its life; a new one is a draft.
    pub status: Option<ProductStatus>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Tags to add to the others.
    pub add_tags: Vec<String>,
    /// Tags to take away, in either case.
    pub remove_tags: Vec<String>,
    /// Its place in the tree.
    pub category_id: Patch<Uuid>,
    /// For search engines.
    pub seo_title: Patch<String>,
    /// For search engines.
    pub seo_description: Patch<String>,
    /// All options.
    pub options: Option<Vec<OptionInput>>,
    /// All attributes.
    pub attributes: Option<Vec<AttributeInput>>,
    /// When the product changed last as far as the client knows: refused where it did since.
    pub expected_updated_at: Option<DateTime<Utc>>,
}

impl ProductInput {
    /// Puts it into a product.
    pub(super) fn apply(&self, checks: &mut Checks, product: &mut Product, around: &Around<'_>) {
        if let Some(title) = &self.title {
            product.title = checks.needed("title", title);
        }
        if let Some(slug) = &self.slug {
            set_slug(checks, product, around, slug);
        }
        if let Some(html) = &self.description_html {
            checks.text("descriptionHtml", html);
            product.description_html = sanitise(html).0;
        }
        if let Some(vendor) = &self.vendor {
            product.vendor = checks.line("vendor", vendor);
        }
        if let Some(product_type) = &self.product_type {
            product.product_type = checks.line("productType", product_type);
        }
        product.status = self.status.unwrap_or(product.status);
        self.apply_tags(checks, product);
        self.apply_category(checks, product, around);
        checks.optional("seoTitle", &mut product.seo_title, &self.seo_title);
        if let Some(text) = self.seo_description.value() {
            checks.text("seoDescription", text);
        }
        match &self.seo_description {
            Patch::Keep => {}
            Patch::Clear => product.seo_description = None,
            Patch::Set(text) => product.seo_description = Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        }
        if let Some(options) = &self.options {
            option::replace(checks, product, options);
        }
        if let Some(attributes) = &self.attributes {
            product.attributes = attribute::read(checks, attributes);
        }
    }

    fn apply_tags(&self, checks: &mut Checks, product: &mut Product) {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let removed = |tag: &String| self.remove_tags.iter().any(|gone| same(gone.trim(), tag));
        if let Some(tags) = &self.tags {
            product.tags = read_tags(checks, "tags", tags);
        }
        product.tags.retain(|tag| !removed(tag));
        let added = read_tags(checks, "addTags", &self.add_tags);
        for tag in added {
            if !product.tags.iter().any(|known| same(known, &tag)) {
                product.tags.push(tag);
            }
        }
        if self.tags.is_some() || !self.add_tags.is_empty() {
            let field = if self.add_tags.is_empty() { "tags" } else { "addTags" };
            checks.at_most(MOST_TAGS, field, product.tags.len());
        }
    }

    fn apply_category(&self, checks: &mut Checks, product: &mut Product, around: &Around<'_>) {
        match self.category_id {
            Patch::Keep => {}
            Patch::Clear => product.category_id = None,
            Patch::Set(id) => {
                if around.shop.categories.get(id).is_none() {
                    checks.refuse(CatalogCode::NotFound, "categoryId", "There is no such category.");
                }
                product.category_id = Some(id);
            }
        }
    }
}

/// Each once; a repeated one is no mistake.
fn read_tags(checks: &mut Checks, field: &str, tags: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut all = Vec::with_capacity(tags.len());
    for (place, tag) in tags.iter().enumerate() {
        let tag = checks.needed(&format!("{field}.{place}"), tag);
        if seen.insert(tag.to_lowercase()) {
            all.push(tag);
        }
    }
    all
}

fn set_slug(checks: &mut Checks, product: &mut Product, around: &Around<'_>, slug: &str) {
    // What an import has brought may stay as it is.
    if slug.trim() == product.slug {
        return;
    }
    product.slug = slug::given(checks, slug);
    if around.slugs.get(&product.slug).is_some_and(|owner| *owner != product.id) {
        checks.refuse(CatalogCode::Taken, "slug", format!("Another product has the slug `{}`.", shown(&product.slug)));
    }
}
