//! The files of the repository: what git would commit, so also new files, and none of the build.
use ignore::WalkBuilder;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the workspace's manifest is.
pub(crate) fn root() -> PathBuf {
    // Not what the compiler knew: another checkout may have built this test into a shared target folder.
    #[allow(clippy::disallowed_methods, reason = "cargo says it to the test only so")]
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..").canonicalize().unwrap()
}

/// A file by its path below the root, with `/` on every system.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension()?.to_str()
    }
}

/// Every text file, sorted by path. Pictures and other binary files are left out.
pub(crate) fn sources() -> Vec<Source> {
    let root = root();
    let walk = WalkBuilder::new(&root)
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .sort_by_file_path(Path::cmp)
        .build();
    let files = walk.map(Result::unwrap).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    files
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            // Another test may remove a file that it has just made.
            let text = String::from_utf8(fs::read(entry.path()).ok()?).ok()?;
            Some(Source { path, text })
        })
        .collect()
}

/// Fails with the offenders, one per line, and the way out.
pub(crate) fn none(offenders: &[String], rule: &str, way_out: &str) {
    assert!(offenders.is_empty(), "{rule}:\n  {}\n{way_out}\n", offenders.join("\n  "));
}
