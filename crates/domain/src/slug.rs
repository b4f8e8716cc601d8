//! Slugs: the readable part of an address, in any script.
use crate::search_text::fold;

/// Lower case, accents folded, every run of other characters one hyphen: `Crème & Co` becomes `creme-co`.
/// Letters of any script stay. Empty when the text has no letter or digit.
pub fn slugify(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fold(text).chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}
