//! Strict DER: each way of writing a key differently is refused, each with its reason, and no changed byte passes
//! unnoticed.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use dokimos::{KeyError, PublicKey, SignatureAlgorithm};
use proptest::prelude::*;

const SPKI: &[u8] = include_bytes!("../../testdata/keys/rsa-2048.der");
const PKCS1: &[u8] = include_bytes!("../../testdata/keys/rsa-2048.pkcs1.der");
const PSS: &[u8] = include_bytes!("../../testdata/keys/pss-2048-sha256-32.der");

const RSA_ENCRYPTION: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const RSASSA_PSS: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
const MGF1: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
const SHA1: &[u8] = b"\x06\x05\x2b\x0e\x03\x02\x1a";
const SHA224: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04";
const SHA256: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const SHA512: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03";
const NULL: &[u8] = b"\x05\x00";

fn read(der: &[u8]) -> Result<PublicKey, KeyError> {
    PublicKey::from_der(der, "RSA_PSS_SHA_256".parse().unwrap())
}

/// An element with the shortest length.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, u8::try_from(length).unwrap()],
        0x80..0x100 => vec![tag, 0x81, u8::try_from(length).unwrap()],
        _ => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    [head, content.to_vec()].concat()
}

/// An element whose length is written with this many bytes behind the first.
fn long(tag: u8, content: &[u8], bytes: usize) -> Vec<u8> {
    let length = u64::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x80 | u8::try_from(bytes).unwrap()], &length[8 - bytes..], content].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    element(0x02, bytes)
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], bytes].concat())
}

/// The modulus of the key, 256 bytes.
fn modulus() -> Vec<u8> {
    let start = PKCS1.len() - 5 - 256;
    PKCS1[start..start + 256].to_vec()
}

fn modulus_integer() -> Vec<u8> {
    integer(&[&[0][..], &modulus()].concat())
}

fn exponent() -> Vec<u8> {
    integer(&[1, 0, 1])
}

fn pkcs1() -> Vec<u8> {
    sequence(&[&modulus_integer(), &exponent()])
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[algorithm, &bits(key)])
}

fn rsa_encryption() -> Vec<u8> {
    sequence(&[RSA_ENCRYPTION, NULL])
}

#[test]
fn the_builder_makes_what_openssl_makes() {
    assert_eq!(pkcs1(), PKCS1);
    assert_eq!(spki(&rsa_encryption(), &pkcs1()), SPKI);
    assert_eq!(read(SPKI), read(PKCS1));
    assert!(read(SPKI).is_ok());
}

#[test]
fn lengths_are_as_short_as_can_be() {
    let inner = [rsa_encryption(), bits(&pkcs1())].concat();
    for bytes in 3..=8 {
        assert_eq!(read(&long(0x30, &inner, bytes)), Err(KeyError::NotDer), "{bytes}");
    }
    assert_eq!(long(0x30, &inner, 2), SPKI);
    let key = pkcs1();
    for wrong in [
        // Each element in turn: algorithm, object identifier, NULL, bits, the SEQUENCE in the bits, modulus, exponent.
        spki(&long(0x30, &[RSA_ENCRYPTION, NULL].concat(), 1), &key),
        spki(&sequence(&[&long(0x06, &RSA_ENCRYPTION[2..], 1), NULL]), &key),
        spki(&sequence(&[RSA_ENCRYPTION, &long(0x05, &[], 1)]), &key),
        sequence(&[&rsa_encryption(), &long(0x03, &[&[0], &key[..]].concat(), 3)]),
        spki(&rsa_encryption(), &long(0x30, &[modulus_integer(), exponent()].concat(), 3)),
        spki(&rsa_encryption(), &sequence(&[&long(0x02, &[&[0][..], &modulus()].concat(), 3), &exponent()])),
        spki(&rsa_encryption(), &sequence(&[&modulus_integer(), &long(0x02, &[1, 0, 1], 1)])),
        // Indefinite length (X.690 8.1.3.6), of BER.
        [&[0x30, 0x80][..], &inner, &[0, 0]].concat(),
        // A length of 2^32 and more.
        [&[0x30, 0x85, 1, 0, 0, 1, 0x22][..], &inner].concat(),
        [&[0x30, 0x88, 0, 0, 0, 1, 0, 0, 1, 0x22][..], &inner].concat(),
        [&[0x30, 0xff][..], &inner].concat(),
        // A length that fits 32 bits, and not together with the bytes before it.
        [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &inner].concat(),
    ] {
        assert_eq!(read(&wrong), Err(KeyError::NotDer), "{wrong:02x?}");
    }
    assert_eq!(read(&[&[0x30, 0x83, 0xff, 0xff, 0xff][..], &inner].concat()), Err(KeyError::Truncated));
}

