//! The name of a key.

use crate::base64::Alphabet;
use alloc::string::String;
use core::{fmt, str::FromStr};

/// The id under which an attestation names the key that signed it.
///
/// An id is whatever its users agreed on: `ni:///sha-256;…`, the UUID of a key in a key management service,
/// `//cloudkms.googleapis.com/v1/…`, a fingerprint. It is compared byte for byte and never taken apart, and it proves
/// nothing: it only says which key to try.
///
/// 1 to 1024 bytes without control characters.
///
/// ```
/// use dokimos::KeyId;
///
/// let id: KeyId = "4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11".parse()?;
/// assert_eq!(id.as_str(), "4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11");
/// assert!("".parse::<KeyId>().is_err());
/// # Ok::<(), dokimos::KeyIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Takes an id.
    ///
    /// # Errors
    ///
    /// [`KeyIdError`] if it is empty, too long, or holds a control character.
    pub fn new(id: impl Into<String>) -> Result<Self, KeyIdError> {
        let id = id.into();
        if id.is_empty() {
            return Err(KeyIdError::Empty);
        }
        if id.len() > MAX_BYTES {
            return Err(KeyIdError::TooLong { bytes: id.len() });
        }
        if id.chars().any(char::is_control) {
            return Err(KeyIdError::ControlCharacter);
        }
        Ok(Self(id))
    }

    /// `ni:///sha-256;` and the fingerprint in base64url without padding (RFC 6920 section 3).
    pub(super) fn of_fingerprint(fingerprint: &[u8; 32]) -> Self {
        let mut id = String::from("ni:///sha-256;");
        Alphabet::UrlSafe.push(fingerprint, &mut id);
        Self(id)
    }

    /// The id as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for KeyId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(id: &str) -> Result<Self, KeyIdError> {
        Self::new(id)
    }
}

/// The longest id, in bytes. The name of a key version at Google's service has about 150.
const MAX_BYTES: usize = 1024;

/// Why a text is no key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyIdError {
    /// A control character, such as a line break.
    ControlCharacter,
    /// Nothing.
    Empty,
    /// More than 1024 bytes.
    TooLong {
        /// The length, in bytes.
        bytes: usize,
    },
}

impl KeyIdError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ControlCharacter => "KEY_ID_CONTROL_CHARACTER",
            Self::Empty => "KEY_ID_EMPTY",
            Self::TooLong { .. } => "KEY_ID_TOO_LONG",
        }
    }
}

impl fmt::Display for KeyIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ControlCharacter => f.write_str("the key id holds a control character"),
            Self::Empty => f.write_str("the key id is empty"),
            Self::TooLong { bytes } => write!(f, "the key id has {bytes} bytes, more than the limit of {MAX_BYTES}"),
        }
    }
}

impl core::error::Error for KeyIdError {}
