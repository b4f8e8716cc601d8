//! Where the package under test is.
use std::path::PathBuf;

/// The folder of the package whose tests run, as the runner says. What the compiler knew is another checkout's where two
/// share a target folder.
///
/// # Panics
/// The test was not started by cargo.
pub fn manifest_dir() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest starts the test"))
}
