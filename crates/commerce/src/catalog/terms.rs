//! How products are taxed, and whether they are sent.
use super::{
    Answer, CatalogCode,
    bulk::{MOST_ITEMS, too_many},
    checks::Checks,
};
use crate::staff::Audited;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::write::{
    ProductTerms, STANDARD_TAX, WriteTx, lock_products, product_terms, save_product_terms,
};
use uuid::Uuid;

/// Characters of a tax category.
const LONGEST_CATEGORY: usize = 64;

/// Terms of products; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsInput {
    /// How they are taxed, as tax rates name it, such as `books`.
    pub tax_category: Option<String>,
    /// False: there is nothing to send.
    pub needs_shipping: Option<bool>,
}

/// Sets the terms of products: all of them, or none.
pub async fn product_terms_set(tx: &WriteTx, ids: &[Uuid], input: &TermsInput) -> Answer<Vec<Uuid>> {
    if let Some(refused) = too_many("productIds", ids.len(), MOST_ITEMS) {
        return Ok(Err(refused));
    }
    let mut checks = Checks::new();
    let category = input.tax_category.as_deref().map(|text| {
        if text.trim().is_empty() {
            let message = "The tax category is empty: write `standard` for the usual one.";
            checks.refuse(CatalogCode::Required, "taxCategory", message);
        }
        checks.line_of(LONGEST_CATEGORY, "taxCategory", text)
    });
    let named: BTreeSet<Uuid> = ids.iter().copied().collect();
    let known = lock_products(tx, named.iter().copied().collect()).await?;
    for (place, _) in ids.iter().enumerate().filter(|(_, id)| !known.contains(id)) {
        checks.refuse(CatalogCode::NotFound, &format!("productIds.{place}"), "There is no such product.");
    }
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let stored = product_terms(tx, ids).await?;
    let stored: BTreeMap<Uuid, ProductTerms> = stored.into_iter().map(|terms| (terms.product_id, terms)).collect();
    let (mut new, mut changes) = (Vec::new(), Vec::new());
    for product_id in named {
        let usual = ProductTerms { product_id, tax_category: STANDARD_TAX.to_owned(), needs_shipping: true };
        let before = stored.get(&product_id).cloned().unwrap_or(usual);
        let after = ProductTerms {
            product_id,
            tax_category: category.clone().unwrap_or_else(|| before.tax_category.clone()),
            needs_shipping: input.needs_shipping.unwrap_or(before.needs_shipping),
        };
        if after != before {
            let told =
                |it: &ProductTerms| json!({ "taxCategory": it.tax_category, "needsShipping": it.needs_shipping });
            let (old, now) = (told(&before), told(&after));
            changes.push(Change::updated("productTermsSet", Subject::Product, product_id, old, now));
            new.push(after);
        }
    }
    save_product_terms(tx, &new).await?;
    Ok(Ok(Audited::all(ids.to_vec(), changes)))
}
