//! Keys and signatures that OpenSSL and python `cryptography` made (testdata/keys/make.py).
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::{Engine, engine::general_purpose::STANDARD};
use dokimos::{
    Hash, KeyError, Padding, PublicKey, RsaKeyError, SignatureAlgorithm, SignatureError, SignedMessage, verify_batch,
};
use serde_json::Value;
use std::{collections::HashMap, fs, path::PathBuf};

const HASHES: [(&str, Hash); 3] = [("sha256", Hash::Sha256), ("sha384", Hash::Sha384), ("sha512", Hash::Sha512)];
const PADDINGS: [(&str, Padding); 2] = [("pkcs1", Padding::Pkcs1V15), ("pss", Padding::Pss)];

fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/keys").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&file(name)).unwrap()
}

fn algorithm(name: &str) -> SignatureAlgorithm {
    name.parse().unwrap()
}

/// A signature of signatures.json.
struct Signed {
    tool: String,
    key: String,
    algorithm: SignatureAlgorithm,
    salt: Option<usize>,
    signature: Vec<u8>,
}

impl Signed {
    fn all() -> Vec<Self> {
        let json = json("signatures.json");
        let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        let read = |value: &Value| {
            let find = |name: &str| text(value, name);
            let padding = PADDINGS.into_iter().find(|(name, _)| *name == find("padding")).unwrap().1;
            let hash = HASHES.into_iter().find(|(name, _)| *name == find("hash")).unwrap().1;
            Self {
                tool: find("tool"),
                key: find("key"),
                algorithm: SignatureAlgorithm::new(padding, hash),
                salt: value["salt"].as_u64().map(|salt| usize::try_from(salt).unwrap()),
                signature: STANDARD.decode(find("signature")).unwrap(),
            }
        };
        json["signatures"].as_array().unwrap().iter().map(read).collect()
    }

    fn name(&self) -> String {
        format!("{} {} {} salt {:?}", self.tool, self.key, self.algorithm, self.salt)
    }

    fn key(&self, algorithm: SignatureAlgorithm) -> Result<PublicKey, KeyError> {
        PublicKey::from_der(&file(&format!("{}.der", self.key)), algorithm)
    }
}

/// The six algorithms without a size.
fn schemes() -> impl Iterator<Item = SignatureAlgorithm> {
    SignatureAlgorithm::all().filter(|algorithm| algorithm.modulus_bits().is_none())
}

#[test]
fn a_key_is_the_same_in_every_form() {
    for bits in [2048, 3072, 4096, 8192] {
        for algorithm in ["RSA_PKCS1_SHA_256".to_owned(), format!("RSA_PSS_{bits}_SHA512")] {
            let algorithm = self::algorithm(&algorithm);
            let name = format!("rsa-{bits}");
            let pem = PublicKey::from_pem(file(&format!("{name}.pem")), algorithm).unwrap();
            let der = PublicKey::from_der(&file(&format!("{name}.der")), algorithm).unwrap();
            let pkcs1_pem = PublicKey::from_pem(file(&format!("{name}.pkcs1.pem")), algorithm).unwrap();
            let pkcs1_der = PublicKey::from_der(&file(&format!("{name}.pkcs1.der")), algorithm).unwrap();
            for key in [&der, &pkcs1_pem, &pkcs1_der] {
                assert_eq!(*key, pem);
                assert_eq!(key.default_id(), pem.default_id());
                assert_eq!(key.to_spki_der(), file(&format!("{name}.der")));
            }
            assert_eq!((pem.modulus_bits(), pem.signature_len()), (bits, bits / 8));
            assert_eq!(pem.algorithm(), algorithm);
            assert_eq!(pem.salt_length(), None);
        }
    }
}

