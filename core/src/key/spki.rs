//! SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and PKCS#1 RSAPublicKey (RFC 8017 A.1.1) in DER.
//!
//! Whoever reads a key compares its bytes with what the writer makes of it, so that neither the reader nor the writer alone
//! decides what strict DER is.

use super::{
    KeyError, KeyType,
    oid::{ObjectIdentifier, PBES2, RSA_ENCRYPTION, RSASSA_PSS},
    pss::{PssParameters, Restriction},
    reader::{CLASS, CONTEXT_SPECIFIC, Malformed, Reader},
    writer::{BIT_STRING, Backwards, INTEGER, SEQUENCE},
};
use crate::rsa::RsaPublicKey;

/// A longer input is not looked at. A key of 8192 bits has 1,062 bytes; an error should still say what else was given.
pub(super) const MAX_INPUT: usize = 64 * 1024;

/// Which of the two structures a key stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Pkcs1,
    Spki,
}

/// A key as it was read: nothing is checked but its structure and its parameters.
#[derive(Debug, PartialEq, Eq)]
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
        whole(der, Self::read)
    }

    /// What stands in the outer SEQUENCE.
    fn read(content: &mut Reader<'a>) -> Result<Self, KeyError> {
        match content.peek()? {
            INTEGER => Self::read_pkcs1(content),
            SEQUENCE => Self::read_spki(content),
            _ => Err(KeyError::NotAKey),
        }
    }

    fn read_pkcs1(content: &mut Reader<'a>) -> Result<Self, KeyError> {
        let modulus = content.unsigned()?;
        let exponent = content.unsigned();
        // A private key begins with its version, 0 or 1 (RFC 8017 A.1.2, RFC 5958, RFC 5915), and has more behind it.
        if matches!(modulus, [] | [1]) && !(exponent.is_ok() && content.is_finished()) {
            return Err(KeyError::PrivateKey);
        }
        Ok(Self { form: Form::Pkcs1, restriction: Restriction::None, modulus, exponent: exponent? })
    }

    fn read_spki(content: &mut Reader<'a>) -> Result<Self, KeyError> {
        let restriction = content.sequence(read_algorithm)?;
        let (modulus, exponent) = whole(content.bytes()?, read_numbers)?;
        Ok(Self { form: Form::Spki, restriction, modulus, exponent })
    }
}

/// What stands in the SEQUENCE of RSAPublicKey.
fn read_numbers<'a>(content: &mut Reader<'a>) -> Result<(&'a [u8], &'a [u8]), Malformed> {
    Ok((content.unsigned()?, content.unsigned()?))
}

/// What stands in an AlgorithmIdentifier.
fn read_algorithm(content: &mut Reader<'_>) -> Result<Restriction, KeyError> {
    // A certificate has its version here (RFC 5280 section 4.1).
    if content.peek()? & CLASS == CONTEXT_SPECIFIC {
        return Err(KeyError::Certificate);
    }
    match content.object_identifier()? {
        // RFC 3279 2.3.1, RFC 4055 1.2: "the parameters field MUST contain NULL".
        RSA_ENCRYPTION if content.is_finished() || !content.any()?.is_null() => Err(KeyError::ParametersNotNull),
        RSA_ENCRYPTION => Ok(Restriction::None),
        RSASSA_PSS if content.is_finished() => Ok(Restriction::Pss(None)),
        RSASSA_PSS => Ok(Restriction::Pss(Some(content.sequence(PssParameters::read)?))),
        PBES2 => Err(KeyError::PrivateKey),
        other => Err(ObjectIdentifier::new(other).map_or(KeyError::NotDer, |oid| KeyError::KeyType(KeyType(oid)))),
    }
}

/// Reads the content of a SEQUENCE that is all there is.
fn whole<'a, T, E: From<Malformed>>(der: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> Result<T, E>) -> Result<T, E> {
    Reader::new(der).to_end(|all| all.sequence(read))
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
