//! The names of signature algorithms: what each means, and what is no name.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dokimos::{AlgorithmError, Hash, Padding, SignatureAlgorithm};
use proptest::prelude::*;
use std::collections::HashSet;

fn algorithm(padding: Padding, bits: Option<usize>, hash: Hash) -> SignatureAlgorithm {
    let any = SignatureAlgorithm::new(padding, hash);
    bits.map_or(any, |bits| any.with_modulus_bits(bits).unwrap())
}

#[test]
fn names_in_use_are_read() {
    use Hash::{Sha256, Sha384, Sha512};
    use Padding::{Pkcs1V15, Pss};
    for (name, padding, bits, hash) in [
        // Binary Authorization (FORMATS.md 5.2).
        ("RSA_PSS_2048_SHA256", Pss, Some(2048), Sha256),
        ("RSA_PSS_3072_SHA256", Pss, Some(3072), Sha256),
        ("RSA_PSS_4096_SHA256", Pss, Some(4096), Sha256),
        ("RSA_PSS_4096_SHA512", Pss, Some(4096), Sha512),
        ("RSA_SIGN_PSS_2048_SHA256", Pss, Some(2048), Sha256),
        ("RSA_SIGN_PSS_4096_SHA512", Pss, Some(4096), Sha512),
        ("RSA_SIGN_PKCS1_2048_SHA256", Pkcs1V15, Some(2048), Sha256),
        ("RSA_SIGN_PKCS1_3072_SHA256", Pkcs1V15, Some(3072), Sha256),
        ("RSA_SIGN_PKCS1_4096_SHA256", Pkcs1V15, Some(4096), Sha256),
        ("RSA_SIGN_PKCS1_4096_SHA512", Pkcs1V15, Some(4096), Sha512),
        // kritis (FORMATS.md 1.2), with its misprint.
        ("rsa-pss-2048-sha256", Pss, Some(2048), Sha256),
        ("rsa-pss-3072-sha256", Pss, Some(3072), Sha256),
        ("rsa-pss-4096-sha256", Pss, Some(4096), Sha256),
        ("rsa-pss-4096s-ha256", Pss, Some(4096), Sha256),
        ("rsa-pss-4096-sha512", Pss, Some(4096), Sha512),
        ("rsa-sign-pkcs1-2048-sha256", Pkcs1V15, Some(2048), Sha256),
        ("rsa-sign-pkcs1-3072-sha256", Pkcs1V15, Some(3072), Sha256),
        ("rsa-sign-pkcs1-4096-sha256", Pkcs1V15, Some(4096), Sha256),
        ("rsa-sign-pkcs1-4096-sha512", Pkcs1V15, Some(4096), Sha512),
        // sigstore's algorithm registry (FORMATS-sigstore.md 1.5).
        ("rsa-sign-pss-2048-sha256", Pss, Some(2048), Sha256),
        ("rsa-sign-pss-3072-sha256", Pss, Some(3072), Sha256),
        ("rsa-sign-pss-4096-sha256", Pss, Some(4096), Sha256),
        // Google Certificate Authority Service.
        ("RSA_PKCS1_2048_SHA256", Pkcs1V15, Some(2048), Sha256),
        // Alibaba KMS (FORMATS.md 3.3) and AWS KMS.
        ("RSA_PSS_SHA_256", Pss, None, Sha256),
        ("RSA_PKCS1_SHA_256", Pkcs1V15, None, Sha256),
        ("RSASSA_PSS_SHA_256", Pss, None, Sha256),
        ("RSASSA_PSS_SHA_384", Pss, None, Sha384),
        ("RSASSA_PSS_SHA_512", Pss, None, Sha512),
        ("RSASSA_PKCS1_V1_5_SHA_256", Pkcs1V15, None, Sha256),
        ("RSASSA_PKCS1_V1_5_SHA_384", Pkcs1V15, None, Sha384),
        ("RSASSA_PKCS1_V1_5_SHA_512", Pkcs1V15, None, Sha512),
        // The same forms, sizes and hashes that no service lists.
        ("RSA_PSS_3072_SHA384", Pss, Some(3072), Sha384),
        ("rsa-sign-pkcs1-8192-sha512", Pkcs1V15, Some(8192), Sha512),
        ("RSA_PKCS1_SHA_512", Pkcs1V15, None, Sha512),
        // Any case, either separator.
        ("Rsa-Pss_2048-Sha256", Pss, Some(2048), Sha256),
        ("rsassa_pkcs1-v1_5-sha-256", Pkcs1V15, None, Sha256),
    ] {
        let found: SignatureAlgorithm = name.parse().unwrap();
        assert_eq!(found, algorithm(padding, bits, hash), "{name}");
        assert_eq!((found.padding(), found.modulus_bits(), found.hash()), (padding, bits, hash), "{name}");
    }
}

