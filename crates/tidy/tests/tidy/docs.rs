//! Whoever opens a crate or a folder of modules reads first what it is for.
use crate::tree::{Source, none, sources};

#[test]
fn crates_and_module_folders_are_described() {
    let all = sources();
    let offenders: Vec<_> = all
        .iter()
        .filter(|source| opens_a_folder(source, &all) && !source.text.starts_with("//!"))
        .map(|source| source.path.clone())
        .collect();
    none(
        &offenders,
        "a crate and a module with a folder begin with their documentation",
        "Begin the file with `//! What it is for.`",
    );
}

/// `lib.rs`, `main.rs`, `mod.rs`, and `name.rs` beside `name/`.
fn opens_a_folder(source: &Source, all: &[Source]) -> bool {
    let Some(stem) = source.path.strip_suffix(".rs") else { return false };
    let name = stem.rsplit('/').next().unwrap_or(stem);
    let folder = format!("{stem}/");
    matches!(name, "lib" | "main" | "mod") || all.iter().any(|other| other.path.starts_with(&folder))
}
