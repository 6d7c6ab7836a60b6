//! The reader of keys that is made of the crates `der` and `spki`.

use crate::{
    Hash,
    key::{
        KeyError, KeyType, oid,
        pss::{PssParameters, Restriction},
        spki::{Form, Spki},
    },
};
use ::der::{
    Decode, DecodeValue, ErrorKind, FixedTag, Reader, SliceReader, Tag, TagMode, TagNumber,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef},
};
use ::spki::AlgorithmIdentifierRef;
use alloc::string::ToString;

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

pub(super) fn read(der: &[u8]) -> Result<Spki<'_>, KeyError> {
    whole(der, read_either).map_err(|Refused(error)| error)
}

fn read_either<'a>(content: &mut SliceReader<'a>) -> Result<Spki<'a>, Refused> {
    match Tag::peek(content)? {
        Tag::Integer => read_pkcs1(content),
        Tag::Sequence => read_spki(content),
        _ => Err(KeyError::NotAKey.into()),
    }
}

fn read_pkcs1<'a>(content: &mut SliceReader<'a>) -> Result<Spki<'a>, Refused> {
    let modulus = number(content)?;
    let exponent = number(content);
    if matches!(modulus, [] | [1]) && !(exponent.is_ok() && content.is_finished()) {
        return Err(KeyError::PrivateKey.into());
    }
    Ok(Spki { form: Form::Pkcs1, restriction: Restriction::None, modulus, exponent: exponent? })
}

fn read_spki<'a>(content: &mut SliceReader<'a>) -> Result<Spki<'a>, Refused> {
    let restriction = content.sequence(read_algorithm)?;
    let key = BitStringRef::decode(content)?.as_bytes().ok_or(KeyError::NotDer)?;
    let (modulus, exponent) = whole(key, |numbers| Ok((number(numbers)?, number(numbers)?)))?;
    Ok(Spki { form: Form::Spki, restriction, modulus, exponent })
}

fn number<'a>(content: &mut SliceReader<'a>) -> Result<&'a [u8], Refused> {
    let bytes = UintRef::decode(content)?.as_bytes();
    Ok(bytes.strip_prefix(&[0]).unwrap_or(bytes))
}

fn read_algorithm(content: &mut SliceReader<'_>) -> Result<Restriction, Refused> {
    if matches!(Tag::peek(content)?, Tag::ContextSpecific { .. }) {
        return Err(KeyError::Certificate.into());
    }
    match ObjectIdentifier::decode(content)? {
        RSA_ENCRYPTION if content.is_finished() || AnyRef::decode(content)? != AnyRef::NULL => {
            Err(KeyError::ParametersNotNull.into())
        }
        RSA_ENCRYPTION => Ok(Restriction::None),
        RSASSA_PSS if content.is_finished() => Ok(Restriction::Pss(None)),
        RSASSA_PSS => Ok(Restriction::Pss(Some(content.sequence(read_pss)?))),
        PBES2 => Err(KeyError::PrivateKey.into()),
        other => {
            let ours = oid::ObjectIdentifier::new(other.as_bytes()).unwrap();
            assert_eq!(ours.to_string(), other.to_string());
            Err(KeyError::KeyType(KeyType(ours)).into())
        }
    }
}

fn read_pss(content: &mut SliceReader<'_>) -> Result<PssParameters, Refused> {
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
    let salt_length = salt_length.map_or(20, |length| {
        let bytes = length.as_bytes().iter();
        bytes.fold(0, |value: usize, byte| value.saturating_mul(256).saturating_add((*byte).into()))
    });
    Ok(PssParameters { hash, salt_length, hash_has_null, mask_hash_has_null })
}

fn field<'a, T>(content: &mut SliceReader<'a>, number: u32) -> Result<Option<T>, Refused>
where
    T: DecodeValue<'a, Error = ::der::Error> + FixedTag + 'a,
{
    Ok(content.context_specific(TagNumber(number), TagMode::Explicit)?)
}

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

fn whole<'a, T>(der: &'a [u8], read: impl FnOnce(&mut SliceReader<'a>) -> Result<T, Refused>) -> Result<T, Refused> {
    let mut reader = SliceReader::new(der)?;
    let value = reader.sequence(read)?;
    reader.finish()?;
    Ok(value)
}

struct Refused(KeyError);

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        Self(error)
    }
}

impl From<::der::Error> for Refused {
    fn from(error: ::der::Error) -> Self {
        Self(match error.kind() {
            ErrorKind::Incomplete { .. } => KeyError::Truncated,
            ErrorKind::TrailingData { .. } => KeyError::TrailingBytes,
            ErrorKind::Value { tag: Tag::Integer } => KeyError::NegativeNumber,
            ErrorKind::TagUnexpected { .. } | ErrorKind::TagUnknown { .. } => KeyError::NotAKey,
            _ => KeyError::NotDer,
        })
    }
}
