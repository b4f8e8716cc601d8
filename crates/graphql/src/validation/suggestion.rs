//! "Did you mean": names that look like an unknown one.
use async_graphql::Name;

/// Most names that are suggested.
const MOST: usize = 3;
/// Longer names are no typing errors of ours, and comparing takes time.
const LONGEST: usize = 60;

/// A sentence with the names that are alike, the best first; empty where there is none.
pub(super) fn suggestion<'n>(unknown: &str, known: impl Iterator<Item = &'n Name>) -> String {
    if unknown.len() > LONGEST {
        return String::new();
    }
    let most = 1 + unknown.chars().count() / 4;
    let mut alike: Vec<_> = known
        .filter(|name| !name.starts_with("__"))
        .map(|name| (strsim::damerau_levenshtein(&unknown.to_lowercase(), &name.to_lowercase()), name.as_str()))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    alike.sort_unstable();
    let names: Vec<_> = alike.iter().take(MOST).map(|(_, name)| format!("`{name}`")).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(" Did you mean {}?", names.join(" or ")),
    }
}
