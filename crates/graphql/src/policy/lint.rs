//! Types that nobody decided about.
use crate::answer::OutputTypes;
use std::collections::HashSet;

/// Object types that a query can reach and that have no `@cacheControl`, sorted. The server does not start with one.
pub(crate) fn undecided(types: &OutputTypes) -> Vec<String> {
    let mut reached = HashSet::new();
    let mut next = vec!["Query".to_owned()];
    while let Some(name) = next.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        next.extend(types.possible(&name).unwrap_or_default().iter().map(ToString::to_string));
        next.extend(types.reached_from(&name).map(str::to_owned));
    }
    let is_undecided = |name: &String| {
        name != "Query"
            && types.has_fields(name)
            && types.possible(name).is_none()
            && types.policies().of_type(name).is_none()
    };
    let mut undecided: Vec<_> = reached.into_iter().filter(is_undecided).collect();
    undecided.sort();
    undecided
}
