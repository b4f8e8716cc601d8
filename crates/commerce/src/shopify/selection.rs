//! Which stored variant each row means, and the options that follow from the rows.
use super::{cell::BadCell, cell::Given, option::OptionDraft, variant::VariantDraft};
use std::collections::{HashMap, HashSet};
use tradewind_domain::{
    option::{OptionValue, ProductOption},
    product::Product,
    variant::Variant,
};

/// The outcome: options for the product, and for each draft the index of the stored variant that it continues.
pub(crate) struct Selection {
    pub(crate) options: Vec<ProductOption>,
    pub(crate) matches: Vec<Option<usize>>,
}

/// Matches by option values, then by a SKU that is unique on both sides, then the only one with the only one.
pub(crate) fn select(
    product: &Product,
    options: Option<Vec<OptionDraft>>,
    drafts: &[VariantDraft],
) -> Result<Selection, BadCell> {
    let Some(options) = options else {
        if !product.options.is_empty() {
            return Err((
                "the product has options, but the file has no option columns: which variant is meant is not known"
                    .to_owned(),
                "add the columns Option1 Name and Option1 Value, or export the products again".to_owned(),
            ));
        }
        return Ok(Selection { options: Vec::new(), matches: pair(product, &[], drafts) });
    };
    let origins: Vec<Option<usize>> =
        options.iter().enumerate().map(|(index, option)| origin(product, &options, index, option)).collect();
    let matches = pair(product, &origins, drafts);
    let options = options
        .into_iter()
        .enumerate()
        .map(|(index, option)| {
            let stored = origins[index].map(|origin| (&product.options[origin], origin));
            merge(option, stored, index, drafts, &product.variants)
        })
        .collect();
    Ok(Selection { options, matches })
}

/// The stored option that a draft continues: of the same name, or in the same place under a new name.
fn origin(product: &Product, drafts: &[OptionDraft], index: usize, draft: &OptionDraft) -> Option<usize> {
    let named = product.options.iter().position(|option| option.name.trim() == draft.name);
    named.or_else(|| {
        let there = product.options.get(index)?;
        let renamed =
            product.options.len() == drafts.len() && drafts.iter().all(|other| other.name != there.name.trim());
        renamed.then_some(index)
    })
}

fn pair(product: &Product, origins: &[Option<usize>], drafts: &[VariantDraft]) -> Vec<Option<usize>> {
    let mut free: HashSet<usize> = (0..product.variants.len()).collect();
    let by_values = by_values(product, origins);
    let mut matches: Vec<Option<usize>> = drafts
        .iter()
        .map(|draft| by_values.get(&draft.option_values).copied().filter(|index| free.remove(index)))
        .collect();
    let stored_skus = unique(free.iter().map(|index| (product.variants[*index].sku.as_deref(), *index)));
    let draft_skus = unique(
        drafts
            .iter()
            .enumerate()
            .filter(|(index, _)| matches[*index].is_none())
            .map(|(index, draft)| (sku(draft), index)),
    );
    for (sku, index) in draft_skus {
        if let Some(stored) = stored_skus.get(sku) {
            free.remove(stored);
            matches[index] = Some(*stored);
        }
    }
    if let ([None], 1, Some(only)) = (&matches[..], product.variants.len(), free.iter().next()) {
        return vec![Some(*only)];
    }
    matches
}

fn sku(draft: &VariantDraft) -> Option<&str> {
    match &draft.sku {
        Given::Is(sku) => Some(sku),
        _ => None,
    }
}

/// Stored variants by their values in the order of the drafts' options.
fn by_values(product: &Product, origins: &[Option<usize>]) -> HashMap<Vec<String>, usize> {
    let mut known = HashMap::new();
    if origins.len() != product.options.len() {
        return known;
    }
    for (index, variant) in product.variants.iter().enumerate() {
        let value = |origin: &Option<usize>| Some(variant.option_values.get((*origin)?)?.trim().to_owned());
        if let Some(values) = origins.iter().map(value).collect::<Option<Vec<_>>>() {
            known.entry(values).or_insert(index);
        }
    }
    known
}

fn unique<'a>(pairs: impl Iterator<Item = (Option<&'a str>, usize)>) -> HashMap<&'a str, usize> {
    let mut seen: HashMap<&str, Option<usize>> = HashMap::new();
    for (sku, index) in pairs {
        if let Some(sku) = sku.map(str::trim) {
            seen.entry(sku).and_modify(|known| *known = None).or_insert(Some(index));
        }
    }
    seen.into_iter().filter_map(|(sku, index)| Some((sku, index?))).collect()
}

/// The option with its values: stored ones in their order, with their swatches, then new ones in the order of the
/// rows. A value goes when its last variant goes; one that never had a variant stays.
fn merge(
    draft: OptionDraft,
    stored: Option<(&ProductOption, usize)>,
    index: usize,
    drafts: &[VariantDraft],
    variants: &[Variant],
) -> ProductOption {
    let named: Vec<&str> =
        drafts.iter().filter_map(|draft| draft.option_values.get(index).map(String::as_str)).collect();
    let named_set: HashSet<&str> = named.iter().copied().collect();
    let mut values: Vec<OptionValue> = Vec::new();
    let mut linked_to = None;
    if let Some((option, origin)) = stored {
        let used: HashSet<&str> =
            variants.iter().filter_map(|variant| variant.option_values.get(origin).map(|value| value.trim())).collect();
        let stays = |value: &&OptionValue| named_set.contains(value.value.trim()) || !used.contains(value.value.trim());
        values = option.values.iter().filter(stays).cloned().collect();
        linked_to = option.linked_to.clone();
    }
    let mut known: HashSet<String> = values.iter().map(|value| value.value.trim().to_owned()).collect();
    for value in named {
        if known.insert(value.to_owned()) {
            values.push(OptionValue { value: value.to_owned(), swatch: None });
        }
    }
    draft.linked_to.apply(&mut linked_to);
    ProductOption { name: draft.name, linked_to, values }
}
