//! Why a key is not accepted.

use super::oid::ObjectIdentifier;
use crate::{Hash, RsaKeyError};
use core::fmt;

/// Why a public key is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// A certificate was given, not the key in it.
    Certificate,
    /// A key of another type than RSA.
    KeyType(KeyType),
    /// The modulus has not the size that the algorithm names.
    ModulusSize {
        /// The size that the algorithm names, in bits.
        expected: usize,
        /// The size of the modulus, in bits.
        found: usize,
    },
    /// A number in the key is negative.
    NegativeNumber,
    /// Not a SubjectPublicKeyInfo and not a PKCS#1 RSA public key.
    NotAKey,
    /// The key is not in DER: a length or a number that could be shorter, a default that is written out.
    NotDer,
    /// The key is restricted to another hash.
    OnlyHash {
        /// The hash that the key names.
        hash: Hash,
    },
    /// The key is restricted to RSASSA-PSS, and the algorithm is RSASSA-PKCS1-v1_5.
    OnlyPss,
    /// The parameters of a key of type rsaEncryption are not NULL.
    ParametersNotNull,
    /// The text is not one PEM block with a public key.
    #[cfg(feature = "alloc")]
    Pem(super::PemError),
    /// A private key was given.
    PrivateKey,
    /// The parameters of the RSASSA-PSS key name a hash that is neither SHA-1 nor one of the supported.
    PssHash,
    /// The parameters of the RSASSA-PSS key name another mask generation than MGF1 with the hash of the message.
    PssMaskGeneration,
    /// The parameters of the RSASSA-PSS key name SHA-1, which is also what absent fields mean.
    PssSha1,
    /// The parameters of the RSASSA-PSS key name another trailer than 1.
    PssTrailer,
    /// The numbers of the key are refused.
    Rsa(RsaKeyError),
    /// A salt length was given that is not the one which the key itself names.
    SaltLengthConflict {
        /// The salt length in the key's parameters, in bytes.
        key: usize,
        /// The salt length given, in bytes.
        given: usize,
    },
    /// The modulus has no room for a salt of this length beside the hash.
    SaltLengthTooLarge {
        /// The salt length asked for, in bytes.
        found: usize,
        /// The longest possible, in bytes.
        maximum: usize,
    },
    /// A salt length was given for an algorithm that has no salt.
    SaltWithoutPss,
    /// The input is longer than any key.
    TooLong {
        /// The length of the input, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Bytes follow the key, or an element in it.
    TrailingBytes,
    /// The key ends before its end.
    Truncated,
}

impl KeyError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Certificate => "KEY_IS_CERTIFICATE",
            Self::KeyType(_) => "KEY_TYPE_NOT_SUPPORTED",
            Self::ModulusSize { .. } => "KEY_MODULUS_SIZE",
            Self::NegativeNumber => "KEY_NEGATIVE_NUMBER",
            Self::NotAKey => "KEY_NOT_A_KEY",
            Self::NotDer => "KEY_NOT_DER",
            Self::OnlyHash { .. } => "KEY_ONLY_OTHER_HASH",
            Self::OnlyPss => "KEY_ONLY_PSS",
            Self::ParametersNotNull => "KEY_PARAMETERS_NOT_NULL",
            #[cfg(feature = "alloc")]
            Self::Pem(error) => error.code(),
            Self::PrivateKey => "KEY_IS_PRIVATE",
            Self::PssHash => "KEY_PSS_HASH",
            Self::PssMaskGeneration => "KEY_PSS_MASK_GENERATION",
            Self::PssSha1 => "KEY_PSS_SHA1",
            Self::PssTrailer => "KEY_PSS_TRAILER",
            Self::Rsa(error) => error.code(),
            Self::SaltLengthConflict { .. } => "KEY_SALT_LENGTH_CONFLICT",
            Self::SaltLengthTooLarge { .. } => "KEY_SALT_LENGTH_TOO_LARGE",
            Self::SaltWithoutPss => "KEY_SALT_WITHOUT_PSS",
            Self::TooLong { .. } => "KEY_TOO_LONG",
            Self::TrailingBytes => "KEY_TRAILING_BYTES",
            Self::Truncated => "KEY_TRUNCATED",
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "this is a certificate; give the public key that is in it",
            Self::KeyType(key_type) => {
                return write!(f, "keys of type {key_type} are not supported; only RSA is");
            }
            Self::ModulusSize { expected, found } => {
                return write!(f, "the modulus has {found} bits, but the algorithm asks for {expected}");
            }
            Self::NegativeNumber => "a number in the key is negative",
            Self::NotAKey => "not a public key (SubjectPublicKeyInfo, or PKCS#1 for RSA)",
            Self::NotDer => "the key is not encoded in DER",
            Self::OnlyHash { hash } => {
                return write!(f, "the key may be used only with {hash}, but the algorithm has another hash");
            }
            Self::OnlyPss => "the key may be used only for RSASSA-PSS, but the algorithm is RSASSA-PKCS1-v1_5",
            Self::ParametersNotNull => "the parameters of an rsaEncryption key must be NULL",
            #[cfg(feature = "alloc")]
            Self::Pem(error) => return error.fmt(f),
            Self::PrivateKey => "this is a private key; give the public key",
            Self::PssHash => "the RSASSA-PSS parameters of the key name a hash that is not supported",
            Self::PssMaskGeneration => {
                "the RSASSA-PSS parameters of the key name another mask generation than MGF1 with the same hash"
            }
            Self::PssSha1 => "the RSASSA-PSS parameters of the key name SHA-1, or leave it as the default",
            Self::PssTrailer => "the RSASSA-PSS parameters of the key name another trailer than 1",
            Self::Rsa(error) => return error.fmt(f),
            Self::SaltLengthConflict { key, given } => {
                return write!(f, "the key itself asks for a salt of {key} bytes, not of {given}");
            }
            Self::SaltLengthTooLarge { found, maximum } => {
                return write!(f, "a salt of {found} bytes does not fit this key and hash; the longest is {maximum}");
            }
            Self::SaltWithoutPss => "a salt length is given, but only RSASSA-PSS has a salt",
            Self::TooLong { bytes, limit } => {
                return write!(f, "{bytes} bytes are too long for a key; the limit is {limit}");
            }
            Self::TrailingBytes => "bytes follow the key",
            Self::Truncated => "the key is cut off",
        })
    }
}

impl core::error::Error for KeyError {}

impl From<RsaKeyError> for KeyError {
    fn from(error: RsaKeyError) -> Self {
        Self::Rsa(error)
    }
}

#[cfg(feature = "alloc")]
impl From<super::PemError> for KeyError {
    fn from(error: super::PemError) -> Self {
        Self::Pem(error)
    }
}

/// The type of a key: the name where it is known, and the object identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyType(pub(super) ObjectIdentifier);

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(oid) = self;
        match oid.name() {
            Some(name) => write!(f, "{name} ({oid})"),
            None => oid.fmt(f),
        }
    }
}
