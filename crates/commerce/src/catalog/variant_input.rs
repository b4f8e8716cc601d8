//! What staff say of a variant.
use super::{
    AttributeInput, CatalogCode, Patch, PriceInput, attribute,
    checks::{Checks, shown},
    price,
};
use crate::shopify::limits::MAX_COUNT;
use std::collections::BTreeSet;
use tradewind_domain::{product::Product, stock::StockPolicy, variant::Variant};
use tradewind_persistence::write::Shop;
use uuid::Uuid;

/// A value of one option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionChoice {
    /// The option's name.
    pub option: String,
    /// One of its values.
    pub value: String,
}

/// A variant's fields; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantInput {
    /// A value of each option of the product; needed of a new variant of a product with options.
    pub options: Option<Vec<OptionChoice>>,
    /// Stock keeping unit.
    pub sku: Patch<String>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: Patch<String>,
    /// Grams.
    pub weight_grams: Patch<i64>,
    /// What happens at zero; a new variant is not sold then.
    pub policy: Option<StockPolicy>,
    /// Whether its stock is counted; that of a new variant is.
    pub tracked: Option<bool>,
    /// One of the product's pictures.
    pub media_id: Patch<Uuid>,
    /// In the channels that are named; those in others stay.
    pub prices: Vec<PriceInput>,
    /// All attributes.
    pub attributes: Option<Vec<AttributeInput>>,
}

/// A variant without anything.
pub(super) fn draft(id: Uuid) -> Variant {
    Variant {
        id,
        sku: None,
        barcode: None,
        option_values: Vec::new(),
        weight_grams: None,
        position: 0,
        policy: StockPolicy::Deny,
        tracked: true,
        media_id: None,
        prices: Vec::new(),
        stock: Vec::new(),
        attributes: Vec::new(),
    }
}

impl VariantInput {
    /// Puts it into a variant of the product, which may be among the product's or not.
    pub(super) fn apply(&self, checks: &mut Checks, product: &Product, shop: &Shop, variant: &mut Variant) {
        if let Some(options) = &self.options {
            variant.option_values = choices(checks, product, options);
        } else if variant.option_values.len() != product.options.len() {
            let message = "The product has options: say which value of each this variant is.";
            checks.refuse(CatalogCode::Required, "options", message);
        }
        let twin = |other: &&Variant| other.id != variant.id && other.option_values == variant.option_values;
        if variant.option_values.len() == product.options.len() && product.variants.iter().any(|other| twin(&other)) {
            let message = match product.options.is_empty() {
                true => "The product has a variant and no options: give it options first.".to_owned(),
                false => format!("There is a variant `{}` already.", shown(&variant.title())),
            };
            checks.refuse(CatalogCode::Taken, "options", message);
        }
        checks.optional("sku", &mut variant.sku, &self.sku);
        checks.optional("barcode", &mut variant.barcode, &self.barcode);
        self.apply_weight(checks, variant);
        variant.policy = self.policy.unwrap_or(variant.policy);
        variant.tracked = self.tracked.unwrap_or(variant.tracked);
        match self.media_id {
            Patch::Keep => {}
            Patch::Clear => variant.media_id = None,
            Patch::Set(id) => {
                if !product.media.iter().any(|media| media.id == id) {
                    checks.refuse(CatalogCode::NotFound, "mediaId", "The product has no such picture.");
                }
                variant.media_id = Some(id);
            }
        }
        price::set(checks, shop, variant, &self.prices);
        if let Some(attributes) = &self.attributes {
            variant.attributes = attribute::read(checks, attributes);
        }
    }

    fn apply_weight(&self, checks: &mut Checks, variant: &mut Variant) {
        match self.weight_grams {
            Patch::Keep => {}
            Patch::Clear => variant.weight_grams = None,
            Patch::Set(grams) => {
                if !(0..=MAX_COUNT).contains(&grams) {
                    checks.refuse(
                        CatalogCode::Invalid,
                        "weightGrams",
                        "The weight is out of range: use grams from 0 on.",
                    );
                }
                variant.weight_grams = Some(grams);
            }
        }
    }
}

/// A value for each option of the product, in their order.
fn choices(checks: &mut Checks, product: &Product, choices: &[OptionChoice]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    checks.each("options", choices, |checks, choice| {
        let Some(option) = product.options.iter().find(|option| option.name == choice.option.trim()) else {
            return checks.refuse(CatalogCode::NotFound, "option", "The product has no option of this name.");
        };
        if !option.values.iter().any(|known| known.value == choice.value.trim()) {
            let message = "The option has no such value: add it to the product's options first.";
            checks.refuse(CatalogCode::NotFound, "value", message);
        }
        if !seen.insert(&option.name) {
            checks.refuse(CatalogCode::Duplicate, "option", "The option stands twice: leave one out.");
        }
    });
    let mut values = Vec::with_capacity(product.options.len());
    for option in &product.options {
        match choices.iter().find(|choice| choice.option.trim() == option.name) {
            Some(choice) => values.push(choice.value.trim().to_owned()),
            None => {
                let message = format!("The option `{}` is missing: say which value it has.", shown(&option.name));
                checks.refuse(CatalogCode::Required, "options", message);
            }
        }
    }
    values
}
