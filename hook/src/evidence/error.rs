use std::{error::Error, fmt};

/// Why one request to one source gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    /// In words, one line, without secrets.
    message: String,
    again: bool,
}

impl FetchError {
    /// Asking again may help: no connection, an answer 429 or 5xx.
    pub(crate) fn transient(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), again: true }
    }

    /// Asking again gives the same: credentials are refused, the answer cannot be understood.
    pub(crate) fn permanent(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), again: false }
    }

    /// Whether the request is worth repeating.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.again
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for FetchError {}

/// A source gave no answer, however often it was asked: what it may have for the image is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceError {
    /// The kind of the source, as the configuration names it.
    pub kind: &'static str,
    /// Its place in the configuration's list, from 0.
    pub index: usize,
    /// Why, in words, one line, without secrets.
    pub message: String,
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evidence[{}] ({}): {}", self.index, self.kind, self.message)
    }
}

impl Error for EvidenceError {}
