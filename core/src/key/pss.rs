//! What an RSASSA-PSS key says about its use: RSASSA-PSS-params (RFC 8017 A.2.3, RFC 4055 section 3.1).

use super::{
    KeyError,
    oid::{MGF1, RSA_ENCRYPTION, RSASSA_PSS, SHA1, SHA256, SHA384, SHA512},
    reader::{Element, Reader, Refusal},
    writer::{Backwards, NULL, OBJECT_IDENTIFIER, SEQUENCE, explicit},
};
use crate::{Hash, Padding, SignatureAlgorithm, rsa::SaltLength};

/// What the type of a key says about its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Restriction {
    /// `rsaEncryption`: nothing.
    None,
    /// `id-RSASSA-PSS`: RSASSA-PSS, and if there are parameters only with them.
    Pss(Option<PssParameters>),
}

/// The parameters of an RSASSA-PSS key that dokimos can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PssParameters {
    /// The hash of the message and of the mask generation.
    pub(super) hash: Hash,
    pub(super) salt_length: usize,
    // Whether each of the two hash identifiers has its NULL. RFC 4055 section 2.1 wants it there and accepted without.
    // Remembered so that the key can be written as it was read: its id is a hash of these bytes.
    pub(super) hash_has_null: bool,
    pub(super) mask_hash_has_null: bool,
}

impl Restriction {
    /// The salt length that a key so restricted asks of the algorithm, if it may be used with the algorithm at all.
    pub(super) fn salt_length(&self, algorithm: SignatureAlgorithm) -> Result<SaltLength, KeyError> {
        match self {
            Self::None => Ok(SaltLength::Recovered),
            Self::Pss(_) if algorithm.padding() != Padding::Pss => Err(KeyError::OnlyPss),
            Self::Pss(None) => Ok(SaltLength::Recovered),
            Self::Pss(Some(parameters)) if parameters.hash != algorithm.hash() => {
                Err(KeyError::OnlyHash { hash: parameters.hash })
            }
            Self::Pss(Some(parameters)) => Ok(SaltLength::Exactly(parameters.salt_length)),
        }
    }
}

impl PssParameters {
    /// What stands in RSASSA-PSS-params.
    ///
    /// A field that is absent has its default: SHA-1, MGF1 with SHA-1, 20 bytes of salt, trailer 1. DER wants defaults
    /// left out (X.690 11.5), which whoever compares the encodings sees to.
    pub(super) fn read(mut content: Reader<'_>) -> Result<Self, Refusal> {
        let hash = AlgorithmIdentifier::field(&mut content, 0)?;
        let mask = AlgorithmIdentifier::field(&mut content, 1)?;
        let salt_length = number_field(&mut content, 2)?;
        let trailer = number_field(&mut content, 3)?;
        content.end()?;

        let (hash, hash_has_null) = hash.ok_or(Refusal::PssSha1)?.hash()?;
        let mask = mask.ok_or(Refusal::PssMaskGeneration)?;
        if mask.algorithm != MGF1 {
            return Err(Refusal::PssMaskGeneration);
        }
        let mask_hash = mask.parameters.ok_or(Refusal::PssMaskGeneration)?;
        let (mask_hash, mask_hash_has_null) = AlgorithmIdentifier::read(mask_hash.sequence()?)?.hash()?;
        if mask_hash != hash {
            return Err(Refusal::PssMaskGeneration);
        }
        if trailer.is_some_and(|trailer| trailer != [1]) {
            return Err(Refusal::PssTrailer);
        }
        let salt_length = salt_length.map_or(DEFAULT_SALT_LENGTH, |length| {
            length.iter().fold(0, |value: usize, byte| value.saturating_mul(256).saturating_add((*byte).into()))
        });
        Ok(Self { hash, salt_length, hash_has_null, mask_hash_has_null })
    }
}

const DEFAULT_SALT_LENGTH: usize = 20;

/// The INTEGER in the field of this number, if the field comes next.
fn number_field<'a>(content: &mut Reader<'a>, number: u8) -> Result<Option<&'a [u8]>, Refusal> {
    let Some(mut field) = content.field(number)? else { return Ok(None) };
    let value = field.unsigned()?;
    field.end()?;
    Ok(Some(value))
}

/// AlgorithmIdentifier (RFC 5280 section 4.1.1.2).
struct AlgorithmIdentifier<'a> {
    algorithm: &'a [u8],
    parameters: Option<Element<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    /// The one in the field of this number, if the field comes next.
    fn field(content: &mut Reader<'a>, number: u8) -> Result<Option<Self>, Refusal> {
        let Some(mut field) = content.field(number)? else { return Ok(None) };
        let read = Self::read(field.sequence()?)?;
        field.end()?;
        Ok(Some(read))
    }

    /// What stands in its SEQUENCE.
    fn read(mut content: Reader<'a>) -> Result<Self, Refusal> {
        let algorithm = content.object_identifier()?;
        let parameters = if content.is_finished() { None } else { Some(content.any()?) };
        content.end()?;
        Ok(Self { algorithm, parameters })
    }

    /// The hash that this names, and whether it has its NULL.
    fn hash(&self) -> Result<(Hash, bool), Refusal> {
        if self.algorithm == SHA1 {
            return Err(Refusal::PssSha1);
        }
        let known = [Hash::Sha256, Hash::Sha384, Hash::Sha512].iter().find(|hash| oid(**hash) == self.algorithm);
        let hash = *known.ok_or(Refusal::PssHash)?;
        match self.parameters {
            None => Ok((hash, false)),
            Some(parameters) if parameters.is_null() => Ok((hash, true)),
            Some(_) => Err(Refusal::PssHash),
        }
    }
}

impl Restriction {
    /// Writes what stands in the AlgorithmIdentifier of the key.
    pub(super) fn write(&self, writer: &mut Backwards) {
        match self {
            Self::None => {
                write_null(writer);
                write_oid(writer, RSA_ENCRYPTION);
            }
            Self::Pss(parameters) => {
                if let Some(parameters) = parameters {
                    parameters.write(writer);
                }
                write_oid(writer, RSASSA_PSS);
            }
        }
    }
}

impl PssParameters {
    fn write(&self, writer: &mut Backwards) {
        let end = writer.position();
        if self.salt_length != DEFAULT_SALT_LENGTH {
            writer.unsigned(&self.salt_length.to_be_bytes());
            writer.wrap(explicit(2), end);
        }
        let mask_end = writer.position();
        write_hash(writer, self.hash, self.mask_hash_has_null);
        write_oid(writer, MGF1);
        writer.wrap(SEQUENCE, mask_end);
        writer.wrap(explicit(1), mask_end);
        let hash_end = writer.position();
        write_hash(writer, self.hash, self.hash_has_null);
        writer.wrap(explicit(0), hash_end);
        writer.wrap(SEQUENCE, end);
    }
}

fn write_hash(writer: &mut Backwards, hash: Hash, has_null: bool) {
    let end = writer.position();
    if has_null {
        write_null(writer);
    }
    write_oid(writer, oid(hash));
    writer.wrap(SEQUENCE, end);
}

fn oid(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha256 => SHA256,
        Hash::Sha384 => SHA384,
        Hash::Sha512 => SHA512,
    }
}

fn write_oid(writer: &mut Backwards, oid: &[u8]) {
    let end = writer.position();
    writer.put(oid);
    writer.wrap(OBJECT_IDENTIFIER, end);
}

fn write_null(writer: &mut Backwards) {
    let end = writer.position();
    writer.wrap(NULL, end);
}
