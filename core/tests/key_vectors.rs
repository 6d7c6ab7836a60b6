//! Keys and signatures that others published: kritis, sigstore, SUSE, Project Wycheproof.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::std_instead_of_alloc, reason = "`support` is shared with the library's own no_std tests")]

mod support;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use dokimos::{AlgorithmError, KeyError, PemError, PublicKey, SignatureAlgorithm, SignatureError};
use serde_json::Value;
use std::fs;
use support::vectors;

fn algorithm(name: &str) -> SignatureAlgorithm {
    name.parse().unwrap()
}

#[test]
fn the_recorded_signatures_of_kritis() {
    let Some(folder) = vectors("kritis") else { return };
    let json: Value = serde_json::from_slice(&fs::read(folder.join("pkix/verify_detached.json")).unwrap()).unwrap();
    let (mut verified, mut unsupported, mut refused) = (0, 0, 0);
    for vector in json["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let pem = match vector["public_key"].as_str() {
            Some(path) => fs::read_to_string(folder.join(path)).unwrap(),
            None => vector["public_key_text"].as_str().unwrap().to_owned(),
        };
        let payload = vector["payload_utf8"].as_str().unwrap().as_bytes();
        let signature = URL_SAFE_NO_PAD.decode(vector["signature_base64url"].as_str().unwrap()).unwrap();
        let declared = vector["algorithm"].as_str().unwrap();
        if declared.starts_with("ecdsa") {
            unsupported += 1;
            assert_eq!(declared.parse::<SignatureAlgorithm>(), Err(AlgorithmError::NotSupported), "{name}");
            let error = PublicKey::from_pem(&pem, algorithm("RSA_PSS_SHA_256")).unwrap_err();
            assert_eq!(error.code(), "KEY_TYPE_NOT_SUPPORTED", "{name}");
            continue;
        }
        let declared = algorithm(declared);
        if vector["expect"] == "error" {
            refused += 1;
            let error = PublicKey::from_pem(&pem, declared).unwrap_err();
            let expected = if pem.contains("BEGIN") { PemError::TextAfterBlock } else { PemError::NoBlock };
            assert_eq!(error, KeyError::Pem(expected), "{name}");
            continue;
        }
        verified += 1;
        let key = PublicKey::from_pem(&pem, declared).unwrap();
        assert_eq!(key.default_id().as_str(), vector["public_key_id"].as_str().unwrap(), "{name}");
        assert_eq!(key.verify(payload, &signature), Ok(()), "{name}");
        assert_eq!(key.verify(b"bad payload", &signature), Err(SignatureError::Mismatch), "{name}");
        if let Some(salt) = vector["pss_salt_len"].as_u64() {
            let salt = usize::try_from(salt).unwrap();
            let fixed = |salt| key.clone().with_salt_length(salt).unwrap().verify(payload, &signature);
            assert_eq!(fixed(salt), Ok(()), "{name}");
            assert_eq!(fixed(32), Err(SignatureError::Mismatch), "{name}");
        }
        let other = if declared.to_string().contains("PSS") { "RSA_PKCS1_SHA_256" } else { "RSA_PSS_SHA_256" };
        let other = PublicKey::from_pem(&pem, algorithm(other)).unwrap();
        assert_eq!(other.verify(payload, &signature), Err(SignatureError::Mismatch), "{name}");
    }
    assert_eq!((verified, unsupported, refused), (8, 3, 2));
}