#[test]
fn what_is_written_is_what_openssl_writes() {
    let keys = json("keys.json");
    let mut read = 0;
    for (name, facts) in keys["keys"].as_object().unwrap() {
        let keys = schemes().filter_map(|scheme| PublicKey::from_pem(file(&format!("{name}.pem")), scheme).ok());
        for key in keys {
            read += 1;
            assert_eq!(key.to_pem().as_bytes(), file(&format!("{name}.pem")), "{name}");
            assert_eq!(key.to_spki_der(), file(&format!("{name}.der")), "{name}");
            let hex: String = key.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(facts["spkiSha256"], hex, "{name}");
            let shown = format!("{key:?}");
            assert!(shown.contains(&hex) && shown.contains(&key.algorithm().to_string()), "{shown}");
            let id = key.default_id();
            let hash = id.as_str().strip_prefix("ni:///sha-256;").unwrap();
            assert_eq!(hash.len(), 43);
            let padded = hash.replace('-', "+").replace('_', "/") + "=";
            assert_eq!(STANDARD.decode(padded).unwrap(), key.fingerprint());
        }
    }
    // Five unrestricted keys with six schemes; one only for PSS with three; five with one.
    assert_eq!(read, 5 * 6 + 3 + 5);
}

#[test]
fn signatures_of_two_tools_verify_under_their_algorithm_and_no_other() {
    let message = file("message.txt");
    let all = Signed::all();
    let unrestricted: Vec<_> = all.iter().filter(|signed| signed.key.starts_with("rsa-")).collect();
    // Two tools; three sizes with three hashes and one with one; PKCS#1 v1.5 and four salts; and five for e = 3.
    assert_eq!(unrestricted.len(), 2 * (3 * 3 + 1) * 5 + 5);
    for signed in unrestricted {
        let name = signed.name();
        for scheme in schemes() {
            let expected = if scheme == signed.algorithm { Ok(()) } else { Err(SignatureError::Mismatch) };
            let key = signed.key(scheme).unwrap();
            assert_eq!(key.verify(&message, &signed.signature), expected, "{name} as {scheme}");
            let sized = signed.key(scheme.with_modulus_bits(key.modulus_bits()).unwrap()).unwrap();
            assert_eq!(sized.verify(&message, &signed.signature), expected, "{name} as {scheme} with its size");
        }
        let key = signed.key(signed.algorithm).unwrap();
        if let Some(salt) = signed.salt {
            let fixed = |salt| key.clone().with_salt_length(salt).unwrap();
            assert_eq!(fixed(salt).verify(&message, &signed.signature), Ok(()), "{name}");
            for other in [0, 20, 32, 48, 64, 100].into_iter().filter(|other| *other != salt) {
                let refused = fixed(other).verify(&message, &signed.signature);
                assert_eq!(refused, Err(SignatureError::Mismatch), "{name} with {other}");
            }
        }
    }
}

#[test]
fn a_change_anywhere_is_refused() {
    let message = file("message.txt");
    for signed in Signed::all().iter().filter(|signed| signed.key == "rsa-2048") {
        let name = signed.name();
        let key = signed.key(signed.algorithm).unwrap();
        for place in [0, 1, 100, 200, 254, 255] {
            let mut signature = signed.signature.clone();
            signature[place] ^= 0x10;
            assert!(key.verify(&message, &signature).is_err(), "{name}: byte {place}");
        }
        for place in 0..message.len() {
            let mut message = message.clone();
            message[place] ^= 1;
            assert_eq!(key.verify(&message, &signed.signature), Err(SignatureError::Mismatch), "{name}");
        }
        let whole = &signed.signature;
        assert_eq!(key.verify(&message[1..], whole), Err(SignatureError::Mismatch), "{name}");
        assert_eq!(key.verify(&[&message[..], b"\n"].concat(), whole), Err(SignatureError::Mismatch), "{name}");
        for wrong in [&[][..], &whole[1..], &whole[..255], &[&[0], &whole[..]].concat(), &[&whole[..], &[0]].concat()] {
            let error = SignatureError::Length { expected: 256, found: wrong.len() };
            assert_eq!(key.verify(&message, wrong), Err(error), "{name}");
        }
        assert_eq!(key.verify(&message, &[0xff; 256]), Err(SignatureError::OutOfRange), "{name}");
    }
}

