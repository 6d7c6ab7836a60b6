//! What the program reads: a file, or the standard input under the name `-`.

use crate::failure::Failure;
use std::{
    ffi::OsString,
    fmt,
    fs::{File, Metadata},
    io::{self, Read},
    path::PathBuf,
};

/// Where an input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
}

impl From<OsString> for Source {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::StandardInput } else { Self::File(name.into()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Source {
    /// Reads it whole; more than `limit` bytes are a failure, not a part of the input.
    pub(crate) fn read(&self, limit: usize) -> Result<Vec<u8>, Failure> {
        // One byte more than the limit tells "at the limit" from "beyond it".
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let read = match self {
            Self::StandardInput => io::stdin().lock().take(most).read_to_end(&mut bytes),
            Self::File(path) => File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
        };
        read.map_err(|error| Failure::io(self, &error))?;
        if bytes.len() > limit {
            return Err(Failure::input(self, format_args!("longer than {limit} bytes")));
        }
        Ok(bytes)
    }

    /// Opens it, to be read as it comes; with its length, where that is known.
    pub(crate) fn open(&self) -> Result<(Box<dyn Read + Send>, Option<u64>), Failure> {
        let Self::File(path) = self else { return Ok((Box::new(io::stdin()), None)) };
        let file = File::open(path).map_err(|error| Failure::io(self, &error))?;
        let length = file.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len());
        Ok((Box::new(file), length))
    }

    /// Several inputs cannot all be the standard input: it can be read once.
    pub(crate) fn at_most_one_standard_input<'s>(sources: impl IntoIterator<Item = &'s Self>) -> Result<(), Failure> {
        let count = sources.into_iter().filter(|source| **source == Self::StandardInput).count();
        if count > 1 {
            return Err(Failure::usage("-", "the standard input can be read for one input only"));
        }
        Ok(())
    }
}
