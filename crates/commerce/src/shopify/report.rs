//! What an import says about the rows it could not use, and the sums at its end.
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The product (or the file) was not imported. Exit status 1.
    Error,
    /// The product was imported; something in it deserves a look.
    Warning,
}

/// One thing that is wrong in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Whether the product was refused.
    pub severity: Severity,
    /// The file as it was named on the command line.
    pub file: String,
    /// The physical line on which the row begins, from 1; a quoted line break counts.
    pub line: u64,
    /// The product, where it is known.
    pub handle: Option<String>,
    /// The column as the file's header spells it.
    pub column: Option<String>,
    /// The cell, shortened to 60 characters.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub way_out: String,
}

impl RowProblem {
    pub(crate) fn error(file: &str, line: u64, reason: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.to_owned(),
            line,
            handle: None,
            column: None,
            value: None,
            reason: reason.into(),
            way_out: way_out.into(),
        }
    }

    pub(crate) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    pub(crate) fn at(mut self, column: impl Into<String>, value: &str) -> Self {
        self.column = Some(column.into());
        self.value = Some(shorten(value));
        self
    }

    pub(crate) fn of(mut self, handle: &str) -> Self {
        self.handle = Some(shorten(handle));
        self
    }

    /// Whether the product was refused because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for RowProblem {
    /// One line for people: `products.csv:12: error: Variant Price "1.299,00" (shirt): reason; way out`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_error() { "error" } else { "warning" };
        write!(f, "{}:{}: {severity}: ", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "{column}")?;
            if let Some(value) = self.value.as_ref().filter(|value| !value.is_empty()) {
                write!(f, " {value:?}")?;
            }
            f.write_str(": ")?;
        }
        if let Some(handle) = &self.handle {
            write!(f, "[{handle}] ")?;
        }
        write!(f, "{}; {}", self.reason, self.way_out)
    }
}

/// The first 60 characters, without control characters; an ellipsis marks what was cut.
pub(crate) fn shorten(value: &str) -> String {
    let mut out: String = value.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

/// The sums of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Nothing was kept: `--dry-run`.
    pub dry_run: bool,
    /// New products.
    pub products_created: u64,
    /// Products that existed and changed.
    pub products_updated: u64,
    /// Products that existed and already were as the file says.
    pub products_unchanged: u64,
    /// Products that were refused, with at least one error each.
    pub products_rejected: u64,
    /// Variants of the products that were not refused.
    pub variants: u64,
    /// Rows read, without headers and empty rows.
    pub rows: u64,
    /// Problems that refused nothing.
    pub warnings: u64,
    /// Problems that refused a product or a file.
    pub errors: u64,
    /// What was taken out of descriptions, such as `<script>` or `onclick`, and how often.
    pub html_removed: BTreeMap<String, u64>,
    /// Columns that were not read, once for each file.
    pub unknown_columns: Vec<String>,
    /// Milliseconds; filled in by the caller, who has the clock.
    pub duration_ms: Option<u64>,
}

impl ImportReport {
    /// 0 when every row could be used, 1 otherwise.
    pub fn exit_status(&self) -> u8 {
        u8::from(self.errors > 0)
    }

    /// Counts a problem.
    pub(crate) fn note(&mut self, problem: &RowProblem) {
        match problem.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dry_run {
            writeln!(f, "dry run: nothing was written")?;
        }
        writeln!(
            f,
            "products: {} created, {} updated, {} unchanged, {} refused",
            self.products_created, self.products_updated, self.products_unchanged, self.products_rejected
        )?;
        writeln!(f, "variants: {}, rows read: {}", self.variants, self.rows)?;
        if !self.html_removed.is_empty() {
            let removed: Vec<_> = self.html_removed.iter().map(|(name, count)| format!("{name} {count}")).collect();
            writeln!(f, "removed from descriptions: {}", removed.join(", "))?;
        }
        write!(f, "errors: {}, warnings: {}", self.errors, self.warnings)
    }
}