#[test]
fn numbers_are_positive_and_as_short_as_can_be() {
    let with = |modulus: &[u8], exponent: &[u8]| {
        let key = sequence(&[&integer(modulus), &integer(exponent)]);
        let spki = read(&spki(&rsa_encryption(), &key));
        assert_eq!(read(&key), spki);
        spki.map(|_| ())
    };
    let (bare, e) = (modulus(), [1, 0, 1]);
    let signed = [&[0][..], &bare].concat();
    assert_eq!(with(&signed, &e), Ok(()));
    assert_eq!(with(&bare, &e), Err(KeyError::NegativeNumber));
    assert_eq!(with(&signed, &[0x81, 0, 1]), Err(KeyError::NegativeNumber));
    assert_eq!(with(&signed, &[0xff]), Err(KeyError::NegativeNumber));
    assert_eq!(with(&[&[0, 0][..], &bare].concat(), &e), Err(KeyError::NotDer));
    assert_eq!(with(&signed, &[0, 1, 0, 1]), Err(KeyError::NotDer));
    assert_eq!(with(&signed, &[]), Err(KeyError::NotDer));
    assert_eq!(with(&[], &e), Err(KeyError::NotDer));
}

#[test]
fn numbers_that_make_no_key_are_refused() {
    let code = |modulus: &[u8], exponent: &[u8]| {
        let key = sequence(&[&integer(modulus), &integer(exponent)]);
        read(&spki(&rsa_encryption(), &key)).unwrap_err().code()
    };
    let n = [&[0][..], &modulus()].concat();
    let changed = |place: usize, value: u8| {
        let mut n = n.clone();
        n[place] = value;
        n
    };
    let e = [1, 0, 1];
    for (n, e, expected) in [
        (&n[..], &[0][..], "KEY_EXPONENT_TOO_SMALL"),
        (&n, &[1], "KEY_EXPONENT_TOO_SMALL"),
        (&n, &[2], "KEY_EXPONENT_TOO_SMALL"),
        (&n, &[4], "KEY_EXPONENT_EVEN"),
        (&n, &[2, 0, 0, 0, 1], "KEY_EXPONENT_TOO_LARGE"),
        (&n, &n, "KEY_EXPONENT_TOO_LARGE"),
        (&[0], &e, "KEY_MODULUS_TOO_SMALL"),
        (&[1], &e, "KEY_MODULUS_TOO_SMALL"),
        (&changed(256, n[256] ^ 1), &e, "KEY_MODULUS_EVEN"),
        (&changed(1, 0x7f)[1..], &e, "KEY_MODULUS_TOO_SMALL"),
        (&[&[1][..], &[0; 1023], &[1]].concat(), &e, "KEY_MODULUS_TOO_LARGE"),
    ] {
        assert_eq!(code(n, e), expected, "n of {} bytes, e {e:02x?}", n.len());
    }
    for e in [&[3][..], &[1, 0, 0, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert!(read(&sequence(&[&integer(&n), &integer(e)])).is_ok(), "{e:02x?}");
    }
    // A key of two numbers that are versions of private keys is still a (bad) public key.
    assert_eq!(read(&sequence(&[&integer(&[0]), &integer(&[3])])).unwrap_err().code(), "KEY_MODULUS_TOO_SMALL");
}

#[test]
fn nothing_follows_the_key_or_an_element_in_it() {
    let (key, algorithm) = (pkcs1(), rsa_encryption());
    let long_key = sequence(&[&modulus_integer(), &exponent(), NULL]);
    for wrong in [
        [SPKI, &[0]].concat(),
        [SPKI, SPKI].concat(),
        [PKCS1, &[0]].concat(),
        [PKCS1, PKCS1].concat(),
        sequence(&[&algorithm, &bits(&key), NULL]),
        spki(&sequence(&[RSA_ENCRYPTION, NULL, NULL]), &key),
        spki(&algorithm, &long_key),
        spki(&algorithm, &[&key[..], &[0]].concat()),
        long_key,
    ] {
        assert_eq!(read(&wrong), Err(KeyError::TrailingBytes), "{wrong:02x?}");
    }
}

#[test]
fn every_beginning_of_a_key_is_cut_off() {
    for whole in [SPKI, PKCS1, PSS] {
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), Err(KeyError::Truncated), "{length}");
            let rest = &whole[length + 1..];
            // In a SubjectPublicKeyInfo the last element but its first byte is PKCS#1.
            assert!(read(rest).is_err() || rest.len() == PKCS1.len(), "without the first {}", length + 1);
        }
    }
    for wrong in [
        sequence(&[&modulus_integer()]),
        sequence(&[&rsa_encryption()]),
        spki(&rsa_encryption(), &sequence(&[&modulus_integer()])),
        spki(&rsa_encryption(), &[]),
        spki(&rsa_encryption(), &pkcs1()[..200]),
        // The inner element reaches over the end of the outer.
        sequence(&[&[0x30, 0x0f], &rsa_encryption()[2..]]),
    ] {
        assert_eq!(read(&wrong), Err(KeyError::Truncated), "{wrong:02x?}");
    }
}

