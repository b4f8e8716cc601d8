//! Variants: one row each.
use super::{
    attribute::{self, AttributeDraft},
    cell::{self, Given},
    draft::{Findings, text},
    field::Field,
    limits::{MAX_LABEL_CHARS, MAX_VARIANTS},
    market::{self, PriceDraft},
    option::{NO_OPTION, OptionDraft},
    row::Row,
    target::Target,
};
use std::collections::HashMap;
use tradewind_domain::stock::StockPolicy;

/// One variant as its row says it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct VariantDraft {
    pub(crate) option_values: Vec<String>,
    pub(crate) sku: Given<String>,
    pub(crate) barcode: Given<String>,
    pub(crate) grams: Given<i64>,
    pub(crate) policy: Option<StockPolicy>,
    pub(crate) tracked: Option<bool>,
    /// None: what is stored stays, also where the cell is empty: an empty cell counts nothing.
    pub(crate) quantity: Option<i64>,
    pub(crate) image: Given<String>,
    pub(crate) prices: Vec<PriceDraft>,
    pub(crate) attributes: Vec<AttributeDraft>,
}

/// The variants of a product. None when no row says anything about one.
pub(crate) fn read(
    rows: &[Row],
    options: Option<&[OptionDraft]>,
    target: &Target,
    findings: &mut Findings,
) -> Option<Vec<VariantDraft>> {
    let mut variants = Vec::new();
    let mut lines: HashMap<Vec<String>, u64> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        match kind(row, index == 0) {
            Kind::Variant => {}
            Kind::Nothing => {
                if index > 0 {
                    let reason = "the row has neither a variant nor a picture; it was ignored";
                    findings.warn(row.error(Field::Handle, reason, "remove it, or fill in its option values"));
                }
                continue;
            }
            Kind::Image => continue,
        }
        let variant = read_one(row, options.unwrap_or_default(), target, findings);
        if let Some(earlier) = lines.insert(variant.option_values.clone(), row.line) {
            findings.errors.push(same_values(row, &variant.option_values, earlier, options));
        }
        variants.push(variant);
    }
    if variants.len() > MAX_VARIANTS
        && let Some(row) = rows.first()
    {
        let reason = format!("the product has {} variants, more than {MAX_VARIANTS}", variants.len());
        findings.errors.push(row.error(Field::Handle, reason, "split the product"));
    }
    (!variants.is_empty()).then_some(variants)
}

enum Kind {
    Variant,
    Image,
    Nothing,
}

fn kind(row: &Row, first: bool) -> Kind {
    let columns = &row.file.columns;
    let any = |fields: &[Field]| fields.iter().any(|field| !row.get(*field).is_empty());
    let money = columns
        .markets
        .iter()
        .any(|column| column.fact != super::columns::MarketFact::Included && !row.at(column.index).is_empty());
    let mut kept = columns.attributes.iter().filter(|column| !column.of_product);
    let accompanied = any(&Field::ACCOMPANY_VARIANT) || kept.any(|column| !row.at(column.index).is_empty());
    let has_image = !row.get(Field::ImageSrc).is_empty();
    if any(&Field::MARK_VARIANT) || money || (accompanied && (first || !has_image)) {
        Kind::Variant
    } else if has_image {
        Kind::Image
    } else {
        Kind::Nothing
    }
}

fn same_values(
    row: &Row,
    values: &[String],
    earlier: u64,
    options: Option<&[OptionDraft]>,
) -> super::report::RowProblem {
    match (values.is_empty(), options.is_some()) {
        (false, _) => row.error(
            Field::Option1Value,
            format!("the variant {:?} is already in line {earlier}", values.join(" / ")),
            "change an option value, or remove one of the rows",
        ),
        (true, true) => row.error(
            Field::Option1Name,
            format!("the product has no options, but a second variant (the first is in line {earlier})"),
            "name an option in the product's first row and give each variant its own value, or remove this row",
        ),
        (true, false) => row.error(
            Field::Option1Value,
            format!("several rows of one product need option columns (the first is in line {earlier})"),
            "add the columns Option1 Name and Option1 Value",
        ),
    }
}

fn read_one(row: &Row, options: &[OptionDraft], target: &Target, findings: &mut Findings) -> VariantDraft {
    let mut attributes = attribute::of_variant(row, findings);
    let (tracked, tracker) = tracking(row);
    attributes.extend(tracker);
    VariantDraft {
        option_values: option_values(row, options, findings),
        sku: short_text(row, Field::Sku, findings),
        barcode: barcode(row, findings),
        grams: grams(row, findings),
        policy: policy(row, findings),
        tracked,
        quantity: quantity(row, findings),
        image: image(row, findings),
        prices: market::prices(row, target, findings),
        attributes,
    }
}

