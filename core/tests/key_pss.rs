//! RSASSA-PSS parameters in a key (RFC 4055, RFC 8017 A.2.3): honoured, or refused each with its reason.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod der;

use der::*;
use dokimos::{KeyError, PublicKey};

fn read(der: &[u8]) -> Result<PublicKey, KeyError> {
    PublicKey::from_der(der, "RSA_PSS_SHA_256".parse().unwrap())
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
