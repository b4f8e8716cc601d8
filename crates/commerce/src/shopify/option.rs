//! Options: what a shopper chooses, at most three.
use super::{
    cell::Given,
    draft::{Findings, text},
    field::Field,
    limits::MAX_LABEL_CHARS,
    row::Row,
};

/// One option's name; its values are in the variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OptionDraft {
    /// Which of the three columns it is in.
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) linked_to: Given<String>,
}

/// Shopify's words for a product without options.
pub(crate) const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// The options, from the first row that names them. None when the file has no option columns.
pub(crate) fn read(rows: &[Row], findings: &mut Findings) -> Option<Vec<OptionDraft>> {
    let first = rows.first()?;
    if !rows.iter().any(|row| Field::OPTION_VALUES.iter().any(|field| row.file.columns.has(*field))) {
        return None;
    }
    if is_default_title(rows) {
        return Some(Vec::new());
    }
    let mut options = Vec::new();
    for number in 0..3 {
        let name = Field::OPTION_NAMES[number];
        let used = rows.iter().find(|row| !row.get(Field::OPTION_VALUES[number]).is_empty());
        match (first.get(name), used) {
            ("", None) => {}
            ("", Some(row)) => {
                findings.errors.push(row.error(
                    Field::OPTION_VALUES[number],
                    format!(
                        "the value belongs to no option: {} is empty in the product's first row",
                        Field::label(name)
                    ),
                    "write the option's name, such as Size, into the first row of the product",
                ));
            }
            (text, _) => {
                let linked_to = linked_to(rows, number);
                options.push(OptionDraft { number, name: text.to_owned(), linked_to });
            }
        }
        check_names(rows, name, findings);
    }
    check_unique(first, &options, findings);
    Some(options)
}

/// Whether `Default Title` stands for the absence of options.
fn is_default_title(rows: &[Row]) -> bool {
    let blank_or = |row: &Row, field, word: &str| matches!(row.get(field), text if text.is_empty() || text == word);
    rows.iter().all(|row| {
        blank_or(row, Field::Option1Name, NO_OPTION.0)
            && blank_or(row, Field::Option1Value, NO_OPTION.1)
            && [Field::Option2Name, Field::Option2Value, Field::Option3Name, Field::Option3Value]
                .iter()
                .all(|field| row.get(*field).is_empty())
    })
}

fn linked_to(rows: &[Row], number: usize) -> Given<String> {
    let field = Field::OPTION_LINKS[number];
    let cells = rows.iter().map(|row| text(row, field));
    let mut found = Given::Omitted;
    for cell in cells {
        match cell {
            Given::Is(_) => return cell,
            Given::Blank => found = Given::Blank,
            Given::Omitted => {}
        }
    }
    found
}

fn check_names(rows: &[Row], field: Field, findings: &mut Findings) {
    let Some((first, later)) = rows.split_first() else { return };
    let name = first.get(field);
    if name.chars().count() > MAX_LABEL_CHARS {
        let reason = format!("the option's name is longer than {MAX_LABEL_CHARS} characters");
        findings.errors.push(first.error(field, reason, "shorten it"));
    }
    for row in later {
        let other = row.get(field);
        if !other.is_empty() && other != name && !name.is_empty() {
            let reason = format!("the option is named {name:?} in the product's first row (line {})", first.line);
            findings.errors.push(row.error(field, reason, "use one name, or leave it empty below the first row"));
        }
    }
}

fn check_unique(first: &Row, options: &[OptionDraft], findings: &mut Findings) {
    for (index, option) in options.iter().enumerate() {
        let same = |other: &OptionDraft| other.name.to_lowercase() == option.name.to_lowercase();
        if options[..index].iter().any(same) {
            let field = Field::OPTION_NAMES[option.number];
            findings.errors.push(first.error(field, "two options have the same name", "rename one of them"));
        }
    }
}

impl Field {
    pub(crate) fn label(self) -> &'static str {
        super::field::name_of(self)
    }
}
