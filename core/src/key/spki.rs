//! SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and PKCS#1 RSAPublicKey (RFC 8017 A.1.1) in DER.
//!
//! They are read with the `der` crate and written by a writer of our own. Whoever reads a key compares its bytes with
//! what the writer makes of it, so that neither alone decides what strict DER is.

use super::{
    KeyError, KeyType,
    pss::{PssParameters, Restriction},
    writer::{BIT_STRING, Backwards, SEQUENCE},
};
use crate::rsa::RsaPublicKey;
use der::{
    Decode, Reader, SliceReader, Tag,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef},
};

/// A longer input is not looked at. A key of 8192 bits has 1,062 bytes; an error should still say what else was given.
pub(super) const MAX_INPUT: usize = 64 * 1024;

/// PKCS#1 with RSASSA-PKCS1-v1_5 and RSASSA-PSS alike: `rsaEncryption` (RFC 8017 A.1).
pub(super) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RSASSA-PSS only: `id-RSASSA-PSS` (RFC 8017 A.2.3).
pub(super) const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
/// An encrypted private key: `id-PBES2` (RFC 8018 A.4).
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");

/// Which of the two structures a key stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Pkcs1,
    Spki,
}

/// A key as it was read: nothing is checked but its structure and its parameters.
pub(super) struct Spki<'a> {
    pub(super) form: Form,
    pub(super) restriction: Restriction,
    /// Big-endian, without leading zeros.
    pub(super) modulus: &'a [u8],
    pub(super) exponent: &'a [u8],
}

impl<'a> Spki<'a> {
    pub(super) fn from_der(der: &'a [u8]) -> Result<Self, KeyError> {
        if der.len() > MAX_INPUT {
            return Err(KeyError::TooLong { bytes: der.len(), limit: MAX_INPUT });
        }
        Ok(whole(der, Self::read)?)
    }

    /// What stands in the outer SEQUENCE.
    fn read(content: &mut SliceReader<'a>) -> Result<Self, Refused> {
        match Tag::peek(content)? {
            Tag::Integer => Self::read_pkcs1(content),
            Tag::Sequence => Self::read_spki(content),
            _ => Err(KeyError::NotAKey.into()),
        }
    }

    fn read_pkcs1(content: &mut SliceReader<'a>) -> Result<Self, Refused> {
        let modulus = number(content)?;
        let exponent = number(content);
        // A private key begins with its version, 0 or 1 (RFC 8017 A.1.2, RFC 5958, RFC 5915), and has more behind it.
        if matches!(modulus, [] | [1]) && !(exponent.is_ok() && content.is_finished()) {
            return Err(KeyError::PrivateKey.into());
        }
        Ok(Self { form: Form::Pkcs1, restriction: Restriction::None, modulus, exponent: exponent? })
    }

    fn read_spki(content: &mut SliceReader<'a>) -> Result<Self, Refused> {
        let restriction = content.sequence(read_algorithm)?;
        // A number of bits that is no multiple of 8 can hold no DER.
        let key = BitStringRef::decode(content)?.as_bytes().ok_or(KeyError::NotDer)?;
        let (modulus, exponent) = whole(key, |numbers| Ok((number(numbers)?, number(numbers)?)))?;
        Ok(Self { form: Form::Spki, restriction, modulus, exponent })
    }
}

/// A positive INTEGER, big-endian and without leading zeros; for zero, nothing.
fn number<'a>(content: &mut SliceReader<'a>) -> Result<&'a [u8], Refused> {
    let bytes = UintRef::decode(content)?.as_bytes();
    Ok(bytes.strip_prefix(&[0]).unwrap_or(bytes))
}

/// What stands in an AlgorithmIdentifier.
fn read_algorithm(content: &mut SliceReader<'_>) -> Result<Restriction, Refused> {
    // A certificate has its version here (RFC 5280 section 4.1).
    if matches!(Tag::peek(content)?, Tag::ContextSpecific { .. }) {
        return Err(KeyError::Certificate.into());
    }
    match ObjectIdentifier::decode(content)? {
        // RFC 3279 2.3.1, RFC 4055 1.2: "the parameters field MUST contain NULL".
        RSA_ENCRYPTION if content.is_finished() || AnyRef::decode(content)? != AnyRef::NULL => {
            Err(KeyError::ParametersNotNull.into())
        }
        RSA_ENCRYPTION => Ok(Restriction::None),
        RSASSA_PSS if content.is_finished() => Ok(Restriction::Pss(None)),
        RSASSA_PSS => Ok(Restriction::Pss(Some(content.sequence(PssParameters::read)?))),
        PBES2 => Err(KeyError::PrivateKey.into()),
        other => Err(KeyError::KeyType(KeyType(other)).into()),
    }
}

/// Reads the content of a SEQUENCE that is all there is.
fn whole<'a, T>(der: &'a [u8], read: impl FnOnce(&mut SliceReader<'a>) -> Result<T, Refused>) -> Result<T, Refused> {
    let mut reader = SliceReader::new(der)?;
    let value = reader.sequence(read)?;
    reader.finish()?;
    Ok(value)
}

/// A [`KeyError`], made from an error of the `der` crate without showing that crate in the public interface.
pub(super) struct Refused(KeyError);

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        Self(error)
    }
}

impl From<Refused> for KeyError {
    fn from(refused: Refused) -> Self {
        refused.0
    }
}

impl From<der::Error> for Refused {
    fn from(error: der::Error) -> Self {
        use der::ErrorKind::{Incomplete, TagUnexpected, TagUnknown, TrailingData, Value};
        Self(match error.kind() {
            Incomplete { .. } => KeyError::Truncated,
            TrailingData { .. } => KeyError::TrailingBytes,
            Value { tag: Tag::Integer } => KeyError::NegativeNumber,
            TagUnexpected { .. } | TagUnknown { .. } => KeyError::NotAKey,
            _ => KeyError::NotDer,
        })
    }
}

/// The one DER encoding of a key, without heap.
pub(super) struct Encoded {
    writer: Backwards,
    pkcs1: usize,
}

impl Encoded {
    /// `None` if the key is longer than any that [`RsaPublicKey`] takes.
    pub(super) fn new(rsa: &RsaPublicKey, restriction: &Restriction) -> Option<Self> {
        let mut writer = Backwards::new();
        let end = writer.position();
        writer.unsigned(&rsa.exponent().to_be_bytes())?;
        writer.unsigned(rsa.modulus())?;
        writer.wrap(SEQUENCE, end)?;
        let pkcs1 = writer.position();
        writer.put(&[0])?;
        writer.wrap(BIT_STRING, end)?;
        let algorithm_end = writer.position();
        restriction.write(&mut writer)?;
        writer.wrap(SEQUENCE, algorithm_end)?;
        writer.wrap(SEQUENCE, end)?;
        Some(Self { writer, pkcs1 })
    }

    pub(super) fn bytes(&self, form: Form) -> &[u8] {
        self.writer.written_since(match form {
            Form::Pkcs1 => self.pkcs1,
            Form::Spki => self.writer.position(),
        })
    }
}
