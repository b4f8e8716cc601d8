//! Everything that is wrong with an input, each with the way to it.
use super::{CatalogCode, Patch};
use crate::{account::Refused, shopify::limits::MAX_LABEL_CHARS};

/// Bytes of a description or an attribute; Shopify refuses descriptions above 512 KB.
const LONGEST_TEXT: usize = 512 * 1024;

/// Collects refusals; the fields that are checked are said from the input at hand on.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// The steps to the input at hand, each with a point behind it.
    way: String,
    refused: Vec<Refused<CatalogCode>>,
}

impl Checks {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Checks what is behind a step, such as `variants.0`.
    pub(super) fn within<T>(&mut self, step: &str, check: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.way.len();
        self.way.push_str(step);
        self.way.push('.');
        let checked = check(self);
        self.way.truncate(length);
        checked
    }

    /// The same for each of a list: `variants.0`, `variants.1`, …
    pub(super) fn each<I>(&mut self, list: &str, items: &[I], mut check: impl FnMut(&mut Self, &I)) {
        for (place, item) in items.iter().enumerate() {
            self.within(&format!("{list}.{place}"), |checks| check(checks, item));
        }
    }

    /// Refuses a field; an empty one is the input at hand itself.
    pub(super) fn refuse(&mut self, code: CatalogCode, field: &str, message: impl Into<String>) {
        let way = format!("{}{field}", self.way);
        let way = way.trim_end_matches('.');
        let field = (!way.is_empty()).then(|| way.to_owned());
        self.refused.push(Refused { code, field, message: message.into(), retry_after: None });
    }

    /// How much was refused until now.
    pub(super) fn count(&self) -> usize {
        self.refused.len()
    }

    pub(super) fn refused(self) -> Vec<Refused<CatalogCode>> {
        self.refused
    }

    /// No more than so many of a list.
    pub(super) fn at_most(&mut self, most: usize, field: &str, length: usize) {
        if length > most {
            self.refuse(CatalogCode::TooMany, field, format!("There are {length}: at most {most} are possible."));
        }
    }

    /// One line without spaces around it; may be empty.
    pub(super) fn line(&mut self, field: &str, text: &str) -> String {
        self.line_of(MAX_LABEL_CHARS, field, text)
    }

    /// One line of at most so many characters, without spaces around it; may be empty.
    pub(super) fn line_of(&mut self, longest: usize, field: &str, text: &str) -> String {
        let text = text.trim();
        if text.chars().count() > longest {
            self.refuse(
                CatalogCode::TooLong,
                field,
                format!("The text is too long: use at most {longest} characters."),
            );
        } else if text.chars().any(char::is_control) {
            let message = "The text has a line break or another control character: write it on one line.";
            self.refuse(CatalogCode::Invalid, field, message);
        }
        text.to_owned()
    }

    /// One line that is not empty.
    pub(super) fn needed(&mut self, field: &str, text: &str) -> String {
        let text = self.line(field, text);
        if text.is_empty() {
            self.refuse(CatalogCode::Required, field, "The text is empty: write one.");
        }
        text
    }

    /// A line that may be missing; an empty one is missing too.
    pub(super) fn optional(&mut self, field: &str, stored: &mut Option<String>, patch: &Patch<String>) {
        match patch {
            Patch::Keep => {}
            Patch::Clear => *stored = None,
            Patch::Set(text) => *stored = Some(self.line(field, text)).filter(|text| !text.is_empty()),
        }
    }

    /// Any text that is not endless.
    pub(super) fn text(&mut self, field: &str, text: &str) {
        if text.len() > LONGEST_TEXT {
            let message = format!("The text has {} bytes: at most {LONGEST_TEXT} are possible.", text.len());
            self.refuse(CatalogCode::TooLong, field, message);
        } else if text.contains('\0') {
            self.refuse(CatalogCode::Invalid, field, "The text has a zero character: leave it out.");
        }
    }
}

/// A text of a client as it may stand in a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_the_way() {
        let mut checks = Checks::new();
        checks.each("variants", &["", "fits"], |checks, sku| {
            checks.needed("sku", sku);
            checks.within("prices.1", |checks| checks.refuse(CatalogCode::Invalid, "", "no"));
        });
        checks.refuse(CatalogCode::Conflict, "", "no");
        let fields: Vec<Option<String>> = checks.refused().into_iter().map(|refused| refused.field).collect();
        let expected = ["variants.0.sku", "variants.0.prices.1", "variants.1.prices.1"];
        let expected = expected.map(|field| Some(field.to_owned())).into_iter().chain([None]);
        assert_eq!(fields, expected.collect::<Vec<_>>());
    }
}