#[test]
fn the_signatures_of_sigstore() {
    let Some(folder) = vectors("sigstore/raw-rsa") else { return };
    let pem = fs::read_to_string(folder.join("sigstore-rsa2048.pub.pem")).unwrap();
    let message = fs::read(folder.join("message.bin")).unwrap();
    for (file, right, wrong) in [
        ("pkcs1v15-sha256.sig.b64", "rsa-sign-pkcs1-2048-sha256", "rsa-sign-pss-2048-sha256"),
        ("pss-sha256.sig.b64", "rsa-sign-pss-2048-sha256", "rsa-sign-pkcs1-2048-sha256"),
    ] {
        let signature = STANDARD.decode(fs::read_to_string(folder.join(file)).unwrap().trim_end()).unwrap();
        let key = |name: &str| PublicKey::from_pem(&pem, algorithm(name)).unwrap();
        assert_eq!(key(right).verify(&message, &signature), Ok(()), "{file}");
        assert_eq!(key(wrong).verify(&message, &signature), Err(SignatureError::Mismatch), "{file}");
        if right.contains("pss") {
            assert_eq!(key(right).with_salt_length(32).unwrap().verify(&message, &signature), Ok(()), "{file}");
        }
    }
}

#[test]
fn the_image_signature_of_a_vendor() {
    let Some(folder) = vectors("sigstore/simple-signing/suse-toolbox") else { return };
    let pem = fs::read_to_string(folder.join("suse-container-key.pub.pem")).unwrap();
    let payload = fs::read(folder.join("payload.json")).unwrap();
    let signature = STANDARD.decode(fs::read_to_string(folder.join("signature.b64")).unwrap().trim_end()).unwrap();
    let verify = |name: &str| PublicKey::from_pem(&pem, algorithm(name)).unwrap().verify(&payload, &signature);
    assert_eq!(verify("rsa-sign-pkcs1-2048-sha256"), Ok(()));
    assert_eq!(verify("rsa-sign-pss-2048-sha256"), Err(SignatureError::Mismatch));
    assert_eq!(verify("RSA_PKCS1_SHA_512"), Err(SignatureError::Mismatch));
    let larger = PublicKey::from_pem(&pem, algorithm("rsa-sign-pkcs1-4096-sha256"));
    assert_eq!(larger, Err(KeyError::ModulusSize { expected: 4096, found: 2048 }));
    let ecdsa = fs::read_to_string(folder.join("../busybox-ecdsa/key.pub.pem")).unwrap();
    let error = PublicKey::from_pem(ecdsa, algorithm("RSA_PKCS1_SHA_256")).unwrap_err();
    assert_eq!(error.code(), "KEY_TYPE_NOT_SUPPORTED");
}

#[test]
fn the_numbers_of_the_rsa_edge_cases_as_keys() {
    let Some(path) = vectors("rsa/derived/rsa_edge_cases.json") else { return };
    let json: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let bytes = |vector: &Value, name: &str| {
        let hex = vector[name].as_str().unwrap();
        let hex = if hex.len().is_multiple_of(2) { hex.to_owned() } else { format!("0{hex}") };
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect::<Vec<u8>>()
    };
    let mut kinds = [0; 3];
    for vector in json["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let padding = if vector["scheme"] == "pss" { "PSS" } else { "PKCS1" };
        let hash = vector["hash"].as_str().unwrap().replace("sha", "");
        let declared = algorithm(&format!("RSA_{padding}_SHA_{hash}"));
        let key = PublicKey::from_der(&pkcs1(&bytes(vector, "n"), &bytes(vector, "e")), declared);
        let expect = vector["expect"].as_str().unwrap();
        if expect == "invalid-key" {
            kinds[0] += 1;
            assert!(matches!(key, Err(KeyError::Rsa(_))), "{name}: {key:?}");
            continue;
        }
        let mut key = key.unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(salt) = vector["salt_len"].as_u64() {
            key = key.with_salt_length(usize::try_from(salt).unwrap()).unwrap();
        }
        let result = key.verify(&bytes(vector, "msg"), &bytes(vector, "sig"));
        kinds[if expect == "valid" { 1 } else { 2 }] += 1;
        assert_eq!(result.is_ok(), expect == "valid", "{name}: {result:?}");
    }
    assert_eq!(kinds.iter().sum::<i32>(), 55);
    assert!(kinds.iter().all(|count| *count > 5), "{kinds:?}");
}

