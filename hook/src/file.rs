//! Files, read whole and not without a limit.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The bytes of a file.
///
/// # Errors
/// In words, with the path: it cannot be read, or is longer than `most`.
pub(crate) fn read(path: &Path, most: usize) -> Result<Vec<u8>, String> {
    // One byte more than the limit tells "at the limit" from "beyond it".
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map_err(|error| failure(path, &error))?;
    if bytes.len() > most {
        return Err(format!("{}: longer than {most} bytes", path.display()));
    }
    Ok(bytes)
}

/// The files of a folder that count, sorted by name: not those in its subfolders, nor those whose name begins with a
/// dot. A link to a file is one: Kubernetes mounts files so.
///
/// # Errors
/// The folder, or something in it, cannot be looked at: it could be a file that is missing.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Unseen> {
    let unseen = |error| Unseen::Folder(failure(folder, &error));
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unseen)? {
        let path = entry.map_err(unseen)?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // A link that leads nowhere, for one.
        if !hidden && fs::metadata(&path).map_err(|error| Unseen::File(failure(&path, &error)))?.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// What cannot be looked at, and why, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// Nothing of it.
    Folder(String),
    /// One thing in it.
    File(String),
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(words) | Self::File(words) => f.write_str(words),
        }
    }
}

/// What the system says, in one line, without Rust's "(os error 2)".
pub(crate) fn failure(path: &Path, error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error ").next().unwrap_or_default();
    format!("{}: {}", path.display(), words.to_lowercase())
}
