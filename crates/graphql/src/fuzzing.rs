//! Doors for `fuzz/` and for property tests: what strangers' bytes meet first, alone. Each panics where a promise is
//! broken.
use crate::{
    cursor::{Fingerprint, decode, encode},
    limits::{self, Limits, analyse},
    schema::sdl,
    validation::{Policy, TypeSystem, validate},
};
use async_graphql::parser::parse_query;
use std::sync::OnceLock;

/// Scans a text; one that passes is parsed, which must neither overflow the stack nor fail to end.
pub fn scan(text: &str) -> bool {
    limits::scan(text, &Limits::default()).is_ok() && parse_query(text).is_ok()
}

/// Counts what the fragments of a document expand to; one within the limits is validated.
#[allow(clippy::panic, reason = "the schema of this very build can be read, or nothing works")]
pub fn expansion(text: &str) -> bool {
    static TYPES: OnceLock<TypeSystem> = OnceLock::new();
    let limits = Limits::default();
    if limits::scan(text, &limits).is_err() {
        return false;
    }
    let Ok(document) = parse_query(text) else { return false };
    let mut operations = document.operations.iter();
    let Some((_, operation)) = operations.next() else { return false };
    let is_straight = analyse(&document, &operation.node, &limits).is_ok_and(|analysis| analysis.circular.is_none());
    let types = TYPES.get_or_init(|| TypeSystem::parse(&sdl()).unwrap_or_else(|error| panic!("the schema: {error}")));
    is_straight && validate(types, &document, text, Policy { introspection: true }).is_ok()
}

/// Reads a text as a cursor of some list; one that is a cursor is made again.
pub fn cursor(text: &str) -> bool {
    let list = Fingerprint::of(&"a list");
    let Ok(position) = decode("after", text, list) else { return false };
    assert_eq!(encode(list, &position), text, "another text for the same position");
    true
}

/// A cursor of that list, for a start.
pub fn some_cursor(key: &str, id: u128) -> String {
    let key = tradewind_persistence::read::listing::SortKey::Text(key.to_owned());
    let position = tradewind_persistence::read::listing::Position { key, id: uuid::Uuid::from_u128(id) };
    encode(Fingerprint::of(&"a list"), &position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Documents of few fragments that spread each other in every way.
    fn tangles() -> impl Strategy<Value = String> {
        let selection = prop_oneof![
            (0..6u8).prop_map(|n| format!("...f{n} ")),
            Just("__typename ".to_owned()),
            (0..6u8).prop_map(|n| format!("... on Query {{ ...f{n} }} ")),
            (0..6u8).prop_map(|n| format!("categories {{ id children {{ ...g{n} }} }} ")),
        ];
        let set = prop::collection::vec(selection, 1..6).prop_map(|parts| parts.concat());
        prop::collection::vec(set, 7).prop_map(|sets| {
            let mut sets = sets.into_iter();
            let root = sets.next().unwrap_or_default();
            let fragments = sets.enumerate().map(|(n, set)| {
                format!(
                    "fragment f{n} on Query {{ {set} }} fragment g{n} on Category {{ id children {{ ...g{} }} }}",
                    (n + 1) % 7
                )
            });
            format!("{{ {root} }} {}", fragments.collect::<String>())
        })
    }

    proptest! {
        #[test]
        fn tangled_fragments_are_counted_and_validated(text in tangles()) {
            expansion(&text);
        }

        #[test]
        fn any_text_is_scanned_and_parsed(text in "[\\[\\]{}()\"#\\\\\n :$@!=a-c0-2.…]{0,120}") {
            scan(&text);
            expansion(&text);
        }

        #[test]
        fn a_changed_cursor_is_refused_or_is_another(key in "\\PC{0,20}", id: u128, at: prop::sample::Index, letter in "[A-Za-z0-9_=+*-]") {
            let text = some_cursor(&key, id);
            prop_assert!(cursor(&text));
            let at = at.index(text.len());
            cursor(&format!("{}{letter}{}", &text[..at], &text[at + 1..]));
            cursor(&text[..at]);
        }
    }
}
