//! Why a text is not an image reference.

use super::ImageReference;
use crate::DigestError;
use core::fmt;

/// Why a text is not an [`ImageReference`].
///
/// A position is counted in bytes from the start of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The first component has an upper-case letter, and neither dot nor port: `Foo/bar`. Some readers take it for a
    /// registry, others for a part of a Docker Hub repository.
    AmbiguousDomain,
    /// The whole text is a digest, with or without its algorithm. Some readers take it for an image of that name.
    BareDigest,
    /// The domain is longer than [`ImageReference::MAX_DOMAIN_BYTES`].
    DomainTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// There is no text.
    Empty,
    /// What follows the `@` is not a digest.
    InvalidDigest(DigestError),
    /// A character that no host name has, or a label that begins or ends with a hyphen, or is empty.
    InvalidDomain {
        /// Where.
        position: usize,
    },
    /// What stands between brackets is not an IPv6 address.
    InvalidIpv6,
    /// A character that no path has, or a component that begins or ends with a separator, or is empty.
    InvalidPath {
        /// Where.
        position: usize,
    },
    /// What follows the host's colon is not a number from 1 to 65535 without leading zeros.
    InvalidPort {
        /// Where the port should stand.
        position: usize,
    },
    /// A character that no tag has, or no tag where there should be one.
    InvalidTag {
        /// Where.
        position: usize,
    },
    /// The path is longer than [`ImageReference::MAX_PATH_BYTES`].
    PathTooLong {
        /// Its length in bytes, with `library/` where that was put before a bare name.
        length: usize,
    },
    /// The tag is longer than [`ImageReference::MAX_TAG_BYTES`].
    TagTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The text is longer than [`ImageReference::MAX_BYTES`].
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// An upper-case letter in the path.
    UpperCasePath {
        /// Where.
        position: usize,
    },
}

impl ReferenceError {
    /// The stable code of this kind of error, such as `REFERENCE_INVALID_TAG`; for a bad digest the digest's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AmbiguousDomain => "REFERENCE_AMBIGUOUS_DOMAIN",
            Self::BareDigest => "REFERENCE_BARE_DIGEST",
            Self::DomainTooLong { .. } => "REFERENCE_DOMAIN_TOO_LONG",
            Self::Empty => "REFERENCE_EMPTY",
            Self::InvalidDigest(error) => error.code(),
            Self::InvalidDomain { .. } => "REFERENCE_INVALID_DOMAIN",
            Self::InvalidIpv6 => "REFERENCE_INVALID_IPV6",
            Self::InvalidPath { .. } => "REFERENCE_INVALID_PATH",
            Self::InvalidPort { .. } => "REFERENCE_INVALID_PORT",
            Self::InvalidTag { .. } => "REFERENCE_INVALID_TAG",
            Self::PathTooLong { .. } => "REFERENCE_PATH_TOO_LONG",
            Self::TagTooLong { .. } => "REFERENCE_TAG_TOO_LONG",
            Self::TooLong { .. } => "REFERENCE_TOO_LONG",
            Self::UpperCasePath { .. } => "REFERENCE_UPPER_CASE_PATH",
        }
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, length, most) = match self {
            Self::AmbiguousDomain => {
                return f.write_str(
                    "an upper-case first component without dot or port is a registry to some and a path to others",
                );
            }
            Self::BareDigest => {
                return f.write_str("a digest alone does not name an image: a repository and `@` must precede it");
            }
            Self::Empty => return f.write_str("an image reference cannot be empty"),
            Self::InvalidIpv6 => return f.write_str("the domain in brackets is not an IPv6 address"),
            Self::InvalidDigest(error) => return error.fmt(f),
            Self::InvalidDomain { position } => return write!(f, "the domain is malformed at byte {position}"),
            Self::InvalidPath { position } => return write!(f, "the path is malformed at byte {position}"),
            Self::InvalidTag { position } => return write!(f, "the tag is malformed at byte {position}"),
            Self::UpperCasePath { position } => {
                return write!(f, "the path has an upper-case letter at byte {position}");
            }
            Self::InvalidPort { position } => {
                return write!(
                    f,
                    "the domain's port, at byte {position}, is not a number from 1 to 65535 without leading zeros"
                );
            }
            Self::DomainTooLong { length } => ("the domain", length, ImageReference::MAX_DOMAIN_BYTES),
            Self::PathTooLong { length } => ("the path", length, ImageReference::MAX_PATH_BYTES),
            Self::TagTooLong { length } => ("the tag", length, ImageReference::MAX_TAG_BYTES),
            Self::TooLong { length } => ("the image reference", length, ImageReference::MAX_BYTES),
        };
        write!(f, "{what} has {length} bytes, more than the {most} allowed")
    }
}

impl From<DigestError> for ReferenceError {
    fn from(error: DigestError) -> Self {
        Self::InvalidDigest(error)
    }
}

impl core::error::Error for ReferenceError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::InvalidDigest(error) => Some(error),
            _ => None,
        }
    }
}
