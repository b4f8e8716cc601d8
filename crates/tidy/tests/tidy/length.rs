//! A file that fits in one's head.
use crate::tree::{none, sources};

const LIMIT: usize = 400;

/// Files that may be longer, each with its reason.
const EXEMPT: &[(&str, &str)] = &[];

#[test]
fn rust_files_are_short() {
    let all = sources();
    let long = |path: &str, lines: usize| lines > LIMIT && !EXEMPT.iter().any(|(exempt, _)| *exempt == path);
    let offenders: Vec<_> = all
        .iter()
        .filter(|source| source.extension() == Some("rs"))
        .map(|source| (&source.path, source.text.lines().count()))
        .filter(|(path, lines)| long(path, *lines))
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    let rule = format!("a Rust file has at most {LIMIT} lines");
    none(&offenders, &rule, "Split it by noun, then by verb; or give its reason in EXEMPT of this test.");
}

#[test]
fn exemptions_are_needed() {
    let all = sources();
    let needed = |path: &str| all.iter().any(|source| source.path == path && source.text.lines().count() > LIMIT);
    let offenders: Vec<_> =
        EXEMPT.iter().filter(|(path, _)| !needed(path)).map(|(path, _)| (*path).to_owned()).collect();
    none(&offenders, "an exemption names a file that is too long", "Remove it from EXEMPT of this test.");
}
