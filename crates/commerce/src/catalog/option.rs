//! Options of a product, and what a change of them means for its variants.
use super::{CatalogCode, checks::Checks};
use std::collections::BTreeSet;
use tradewind_domain::{
    option::{OptionValue, ProductOption},
    product::Product,
};

/// Options of one product, as in Shopify's format.
const MOST_OPTIONS: usize = 3;
/// Values of one option.
const MOST_VALUES: usize = 500;

/// An option as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionInput {
    /// Its name.
    pub name: String,
    /// Its name until now, where that changes.
    pub was: Option<String>,
    /// Its values, in display order.
    pub values: Vec<OptionValueInput>,
}

/// A value of an option as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionValueInput {
    /// For people.
    pub value: String,
    /// The value until now, where that changes.
    pub was: Option<String>,
    /// A CSS colour or picture address; None: as before.
    pub swatch: Option<String>,
}

/// Replaces the options, in their order. Variants keep the values that stay, under their new names. They lose the values of
/// an option that goes, where they still differ, and get the first value of one that comes.
pub(super) fn replace(checks: &mut Checks, product: &mut Product, inputs: &[OptionInput]) {
    let before = checks.count();
    checks.at_most(MOST_OPTIONS, "options", inputs.len());
    let mut names = BTreeSet::new();
    let mut new = Vec::with_capacity(inputs.len());
    checks.each("options", inputs, |checks, input| {
        let old = source(checks, &product.options, input);
        let option = read(checks, input, old.map(|place| &product.options[place]));
        if !names.insert(option.name.to_lowercase()) {
            checks.refuse(CatalogCode::Duplicate, "name", "Two options have this name: give one another name.");
        }
        new.push((old, option));
    });
    if checks.count() > before {
        return;
    }
    let mut values: Vec<Vec<String>> = vec![Vec::new(); product.variants.len()];
    for ((old, option), (place, input)) in new.iter().zip(inputs.iter().enumerate()) {
        for (variant, values) in product.variants.iter().zip(&mut values) {
            let had = old.and_then(|old| variant.option_values.get(old));
            match had.map(|had| (had, renamed(input, had))) {
                Some((_, Some(value))) => values.push(value),
                Some((had, None)) => {
                    let message = format!(
                        "A variant is `{}`: keep this value, or delete the variant.",
                        super::checks::shown(had)
                    );
                    return checks.refuse(CatalogCode::InUse, &format!("options.{place}.values"), message);
                }
                None => values.extend(option.values.first().map(|first| first.value.clone())),
            }
        }
    }
    let distinct: BTreeSet<&Vec<String>> = values.iter().collect();
    if distinct.len() < values.len() {
        let message = "Without this option some variants would be the same: delete the variants first.";
        return checks.refuse(CatalogCode::InUse, "options", message);
    }
    for (variant, values) in product.variants.iter_mut().zip(values) {
        variant.option_values = values;
    }
    product.options = new.into_iter().map(|(_, option)| option).collect();
}

/// The place of the option that this one was.
fn source(checks: &mut Checks, options: &[ProductOption], input: &OptionInput) -> Option<usize> {
    let name = input.was.as_ref().unwrap_or(&input.name).trim();
    let found = options.iter().position(|option| option.name == name);
    if found.is_none() && input.was.is_some() {
        checks.refuse(CatalogCode::NotFound, "was", "The product has no option of this name.");
    }
    found
}

fn read(checks: &mut Checks, input: &OptionInput, old: Option<&ProductOption>) -> ProductOption {
    let name = checks.needed("name", &input.name);
    if input.values.is_empty() {
        checks.refuse(CatalogCode::Required, "values", "The option has no value: give it at least one.");
    }
    checks.at_most(MOST_VALUES, "values", input.values.len());
    let (mut seen, mut sources) = (BTreeSet::new(), BTreeSet::new());
    let mut values = Vec::with_capacity(input.values.len());
    checks.each("values", &input.values, |checks, input| {
        let value = checks.needed("value", &input.value);
        let was = input.was.as_ref().unwrap_or(&value).trim().to_owned();
        let stored = old.and_then(|old| old.values.iter().find(|known| known.value == was));
        if stored.is_none() && input.was.is_some() {
            checks.refuse(CatalogCode::NotFound, "was", "The option has no value of this name.");
        }
        if !seen.insert(value.clone()) || (stored.is_some() && !sources.insert(was)) {
            checks.refuse(CatalogCode::Duplicate, "value", "The value stands twice: leave one out.");
        }
        let given = input.swatch.as_ref().map(|swatch| checks.line("swatch", swatch));
        let swatch = match given {
            Some(given) => Some(given).filter(|given| !given.is_empty()),
            None => stored.and_then(|stored| stored.swatch.clone()),
        };
        values.push(OptionValue { value, swatch });
    });
    ProductOption { name, linked_to: old.and_then(|old| old.linked_to.clone()), values }
}

/// What a value is called now; None where it goes.
fn renamed(input: &OptionInput, had: &str) -> Option<String> {
    let is = |value: &&OptionValueInput| value.was.as_ref().unwrap_or(&value.value).trim() == had;
    input.values.iter().find(is).map(|value| value.value.trim().to_owned())
}