#[test]
fn other_structures_are_no_keys() {
    let (key, algorithm) = (pkcs1(), rsa_encryption());
    for wrong in [
        element(0x31, &[algorithm.clone(), bits(&key)].concat()),
        element(0x04, &key),
        element(0x10, &[modulus_integer(), exponent()].concat()),
        sequence(&[&bits(&key), &algorithm]),
        sequence(&[&algorithm, &element(0x04, &key)]),
        sequence(&[&algorithm, &element(0x23, &[&[0], &key[..]].concat())]),
        sequence(&[&element(0x22, &modulus()), &exponent()]),
        spki(&algorithm, &integer(&modulus())),
        spki(&element(0x31, &[RSA_ENCRYPTION, NULL].concat()), &key),
        spki(&sequence(&[NULL, RSA_ENCRYPTION]), &key),
        sequence(&[NULL]),
        b"-----BEGIN PUBLIC KEY-----".to_vec(),
        b"{\"kty\":\"RSA\"}".to_vec(),
        b"ssh-rsa AAAA".to_vec(),
    ] {
        assert_eq!(read(&wrong), Err(KeyError::NotAKey), "{wrong:02x?}");
    }
    // A BIT STRING with unused bits, set or not, or with an impossible number of them.
    for unused in [1, 7, 8, 255] {
        let wrong = sequence(&[&algorithm, &element(0x03, &[&[unused], &key[..]].concat())]);
        assert_eq!(read(&wrong).unwrap_err().code(), "KEY_NOT_DER", "{unused}");
    }
    for wrong in [sequence(&[&algorithm, &element(0x03, &[])]), spki(&sequence(&[&element(0x06, &[]), NULL]), &key)] {
        assert_eq!(read(&wrong).unwrap_err().code(), "KEY_NOT_DER", "{wrong:02x?}");
    }
}

#[test]
fn the_parameters_of_rsa_encryption_are_null() {
    let key = pkcs1();
    for wrong in [
        sequence(&[RSA_ENCRYPTION]),
        sequence(&[RSA_ENCRYPTION, &sequence(&[])]),
        sequence(&[RSA_ENCRYPTION, &integer(&[0])]),
        sequence(&[RSA_ENCRYPTION, &element(0x05, &[0])]),
        sequence(&[RSA_ENCRYPTION, &element(0x04, &[])]),
        sequence(&[RSA_ENCRYPTION, SHA256]),
    ] {
        assert_eq!(read(&spki(&wrong, &key)), Err(KeyError::ParametersNotNull), "{wrong:02x?}");
    }
}

