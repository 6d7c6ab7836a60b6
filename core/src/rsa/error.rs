//! What can be wrong with an RSA key or an RSA signature.

use core::fmt;

/// Why an RSA public key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RsaKeyError {
    /// The public exponent is even, so it has no inverse and no signature belongs to the key.
    ExponentEven,
    /// The public exponent begins with a zero byte.
    ExponentLeadingZero,
    /// The public exponent has more than 33 bits: verification would take as long as an attacker wants.
    ExponentTooLarge {
        /// The number of bits found.
        bits: usize,
    },
    /// The public exponent is below 3: with 1, every padded message is its own signature.
    ExponentTooSmall {
        /// The exponent found.
        value: u64,
    },
    /// The modulus is even, so it is no product of two large primes.
    ModulusEven,
    /// The modulus begins with a zero byte.
    ModulusLeadingZero,
    /// The modulus has more than 8192 bits.
    ModulusTooLarge {
        /// The number of bits found.
        bits: usize,
    },
    /// The modulus has fewer than 2048 bits.
    ModulusTooSmall {
        /// The number of bits found.
        bits: usize,
    },
}

impl RsaKeyError {
    /// The stable code of this error, which is also that of the [`KeyError`](crate::KeyError) around it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ExponentEven => "KEY_EXPONENT_EVEN",
            Self::ExponentLeadingZero => "KEY_EXPONENT_LEADING_ZERO",
            Self::ExponentTooLarge { .. } => "KEY_EXPONENT_TOO_LARGE",
            Self::ExponentTooSmall { .. } => "KEY_EXPONENT_TOO_SMALL",
            Self::ModulusEven => "KEY_MODULUS_EVEN",
            Self::ModulusLeadingZero => "KEY_MODULUS_LEADING_ZERO",
            Self::ModulusTooLarge { .. } => "KEY_MODULUS_TOO_LARGE",
            Self::ModulusTooSmall { .. } => "KEY_MODULUS_TOO_SMALL",
        }
    }
}

impl fmt::Display for RsaKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ExponentEven => "the RSA public exponent is even",
            Self::ExponentLeadingZero => "the RSA public exponent begins with a zero byte",
            Self::ExponentTooLarge { bits } => {
                return write!(f, "the RSA public exponent has {bits} bits, more than the limit of 33");
            }
            Self::ExponentTooSmall { value } => {
                return write!(f, "the RSA public exponent is {value}, less than 3");
            }
            Self::ModulusEven => "the RSA modulus is even",
            Self::ModulusLeadingZero => "the RSA modulus begins with a zero byte",
            Self::ModulusTooLarge { bits } => {
                return write!(f, "the RSA modulus has {bits} bits, more than the limit of 8192");
            }
            Self::ModulusTooSmall { bits } => {
                return write!(f, "the RSA modulus has {bits} bits, fewer than the required 2048");
            }
        })
    }
}

impl core::error::Error for RsaKeyError {}

/// Why an RSA signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature is not as long as the modulus.
    Length {
        /// The length of the modulus, in bytes.
        expected: usize,
        /// The length of the signature, in bytes.
        found: usize,
    },
    /// The signature does not belong to this key and this message, or was made with another scheme.
    Mismatch,
    /// The signature, as a number, is not below the modulus.
    OutOfRange,
}

impl SignatureError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "SIGNATURE_LENGTH",
            Self::Mismatch => "SIGNATURE_MISMATCH",
            Self::OutOfRange => "SIGNATURE_OUT_OF_RANGE",
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { expected, found } => {
                write!(f, "the signature has {found} bytes, but this key makes signatures of {expected}")
            }
            Self::Mismatch => f.write_str("the signature does not belong to this key and this message"),
            Self::OutOfRange => f.write_str("the signature is not below the modulus of the key"),
        }
    }
}

impl core::error::Error for SignatureError {}
