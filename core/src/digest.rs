//! The digest of an image manifest: what a signature binds and a container runtime checks.

use crate::Hash;
use alloc::{boxed::Box, format};
use core::{fmt, str::FromStr};

/// A content digest, as in `sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`.
///
/// One digest has one spelling here: the algorithm in lower case, the hash in lower-case hexadecimal of exactly the
/// algorithm's length (OCI image-spec, descriptor.md: "[A-F] MUST NOT be used here"). Readers that fold case let two
/// texts stand for one digest, and then a comparison of texts misses.
///
/// ```
/// use dokimos::{Digest, DigestAlgorithm};
///
/// # fn main() -> Result<(), dokimos::DigestError> {
/// let text = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/// let digest: Digest = text.parse()?;
/// assert_eq!(digest.algorithm(), DigestAlgorithm::Sha256);
/// assert_eq!(digest.hex(), &text[7..]);
/// assert_eq!(digest.to_string(), text);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    hex: Box<str>,
}

impl Digest {
    /// Reads a digest.
    ///
    /// # Errors
    /// [`DigestError`]: anything but a known algorithm, a colon, and a lower-case hash of that algorithm's length.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let (name, hex) = text.split_once(':').ok_or(DigestError::Malformed)?;
        let algorithm = DigestAlgorithm::from_name(name).ok_or(DigestError::UnsupportedAlgorithm)?;
        if hex.len() != algorithm.hex_len() {
            return Err(DigestError::WrongLength { algorithm, length: hex.len() });
        }
        // All at once: most digests are right, and every decision reads some.
        if hex.bytes().fold(true, |all, byte| all & is_hex(byte)) {
            return Ok(Self { algorithm, hex: hex.into() });
        }
        let position = hex.bytes().take_while(|byte| is_hex(*byte)).count();
        Err(DigestError::NotLowerCaseHex { position })
    }

    /// The digest of the bytes.
    ///
    /// ```
    /// use dokimos::{Digest, DigestAlgorithm};
    /// let digest = Digest::of(DigestAlgorithm::Sha256, b"test");
    /// assert_eq!(digest.hex(), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    /// ```
    #[must_use]
    pub fn of(algorithm: DigestAlgorithm, bytes: &[u8]) -> Self {
        let hash = match algorithm {
            DigestAlgorithm::Sha256 => Hash::Sha256,
            DigestAlgorithm::Sha384 => Hash::Sha384,
            DigestAlgorithm::Sha512 => Hash::Sha512,
        };
        Self { algorithm, hex: format!("{:?}", hash.digest(&[bytes])).into() }
    }

    /// The hash function.
    #[must_use]
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The hash in lower-case hexadecimal, without the algorithm.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

/// Whether the byte is a digit of a digest.
pub(crate) fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() | (b'a'..=b'f').contains(&byte)
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Digest {
    type Error = DigestError;

    fn try_from(text: &str) -> Result<Self, DigestError> {
        Self::parse(text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

/// The hash function of a [`Digest`].
///
/// SHA-256 and SHA-512 are the registered ones of the OCI image-spec; SHA-384 is what the Go reference implementation
/// takes beside them. SHA-1, MD5 and the like name nothing that cannot be forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// `sha256`
    Sha256,
    /// `sha384`
    Sha384,
    /// `sha512`
    Sha512,
}

impl DigestAlgorithm {
    pub(crate) const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The name as it stands before the colon: `sha256`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// How many hexadecimal digits a hash has.
    #[must_use]
    pub fn hex_len(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha384 => 96,
            Self::Sha512 => 128,
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text is not a [`Digest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DigestError {
    /// There is no colon between algorithm and hash.
    Malformed,
    /// A character of the hash is not one of `0` to `9` and `a` to `f`.
    NotLowerCaseHex {
        /// Where in the hash, in bytes from its start.
        position: usize,
    },
    /// What stands before the colon is not `sha256`, `sha384` or `sha512`, in lower case.
    UnsupportedAlgorithm,
    /// The hash is longer or shorter than the algorithm's.
    WrongLength {
        /// The algorithm that the text names.
        algorithm: DigestAlgorithm,
        /// How many bytes stand after the colon.
        length: usize,
    },
}

impl DigestError {
    /// The stable code of this kind of error, such as `DIGEST_WRONG_LENGTH`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "DIGEST_MALFORMED",
            Self::NotLowerCaseHex { .. } => "DIGEST_NOT_LOWER_CASE_HEX",
            Self::UnsupportedAlgorithm => "DIGEST_UNSUPPORTED_ALGORITHM",
            Self::WrongLength { .. } => "DIGEST_WRONG_LENGTH",
        }
    }
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a digest: no colon between algorithm and hash"),
            Self::NotLowerCaseHex { position } => {
                write!(
                    f,
                    "the digest has a character at place {position} of its hash that is not lower-case hexadecimal"
                )
            }
            Self::UnsupportedAlgorithm => f.write_str("the digest's algorithm is not sha256, sha384 or sha512"),
            Self::WrongLength { algorithm, length } => {
                write!(f, "the digest's hash has {length} characters, {algorithm} has {}", algorithm.hex_len())
            }
        }
    }
}

impl core::error::Error for DigestError {}
