//! A product as its rows say it is, before it meets what is stored.
use super::{
    attribute::{self, AttributeDraft},
    cell::{self, Given},
    field::Field,
    group::Group,
    html::{self, Removed},
    image::{self, ImageDraft},
    limits::{MAX_CATEGORY_LEVELS, MAX_LABEL_CHARS},
    market,
    option::{self, OptionDraft},
    report::RowProblem,
    row::Row,
    target::Target,
    variant::{self, VariantDraft},
};
use std::sync::Arc;
use tradewind_domain::{category::taxonomy_path, product::ProductStatus};
use uuid::Uuid;

/// Everything that the rows of one product say.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) slug: String,
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) title: String,
    pub(crate) description: Given<Box<str>>,
    pub(crate) clean: Option<(String, Removed)>,
    pub(crate) vendor: Given<String>,
    pub(crate) product_type: Given<String>,
    pub(crate) tags: Given<Vec<String>>,
    pub(crate) category: Given<Vec<String>>,
    pub(crate) published: Option<bool>,
    pub(crate) status: Option<ProductStatus>,
    pub(crate) seo_title: Given<String>,
    pub(crate) seo_description: Given<String>,
    /// None: the file has no option columns.
    pub(crate) options: Option<Vec<OptionDraft>>,
    /// None: the rows say nothing about variants.
    pub(crate) variants: Option<Vec<VariantDraft>>,
    /// None: the file has no picture column.
    pub(crate) images: Option<Vec<ImageDraft>>,
    pub(crate) included: Vec<(Uuid, bool)>,
    pub(crate) attributes: Vec<AttributeDraft>,
    pub(crate) warnings: Vec<RowProblem>,
}

/// Collects what is wrong while a product is read, so that all of it is reported at once.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) errors: Vec<RowProblem>,
    pub(crate) warnings: Vec<RowProblem>,
}

impl Findings {
    /// The value, or None after noting the error.
    pub(crate) fn take<T>(&mut self, result: Result<T, RowProblem>) -> Option<T> {
        result.map_err(|problem| self.errors.push(problem)).ok()
    }
    pub(crate) fn warn(&mut self, problem: RowProblem) {
        self.warnings.push(problem.warning());
    }
}

impl Draft {
    /// Reads a product, or says all that is wrong with it.
    pub(crate) fn read(group: Group, target: &Target) -> Result<Self, Vec<RowProblem>> {
        let slug = group.slug.clone().unwrap_or_default();
        let name = |problems: Vec<RowProblem>| -> Vec<RowProblem> {
            problems
                .into_iter()
                .map(|problem| if problem.handle.is_none() { problem.of(&slug) } else { problem })
                .collect()
        };
        if !group.problems.is_empty() {
            return Err(group.problems);
        }
        let Some(first) = group.rows.first() else { return Err(Vec::new()) };
        let mut findings = Findings::default();
        check_titles(&group.rows, &mut findings);
        if findings.errors.is_empty() {
            let draft = Self::fill(&group, first, &slug, target, &mut findings);
            if findings.errors.is_empty() {
                return Ok(Self { warnings: name(findings.warnings), ..draft });
            }
        }
        Err(name(findings.errors))
    }

    fn fill(group: &Group, first: &Row, slug: &str, target: &Target, findings: &mut Findings) -> Self {
        let raw = first.file.columns.index(Field::Body).map(|index| first.raw(index));
        let description = match raw {
            None => Given::Omitted,
            Some(text) if text.trim().is_empty() => Given::Blank,
            Some(text) => Given::Is(text.into()),
        };
        let clean = raw.map(html::sanitise);
        if first.get(Field::Handle) != slug {
            let reason = format!("the handle is stored as {slug}");
            findings.warn(first.error(Field::Handle, reason, "write it so to have the same address everywhere"));
        }
        let options = option::read(&group.rows, findings);
        let variants = variant::read(&group.rows, options.as_deref(), target, findings);
        let images = image::read(&group.rows, findings);
        let mut attributes = attribute::of_product(first, findings);
        let (status, unlisted) = status(first, findings);
        attributes.extend(unlisted);
        let (category, category_id) = category(first, findings);
        attributes.extend(category_id);
        warn_of_later_rows(&group.rows, findings);
        Self {
            slug: slug.to_owned(),
            file: first.file.name.clone(),
            line: first.line,
            title: first.get(Field::Title).to_owned(),
            description,
            clean,
            vendor: label(first, Field::Vendor, findings),
            product_type: label(first, Field::Type, findings),
            tags: tags(first, findings),
            category,
            published: published(first, findings),
            status,
            seo_title: text(first, Field::SeoTitle),
            seo_description: text(first, Field::SeoDescription),
            options,
            variants,
            images,
            included: market::included(first, findings),
            attributes,
            warnings: Vec::new(),
        }
    }
}

fn check_titles(rows: &[Row], findings: &mut Findings) {
    let Some((first, later)) = rows.split_first() else { return };
    let title = first.get(Field::Title);
    if title.is_empty() {
        let reason = "the product's first row has no title";
        findings.errors.push(first.error(
            Field::Title,
            reason,
            "write the title into the first row of each product, and keep the rows of a product together",
        ));
        return;
    }
    if title.chars().count() > MAX_LABEL_CHARS {
        let reason = format!("the title is longer than {MAX_LABEL_CHARS} characters");
        findings.errors.push(first.error(Field::Title, reason, "shorten it"));
    }
    for row in later {
        let other = row.get(Field::Title);
        if !other.is_empty() && other != title {
            findings.errors.push(row.error(
                Field::Title,
                format!("the title differs from the one in line {} of the same handle ({title:?})", first.line),
                "give the other product its own handle, or leave the title empty in all rows but the first",
            ));
        }
    }
}

