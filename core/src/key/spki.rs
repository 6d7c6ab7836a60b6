//! SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) and PKCS#1 RSAPublicKey (RFC 8017 A.1.1) in DER.
//!
//! Whoever reads a key compares its bytes with what the writer makes of it, so that neither the reader nor the writer alone
//! decides what strict DER is.

use super::{
    KeyError, KeyType,
    oid::{ObjectIdentifier, PBES2, RSA_ENCRYPTION, RSASSA_PSS},
    pss::{PssParameters, Restriction},
    reader::{CLASS, CONTEXT_SPECIFIC, Reader, Refusal},
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
        Self::read(der).map_err(|refusal| match refusal {
            Refusal::Certificate => KeyError::Certificate,
            Refusal::KeyType => match key_type(der) {
                Some(key_type) => KeyError::KeyType(key_type),
                None => KeyError::NotDer,
            },
            Refusal::Negative => KeyError::NegativeNumber,
            Refusal::NotDer => KeyError::NotDer,
            Refusal::ParametersNotNull => KeyError::ParametersNotNull,
            Refusal::PrivateKey => KeyError::PrivateKey,
            Refusal::PssHash => KeyError::PssHash,
            Refusal::PssMaskGeneration => KeyError::PssMaskGeneration,
            Refusal::PssSha1 => KeyError::PssSha1,
            Refusal::PssTrailer => KeyError::PssTrailer,
            Refusal::Trailing => KeyError::TrailingBytes,
            Refusal::Truncated => KeyError::Truncated,
            Refusal::Unexpected => KeyError::NotAKey,
        })
    }

    fn read(der: &'a [u8]) -> Result<Self, Refusal> {
        let mut outer = Reader::new(der);
        let mut content = outer.sequence()?;
        let key = match content.peek()? {
            INTEGER => Self::read_pkcs1(&mut content)?,
            SEQUENCE => Self::read_spki(&mut content)?,
            _ => return Err(Refusal::Unexpected),
        };
        content.end()?;
        outer.end()?;
        Ok(key)
    }

    fn read_pkcs1(content: &mut Reader<'a>) -> Result<Self, Refusal> {
        let modulus = content.unsigned()?;
        let exponent = content.unsigned();
        // A private key begins with its version, 0 or 1 (RFC 8017 A.1.2, RFC 5958, RFC 5915), and has more behind it.
        if matches!(modulus, [] | [1]) && !(exponent.is_ok() && content.is_finished()) {
            return Err(Refusal::PrivateKey);
        }
        Ok(Self { form: Form::Pkcs1, restriction: Restriction::None, modulus, exponent: exponent? })
    }

    fn read_spki(content: &mut Reader<'a>) -> Result<Self, Refusal> {
        let mut algorithm = content.sequence()?;
        let restriction = read_algorithm(&mut algorithm)?;
        algorithm.end()?;
        let mut key = Reader::new(content.bytes()?);
        let mut numbers = key.sequence()?;
        let (modulus, exponent) = (numbers.unsigned()?, numbers.unsigned()?);
        numbers.end()?;
        key.end()?;
        Ok(Self { form: Form::Spki, restriction, modulus, exponent })
    }
}

/// What stands in an AlgorithmIdentifier.
fn read_algorithm(content: &mut Reader<'_>) -> Result<Restriction, Refusal> {
    // A certificate has its version here (RFC 5280 section 4.1).
    if content.peek()? & CLASS == CONTEXT_SPECIFIC {
        return Err(Refusal::Certificate);
    }
    let key_type = content.object_identifier()?;
    if key_type == RSA_ENCRYPTION {
        // RFC 3279 2.3.1, RFC 4055 1.2: "the parameters field MUST contain NULL".
        let has_null = !content.is_finished() && content.any()?.is_null();
        return if has_null { Ok(Restriction::None) } else { Err(Refusal::ParametersNotNull) };
    }
    if key_type == RSASSA_PSS {
        let parameters = if content.is_finished() { None } else { Some(PssParameters::read(content.sequence()?)?) };
        return Ok(Restriction::Pss(parameters));
    }
    Err(if key_type == PBES2 { Refusal::PrivateKey } else { Refusal::KeyType })
}

/// The type of the key that a SubjectPublicKeyInfo holds.
fn key_type(der: &[u8]) -> Option<KeyType> {
    let mut algorithm = Reader::new(der).sequence().ok()?.sequence().ok()?;
    ObjectIdentifier::new(algorithm.object_identifier().ok()?).map(KeyType)
}

/// The one DER encoding of a key, without heap.
pub(super) struct Encoded {
    writer: Backwards,
    pkcs1: usize,
}

impl Encoded {
    pub(super) fn new(rsa: &RsaPublicKey, restriction: &Restriction) -> Self {
        let mut writer = Backwards::new();
        let end = writer.position();
        writer.unsigned(&rsa.exponent().to_be_bytes());
        writer.unsigned(rsa.modulus());
        writer.wrap(SEQUENCE, end);
        let pkcs1 = writer.position();
        writer.put(&[0]);
        writer.wrap(BIT_STRING, end);
        let algorithm_end = writer.position();
        restriction.write(&mut writer);
        writer.wrap(SEQUENCE, algorithm_end);
        writer.wrap(SEQUENCE, end);
        Self { writer, pkcs1 }
    }

    /// Nothing if the key is longer than any that [`RsaPublicKey`] takes.
    pub(super) fn bytes(&self, form: Form) -> &[u8] {
        self.writer.written_since(match form {
            Form::Pkcs1 => self.pkcs1,
            Form::Spki => self.writer.position(),
        })
    }
}