/// RSAPublicKey of two big-endian numbers.
fn pkcs1(n: &[u8], e: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros..];
        let sign: &[u8] = if number.first().is_none_or(|byte| *byte >= 0x80) { &[0] } else { &[] };
        element(0x02, &[sign, number].concat())
    };
    element(0x30, &[integer(n), integer(e)].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let head = match (high, low) {
        (0, 0..0x80) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}

/// A group of Wycheproof's tests has the key three times: SubjectPublicKeyInfo, PKCS#1, and PEM.
struct Forms<'a> {
    spki: &'a [u8],
    pkcs1: &'a [u8],
    pem: &'a str,
    bits: usize,
}

impl Forms<'_> {
    /// Reads all three, holds them against each other, and gives the key.
    fn read(&self, name: &str, declared: SignatureAlgorithm) -> Result<PublicKey, KeyError> {
        let spki = PublicKey::from_der(self.spki, declared);
        assert_eq!(PublicKey::from_pem(self.pem, declared), spki, "{name}");
        let key = spki?;
        assert_eq!(key.to_spki_der(), self.spki, "{name}");
        assert_eq!(key.to_pem().trim_end(), self.pem.trim_end(), "{name}");
        assert_eq!(key.modulus_bits(), self.bits, "{name}");
        let pkcs1 = PublicKey::from_der(self.pkcs1, declared).unwrap();
        // PKCS#1 has no place for RSASSA-PSS parameters: it stands for a key of type rsaEncryption.
        let is_pss = self.spki.windows(9).any(|oid| oid == b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a");
        assert_eq!(pkcs1 == key, !is_pss, "{name}");
        Ok(key)
    }
}

#[test]
fn the_pkcs1_keys_of_wycheproof_in_each_form() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut read = 0;
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let forms = Forms { spki: &group.der, pkcs1: &group.asn_key, pem: &group.pem, bits: group.key_size };
            forms.read(&format!("{name:?}"), algorithm("RSA_PKCS1_SHA_256")).unwrap();
            read += 1;
        }
    }
    assert!(read >= 24, "{read}");
}

#[test]
fn the_pss_keys_of_wycheproof_in_each_form() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let (mut verified, mut refused) = (0, 0);
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let name = format!("{name:?}");
            let hash = match format!("{:?}", group.hash).as_str() {
                "Sha2_256" => "256",
                "Sha2_384" => "384",
                "Sha2_512" => "512",
                _ => "",
            };
            let same_mask = group.mgf_hash == Some(group.hash) && group.mgf == wycheproof::Mgf::Mgf1;
            let forms = Forms { spki: &group.der, pkcs1: &group.asn_key, pem: &group.pem, bits: group.key_size };
            let with_parameters = name.contains("WithParams");
            if hash.is_empty() || !same_mask {
                // The parameters of such a key say what dokimos does not verify; a key without them says nothing.
                if with_parameters {
                    for scheme in SignatureAlgorithm::all().filter(|scheme| scheme.modulus_bits().is_none()) {
                        let error = forms.read(&name, scheme).unwrap_err();
                        assert!(
                            error.code().starts_with("KEY_PSS_") || error.code() == "KEY_ONLY_PSS",
                            "{name}: {error}"
                        );
                    }
                    refused += 1;
                }
                continue;
            }
            let key = match forms.read(&name, algorithm(&format!("RSA_PSS_SHA_{hash}"))) {
                Ok(key) if with_parameters => {
                    assert_eq!(key.salt_length(), Some(group.salt_size), "{name}");
                    key
                }
                Ok(key) => key.with_salt_length(group.salt_size).unwrap(),
                // The miscellaneous files have keys of 1024 bits as well.
                Err(KeyError::Rsa(_)) if group.key_size < 2048 => continue,
                Err(error) => panic!("{name}: {error}"),
            };
            for test in group.tests {
                let result = key.verify(&test.msg, &test.sig);
                assert_eq!(result.is_err(), test.result.must_fail(), "{name} {}: {}", test.tc_id, test.comment);
                verified += 1;
            }
        }
    }
    assert!(verified > 1500, "{verified}");
    assert!(refused > 3, "{refused}");
}
