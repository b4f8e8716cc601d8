//! The repository does not know on which machine it was written.
use crate::tree::{none, sources};

/// Folders of one machine; written so that this file does not name one.
const FOLDERS: [&str; 5] = [
    concat!("/", "work", "/"),
    concat!("/", "root", "/"),
    concat!("/", "home", "/"),
    concat!("/", "Users", "/"),
    concat!("/dev/shm/", "tw."),
];

/// Built or generated, and not ours to word.
const GENERATED: [&str; 3] = ["web/graphiql/dist/", "web/package-lock.json", "Cargo.lock"];

#[test]
fn no_text_names_a_machine_path() {
    let mut offenders = Vec::new();
    for source in sources() {
        if GENERATED.iter().any(|prefix| source.path.starts_with(prefix)) {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            if let Some(folder) = FOLDERS.iter().find(|folder| begins_a_path(line, folder)) {
                offenders.push(format!("{}:{}: {folder}", source.path, number + 1));
            }
        }
    }
    none(&offenders, "no text names a folder of one machine", "Use a relative path, or a variable.");
}

/// `example.com` followed by the folder is no path of a machine.
fn begins_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || "._-~})*/".contains(letter))
    })
}

#[test]
fn only_the_beginning_of_a_path_counts() {
    let folder = FOLDERS[0];
    assert!(begins_a_path(folder, folder) && begins_a_path(&format!("cd \"{folder}"), folder));
    assert!(!begins_a_path(&format!("https://example.com{folder}"), folder));
    assert!(!begins_a_path(&format!("..{folder}"), folder));
}
