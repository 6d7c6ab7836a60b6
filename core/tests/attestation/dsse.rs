//! DSSE envelopes and sigstore bundles.

use super::{bundle, code_and_path, dsse, only, parse, signatures, support, v1};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use dokimos::{AdmissionContext, Attestations, Budget, Policy, PublicKey, UnixTime, VerifiedAttestation};
use serde_json::{Value, json};
use std::fs;

const TYPE: Option<&str> = Some("application/vnd.in-toto+json");

fn with(mut value: Value, pointer: &str, member: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[name] = member;
    value
}

#[test]
fn an_envelope_is_the_same_alone_in_an_occurrence_and_in_a_bundle() {
    let occurrence = with(with(v1(), "/attestation", Value::Null), "/envelope", dsse());
    for (value, format) in [
        (dsse(), "dsse"),
        (bundle(), "sigstore-bundle"),
        (occurrence.clone(), "grafeas/v1"),
        (with(occurrence.clone(), "/kind", json!("BUILD")), "grafeas/v1"),
        (with(occurrence.clone(), "/kind", Value::Null), "grafeas/v1"),
        (with(occurrence, "/noteName", Value::Null), "grafeas/v1"),
    ] {
        let attestation = only(&value);
        assert_eq!((attestation.format(), attestation.untrusted_payload_type()), (format, TYPE), "{value}");
        assert_eq!(attestation.untrusted_payload(), Some(&b"payload"[..]));
        assert_eq!(signatures(&attestation), [(Some("key-1"), &b"one"[..])]);
    }
    // An attestation beside it is what the occurrence says.
    let both = only(&with(v1(), "/envelope", dsse()));
    assert_eq!((both.untrusted_payload_type(), signatures(&both).len()), (None, 2));
    // In a list of all sorts.
    let all = parse(&json!([v1(), dsse(), bundle()])).unwrap();
    assert_eq!(all.iter().map(|one| one.format()).collect::<Vec<_>>(), ["grafeas/v1", "dsse", "sigstore-bundle"]);
}

#[test]
fn verifiers_must_accept_either_base64() {
    let value = with(dsse(), "/payload", json!(BASE64_URL_SAFE_NO_PAD.encode([0xfb, 0xff])));
    let value = with(value, "/signatures/0/sig", json!("-_8="));
    let attestation = only(&value);
    assert_eq!(attestation.untrusted_payload(), Some(&[0xfb, 0xff][..]));
    assert_eq!(signatures(&attestation), [(Some("key-1"), &[0xfb, 0xff][..])]);
}

#[test]
fn a_hint_is_the_id_of_the_signature() {
    let unnamed = with(bundle(), "/dsseEnvelope/signatures/0/keyid", Value::Null);
    for (value, key_id) in [
        (unnamed.clone(), Some("key-1")),
        (with(unnamed.clone(), "/dsseEnvelope/signatures/0/keyid", json!("")), Some("key-1")),
        (with(bundle(), "/verificationMaterial/publicKey", json!({})), Some("key-1")),
        (with(bundle(), "/verificationMaterial/publicKey/hint", json!("")), Some("key-1")),
        (with(unnamed, "/verificationMaterial/publicKey", json!({})), None),
    ] {
        assert_eq!(only(&value).signatures()[0].key_id(), key_id, "{value}");
    }
    for version in ["+json;version=0.1", "+json;version=0.2", "+json;version=0.3", ".v0.3+json"] {
        let media_type = format!("application/vnd.dev.sigstore.bundle{version}");
        assert_eq!(only(&with(bundle(), "/mediaType", json!(media_type))).problem(), None);
    }
}

