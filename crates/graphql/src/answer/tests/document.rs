//! Random valid documents.
use proptest::prelude::*;

/// A document with two fragments that its selections may spread.
pub(super) fn any() -> impl Strategy<Value = String> {
    let root = prop::collection::vec((prop::sample::select(vec!["root", "sure"]), set(false)), 1..3);
    (root, set(false), set(true)).prop_map(|(roots, thing, being)| {
        let roots: String = roots.iter().map(|(name, set)| format!("{name} {set} ")).collect();
        let (thing, being) = (thing.replace("...T", "m"), being.replace("...B", "m"));
        // T may spread B, not the other way round.
        let being = being.replace("...T", "m");
        format!("{{ {roots} root {{ ...T }} sure {{ ...B }} }} fragment T on Thing {thing} fragment B on Being {being}")
    })
}

/// A selection set of an object, or of `Being`, which itself has only `m`.
fn set(of_interface: bool) -> BoxedStrategy<String> {
    let leaf = prop::sample::select(vec!["m", "a: m", "__typename", "m @skip(if: true)", "m @include(if: true)"]);
    let leaf = leaf.prop_map(str::to_owned).boxed();
    let bottom = prop::collection::vec(leaf.clone(), 1..4).prop_map(braces).boxed();
    let sets = (bottom.clone(), bottom).boxed();
    let deeper = move |inner: BoxedStrategy<(String, String)>| {
        let object = objects(leaf.clone(), inner.clone());
        let interface = interfaces(leaf.clone(), inner);
        (object, interface)
    };
    let deepest = sets.prop_recursive(4, 48, 4, deeper);
    deepest.prop_map(move |(object, interface)| if of_interface { interface } else { object }).boxed()
}

fn braces(selections: Vec<String>) -> String {
    format!("{{ {} }}", selections.join(" "))
}

fn objects(leaf: BoxedStrategy<String>, inner: BoxedStrategy<(String, String)>) -> BoxedStrategy<String> {
    let field = (prop::sample::select(vec!["n", "o", "p", "l", "k", "u", "v", "b: o", "c: v"]), inner.clone());
    let field = field.prop_map(|(name, (object, interface))| match name {
        "n" => "n".to_owned(),
        "u" | "v" | "c: v" => format!("{name} {interface}"),
        _ => format!("{name} {object}"),
    });
    let fragment = inner.prop_map(|(object, interface)| format!("... {object} ... on Being {interface}"));
    let spread = Just("...B".to_owned());
    prop::collection::vec(prop_oneof![2 => leaf, 6 => field, 1 => fragment, 1 => spread], 1..5).prop_map(braces).boxed()
}

fn interfaces(leaf: BoxedStrategy<String>, inner: BoxedStrategy<(String, String)>) -> BoxedStrategy<String> {
    let fragment = (prop::sample::select(vec!["Thing", "Other", "Being"]), inner);
    let fragment = fragment.prop_map(|(on, (object, interface))| match on {
        "Being" => format!("... on Being {interface}"),
        _ => format!("... on {on} {object}"),
    });
    let spread = prop::sample::select(vec!["...T", "...B"]).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![2 => leaf, 4 => fragment, 1 => spread], 1..4).prop_map(braces).boxed()
}