#[test]
fn other_types_of_keys_are_named() {
    for (oid, name) in [
        (&b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"[..], "elliptic curve (1.2.840.10045.2.1)"),
        (b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01", "DSA (1.2.840.10040.4.1)"),
        (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07", "RSAES-OAEP (1.2.840.113549.1.1.7)"),
        (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", "1.2.840.113549.1.1.11"),
        (b"\x06\x03\x2b\x65\x70", "Ed25519 (1.3.101.112)"),
        (b"\x06\x03\x2a\x03\x04", "1.2.3.4"),
    ] {
        let error = read(&spki(&sequence(&[oid, NULL]), &pkcs1())).unwrap_err();
        assert_eq!(error.code(), "KEY_TYPE_NOT_SUPPORTED");
        assert_eq!(error.to_string(), format!("keys of type {name} are not supported; only RSA is"));
    }
    // id-PBES2: an encrypted private key.
    let pbes2 = sequence(&[b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d", &sequence(&[])]);
    assert_eq!(read(&sequence(&[&pbes2, &element(0x04, &[0; 64])])), Err(KeyError::PrivateKey));
    // SEC 1: an EC private key.
    assert_eq!(read(&sequence(&[&integer(&[1]), &element(0x04, &[7; 32])])), Err(KeyError::PrivateKey));
}

fn hash(oid: &[u8]) -> Vec<u8> {
    sequence(&[oid, NULL])
}

fn mgf1(hash: &[u8]) -> Vec<u8> {
    sequence(&[MGF1, hash])
}

fn field(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

/// A PSS key with these fields as its parameters.
fn pss(fields: &[Vec<u8>]) -> Vec<u8> {
    spki(&sequence(&[RSASSA_PSS, &sequence(&[&fields.concat()])]), &pkcs1())
}

#[test]
fn pss_parameters_that_are_honoured() {
    let (h, m) = (field(0, &hash(SHA256)), field(1, &mgf1(&hash(SHA256))));
    let bare = sequence(&[SHA256]);
    for (fields, salt) in [
        (vec![h.clone(), m.clone(), field(2, &integer(&[32]))], 32),
        (vec![h.clone(), m.clone(), field(2, &integer(&[0]))], 0),
        (vec![h.clone(), m.clone(), field(2, &integer(&[0, 222]))], 222),
        // Absent: 20 (RFC 8017 A.2.3).
        (vec![h.clone(), m.clone()], 20),
        // RFC 4055 section 2.1: the NULL of a hash identifier must be written, and accepted where it is not.
        (vec![field(0, &bare), m.clone(), field(2, &integer(&[32]))], 32),
        (vec![h, field(1, &mgf1(&bare)), field(2, &integer(&[32]))], 32),
        (vec![field(0, &bare), field(1, &mgf1(&bare)), field(2, &integer(&[32]))], 32),
    ] {
        let der = pss(&fields);
        let key = read(&der).unwrap();
        assert_eq!(key.salt_length(), Some(salt));
        assert_eq!(key.to_spki_der(), der);
    }
    // Keys with the same numbers under different types are different keys by their bytes.
    assert_ne!(read(SPKI), read(&pss(&[field(0, &bare), field(1, &mgf1(&bare))])));
    assert_ne!(read(SPKI).unwrap(), read(&spki(&sequence(&[RSASSA_PSS]), &pkcs1())).unwrap());
}

#[test]
fn pss_parameters_that_are_refused() {
    let (h, m, s) = (field(0, &hash(SHA256)), field(1, &mgf1(&hash(SHA256))), field(2, &integer(&[32])));
    for (fields, error) in [
        // The default of the hash is SHA-1 (RFC 8017 A.2.3), written or not.
        (vec![], KeyError::PssSha1),
        (vec![s.clone()], KeyError::PssSha1),
        (vec![m.clone(), s.clone()], KeyError::PssSha1),
        (vec![field(0, &hash(SHA1)), m.clone(), s.clone()], KeyError::PssSha1),
        (vec![field(0, &hash(SHA224)), m.clone(), s.clone()], KeyError::PssHash),
        (vec![field(0, &sequence(&[SHA256, &integer(&[0])])), m.clone(), s.clone()], KeyError::PssHash),
        (vec![h.clone()], KeyError::PssMaskGeneration),
        (vec![h.clone(), s.clone()], KeyError::PssMaskGeneration),
        (vec![h.clone(), field(1, &mgf1(&hash(SHA512))), s.clone()], KeyError::PssMaskGeneration),
        (vec![h.clone(), field(1, &mgf1(&hash(SHA1))), s.clone()], KeyError::PssSha1),
        (vec![h.clone(), field(1, &sequence(&[MGF1])), s.clone()], KeyError::PssMaskGeneration),
        (vec![h.clone(), field(1, &sequence(&[SHA256, &hash(SHA256)])), s.clone()], KeyError::PssMaskGeneration),
        (vec![h.clone(), m.clone(), s.clone(), field(3, &integer(&[2]))], KeyError::PssTrailer),
        (vec![h.clone(), m.clone(), s.clone(), field(3, &integer(&[0]))], KeyError::PssTrailer),
        // DER leaves defaults out (X.690 11.5).
        (vec![h.clone(), m.clone(), s.clone(), field(3, &integer(&[1]))], KeyError::NotDer),
        (vec![h.clone(), m.clone(), field(2, &integer(&[20]))], KeyError::NotDer),
        (vec![h.clone(), m.clone(), field(2, &integer(&[0, 32]))], KeyError::NotDer),
        (vec![h.clone(), m.clone(), field(2, &integer(&[0xe0]))], KeyError::NegativeNumber),
        (vec![h.clone(), m.clone(), field(2, &integer(&[0, 223]))], too_large(223)),
        (vec![h.clone(), m.clone(), field(2, &integer(&[1, 0]))], too_large(256)),
        (vec![h.clone(), m.clone(), field(2, &integer(&[1, 0, 0, 32]))], too_large(0x0100_0020)),
        (vec![h.clone(), m.clone(), field(2, &integer(&[1; 40]))], too_large(usize::MAX)),
        // Out of order, twice, unknown, behind the last, empty, with more than one value.
        (vec![m.clone(), h.clone(), s.clone()], KeyError::TrailingBytes),
        (vec![h.clone(), h.clone(), m.clone(), s.clone()], KeyError::TrailingBytes),
        (vec![h.clone(), m.clone(), s.clone(), field(4, &integer(&[1]))], KeyError::TrailingBytes),
        (vec![h.clone(), m.clone(), s.clone(), NULL.to_vec()], KeyError::TrailingBytes),
        (vec![h.clone(), m.clone(), field(2, &[])], KeyError::Truncated),
        (vec![h.clone(), m.clone(), field(2, &[integer(&[32]), integer(&[32])].concat())], KeyError::TrailingBytes),
        (vec![h.clone(), m.clone(), integer(&[32])], KeyError::TrailingBytes),
        // Implicit instead of explicit tags.
        (vec![h.clone(), m.clone(), element(0x82, &[32])], KeyError::NotDer),
    ] {
        assert_eq!(read(&pss(&fields)), Err(error), "{fields:02x?}");
    }
    for parameters in [NULL.to_vec(), integer(&[32]), element(0x31, &[])] {
        assert_eq!(read(&spki(&sequence(&[RSASSA_PSS, &parameters]), &pkcs1())), Err(KeyError::NotAKey));
    }
}

fn too_large(found: usize) -> KeyError {
    KeyError::SaltLengthTooLarge { found, maximum: 222 }
}

#[test]
fn an_input_longer_than_any_key_is_not_looked_at() {
    let limit = 64 * 1024;
    assert_eq!(read(&vec![0x30; limit + 1]), Err(KeyError::TooLong { bytes: limit + 1, limit }));
    assert_ne!(read(&vec![0x30; limit]).unwrap_err().code(), "KEY_TOO_LONG");
}

/// What is read is written again byte for byte, so that no two inputs of one form are the same key.
fn is_refused_or_read_as_given(der: &[u8], original: &PublicKey) -> bool {
    match read(der) {
        Err(_) => true,
        Ok(key) => key.to_spki_der() == der && key != *original,
    }
}

#[test]
fn every_changed_byte_is_refused_or_gives_another_key() {
    for original in [SPKI, PSS] {
        let key = read(original).unwrap();
        let modulus = original.len() - 5 - 256..original.len() - 5;
        let mut der = original.to_vec();
        for place in 0..der.len() {
            let changes: Vec<u8> = if modulus.contains(&place) && place != modulus.start {
                (0..8).map(|bit| 1 << bit).collect()
            } else {
                (1..=255).collect()
            };
            for change in changes {
                der[place] ^= change;
                assert!(is_refused_or_read_as_given(&der, &key), "byte {place} changed by {change:02x}");
                der[place] ^= change;
            }
        }
        for place in 0..der.len() {
            let mut shorter = original.to_vec();
            shorter.remove(place);
            assert!(read(&shorter).is_err(), "without byte {place}");
            for byte in [0, 1, 0x30, 0x80, 0xff] {
                let mut longer = original.to_vec();
                longer.insert(place, byte);
                assert!(read(&longer).is_err(), "with {byte:02x} before byte {place}");
            }
        }
    }
}

#[test]
fn every_changed_byte_of_pkcs1_is_refused_or_gives_another_key() {
    let key = read(PKCS1).unwrap();
    let mut der = PKCS1.to_vec();
    for place in (0..12).chain(der.len() - 8..der.len()) {
        for change in 1..=255_u8 {
            der[place] ^= change;
            if let Ok(other) = read(&der) {
                assert_ne!(other, key, "byte {place} changed by {change:02x}");
                assert!(other.to_spki_der().ends_with(&der));
            }
            der[place] ^= change;
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(der in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(read(&der).is_err());
    }

    /// Several changes at once, of the kind that a parser may trip over.
    #[test]
    fn many_changes_are_refused_or_give_another_key(
        changes in proptest::collection::vec((0_usize..346, any::<u8>()), 1..6),
        pss in any::<bool>(),
    ) {
        let original = if pss { PSS } else { SPKI };
        let mut der = original.to_vec();
        for (place, value) in changes {
            let place = place % der.len();
            der[place] = value;
        }
        prop_assert!(der == original || is_refused_or_read_as_given(&der, &read(original).unwrap()));
    }

    #[test]
    fn whatever_is_read_is_written_again(
        bytes in proptest::collection::vec(any::<u8>(), 256..=1024),
        exponent in 1_u64..0x1_0000_0000,
        salt in proptest::option::of(0_u16..250),
    ) {
        let mut n = bytes;
        n[0] |= 0x80;
        *n.last_mut().unwrap() |= 1;
        let e: Vec<u8> = (exponent * 2 + 1).to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let signed = |bytes: &[u8]| if bytes[0] >= 0x80 { integer(&[&[0], bytes].concat()) } else { integer(bytes) };
        let key = sequence(&[&signed(&n), &signed(&e)]);
        let algorithm = match salt {
            None => rsa_encryption(),
            Some(20) => sequence(&[RSASSA_PSS]),
            Some(salt) => {
                let salt: Vec<u8> = salt.to_be_bytes().into_iter().collect();
                let salt = if salt[0] == 0 { signed(&salt[1..]) } else { integer(&salt) };
                let fields = [field(0, &hash(SHA256)), field(1, &mgf1(&hash(SHA256))), field(2, &salt)];
                sequence(&[RSASSA_PSS, &sequence(&[&fields.concat()])])
            }
        };
        let der = spki(&algorithm, &key);
        match read(&der) {
            Ok(key) => {
                prop_assert_eq!(key.to_spki_der(), &der[..]);
                prop_assert_eq!(key.modulus_bits(), n.len() * 8);
            }
            Err(error) => prop_assert_eq!(error.code(), "KEY_SALT_LENGTH_TOO_LARGE"),
        }
    }
}

#[test]
fn each_algorithm_reads_the_same_bytes() {
    for algorithm in SignatureAlgorithm::all().filter(|algorithm| algorithm.modulus_bits().is_none()) {
        assert_eq!(PublicKey::from_der(SPKI, algorithm), read(SPKI));
    }
}
