//! Handles: Shopify's key of a product, our slug.
use super::limits::MAX_LABEL_CHARS;
use std::hash::{BuildHasher, RandomState};
use unicode_normalization::UnicodeNormalization;

/// Why a cell is no handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadHandle {
    Empty,
    TooLong,
    /// A character that ends or splits an address, or that only a wrong quote puts there.
    Character(char),
}

/// The slug that a handle means: without outer spaces, lower case, spaces as hyphens, composed (NFC). Everything else
/// stays, in any script, because links to the product exist under it.
pub(crate) fn slug(cell: &str) -> Result<String, BadHandle> {
    let mut out = String::with_capacity(cell.len());
    for word in cell.split_whitespace() {
        if !out.is_empty() {
            out.push('-');
        }
        out.extend(word.nfc().flat_map(char::to_lowercase));
    }
    // Lower case can decompose: `İ` becomes `i` and a dot.
    let out: String = out.nfc().collect();
    if out.is_empty() {
        return Err(BadHandle::Empty);
    }
    if let Some(c) = out.chars().find(|c| c.is_control() || matches!(c, '/' | '\\' | '?' | '#' | '"' | '<' | '>')) {
        return Err(BadHandle::Character(c));
    }
    if out.chars().count() > MAX_LABEL_CHARS {
        return Err(BadHandle::TooLong);
    }
    Ok(out)
}

/// Hashes of handles, keyed anew in each process, so that no file can be made to collide.
#[derive(Debug, Default)]
pub(crate) struct HandleHasher(RandomState);

impl HandleHasher {
    pub(crate) fn hash(&self, slug: &str) -> u64 {
        self.0.hash_one(slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_what_links_need() {
        assert_eq!(slug(" Ocean  Blue "), Ok("ocean-blue".into()));
        assert_eq!(slug("東京-シャツ"), Ok("東京-シャツ".into()));
        assert_eq!(slug("the-board-™_2--x.y"), Ok("the-board-™_2--x.y".into()));
        assert_eq!(slug("cafe\u{301}"), Ok("café".into()));
        assert_eq!(slug(" \u{a0} "), Err(BadHandle::Empty));
        assert_eq!(slug("a/b"), Err(BadHandle::Character('/')));
        assert_eq!(slug(&"x".repeat(256)), Err(BadHandle::TooLong));
    }

    proptest! {
        #[test]
        fn a_slug_is_its_own_slug(text in "\\PC{0,40}") {
            if let Ok(once) = slug(&text) {
                prop_assert_eq!(slug(&once), Ok(once));
            }
        }
    }
}
