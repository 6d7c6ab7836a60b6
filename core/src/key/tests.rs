//! What only the crate itself can reach: parts of messages, and the diagnosis of a wrong algorithm.

use super::*;
use alloc::string::ToString;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

const MESSAGE: &[u8] = include_bytes!("../../../testdata/keys/message.txt");
const SPKI: &[u8] = include_bytes!("../../../testdata/keys/rsa-2048.der");
const PKCS1: &[u8] = include_bytes!("../../../testdata/keys/rsa-2048.pkcs1.der");

fn key(algorithm: &str) -> PublicKey {
    PublicKey::from_der(SPKI, algorithm.parse().unwrap()).unwrap()
}

/// The signatures of the key: algorithm, salt length, signature.
fn signatures() -> Vec<(SignatureAlgorithm, Option<u64>, Vec<u8>)> {
    let json: Value = serde_json::from_slice(include_bytes!("../../../testdata/keys/signatures.json")).unwrap();
    let of_the_key = json["signatures"].as_array().unwrap().iter().filter(|value| value["key"] == "rsa-2048");
    let read = |value: &Value| {
        let hash = match value["hash"].as_str() {
            Some("sha256") => Hash::Sha256,
            Some("sha384") => Hash::Sha384,
            Some("sha512") => Hash::Sha512,
            other => panic!("{other:?}"),
        };
        let padding = if value["padding"] == "pss" { Padding::Pss } else { Padding::Pkcs1V15 };
        let signature = STANDARD.decode(value["signature"].as_str().unwrap()).unwrap();
        (SignatureAlgorithm::new(padding, hash), value["salt"].as_u64(), signature)
    };
    of_the_key.map(read).collect()
}

#[test]
fn a_message_in_parts_is_the_message() {
    for (algorithm, _, signature) in signatures() {
        let key = key(&algorithm.to_string());
        for cut in [0, 1, 20, MESSAGE.len()] {
            let (start, end) = MESSAGE.split_at(cut);
            assert_eq!(key.verify_parts(&[start, end], &signature), Ok(()));
            assert_eq!(key.verify_parts(&[start, b"", end, b""], &signature), Ok(()));
        }
        assert_eq!(key.verify_parts(&[MESSAGE, b"\n"], &signature), Err(SignatureError::Mismatch));
        assert_eq!(key.verify_parts(&[], &signature), Err(SignatureError::Mismatch));
    }
}

#[test]
fn how_a_message_was_signed_otherwise() {
    let mut found = 0;
    for (algorithm, salt, signature) in signatures() {
        for declared in SignatureAlgorithm::all().filter(|declared| declared.modulus_bits().is_none_or(|n| n == 2048)) {
            let key = key(&declared.to_string());
            let encoded = key.recover(&signature).unwrap();
            let same = SignatureAlgorithm::new(declared.padding(), declared.hash()) == algorithm;
            let expected = (!same).then_some(SignedOtherwise::Algorithm(algorithm));
            assert_eq!(key.signed_otherwise(&encoded, &[MESSAGE]), expected, "{algorithm} {salt:?} as {declared}");
            assert_eq!(key.accepts(&encoded, &key.digest(&[MESSAGE])), same);
            // Another message was signed in no way.
            assert_eq!(key.signed_otherwise(&encoded, &[MESSAGE, b"x"]), None);
            if declared.padding() == Padding::Pss {
                let fixed = key.with_salt_length(33).unwrap();
                let expected = if same { Some(SignedOtherwise::SaltLength) } else { expected };
                assert_eq!(fixed.signed_otherwise(&encoded, &[MESSAGE]), expected, "{algorithm} as {declared} salt 33");
            }
            found += 1;
        }
        // What another key signed says nothing.
        let mut other = signature;
        if let Some(last) = other.last_mut() {
            *last ^= 1;
        }
        let key = key("RSA_PSS_SHA_256");
        assert_eq!(key.signed_otherwise(&key.recover(&other).unwrap(), &[MESSAGE]), None);
    }
    assert_eq!(found, 2 * 3 * 5 * 12);
}

#[test]
fn the_modulus_is_the_same_whatever_the_key_is_wrapped_in() {
    let wrapped = PublicKey::from_der(PKCS1, "RSA_PKCS1_SHA_512".parse().unwrap()).unwrap();
    let key = key("RSA_PSS_SHA_256");
    assert_eq!(key.modulus(), wrapped.modulus());
    assert_eq!(key.modulus().len(), 256);
    let other = include_bytes!("../../../testdata/keys/rsa-3072.der");
    assert_ne!(PublicKey::from_der(other, "RSA_PSS_SHA_256".parse().unwrap()).unwrap().modulus(), key.modulus());
    // The same numbers as an RSASSA-PSS key: another SubjectPublicKeyInfo, so another key, but the same signer.
    let mut pss = SPKI.to_vec();
    let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    assert_eq!(pss.get(4..19), Some(&algorithm[..]));
    pss.splice(4..19, *b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
    pss[3] -= 2;
    let pss = PublicKey::from_der(&pss, "RSA_PSS_SHA_256".parse().unwrap()).unwrap();
    assert_ne!(pss, key);
    assert_ne!(pss.default_id(), key.default_id());
    assert_eq!(pss.modulus(), key.modulus());
}

#[test]
fn keys_are_equal_by_their_bytes_alone() {
    let (one, other) = (key("RSA_PSS_SHA_256"), key("RSA_PKCS1_2048_SHA512"));
    assert_eq!(one, other);
    assert_eq!(one, one.clone().with_salt_length(32).unwrap());
    assert_eq!(std::collections::HashSet::from([one, other]).len(), 1);
}

#[test]
fn each_error_has_its_own_code_and_one_line() {
    use crate::RsaKeyError;
    let errors = [
        KeyError::Certificate,
        KeyError::KeyType(KeyType(oid::ObjectIdentifier::new(&[42, 3]).unwrap())),
        KeyError::ModulusSize { expected: 2048, found: 3072 },
        KeyError::NegativeNumber,
        KeyError::NotAKey,
        KeyError::NotDer,
        KeyError::OnlyHash { hash: Hash::Sha512 },
        KeyError::OnlyPss,
        KeyError::ParametersNotNull,
        KeyError::Pem(PemError::NoBlock),
        KeyError::PrivateKey,
        KeyError::PssHash,
        KeyError::PssMaskGeneration,
        KeyError::PssSha1,
        KeyError::PssTrailer,
        KeyError::Rsa(RsaKeyError::ExponentEven),
        KeyError::Rsa(RsaKeyError::ExponentLeadingZero),
        KeyError::Rsa(RsaKeyError::ExponentTooLarge { bits: 34 }),
        KeyError::Rsa(RsaKeyError::ExponentTooSmall { value: 1 }),
        KeyError::Rsa(RsaKeyError::ModulusEven),
        KeyError::Rsa(RsaKeyError::ModulusLeadingZero),
        KeyError::Rsa(RsaKeyError::ModulusTooLarge { bits: 8193 }),
        KeyError::Rsa(RsaKeyError::ModulusTooSmall { bits: 2047 }),
        KeyError::SaltLengthConflict { key: 32, given: 20 },
        KeyError::SaltLengthTooLarge { found: 223, maximum: 222 },
        KeyError::SaltWithoutPss,
        KeyError::TooLong { bytes: 65_537, limit: 65_536 },
        KeyError::TrailingBytes,
        KeyError::Truncated,
    ];
    let codes: std::collections::HashSet<_> = errors.iter().map(KeyError::code).collect();
    let texts: std::collections::HashSet<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), texts.len()), (errors.len(), errors.len()));
    for text in texts {
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    }
}