fn option_values(row: &Row, options: &[OptionDraft], findings: &mut Findings) -> Vec<String> {
    let mut values = Vec::with_capacity(options.len());
    for option in options {
        let field = Field::OPTION_VALUES[option.number];
        let value = row.get(field);
        if value.is_empty() {
            let reason = format!("the variant has no value for the option {:?}", option.name);
            findings.errors.push(row.error(
                field,
                reason,
                "write the value; a row for a picture has only Handle and Image columns",
            ));
        } else if value.chars().count() > MAX_LABEL_CHARS {
            let reason = format!("the value is longer than {MAX_LABEL_CHARS} characters");
            findings.errors.push(row.error(field, reason, "shorten it"));
        }
        values.push(value.to_owned());
    }
    values
}

fn short_text(row: &Row, field: Field, findings: &mut Findings) -> Given<String> {
    let given = text(row, field);
    if matches!(&given, Given::Is(text) if text.chars().count() > MAX_LABEL_CHARS) {
        let reason = format!("the text is longer than {MAX_LABEL_CHARS} characters");
        findings.errors.push(row.error(field, reason, "shorten it"));
    }
    given
}

fn barcode(row: &Row, findings: &mut Findings) -> Given<String> {
    let Given::Is(text) = short_text(row, Field::Barcode, findings) else { return text(row, Field::Barcode) };
    if cell::looks_scientific(&text) {
        let reason = "a spreadsheet seems to have rounded the number";
        findings.warn(row.error(Field::Barcode, reason, "format the column as text and export again"));
    }
    match cell::barcode(&text) {
        "" => Given::Blank,
        code => Given::Is(code.to_owned()),
    }
}

fn grams(row: &Row, findings: &mut Findings) -> Given<i64> {
    match text(row, Field::Grams) {
        Given::Omitted => Given::Omitted,
        Given::Blank => Given::Blank,
        Given::Is(text) => {
            let grams = cell::grams(&text).map_err(|(reason, way_out)| row.error(Field::Grams, reason, way_out));
            findings.take(grams).map_or(Given::Blank, Given::Is)
        }
    }
}

fn quantity(row: &Row, findings: &mut Findings) -> Option<i64> {
    let text = text(row, Field::Quantity).is()?;
    let quantity = cell::integer(&text).map_err(|(reason, way_out)| row.error(Field::Quantity, reason, way_out));
    findings.take(quantity)
}

fn policy(row: &Row, findings: &mut Findings) -> Option<StockPolicy> {
    let word = match text(row, Field::Policy) {
        Given::Omitted => return None,
        Given::Blank => return Some(StockPolicy::Deny),
        Given::Is(word) => word,
    };
    match word.to_ascii_lowercase().as_str() {
        "deny" => Some(StockPolicy::Deny),
        "continue" => Some(StockPolicy::Backorder),
        // The current column is a question: `Continue selling when out of stock`.
        other => match cell::truth(other) {
            Ok(true) => Some(StockPolicy::Backorder),
            Ok(false) => Some(StockPolicy::Deny),
            Err(_) => {
                findings.errors.push(row.error(Field::Policy, "is not an inventory policy", "write deny or continue"));
                None
            }
        },
    }
}

fn tracking(row: &Row) -> (Option<bool>, Option<AttributeDraft>) {
    match text(row, Field::Tracker) {
        Given::Omitted => (None, None),
        Given::Blank => (Some(false), Some(attribute::tracker(None))),
        Given::Is(name) if name.eq_ignore_ascii_case("shopify") => (Some(true), Some(attribute::tracker(None))),
        Given::Is(name) => (Some(true), Some(attribute::tracker(Some(&name)))),
    }
}

fn image(row: &Row, findings: &mut Findings) -> Given<String> {
    let given = text(row, Field::VariantImage);
    if let Given::Is(url) = &given {
        findings
            .take(cell::web_address(url).map_err(|(reason, way_out)| row.error(Field::VariantImage, reason, way_out)));
    }
    given
}

/// The cells that an export writes for a product without options.
pub(crate) fn default_option() -> [&'static str; 2] {
    [NO_OPTION.0, NO_OPTION.1]
}
