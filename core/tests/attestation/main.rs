//! Attestations as they arrive: every format, and what happens to what is malformed, too large, or not supported.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod defects;
mod dsse;
mod formats;
mod limits;
mod properties;
#[path = "../support/mod.rs"]
mod support;
mod written;

use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::{Attestation, Attestations, Budget, Problem};
use serde_json::{Value, json};

const RESOURCE: &str = "https://registry.example.com/shop/web@sha256:1ccb";

fn v1() -> Value {
    json!({
        "name": "projects/p/occurrences/o1",
        "resourceUri": RESOURCE,
        "noteName": "projects/p/notes/n",
        "kind": "ATTESTATION",
        "createTime": "2026-11-23T00:00:00Z",
        "attestation": {
            "serializedPayload": BASE64_STANDARD.encode("payload"),
            "signatures": [
                {"signature": BASE64_STANDARD.encode("one"), "publicKeyId": "key-1"},
                {"signature": BASE64_STANDARD.encode("two"), "publicKeyId": "key-2"},
            ],
        },
    })
}

fn v1beta1() -> Value {
    let mut value = v1();
    let details = value["attestation"].take();
    value["attestation"] = json!({"attestation": {"genericSignedAttestation": details}});
    value["attestation"]["attestation"]["genericSignedAttestation"]["contentType"] = json!("SIMPLE_SIGNING_JSON");
    value["resource"] = json!({"uri": value["resourceUri"].take()});
    value
}

fn cosign() -> Value {
    json!({
        "Base64Signature": BASE64_STANDARD.encode("one"),
        "Payload": BASE64_STANDARD.encode("payload"),
        "Cert": null,
        "Chain": null,
        "Bundle": null,
        "RFC3161Timestamp": null,
    })
}

fn dsse() -> Value {
    json!({
        "payload": BASE64_STANDARD.encode("payload"),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"sig": BASE64_STANDARD.encode("one"), "keyid": "key-1"}],
    })
}

fn bundle() -> Value {
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": "key-1"}, "tlogEntries": []},
        "dsseEnvelope": dsse(),
    })
}

fn parse(value: &Value) -> Result<Attestations, Problem> {
    Attestations::parse(value.to_string().as_bytes())
}

/// The one attestation of a document.
fn only(value: &Value) -> Attestation {
    let attestations = parse(value).unwrap();
    assert_eq!(attestations.len(), 1, "{value}");
    attestations.iter().next().unwrap().clone()
}

fn signatures(attestation: &Attestation) -> Vec<(Option<&str>, &[u8])> {
    attestation.signatures().iter().map(|signature| (signature.key_id(), signature.bytes().unwrap())).collect()
}

fn budget(change: impl FnOnce(&mut Budget)) -> Budget {
    let mut budget = Budget::default();
    change(&mut budget);
    budget
}

fn code_and_path(problem: &Problem) -> (&'static str, &str) {
    (problem.code(), problem.path())
}