#[test]
fn a_batch_gives_what_single_verification_gives() {
    let message = file("message.txt");
    let mut items = Vec::new();
    for (place, signed) in Signed::all().into_iter().enumerate() {
        let key = signed.key(signed.algorithm).unwrap();
        let mut signature = signed.signature;
        match place % 5 {
            1 => signature[40] ^= 1,
            2 => _ = signature.pop(),
            3 => signature = vec![0xff; signature.len()],
            _ => {}
        }
        items.push((key, signature));
    }
    let items: Vec<_> =
        items.iter().map(|(key, signature)| SignedMessage { key, message: &message, signature }).collect();
    let single = |items: &[SignedMessage<'_>]| -> Vec<_> {
        items.iter().map(|item| item.key.verify(item.message, item.signature)).collect()
    };
    let results = single(&items);
    assert_eq!(verify_batch(&items), results);
    for kind in ["Ok(())", "Err(Mismatch)", "Err(Length", "Err(OutOfRange)"] {
        assert!(results.iter().any(|result| format!("{result:?}").starts_with(kind)), "{kind}");
    }
    // Each length of batch, the smallest key first, and all in reverse.
    for count in 0..20 {
        assert_eq!(verify_batch(&items[..count]), results[..count]);
    }
    let reversed: Vec<_> = items.iter().rev().copied().collect();
    assert_eq!(verify_batch(&reversed), results.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn a_pss_key_with_parameters_verifies_only_with_them() {
    let message = file("message.txt");
    let parameters: HashMap<_, _> = [
        ("pss-2048-sha256-0", (Hash::Sha256, 0)),
        ("pss-2048-sha256-20", (Hash::Sha256, 20)),
        ("pss-2048-sha256-32", (Hash::Sha256, 32)),
        ("pss-3072-sha384-48", (Hash::Sha384, 48)),
        ("pss-2048-sha512-64", (Hash::Sha512, 64)),
    ]
    .into();
    for (name, (hash, salt)) in &parameters {
        let der = file(&format!("{name}.der"));
        for scheme in schemes() {
            let key = PublicKey::from_der(&der, scheme);
            match (scheme.padding(), scheme.hash() == *hash) {
                (Padding::Pkcs1V15, _) => assert_eq!(key, Err(KeyError::OnlyPss), "{name} as {scheme}"),
                (Padding::Pss, false) => {
                    assert_eq!(key, Err(KeyError::OnlyHash { hash: *hash }), "{name} as {scheme}");
                }
                (Padding::Pss, true) => assert_eq!(key.unwrap().salt_length(), Some(*salt), "{name} as {scheme}"),
            }
        }
    }
    let mut counts = (0, 0);
    for signed in Signed::all().iter().filter(|signed| parameters.contains_key(&*signed.key)) {
        let key = signed.key(signed.algorithm).unwrap();
        let result = key.verify(&message, &signed.signature);
        // OpenSSL signs with a longer salt as well, and takes it; here the length is exact.
        if key.salt_length() == signed.salt {
            counts.0 += 1;
            assert_eq!(result, Ok(()), "{}", signed.name());
        } else {
            counts.1 += 1;
            assert_eq!(result, Err(SignatureError::Mismatch), "{}", signed.name());
        }
    }
    assert_eq!(counts, (5, 5));
}

#[test]
fn a_pss_key_without_parameters_verifies_every_pss_signature() {
    let message = file("message.txt");
    let der = file("pss-2048-unrestricted.der");
    for scheme in schemes() {
        let key = PublicKey::from_der(&der, scheme);
        match scheme.padding() {
            Padding::Pkcs1V15 => assert_eq!(key, Err(KeyError::OnlyPss)),
            Padding::Pss => assert_eq!(key.unwrap().salt_length(), None),
        }
    }
    let all = Signed::all();
    let signatures: Vec<_> = all.iter().filter(|signed| signed.key == "pss-2048-unrestricted").collect();
    assert_eq!(signatures.len(), 2);
    for signed in signatures {
        assert_eq!(signed.key(signed.algorithm).unwrap().verify(&message, &signed.signature), Ok(()));
    }
}

#[test]
fn the_salt_length_of_the_policy() {
    let rsa = |name: &str| PublicKey::from_der(&file("rsa-2048.der"), algorithm(name)).unwrap();
    assert_eq!(rsa("RSA_PKCS1_SHA_256").with_salt_length(32), Err(KeyError::SaltWithoutPss));
    for (name, maximum) in [("RSA_PSS_SHA_256", 222), ("RSA_PSS_SHA_384", 206), ("RSA_PSS_SHA_512", 190)] {
        assert_eq!(rsa(name).with_salt_length(maximum).unwrap().salt_length(), Some(maximum));
        for found in [maximum + 1, 256, usize::MAX] {
            assert_eq!(rsa(name).with_salt_length(found), Err(KeyError::SaltLengthTooLarge { found, maximum }));
        }
    }
    let restricted = PublicKey::from_der(&file("pss-2048-sha256-32.der"), algorithm("RSA_PSS_2048_SHA256")).unwrap();
    assert_eq!(restricted.clone().with_salt_length(32).unwrap().salt_length(), Some(32));
    let conflict = KeyError::SaltLengthConflict { key: 32, given: 33 };
    assert_eq!(restricted.clone().with_salt_length(33), Err(conflict));
    assert_eq!(restricted.with_salt_length(0), Err(KeyError::SaltLengthConflict { key: 32, given: 0 }));
}

#[test]
fn the_modulus_must_have_the_size_of_the_algorithm() {
    for bits in [2048, 3072, 4096, 8192] {
        for size in [2048, 3072, 4096, 8192] {
            let algorithm = SignatureAlgorithm::new(Padding::Pss, Hash::Sha256).with_modulus_bits(size).unwrap();
            let key = PublicKey::from_der(&file(&format!("rsa-{bits}.der")), algorithm);
            if bits == size {
                assert_eq!(key.unwrap().algorithm(), algorithm);
            } else {
                assert_eq!(key, Err(KeyError::ModulusSize { expected: size, found: bits }));
            }
        }
    }
}

#[test]
fn what_is_no_usable_public_key_is_refused_with_its_reason() {
    let pss = algorithm("RSA_PSS_2048_SHA256");
    for (name, code, text) in [
        ("pss-2048-sha1", "KEY_PSS_SHA1", "SHA-1"),
        ("pss-2048-mgf1-sha1", "KEY_PSS_MASK_GENERATION", "mask generation"),
        ("pss-2048-mgf1-sha512", "KEY_PSS_MASK_GENERATION", "mask generation"),
        ("pss-2048-sha224", "KEY_PSS_HASH", "a hash that is not supported"),
        ("rsa-1024", "KEY_MODULUS_TOO_SMALL", "1024 bits"),
        ("ec-p256", "KEY_TYPE_NOT_SUPPORTED", "elliptic curve (1.2.840.10045.2.1)"),
        ("ed25519", "KEY_TYPE_NOT_SUPPORTED", "Ed25519 (1.3.101.112)"),
        ("x25519", "KEY_TYPE_NOT_SUPPORTED", "X25519"),
        ("certificate", "KEY_IS_CERTIFICATE", "this is a certificate; give the public key that is in it"),
    ] {
        let pem = PublicKey::from_pem(file(&format!("{name}.pem")), pss).unwrap_err();
        let der = PublicKey::from_der(&file(&format!("{name}.der")), pss).unwrap_err();
        assert_eq!(pem, der, "{name}");
        assert_eq!(pem.code(), code, "{name}");
        assert!(pem.to_string().contains(text), "{name}: {pem}");
    }
    assert_eq!(
        PublicKey::from_der(&file("rsa-1024.der"), pss),
        Err(KeyError::Rsa(RsaKeyError::ModulusTooSmall { bits: 1024 }))
    );
}

#[test]
fn a_private_key_is_named_as_such() {
    let pem = file("TEST-ONLY-private-key.pem");
    let body: String = String::from_utf8(pem.clone()).unwrap().lines().filter(|line| !line.starts_with('-')).collect();
    let pkcs8 = STANDARD.decode(body).unwrap();
    // PKCS#8 holds PKCS#1 in its last element, after 26 bytes.
    let pkcs1 = &pkcs8[26..];
    assert_eq!(pkcs1[..2], [0x30, 0x82]);
    let algorithm = algorithm("RSA_PSS_SHA_256");
    for private in [&pkcs8[..], pkcs1] {
        assert_eq!(PublicKey::from_der(private, algorithm), Err(KeyError::PrivateKey));
    }
    let error = PublicKey::from_pem(pem, algorithm).unwrap_err();
    assert_eq!(error, KeyError::PrivateKey);
    assert_eq!(error.to_string(), "this is a private key; give the public key");
}
