//! What an RSASSA-PSS key says about its use: RSASSA-PSS-params (RFC 8017 A.2.3, RFC 4055 section 3.1).

use super::{
    KeyError,
    spki::{RSA_ENCRYPTION, RSASSA_PSS, Refused},
    writer::{Backwards, NULL, OBJECT_IDENTIFIER, SEQUENCE, explicit},
};
use crate::{Hash, Padding, SignatureAlgorithm, rsa::SaltLength};
use der::{
    Reader, SliceReader, TagMode, TagNumber,
    asn1::{AnyRef, ObjectIdentifier, UintRef},
};
use spki::AlgorithmIdentifierRef;

/// What the type of a key says about its use.
#[derive(Clone, Copy)]
pub(super) enum Restriction {
    /// `rsaEncryption`: nothing.
    None,
    /// `id-RSASSA-PSS`: RSASSA-PSS, and if there are parameters only with them.
    Pss(Option<PssParameters>),
}

/// The parameters of an RSASSA-PSS key that dokimos can verify.
#[derive(Clone, Copy)]
pub(super) struct PssParameters {
    /// The hash of the message and of the mask generation.
    pub(super) hash: Hash,
    pub(super) salt_length: usize,
    // Whether each of the two hash identifiers has its NULL. RFC 4055 section 2.1 wants it there and accepted without.
    // Remembered so that the key can be written as it was read: its id is a hash of these bytes.
    hash_has_null: bool,
    mask_hash_has_null: bool,
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
    pub(super) fn read(content: &mut SliceReader<'_>) -> Result<Self, Refused> {
        let hash: Option<AlgorithmIdentifierRef<'_>> = field(content, 0)?;
        let mask: Option<AlgorithmIdentifierRef<'_>> = field(content, 1)?;
        let salt_length: Option<UintRef<'_>> = field(content, 2)?;
        let trailer: Option<UintRef<'_>> = field(content, 3)?;

        if !content.is_finished() {
            return Err(KeyError::TrailingBytes.into());
        }
        let (hash, hash_has_null) = read_hash(hash.ok_or(KeyError::PssSha1)?)?;
        let mask = mask.ok_or(KeyError::PssMaskGeneration)?;
        if mask.oid != MGF1 {
            return Err(KeyError::PssMaskGeneration.into());
        }
        let mask_hash = mask.parameters.ok_or(KeyError::PssMaskGeneration)?.decode_as()?;
        let (mask_hash, mask_hash_has_null) = read_hash(mask_hash)?;
        if mask_hash != hash {
            return Err(KeyError::PssMaskGeneration.into());
        }
        if trailer.is_some_and(|trailer| trailer.as_bytes() != [1]) {
            return Err(KeyError::PssTrailer.into());
        }
        let salt_length = salt_length.map_or(DEFAULT_SALT_LENGTH, |length| {
            length
                .as_bytes()
                .iter()
                .fold(0, |value: usize, byte| value.saturating_mul(256).saturating_add((*byte).into()))
        });
        Ok(Self { hash, salt_length, hash_has_null, mask_hash_has_null })
    }
}

const DEFAULT_SALT_LENGTH: usize = 20;

const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// The field of this number, `[number] EXPLICIT`, if it comes next.
fn field<'a, T>(content: &mut SliceReader<'a>, number: u32) -> Result<Option<T>, Refused>
where
    T: der::DecodeValue<'a, Error = der::Error> + der::FixedTag + 'a,
{
    Ok(content.context_specific(TagNumber(number), TagMode::Explicit)?)
}

/// The hash of an identifier, and whether it has its NULL.
fn read_hash(identifier: AlgorithmIdentifierRef<'_>) -> Result<(Hash, bool), KeyError> {
    let hash = match identifier.oid {
        SHA256 => Hash::Sha256,
        SHA384 => Hash::Sha384,
        SHA512 => Hash::Sha512,
        SHA1 => return Err(KeyError::PssSha1),
        _ => return Err(KeyError::PssHash),
    };
    match identifier.parameters {
        None => Ok((hash, false)),
        Some(parameters) if parameters == AnyRef::NULL => Ok((hash, true)),
        Some(_) => Err(KeyError::PssHash),
    }
}

impl Restriction {
    /// Writes what stands in the AlgorithmIdentifier of the key.
    pub(super) fn write(&self, writer: &mut Backwards) -> Option<()> {
        match self {
            Self::None => {
                write_null(writer)?;
                write_oid(writer, RSA_ENCRYPTION)
            }
            Self::Pss(parameters) => {
                if let Some(parameters) = parameters {
                    parameters.write(writer)?;
                }
                write_oid(writer, RSASSA_PSS)
            }
        }
    }
}

impl PssParameters {
    fn write(&self, writer: &mut Backwards) -> Option<()> {
        let end = writer.position();
        if self.salt_length != DEFAULT_SALT_LENGTH {
            writer.unsigned(&self.salt_length.to_be_bytes())?;
            writer.wrap(explicit(2), end)?;
        }
        let mask_end = writer.position();
        write_hash(writer, self.hash, self.mask_hash_has_null)?;
        write_oid(writer, MGF1)?;
        writer.wrap(SEQUENCE, mask_end)?;
        writer.wrap(explicit(1), mask_end)?;
        let hash_end = writer.position();
        write_hash(writer, self.hash, self.hash_has_null)?;
        writer.wrap(explicit(0), hash_end)?;
        writer.wrap(SEQUENCE, end)
    }
}

fn write_hash(writer: &mut Backwards, hash: Hash, has_null: bool) -> Option<()> {
    let end = writer.position();
    if has_null {
        write_null(writer)?;
    }
    let oid = match hash {
        Hash::Sha256 => SHA256,
        Hash::Sha384 => SHA384,
        Hash::Sha512 => SHA512,
    };
    write_oid(writer, oid)?;
    writer.wrap(SEQUENCE, end)
}

fn write_oid(writer: &mut Backwards, oid: ObjectIdentifier) -> Option<()> {
    let end = writer.position();
    writer.put(oid.as_bytes())?;
    writer.wrap(OBJECT_IDENTIFIER, end)
}

fn write_null(writer: &mut Backwards) -> Option<()> {
    let end = writer.position();
    writer.wrap(NULL, end)
}
