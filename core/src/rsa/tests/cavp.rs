//! NIST CAVP: the signature verification responses of FIPS 186-3, and the wrong encodings of SigVer15EMTest.

use super::support::{Keys, hex, minimal, vector_text, verify_pkcs1};
use crate::{
    hash::Hash,
    rsa::{RsaKeyError, SaltLength},
};
use std::{collections::BTreeMap, string::String, string::ToString, vec::Vec};

/// Cases accepted, cases refused, cases of a key that is too small, and cases of a hash that is not supported.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    accepted: usize,
    refused: usize,
    small_key: usize,
    other_hash: usize,
}

#[test]
fn pkcs1_v15_verdicts_agree() {
    let Some(text) = vector_text("rsa/nist-cavp/SigVer15_186-3.rsp") else { return };
    let counts = run(&text, |case, key, hash| verify_pkcs1(key, hash, &case.message, &case.signature));
    assert_eq!(counts, Counts { accepted: 27, refused: 135, small_key: 180, other_hash: 108 });
}

#[test]
fn pkcs1_v15_wrong_encodings_are_refused() {
    let Some(text) = vector_text("rsa/nist-cavp/SigVer15EMTest.txt") else { return };
    let counts = run(&text, |case, key, hash| verify_pkcs1(key, hash, &case.message, &case.signature));
    assert_eq!((counts.accepted, counts.refused > 0), (0, true), "{counts:?}");
}

#[test]
fn pss_verdicts_agree() {
    let Some(text) = vector_text("rsa/nist-cavp/SigVerPSS_186-3.rsp") else { return };
    let verify = |case: &Case, key: &Keys, hash: Hash, salt| {
        let value = hash.digest(&[&case.message]);
        key.recover(&case.signature).is_ok_and(|message| message.is_pss(hash, &value, salt))
    };
    let expected = Counts { accepted: 27, refused: 135, small_key: 180, other_hash: 108 };
    let exactly = run(&text, |case, key, hash| verify(case, key, hash, SaltLength::Exactly(case.salt.len())));
    assert_eq!(exactly, expected);
    let recovered = run(&text, |case, key, hash| verify(case, key, hash, SaltLength::Recovered));
    assert_eq!(recovered, expected);
    // Every salt of the file has ten bytes: where the salt must be as long as the hash, none passes.
    for case in cases(&text) {
        assert_eq!(case.salt.len(), 10);
        let (Ok(key), Some(hash)) = (Keys::new(&case.n, &case.e), case.hash()) else { continue };
        assert!(!verify(&case, &key, hash, SaltLength::Exactly(hash.len())));
    }
}

fn run(text: &str, verify: impl Fn(&Case, &Keys, Hash) -> bool) -> Counts {
    let mut counts = Counts::default();
    for case in cases(text) {
        let key = match Keys::new(&case.n, &case.e) {
            Ok(key) => key,
            Err(error) => {
                assert!(matches!(error, RsaKeyError::ModulusTooSmall { bits: 1024 | 1536 }), "{error}");
                counts.small_key += 1;
                continue;
            }
        };
        let Some(hash) = case.hash() else {
            assert!(["SHA1", "SHA224"].contains(&case.hash_name.as_str()), "{}", case.hash_name);
            counts.other_hash += 1;
            continue;
        };
        let accepted = verify(&case, &key, hash);
        assert_eq!(accepted, case.passes, "{} bits, {hash}, {:x?}", key.fastest().modulus_bits(), case.signature);
        if accepted {
            counts.accepted += 1;
        } else {
            counts.refused += 1;
        }
    }
    counts
}

struct Case {
    n: Vec<u8>,
    e: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
    salt: Vec<u8>,
    hash_name: String,
    passes: bool,
}

impl Case {
    fn hash(&self) -> Option<Hash> {
        match self.hash_name.as_str() {
            "SHA256" => Some(Hash::Sha256),
            "SHA384" => Some(Hash::Sha384),
            "SHA512" => Some(Hash::Sha512),
            _ => None,
        }
    }
}

/// The cases of a response file: `name = value` lines, of which `Result` ends a case and the others stay in force.
fn cases(text: &str) -> Vec<Case> {
    let mut fields = BTreeMap::new();
    let mut cases = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        fields.insert(name.trim().to_string(), value.trim().to_string());
        if name.trim() == "Result" {
            let bytes = |name: &str| hex(&fields[name]);
            cases.push(Case {
                n: minimal(&bytes("n")).to_vec(),
                e: minimal(&bytes("e")).to_vec(),
                message: bytes("Msg"),
                signature: bytes("S"),
                salt: bytes("SaltVal"),
                hash_name: fields["SHAAlg"].clone(),
                passes: value.trim().starts_with('P'),
            });
        }
    }
    cases
}
