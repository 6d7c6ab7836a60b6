//! Where the test vectors are that do not live in this repository.

use std::{env, path::PathBuf, string::String};

/// The path of a vector file or folder under `DOKIMOS_VECTORS`, or nothing, with a line printed, where that is unset.
///
/// In continuous integration (`CI` is set) the vectors must be there.
pub(crate) fn vectors(path: &str) -> Option<PathBuf> {
    let Some(root) = env::var_os("DOKIMOS_VECTORS") else {
        assert!(env::var_os("CI").is_none(), "DOKIMOS_VECTORS must name the folder of test vectors");
        std::println!("skipped: DOKIMOS_VECTORS is not set, so {path} cannot be read");
        return None;
    };
    Some(PathBuf::from(root).join(path))
}

/// A vector file as text; see [`vectors`].
#[allow(dead_code, reason = "not every test that includes this file reads text")]
pub(crate) fn vector_text(path: &str) -> Option<String> {
    let path = vectors(path)?;
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
