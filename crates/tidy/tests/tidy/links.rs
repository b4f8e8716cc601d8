//! A link of the documentation leads somewhere.
use crate::tree::{none, root, sources};
use pulldown_cmark::{Event, Parser, Tag};
use std::path::Path;

#[test]
fn relative_links_resolve() {
    let root = root();
    let mut offenders = Vec::new();
    for source in sources().iter().filter(|source| source.extension() == Some("md")) {
        let folder = root.join(Path::new(&source.path).parent().unwrap_or(Path::new("")));
        for target in targets(&source.text) {
            if !folder.join(&target).exists() {
                offenders.push(format!("{}: {target}", source.path));
            }
        }
    }
    none(&offenders, "a relative link names a file of the repository", "Correct the link; it is relative to its file.");
}

/// The files that a text links to or shows; the part after `#` is left out.
fn targets(text: &str) -> Vec<String> {
    Parser::new(text)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
            _ => None,
        })
        .filter(|url| !url.contains("://") && !url.starts_with("mailto:"))
        .filter_map(|url| url.split('#').next().map(str::to_owned))
        .filter(|path| !path.is_empty())
        .collect()
}

#[test]
fn links_are_found_outside_of_code_only() {
    let text = "[a](b.md#c) ![d](e.png) `[f](g)` [h](https://example.com) [i](#j)\n```\n[k](l)\n```\n";
    assert_eq!(targets(text), ["b.md", "e.png"]);
}
