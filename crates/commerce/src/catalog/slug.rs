//! Slugs that are given, and slugs that are made.
use super::{CatalogCode, checks::Checks};
use crate::shopify::limits::MAX_LABEL_CHARS;
use tradewind_domain::slug::slugify;
use uuid::Uuid;

/// Characters of a title that its slug is made of.
const LONGEST_MADE: usize = 200;
/// `shirt`, and `shirt-2` to `shirt-9`.
const LAST_NUMBER: u32 = 9;

/// A slug as it is given: it must be one.
pub(super) fn given(checks: &mut Checks, slug: &str) -> String {
    let slug = slug.trim();
    let right = slugify(slug);
    if right.is_empty() {
        let message = "The slug has no letter or digit: write one, or leave it out to have one made.";
        checks.refuse(CatalogCode::Required, "slug", message);
    } else if slug.chars().count() > MAX_LABEL_CHARS {
        let message = format!("The slug is too long: use at most {MAX_LABEL_CHARS} characters.");
        checks.refuse(CatalogCode::TooLong, "slug", message);
    } else if slug != right {
        let message =
            format!("The slug has characters that no address should have: write `{}`.", super::checks::shown(&right));
        checks.refuse(CatalogCode::Invalid, "slug", message);
    }
    slug.to_owned()
}

/// Slugs that a title may get, the best first; the last one is nobody's, because it ends as the id does.
pub(super) fn candidates(title: &str, kind: &str, id: Uuid) -> Vec<String> {
    let short: String = title.chars().take(LONGEST_MADE).collect();
    let own = slugify(&short);
    let tail = id.simple().to_string().split_off(20);
    if own.is_empty() {
        return vec![format!("{kind}-{tail}")];
    }
    let numbered = (2..=LAST_NUMBER).map(|number| format!("{own}-{number}"));
    let mut all = vec![own.clone()];
    all.extend(numbered.chain([format!("{own}-{tail}")]));
    all
}

pub(super) const IN_USE: &str = "Another one has this slug: choose another slug.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_made_of_titles() {
        let id = Uuid::from_u128(0xabc);
        assert_eq!(candidates("Crème & Co", "product", id)[..2], ["creme-co", "creme-co-2"]);
        assert_eq!(candidates("Crème & Co", "product", id).last().unwrap(), "creme-co-000000000abc");
        assert_eq!(candidates("!?", "product", id), ["product-000000000abc"]);
    }

    #[test]
    fn a_given_slug_must_be_one() {
        let refused = |slug: &str| {
            let mut checks = Checks::new();
            given(&mut checks, slug);
            checks.refused().into_iter().map(|refused| refused.code).collect::<Vec<_>>()
        };
        assert_eq!(refused("linen-shirt"), []);
        assert_eq!(refused("Linen Shirt"), [CatalogCode::Invalid]);
        assert_eq!(refused(" - "), [CatalogCode::Required]);
        assert_eq!(refused(&"x".repeat(256)), [CatalogCode::TooLong]);
    }
}