#[test]
fn each_defect_has_its_code_and_place() {
    let inner = "dsseEnvelope.signatures";
    for (base, pointer, member, code, path) in [
        (dsse(), "/payload", Value::Null, "MISSING_FIELD", ""),
        (dsse(), "/payload", json!(""), "INVALID_VALUE", "payload"),
        (dsse(), "/payload", json!("e30=!"), "INVALID_VALUE", "payload"),
        (dsse(), "/payloadType", json!(1), "WRONG_TYPE", "payloadType"),
        (dsse(), "/payloadType", Value::Null, "MISSING_FIELD", ""),
        (dsse(), "/payload_type", json!("x"), "DUPLICATE_FIELD", ""),
        (dsse(), "/signatures", Value::Null, "MISSING_FIELD", ""),
        (dsse(), "/signatures", json!([]), "INVALID_VALUE", "signatures"),
        (dsse(), "/signatures", json!({}), "WRONG_TYPE", "signatures"),
        (dsse(), "/signatures", json!(vec![json!({}); 33]), "LIMIT_REACHED", "signatures"),
        (bundle(), "/mediaType", Value::Null, "MISSING_FIELD", ""),
        (bundle(), "/mediaType", json!(3), "WRONG_TYPE", "mediaType"),
        (bundle(), "/verificationMaterial", Value::Null, "MISSING_FIELD", ""),
        (bundle(), "/verificationMaterial", json!({}), "MISSING_FIELD", "verificationMaterial"),
        (bundle(), "/verificationMaterial/publicKey", json!("x"), "WRONG_TYPE", "verificationMaterial.publicKey"),
        (bundle(), "/verificationMaterial/certificate", json!({}), "INVALID_VALUE", "verificationMaterial"),
        (bundle(), "/verificationMaterial/x509_certificate_chain", json!({}), "INVALID_VALUE", "verificationMaterial"),
        (bundle(), "/verificationMaterial/publicKey/hint", json!("key-2"), "INVALID_VALUE", &format!("{inner}[0]")),
        (bundle(), "/messageSignature", json!({}), "INVALID_VALUE", ""),
        (bundle(), "/dsseEnvelope", Value::Null, "MISSING_FIELD", ""),
        (bundle(), "/dsseEnvelope/payload", Value::Null, "MISSING_FIELD", "dsseEnvelope"),
        (bundle(), "/dsseEnvelope/signatures", json!([]), "INVALID_VALUE", inner),
        (bundle(), "/dsseEnvelope/signatures", json!([{"sig": "b25l"}, {"sig": "b25l"}]), "INVALID_VALUE", inner),
        (bundle(), "/dsse_envelope", dsse(), "DUPLICATE_FIELD", ""),
    ] {
        let value = with(base, pointer, member);
        let attestation = only(&value);
        assert_eq!(attestation.problem().map(code_and_path), Some((code, path)), "{value}");
    }
    // A malformed signature is kept, for the report.
    for (base, signature, path) in [
        (dsse(), "/signatures/0/sig", "signatures[0].sig"),
        (bundle(), "/dsseEnvelope/signatures/0/sig", "dsseEnvelope.signatures[0].sig"),
    ] {
        let attestation = only(&with(base, signature, json!("!")));
        assert_eq!(code_and_path(attestation.signatures()[0].bytes().unwrap_err()), ("INVALID_VALUE", path));
    }
}

const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);

fn policy(pem: &str, algorithm: &str, attestor: Value) -> Policy {
    let mut attestor = attestor;
    attestor["name"] = json!("signer");
    attestor["publicKeys"] = json!([{"algorithm": algorithm, "pem": pem}]);
    let document = json!({
        "apiVersion": "dokimos.dev/v1", "kind": "Policy", "attestors": [attestor],
        "default": {"evaluation": "REQUIRE_ATTESTATION", "require": "signer"},
    });
    Policy::from_json(document.to_string().as_bytes()).unwrap()
}

