//! Metafields, and columns without a home of their own.
use super::{
    cell,
    columns::{AttributeColumn, metafield_kind},
    draft::Findings,
    field::{CATEGORY_KEY, COLUMN_NAMESPACE, Check, STATUS_KEY, TRACKER_KEY},
    row::Row,
};
use tradewind_domain::{
    currency::Currency,
    money::{BadAmount, Money},
    product::{Attribute, AttributeKind, Product},
};

/// What a cell says about one attribute; no value removes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AttributeDraft {
    namespace: String,
    key: String,
    label: String,
    value: Option<(AttributeKind, String)>,
}

pub(crate) fn of_product(row: &Row, findings: &mut Findings) -> Vec<AttributeDraft> {
    read(row, true, findings)
}

pub(crate) fn of_variant(row: &Row, findings: &mut Findings) -> Vec<AttributeDraft> {
    read(row, false, findings)
}

fn read(row: &Row, of_product: bool, findings: &mut Findings) -> Vec<AttributeDraft> {
    let columns = row.file.columns.attributes.iter().filter(|column| column.of_product == of_product);
    columns.map(|column| read_one(row, column, findings)).collect()
}

fn read_one(row: &Row, column: &AttributeColumn, findings: &mut Findings) -> AttributeDraft {
    let text = row.at(column.index);
    let kind = match column.check {
        Some(check) => check.kind(),
        None => metafield_kind(&column.namespace, text),
    };
    if let (Some(check), false) = (column.check, text.is_empty()) {
        let checked = fits(check, text).map_err(|(reason, way_out)| row.error_at(column.index, reason, way_out));
        findings.take(checked);
    }
    AttributeDraft {
        namespace: column.namespace.clone(),
        key: column.key.clone(),
        label: column.label.clone(),
        value: (!text.is_empty()).then(|| (kind, text.to_owned())),
    }
}

fn fits(check: Check, text: &str) -> Result<(), cell::BadCell> {
    match check {
        Check::Text => Ok(()),
        Check::Truth => cell::truth(text).map(|_| ()),
        Check::Number => cell::number(text),
        // Kept as it is written: only what cannot be read is refused, not a fraction of a cent.
        Check::Amount => match Money::parse(text, Currency::USD) {
            Ok(_) | Err(BadAmount::TooPrecise(..)) => Ok(()),
            Err(bad) => {
                let text = bad.to_string();
                let (reason, way_out) = text.split_once(": ").unwrap_or((&text, "write a plain number such as 12.99"));
                Err((reason.to_owned(), way_out.to_owned()))
            }
        },
    }
}

fn column(key: &str, value: Option<&str>) -> AttributeDraft {
    AttributeDraft {
        namespace: COLUMN_NAMESPACE.to_owned(),
        key: key.to_owned(),
        label: key.to_owned(),
        value: value.map(|value| (AttributeKind::Text, value.to_owned())),
    }
}

/// A tracker other than Shopify's own.
pub(crate) fn tracker(name: Option<&str>) -> AttributeDraft {
    column(TRACKER_KEY, name)
}

/// A category id instead of a path.
pub(crate) fn category_id(id: Option<&str>) -> AttributeDraft {
    column(CATEGORY_KEY, id)
}

/// The status that this shop does not have.
pub(crate) fn status(unlisted: bool) -> AttributeDraft {
    column(STATUS_KEY, unlisted.then_some("unlisted"))
}

/// `hg-15-1-2`, or the whole `gid://shopify/TaxonomyCategory/hg-15-1-2`.
pub(crate) fn is_category_id(text: &str) -> bool {
    let id = text.strip_prefix("gid://shopify/TaxonomyCategory/").unwrap_or(text);
    let mut parts = id.split('-');
    let letters = parts.next().is_some_and(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase()));
    let mut numbers = parts.peekable();
    letters
        && numbers.peek().is_some()
        && numbers.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Applies drafts to what is stored. A stored attribute whose value is the cell's stays as it is, with its kind and
/// label: the file cannot express them, so it cannot mean to change them.
pub(crate) fn apply(drafts: Vec<AttributeDraft>, stored: &mut Vec<Attribute>) {
    for AttributeDraft { namespace, key, label, value } in drafts {
        let known = stored.iter().position(|attribute| attribute.namespace == namespace && attribute.key == key);
        match (known, value) {
            (None, None) => {}
            (Some(index), None) => {
                // A value of spaces only is an empty cell in the file.
                if !stored[index].value.trim().is_empty() {
                    stored.remove(index);
                }
            }
            (Some(index), Some((_, value))) if stored[index].value.trim() == value => {}
            (Some(index), Some((kind, value))) => stored[index] = Attribute { namespace, key, label, kind, value },
            (None, Some((kind, value))) => stored.push(Attribute { namespace, key, label, kind, value }),
        }
    }
    stored.sort_by(|a, b| (&a.namespace, &a.key).cmp(&(&b.namespace, &b.key)));
}

/// Attributes that an export has no column for.
pub(crate) fn inexpressible(product: &Product, columns: &super::export_columns::ExportColumns) -> Vec<String> {
    let of_variants = product.variants.iter().flat_map(|variant| &variant.attributes);
    let all = product.attributes.iter().map(|a| (true, a)).chain(of_variants.map(|a| (false, a)));
    let without = all.filter(|(of_product, attribute)| !columns.has(*of_product, attribute));
    without.map(|(_, attribute)| format!("{}.{}", attribute.namespace, attribute.key)).collect()
}
