//! What several test files need.

use std::path::PathBuf;

/// A file of the published test vectors, which stand outside this repository: the environment variable DOKIMOS_VECTORS
/// names their directory. Where it is not set the caller skips its test; in CI that is a failure.
#[allow(clippy::panic, reason = "a test fails by panicking")]
pub(crate) fn vectors(path: &str) -> Option<PathBuf> {
    match std::env::var_os("DOKIMOS_VECTORS") {
        Some(directory) => Some(PathBuf::from(directory).join(path)),
        None if std::env::var_os("CI").is_some() => panic!("DOKIMOS_VECTORS is not set"),
        None => {
            eprintln!("skipped: DOKIMOS_VECTORS is not set");
            None
        }
    }
}
