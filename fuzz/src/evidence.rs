//! Documents of attestations.

use super::{NOW, check_problem, mutation::IMAGE};
use dokimos::{AdmissionContext, Attestation, Attestations, Budget, Policy};
use std::sync::OnceLock;

/// A policy whose only key has signed nothing, anywhere.
fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| {
        let pem = include_str!("../../testdata/keys/rsa-2048.pem");
        let document = serde_json::json!({
            "apiVersion": "dokimos.dev/v1", "kind": "Policy",
            "attestors": [{"name": "nobody", "publicKeys": [{"algorithm": "RSA_PSS_2048_SHA256", "pem": pem}]}],
            "default": {"evaluation": "REQUIRE_ATTESTATION", "require": "nobody"},
        });
        let mut budget = Budget::default();
        // A run is to be fast; past the budget is a denial too.
        budget.verifications = 4;
        Policy::from_json_with(document.to_string().as_bytes(), budget).expect("a policy")
    })
}

/// What is read is bounded and printable, satisfies no key that has not signed, and can be written again.
pub fn attestation(data: &[u8]) {
    let mut attestations = Attestations::new();
    match attestations.add("a/file", data, &Budget::default()) {
        Ok(count) => assert_eq!(count, attestations.len()),
        Err(problem) => {
            assert!(attestations.is_empty());
            return check_problem(&problem);
        }
    }
    attestations.iter().for_each(check);
    let decision = policy().evaluate_text(IMAGE, &attestations, &AdmissionContext::default(), NOW);
    assert!(!decision.is_allowed(), "{}", decision.to_json());
    serde_json::from_str::<serde_json::Value>(&decision.to_json()).expect("a report");
}

fn check(attestation: &Attestation) {
    assert!(attestation.source().starts_with("a/file") && attestation.source().chars().count() < 4096);
    assert!(!attestation.source().chars().any(char::is_control));
    attestation.problem().into_iter().for_each(check_problem);
    let Some(payload) = attestation.untrusted_payload() else {
        assert!(attestation.problem().is_some() != attestation.unsupported().is_some());
        return assert!(attestation.signatures().is_empty());
    };
    let mut signatures = Vec::new();
    for signature in attestation.signatures() {
        match signature.bytes() {
            Ok(bytes) => {
                assert!((1..=1024).contains(&bytes.len()));
                signatures.push((signature.key_id().unwrap_or("none"), bytes));
            }
            Err(problem) => check_problem(problem),
        }
    }
    if signatures.is_empty() {
        return;
    }
    let written = Attestation::write_grafeas("", "", payload, &signatures).expect("can be written");
    let again = Attestations::parse(written.as_bytes()).expect("can be read");
    let again = again.iter().next().expect("one attestation");
    assert_eq!(again.untrusted_payload(), Some(payload));
    let read = again.signatures().iter().map(|signature| (signature.key_id(), signature.bytes()));
    assert!(read.eq(signatures.iter().map(|(key_id, bytes)| (Some(*key_id), Ok(*bytes)))));
}
