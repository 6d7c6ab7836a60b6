use std::{error::Error, fmt};

/// Why one request to one source gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    message: String,
    kind: ErrorKind,
}

/// Whether asking again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It may: no connection, no answer in time, an answer 429 or 5xx.
    Unreachable,
    /// It gives the same: credentials are refused, the answer cannot be understood or is too large.
    Refused,
}

impl FetchError {
    /// No connection, no answer in time, an answer 429 or 5xx: the request is repeated, and with `onError: allow` the
    /// image may be admitted in the end. In words, one line, without secrets.
    pub(crate) fn transient(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), kind: ErrorKind::Unreachable }
    }

    /// Credentials are refused, or the answer cannot be understood or is too large: whoever can write to a registry can
    /// bring this about, so that it never admits an image. In words, one line, without secrets.
    pub(crate) fn permanent(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), kind: ErrorKind::Refused }
    }

    /// Whether asking again may help.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl ErrorKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
        }
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
    /// Its place in the configuration's list, from 0.
    pub index: usize,
    /// The kind of the source, as the configuration names it.
    pub source: &'static str,
    /// Why.
    pub error: FetchError,
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evidence[{}].{}: {}", self.index, self.source, self.error)
    }
}

impl Error for EvidenceError {}