/// A short text of the first row.
fn label(row: &Row, field: Field, findings: &mut Findings) -> Given<String> {
    let given = text(row, field);
    if matches!(&given, Given::Is(text) if text.chars().count() > MAX_LABEL_CHARS) {
        let reason = format!("the text is longer than {MAX_LABEL_CHARS} characters");
        findings.errors.push(row.error(field, reason, "shorten it"));
    }
    given
}

/// A text cell.
pub(crate) fn text(row: &Row, field: Field) -> Given<String> {
    match (row.file.columns.has(field), row.get(field)) {
        (false, _) => Given::Omitted,
        (true, "") => Given::Blank,
        (true, text) => Given::Is(text.to_owned()),
    }
}

fn tags(row: &Row, findings: &mut Findings) -> Given<Vec<String>> {
    match text(row, Field::Tags) {
        Given::Omitted => Given::Omitted,
        Given::Blank => Given::Blank,
        Given::Is(list) => {
            let mut tags: Vec<String> = Vec::new();
            for tag in list.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if tag.chars().count() > MAX_LABEL_CHARS {
                    let reason = format!("a tag is longer than {MAX_LABEL_CHARS} characters");
                    findings.errors.push(row.error(Field::Tags, reason, "separate tags by commas"));
                    break;
                }
                if !tags.iter().any(|known| known == tag) {
                    tags.push(tag.to_owned());
                }
            }
            Given::Is(tags)
        }
    }
}

fn published(row: &Row, findings: &mut Findings) -> Option<bool> {
    match text(row, Field::Published) {
        Given::Omitted => None,
        // Shopify: "Leaving the field blank publishes the product."
        Given::Blank => Some(true),
        Given::Is(word) => {
            findings.take(cell::truth(&word).map_err(|(reason, way_out)| row.error(Field::Published, reason, way_out)))
        }
    }
}

fn status(row: &Row, findings: &mut Findings) -> (Option<ProductStatus>, Option<AttributeDraft>) {
    let word = match text(row, Field::Status) {
        Given::Omitted => return (None, None),
        Given::Blank => String::new(),
        Given::Is(word) => word.to_ascii_lowercase(),
    };
    let unlisted = word == "unlisted";
    let kept = attribute::status(unlisted);
    match word.as_str() {
        "" | "active" => (Some(ProductStatus::Active), Some(kept)),
        "draft" => (Some(ProductStatus::Draft), Some(kept)),
        "archived" => (Some(ProductStatus::Archived), Some(kept)),
        "unlisted" => {
            let reason = "unlisted products are not known here; it was imported as a draft";
            findings.warn(row.error(Field::Status, reason, "set it to active to sell it"));
            (Some(ProductStatus::Draft), Some(kept))
        }
        _ => {
            findings.errors.push(row.error(Field::Status, "is not a status", "write active, draft or archived"));
            (None, None)
        }
    }
}

fn category(row: &Row, findings: &mut Findings) -> (Given<Vec<String>>, Option<AttributeDraft>) {
    let path = match text(row, Field::Category) {
        Given::Omitted => return (Given::Omitted, None),
        Given::Blank => return (Given::Blank, Some(attribute::category_id(None))),
        Given::Is(path) => path,
    };
    if attribute::is_category_id(&path) {
        let reason = "is the id of a category, not its path; it is kept, but sorts the product into no category";
        findings.warn(row.error(Field::Category, reason, "write the path, such as Apparel & Accessories > Clothing"));
        return (Given::Blank, Some(attribute::category_id(Some(&path))));
    }
    let names = taxonomy_path(&path);
    let too_long = names.iter().any(|name| name.chars().count() > MAX_LABEL_CHARS);
    if names.is_empty() || names.len() > MAX_CATEGORY_LEVELS || too_long {
        let reason = format!(
            "is no category path of at most {MAX_CATEGORY_LEVELS} names of at most {MAX_LABEL_CHARS} characters"
        );
        let way_out = "write the names from the top down, such as Apparel & Accessories > Clothing";
        findings.errors.push(row.error(Field::Category, reason, way_out));
    }
    (Given::Is(names), Some(attribute::category_id(None)))
}

/// A product's facts count in its first row; another value further down would be lost in silence.
fn warn_of_later_rows(rows: &[Row], findings: &mut Findings) {
    let Some((first, later)) = rows.split_first() else { return };
    let mut warn = |row: &Row, index: usize| {
        let reason = format!("differs from the product's first row (line {}), which counts", first.line);
        findings.warn(row.error_at(index, reason, "write it into the first row"));
    };
    for row in later {
        let columns = &row.file.columns;
        for field in Field::OF_PRODUCT.into_iter().chain([Field::Status]) {
            if let Some(index) = columns.index(field)
                && !row.at(index).is_empty()
                && row.at(index) != first.get(field)
            {
                warn(row, index);
            }
        }
        if Arc::ptr_eq(&row.file, &first.file) {
            let of_product = columns.attributes.iter().filter(|column| column.of_product);
            for column in of_product {
                if !row.at(column.index).is_empty() && row.at(column.index) != first.at(column.index) {
                    warn(row, column.index);
                }
            }
        }
    }
}