/// The expectations of the vectors' own list, which was read out of the sources of other verifiers.
#[test]
fn the_minted_envelopes_and_bundles_are_answered_as_listed() {
    let Some(folder) = support::vectors("sigstore/minted") else { return };
    let pem = fs::read_to_string(folder.join("key.pub.pem")).unwrap();
    let cases: Value = serde_json::from_slice(&fs::read(folder.join("dsse/cases.json")).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    let expected = [
        ("bundle-rsa-pkcs1", "ATTESTED"),
        ("bundle-rsa-pss", "ALGORITHM_MISMATCH"),
        ("bundle-two-signatures", "ATTESTATION_UNREADABLE"),
        ("envelope-urlsafe", "ATTESTED"),
        ("envelope-signed-raw-payload", "BAD_SIGNATURE"),
        ("envelope-payloadtype-swapped", "BAD_SIGNATURE"),
        ("envelope-wrong-keyid", "ATTESTED"),
        ("slsa02-second-subject", "ATTESTED"),
        ("slsa02-other-subject", "DIGEST_MISMATCH"),
        ("slsa1", "ATTESTED"),
        ("slsa1-uppercase-hex", "DIGEST_MISMATCH"),
    ];
    assert_eq!(cases.len(), expected.len());
    let slsa = json!(["https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"]);
    let decide = |policy: &Policy, image: &str, case: &Value| {
        let file = folder.join(format!("dsse/{}.json", case["name"].as_str().unwrap()));
        let attestations = Attestations::parse(&fs::read(file).unwrap()).unwrap();
        let image = format!("{image}@{}", case["image_digest"].as_str().unwrap());
        let decision = policy.evaluate_text(&image, &attestations, &AdmissionContext::default(), NOW);
        decision.reason().code().code()
    };
    for (case, (name, code)) in cases.iter().zip(expected) {
        assert_eq!(case["name"], name);
        let types =
            if name.starts_with("slsa") { slsa.clone() } else { json!(["https://sigstore.dev/cosign/sign/v1"]) };
        let attestor = json!({"identity": "digest", "predicateTypes": types});
        let signer = policy(&pem, "RSA_SIGN_PKCS1_2048_SHA256", attestor.clone());
        assert_eq!(decide(&signer, "registry.example.com/any", case), code, "{name}");
        let accepted = case["expect"].as_str().unwrap().starts_with("accept") && name != "bundle-rsa-pss";
        assert_eq!(accepted, code == "ATTESTED", "{name}");
        if name == "bundle-rsa-pss" {
            let pss = policy(&pem, "RSA_PSS_2048_SHA256", attestor);
            assert_eq!(decide(&pss, "registry.example.com/any", case), "ATTESTED");
        }
        // Without the types only what says "signed" counts, and where the name must match it must be there.
        if code == "ATTESTED" {
            let plain = policy(&pem, "RSA_SIGN_PKCS1_2048_SHA256", json!({"identity": "digest"}));
            let counts = if name.starts_with("slsa") { "PREDICATE_MISMATCH" } else { "ATTESTED" };
            assert_eq!(decide(&plain, "registry.example.com/any", case), counts, "{name}");
            let named = policy(&pem, "RSA_SIGN_PKCS1_2048_SHA256", json!({"predicateTypes": types}));
            let here = if name.starts_with("slsa") { "ATTESTED" } else { "REPOSITORY_MISMATCH" };
            assert_eq!(decide(&named, "registry.example.com/team/app", case), here, "{name}");
            assert_eq!(decide(&named, "registry.example.com/team/other", case), "REPOSITORY_MISMATCH", "{name}");
        }
    }
}

/// Envelopes that in-toto's own implementation signed: layouts and links, which are well signed and say nothing of an
/// image.
#[test]
fn envelopes_of_in_toto_verify_and_are_no_statements() {
    let Some(folder) = support::vectors("sigstore/dsse/in-toto-golang") else { return };
    let mut verified = 0;
    for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        let Some(name) = file.to_str().unwrap().strip_suffix(".pub.pem") else { continue };
        let pem = fs::read_to_string(&file).unwrap();
        let attestations = Attestations::parse(&fs::read(name).unwrap()).unwrap();
        let attestation = attestations.iter().next().unwrap();
        assert_eq!(attestation.untrusted_payload_type(), TYPE);
        let signature = attestation.signatures()[0].bytes().unwrap();
        let verify = |algorithm: &str| {
            let key = PublicKey::from_pem(&pem, algorithm.parse().unwrap()).unwrap();
            let outcome = VerifiedAttestation::verify(attestation, signature, &key, &Budget::default()).unwrap_err();
            (outcome.code().code(), outcome.detail().to_owned())
        };
        let (code, detail) = verify("RSA_PSS_SHA_256");
        assert_eq!(code, "PAYLOAD_UNREADABLE", "{name}: {detail}");
        assert!(detail.contains("_type: unknown type"), "{name}: {detail}");
        assert_eq!(verify("RSA_PKCS1_SHA_256").0, "ALGORITHM_MISMATCH", "{name}");
        verified += 1;
    }
    assert_eq!(verified, 5);
}

#[test]
fn a_bundle_in_an_oci_layout_is_read() {
    let Some(folder) = support::vectors("sigstore/minted/oci-layout/blobs/sha256") else { return };
    let bundles = fs::read_dir(folder).unwrap().filter_map(|file| {
        let attestations = Attestations::parse(&fs::read(file.unwrap().path()).unwrap()).ok()?;
        let bundle = attestations.iter().find(|attestation| attestation.format() == "sigstore-bundle")?;
        Some((bundle.problem().cloned(), bundle.signatures()[0].key_id().map(String::from)))
    });
    assert_eq!(bundles.collect::<Vec<_>>(), [(None, Some(BASE64_STANDARD.encode(fingerprint())))]);
}

fn fingerprint() -> [u8; 32] {
    let pem = fs::read(support::vectors("sigstore/minted/key.pub.pem").unwrap()).unwrap();
    PublicKey::from_pem(pem, "RSA_PKCS1_SHA_256".parse().unwrap()).unwrap().fingerprint()
}
