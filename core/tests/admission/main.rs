//! Requests for admission: which images are found, and what is answered.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod answers;
mod cases;
mod kinds;
mod refused;
mod updates;

use dokimos::{AdmissionImage, AdmissionOptions, AdmissionReview, Attestations, Budget, Decision, Policy};
use serde_json::{Value, json};

/// Where each kind has the template of its Pods: group, version, kind, path.
const KINDS: [(&str, &str, &str, &str); 9] = [
    ("", "v1", "Pod", ""),
    ("", "v1", "PodTemplate", "/template"),
    ("", "v1", "ReplicationController", "/spec/template"),
    ("apps", "v1", "ReplicaSet", "/spec/template"),
    ("apps", "v1", "Deployment", "/spec/template"),
    ("apps", "v1", "StatefulSet", "/spec/template"),
    ("apps", "v1", "DaemonSet", "/spec/template"),
    ("batch", "v1", "Job", "/spec/template"),
    ("batch", "v1", "CronJob", "/spec/jobTemplate/spec/template"),
];

/// An object of the kind, with what it wraps at the end of the path.
fn object(group: &str, version: &str, kind: &str, path: &str, template: Value) -> Value {
    let mut inner = template;
    for step in path.rsplit('/').filter(|step| !step.is_empty()) {
        inner = json!({ step: inner });
    }
    inner["apiVersion"] = if group.is_empty() { version.into() } else { format!("{group}/{version}").into() };
    inner["kind"] = kind.into();
    inner["metadata"]["name"] = "web".into();
    inner
}

/// A request; the kind is the object's.
fn request(operation: &str, object: &Value, old: &Value) -> Value {
    let shown = if object.is_null() { old } else { object };
    let version = shown["apiVersion"].as_str().unwrap_or("v1");
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": { "group": group, "version": version, "kind": shown["kind"] },
            "name": "web",
            "namespace": "default",
            "operation": operation,
            "userInfo": { "username": "jane", "groups": ["system:authenticated"] },
            "object": object,
            "oldObject": old,
            "dryRun": false,
        },
    })
}

fn pod(spec: Value) -> Value {
    object("", "v1", "Pod", "", json!({ "spec": spec }))
}

fn containers(images: &[&str]) -> Value {
    let container = |(index, image)| json!({ "name": format!("c{index}"), "image": image });
    images.iter().enumerate().map(container).collect()
}

fn parse(review: &Value) -> AdmissionReview {
    parse_with(review, &AdmissionOptions::default())
}

fn parse_with(review: &Value, options: &AdmissionOptions) -> AdmissionReview {
    AdmissionReview::parse(review.to_string().as_bytes(), options, &Budget::default()).unwrap()
}

/// The images to decide on, each with its place.
fn images(review: &AdmissionReview) -> Vec<(&str, &str)> {
    assert_eq!(review.problem(), None);
    review.images().iter().map(|image| (image.place(), image.reference())).collect()
}

/// Why the review cannot be decided on; it is then denied, whatever is decided.
fn problem(review: &AdmissionReview) -> String {
    let problem = review.problem().unwrap_or_else(|| panic!("nothing is wrong: {review:?}"));
    assert_eq!(review.images(), []);
    for response in [review.respond(&[]), review.refuse("X", "x"), review.admit_undecided("X", "x")] {
        assert!(!response.is_allowed());
        assert_eq!(response.message(), format!("the request cannot be decided on: {problem}"));
        let sent: Value = serde_json::from_str(&response.to_json()).unwrap();
        assert_eq!(sent["response"]["status"]["details"]["causes"][0]["reason"], problem.code());
    }
    format!("{} {problem}", problem.code())
}

/// Allows `allowed/**`, admits `dry/**` in a dry run, requires attestations for `attested/**`, and denies the rest.
fn policy() -> Policy {
    let policy = json!({
        "apiVersion": "dokimos.dev/v1",
        "kind": "Policy",
        "attestors": [{ "name": "release", "publicKeys": [{
            "algorithm": "RSA_PSS_2048_SHA256",
            "pem": include_str!("../../../testdata/evidence/keys/release.pub.pem"),
        }] }],
        "breakglass": { "annotation": "kritis.grafeas.io/breakglass" },
        "rules": [
            { "name": "open", "images": ["r.example/allowed/**"], "evaluation": "ALWAYS_ALLOW" },
            { "name": "trial", "images": ["r.example/dry/**"], "evaluation": "ALWAYS_DENY", "enforcement": "DRY_RUN" },
            { "name": "shop", "images": ["r.example/attested/**"], "evaluation": "REQUIRE_ATTESTATION",
              "require": "release" },
            { "name": "builders", "serviceAccounts": ["builder"], "evaluation": "ALWAYS_ALLOW" },
        ],
        "default": { "evaluation": "ALWAYS_DENY" },
    });
    Policy::from_json(policy.to_string().as_bytes()).unwrap()
}

/// The decisions on all images of the review, without any evidence.
fn decide(review: &AdmissionReview) -> Vec<Decision> {
    let (policy, none, now) = (policy(), Attestations::new(), "2026-06-01T00:00:00Z".parse().unwrap());
    let annotations = review.annotations();
    let context = review.context(None, &annotations);
    review.images().iter().map(|image| policy.evaluate_text(image.reference(), &none, &context, now)).collect()
}

/// The answer, as it is sent.
fn answer(review: &Value) -> Value {
    let review = parse(review);
    let response = review.respond(&decide(&review));
    let sent: Value = serde_json::from_str(&response.to_json()).unwrap();
    assert_eq!(sent["apiVersion"], "admission.k8s.io/v1");
    assert_eq!(sent["kind"], "AdmissionReview");
    assert_eq!(sent["response"]["uid"], review.uid());
    assert_eq!(sent["response"]["allowed"], response.is_allowed());
    assert_eq!(sent["response"]["status"]["message"].as_str().unwrap_or_default(), response.message());
    sent["response"].clone()
}
