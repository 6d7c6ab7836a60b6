//! What several test files need.

use std::{path::PathBuf, string::String};

/// A file or folder of the published test vectors, which stand outside this repository: the environment variable
/// DOKIMOS_VECTORS names their folder. Where it is not set the caller skips its test; in CI that is a failure.
#[allow(clippy::panic, reason = "a test fails by panicking")]
pub fn vectors(path: &str) -> Option<PathBuf> {
    match std::env::var_os("DOKIMOS_VECTORS") {
        Some(folder) => Some(PathBuf::from(folder).join(path)),
        None if std::env::var_os("CI").is_some() => panic!("DOKIMOS_VECTORS must name the folder of test vectors"),
        None => {
            std::println!("skipped: DOKIMOS_VECTORS is not set, so {path} cannot be read");
            None
        }
    }
}

/// A vector file as text; see [`vectors`].
#[allow(dead_code, reason = "not every test that includes this file reads text")]
#[allow(clippy::panic, reason = "a test fails by panicking")]
pub fn vector_text(path: &str) -> Option<String> {
    let path = vectors(path)?;
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
