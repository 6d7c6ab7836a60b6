//! What must hold for every input: one function a fuzz target. `core/tests/corpus.rs` includes this file too, and gives
//! the functions every file of `fuzz/corpus`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::missing_panics_doc,
    reason = "a target fails by panicking"
)]

mod admission;
mod evidence;
mod mutation;
mod signature;

pub use admission::admission;
pub use evidence::attestation;
pub use mutation::mutate;
pub use signature::rsa;

use ::rsa::pkcs8::{DecodePublicKey, EncodePublicKey};
use dokimos::{
    AdmissionContext, Attestations, Budget, Digest, Hash, ImageReference, Padding, PayloadStyle, Policy, PolicyError,
    Problem, PublicKey, SignatureAlgorithm, SimpleSigning, Statement, UnixTime,
};

/// The decisions of the targets are made at this time: 2026-06-01.
const NOW: UnixTime = UnixTime::from_secs(1_780_272_000);

/// A reference is what was given, and its canonical form is a fixed point that names the same image.
pub fn reference(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(reference) = text.parse::<ImageReference>() else { return };
    assert_eq!(reference.as_given(), text);
    assert!(text.len() <= ImageReference::MAX_BYTES);
    let canonical: ImageReference = reference.canonical().parse().expect("the canonical form is a reference");
    assert_eq!(canonical, reference);
    assert_eq!(canonical.canonical(), reference.canonical());
    assert_eq!(reference.repository(), [reference.domain(), reference.path()].join("/"));
    assert_eq!(canonical.digest(), reference.digest());
}

/// A digest is written as it was read.
pub fn digest(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(digest) = text.parse::<Digest>() else { return };
    assert_eq!(digest.to_string(), text);
    assert_eq!([digest.algorithm().name(), digest.hex()].join(":"), text);
    assert_eq!(digest.hex().len(), digest.algorithm().hex_len());
    assert!(digest.hex().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
}

/// A key in PEM is the key that its DER is.
pub fn key_pem(data: &[u8]) {
    for padding in [Padding::Pkcs1V15, Padding::Pss] {
        if let Ok(key) = PublicKey::from_pem(data, SignatureAlgorithm::new(padding, Hash::Sha256)) {
            check_key(&key);
        }
    }
}

/// A key has one encoding, and `rsa` reads the same numbers from it.
pub fn key_der(data: &[u8]) {
    for padding in [Padding::Pkcs1V15, Padding::Pss] {
        let Ok(key) = PublicKey::from_der(data, SignatureAlgorithm::new(padding, Hash::Sha512)) else { continue };
        check_key(&key);
        let theirs = ::rsa::PublicKey::from_public_key_der(data);
        // `rsa` reads keys of up to 4096 bits, and by this name rsaEncryption alone.
        if padding == Padding::Pkcs1V15 && key.modulus_bits() <= 4096 && key.to_spki_der() == data {
            let theirs = theirs.expect("a key for rsa too");
            assert_eq!(theirs.to_public_key_der().expect("a key").as_bytes(), data);
        }
    }
}

fn check_key(key: &PublicKey) {
    assert!((2048..=8192).contains(&key.modulus_bits()));
    assert_eq!(key.signature_len(), key.modulus_bits().div_ceil(8));
    for same in [
        PublicKey::from_der(&key.to_spki_der(), key.algorithm()),
        PublicKey::from_pem(key.to_pem().as_bytes(), key.algorithm()),
    ] {
        let same = same.expect("what was written is a key");
        assert_eq!((&same, same.salt_length(), same.default_id()), (key, key.salt_length(), key.default_id()));
    }
    assert!(key.verify(b"message", &vec![0; key.signature_len()]).is_err());
}

/// A policy decides, warns and reports on anything, and nobody reads another policy from the same text.
pub fn policy_json(data: &[u8]) {
    let json = policy(Policy::from_json(data));
    // Not every JSON text is YAML to every reader; where it is, it says the same.
    if let (Some(json), Ok(yaml)) = (json, Policy::from_yaml(data)) {
        assert_eq!(format!("{json:?}"), format!("{yaml:?}"));
    }
}

/// The same for YAML.
pub fn policy_yaml(data: &[u8]) {
    policy(Policy::from_yaml(data));
}

fn policy(loaded: Result<Policy, PolicyError>) -> Option<Policy> {
    let policy = match loaded {
        Ok(policy) => policy,
        Err(error) => {
            assert!(!error.problems().is_empty());
            error.problems().iter().for_each(check_problem);
            return None;
        }
    };
    policy.warnings(NOW).iter().for_each(check_problem);
    let place = AdmissionContext { cluster: Some("prod-1"), namespace: Some("default"), ..AdmissionContext::default() };
    for context in [AdmissionContext::default(), place] {
        for image in ["alpine", "registry.example.com/shop/web:1@sha256:0", mutation::IMAGE] {
            let decision = policy.evaluate_text(image, &Attestations::new(), &context, NOW);
            assert_ne!(decision.reason().code(), dokimos::ReasonCode::Attested, "attested by nothing");
            serde_json::from_str::<serde_json::Value>(&decision.to_json()).expect("a report");
        }
    }
    Some(policy)
}

/// A statement that is read is bounded; a simple signing payload that is read can be written in every style, and says the same when it is read again.
pub fn payload(data: &[u8]) {
    let budget = Budget::default();
    match Statement::parse(data, &budget) {
        Ok(statement) => {
            assert!((1..=1024).contains(&statement.subjects().len()));
            if let Some(predicate) = statement.predicate() {
                serde_json::from_str::<serde_json::Value>(&predicate).expect("JSON");
            }
        }
        Err(problem) => check_problem(&problem),
    }
    let read = match SimpleSigning::parse(data, &budget) {
        Ok(read) => read,
        Err(problem) => return check_problem(&problem),
    };
    serde_json::from_slice::<serde_json::Value>(data).expect("JSON");
    for style in [PayloadStyle::Cosign, PayloadStyle::Gcloud, PayloadStyle::Kritis, PayloadStyle::Voucher] {
        let annotations = read.annotations().filter(|_| style == PayloadStyle::Cosign);
        let (reference, digest) = (read.docker_reference(), read.manifest_digest());
        let written = SimpleSigning::write(style, reference, digest, annotations.as_deref()).expect("can be written");
        let again = SimpleSigning::parse(&written, &budget).expect("can be read");
        assert_eq!(again.docker_reference(), read.docker_reference());
        assert_eq!(again.manifest_digest(), read.manifest_digest());
        assert_eq!(again.annotations(), annotations);
    }
}

/// One line of bounded length, without control characters.
fn check_problem(problem: &Problem) {
    let text = problem.to_string();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(problem.message().len() < 4096, "{} bytes of message", problem.message().len());
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    assert!(!problem.code().is_empty() && problem.code().bytes().all(plain), "{}", problem.code());
}