#[test]
fn known_names_that_are_not_supported_are_told_apart_from_unknown_ones() {
    for name in [
        "ECDSA_P256_SHA256",
        "ecdsa-p384-sha384",
        "ecdsa-p521-sha512",
        "EC_SIGN_P256_SHA256",
        "EC_SIGN_P384_SHA384",
        "EC_SIGN_P521_SHA512",
        "EC_SIGN_SECP256K1_SHA256",
        "ecdsa-sha2-256-nistp256",
        "ECDSA_SHA_256",
        "ed25519",
        "ed25519-ph",
        "ED25519_SHA_512",
        "SM2DSA",
        "sm2",
        "ml-dsa-65",
        "RSA_SIGN_RAW_PKCS1_2048",
        "RSA_SIGN_PKCS1_2048_SHA1",
        "RSA_PSS_2048_SHA224",
        "RSA_PSS_1024_SHA256",
        "RSASSA_PKCS1_V1_5_SHA_1",
        "rsa-pkcs1-sha-224",
    ] {
        assert_eq!(name.parse::<SignatureAlgorithm>(), Err(AlgorithmError::NotSupported), "{name}");
    }
    assert!(AlgorithmError::NotSupported.to_string().contains("is not supported"));
    assert!(AlgorithmError::Unknown.to_string().contains("unknown"));
    assert_ne!(AlgorithmError::NotSupported.code(), AlgorithmError::Unknown.code());
}

#[test]
fn what_is_no_name_is_unknown() {
    for name in [
        "",
        "RSA",
        "RSA_PSS",
        "RSA_PSS_",
        "RSA_PSS_2048",
        "RSA_PSS_2048_",
        "RSA_PSS_2048_SHA",
        "RSA_PSS_2048_SHA2",
        "RSA_PSS_2048_SHA2560",
        "RSA_PSS_2048_SHA_256",
        "RSA_PSS_SHA256",
        "RSA_PSS_2048_SHA256_",
        "RSA_PSS_2048_SHA256_SHA256",
        "_RSA_PSS_2048_SHA256",
        " RSA_PSS_2048_SHA256",
        "RSA_PSS_2048_SHA256 ",
        "RSA_PSS_2048_SHA256\n",
        "RSA_PSS_2048_SHA256\0",
        "RSA__PSS_2048_SHA256",
        "RSA_PSS_02048_SHA256",
        "RSA_PSS_+2048_SHA256",
        "RSA_PSS_2047_SHA256",
        "RSA_PSS_2056_SHA256",
        "RSA_PSS_20480_SHA256",
        "RSA_PSS_4096S_HA512",
        "RSA_SIGN_PSS_4096S_HA256",
        "RSA_SIGN_PSS_SHA_256",
        "RSA_SIGN_PKCS1_SHA_256",
        "RSASSA_PSS_2048_SHA256",
        "RSASSA_PKCS1_V1_5_2048_SHA256",
        "RSASSA_PKCS1_SHA_256",
        "PSS_2048_SHA256",
        "PKCS1_2048_SHA256",
        "RSA.PSS.2048.SHA256",
        "RSA_PSS_２０４８_SHA256",
        "ſha256",
        "RSA_PSS_2048_ſHA256",
        "MY_RSA_PSS_2048_SHA256_KEY",
        "SIGNATURE_ALGORITHM_UNSPECIFIED",
        "RSA_DECRYPT_OAEP_2048_SHA256",
        "none",
        "ECDSA",
        "RSASSA_PKCS1_V1_5_SHA_256______________",
        "RSASSA_PKCS1_V1_5_SHA_256_______________",
        "RSASSA_PKCS1_V1_5_SHA_256________________",
    ] {
        assert_eq!(name.parse::<SignatureAlgorithm>(), Err(AlgorithmError::Unknown), "{name:?}");
    }
}

#[test]
fn the_canonical_name_of_each_algorithm_is_read_again() {
    let names: HashSet<String> = SignatureAlgorithm::all().map(|algorithm| algorithm.to_string()).collect();
    assert_eq!(names.len(), 30);
    assert_eq!(SignatureAlgorithm::all().count(), 30);
    for name in ["RSA_PSS_2048_SHA256", "RSA_SIGN_PKCS1_2048_SHA256", "RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"] {
        assert!(names.contains(name), "{name}");
    }
    for algorithm in SignatureAlgorithm::all() {
        let name = algorithm.to_string();
        for spelling in [name.clone(), name.to_lowercase(), name.replace('_', "-")] {
            assert_eq!(spelling.parse(), Ok(algorithm), "{spelling}");
        }
    }
}

#[test]
fn a_size_that_is_not_supported_is_refused() {
    for bits in [0, 1024, 2047, 2049, 2056, 7680, 16384, usize::MAX] {
        let algorithm = SignatureAlgorithm::new(Padding::Pss, Hash::Sha256);
        assert_eq!(algorithm.with_modulus_bits(bits), Err(AlgorithmError::NotSupported), "{bits}");
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written_and_read_again(name in "(?i)(RSA|RSASSA)[-_](SIGN[-_])?(PSS|PKCS1)([-_]V1[-_]5)?[-_]([0-9]{4}[-_])?SHA[-_]?(1|224|256|384|512)") {
        if let Ok(algorithm) = name.parse::<SignatureAlgorithm>() {
            prop_assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            prop_assert_eq!(name.to_uppercase().contains("PSS"), algorithm.padding() == Padding::Pss);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(name in ".{0,60}") {
        if let Ok(algorithm) = name.parse::<SignatureAlgorithm>() {
            prop_assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
    }
}
