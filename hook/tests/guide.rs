//! What the original's guide shows, and the ways around it that stay closed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{Hook, reviews::*};

fn hook() -> Hook {
    Hook::start(&policy(), &["alpine.json", "release.json"], "cluster: prod-1")
}

fn denied(hook: &Hook, review: &Value) -> String {
    let answer = hook.review(review);
    assert_eq!(answer["allowed"], false, "{answer}");
    assert_eq!(answer["uid"], review["request"]["uid"]);
    answer["status"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_not_attested_is_denied_and_what_is_attested_is_admitted() {
    let hook = hook();
    let message = denied(&hook, &create(deployment("alpine:3.11")));
    assert_eq!(message, "image alpine:3.11 is not attested");
    let message = denied(&hook, &create(deployment(UNSIGNED)));
    assert_eq!(message, format!("image {UNSIGNED} is not attested"));
    for image in [ALPINE, WEB] {
        let reply = hook.client().post("/validate?timeout=10s", &create(deployment(image)).to_string());
        let review = reply.json();
        assert_eq!(
            (&review["apiVersion"], &review["kind"]),
            (&json!("admission.k8s.io/v1"), &json!("AdmissionReview"))
        );
        assert_eq!(review["response"]["allowed"], true, "{review}");
        assert!(reply.head.to_ascii_lowercase().contains("content-type: application/json"));
    }
    // Another place has another rule.
    let mut elsewhere = create(deployment("alpine:3.11"));
    elsewhere["request"]["namespace"] = "other".into();
    assert_eq!(hook.review(&elsewhere)["allowed"], true);
}

#[test]
fn the_holes_of_the_original_are_closed() {
    let hook = hook();
    let update = request("UPDATE", deployment(UNSIGNED), deployment(ALPINE));
    assert_eq!(denied(&hook, &update), format!("image {UNSIGNED} is not attested"));

    let mut debugged = pod(ALPINE);
    debugged["spec"]["ephemeralContainers"] = json!([{ "name": "debugger", "image": UNSIGNED }]);
    let mut debug = request("UPDATE", debugged, pod(ALPINE));
    debug["request"]["subResource"] = "ephemeralcontainers".into();
    assert_eq!(denied(&hook, &debug), format!("image {UNSIGNED} is not attested"));

    let job = json!({ "spec": { "template": { "spec": pod_spec("alpine:3.11") } } });
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "web" }, "spec": { "jobTemplate": job },
    });
    assert_eq!(denied(&hook, &create(cron)), "image alpine:3.11 is not attested");

    let mut owned = pod(UNSIGNED);
    owned["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1", "controller": true }]);
    assert_eq!(denied(&hook, &create(owned)), format!("image {UNSIGNED} is not attested"));
}

#[test]
fn what_does_not_change_an_image_is_not_in_the_way() {
    let hook = hook();
    let mut scaled = deployment(UNSIGNED);
    scaled["spec"]["replicas"] = 0.into();
    assert_eq!(hook.review(&request("UPDATE", scaled.clone(), deployment(UNSIGNED)))["allowed"], true);
    let strict = Hook::start(&policy(), &[], "evaluateUnchanged: true");
    denied(&strict, &request("UPDATE", scaled, deployment(UNSIGNED)));
}

#[test]
fn an_image_is_named_once_and_every_one_of_them() {
    let hook = hook();
    let mut pod = pod("one:1");
    pod["spec"]["initContainers"] = json!([{ "name": "a", "image": "two:2" }, { "name": "b", "image": ALPINE }]);
    let message = denied(&hook, &create(pod));
    assert_eq!(message, "image two:2 is not attested\nimage one:1 is not attested");
}

#[test]
fn objects_of_kritis_are_a_policy() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let key = BASE64_STANDARD.encode(support::testdata("evidence/keys/release.pub.pem"));
    let objects = format!(
        "apiVersion: kritis.grafeas.io/v1beta1\nkind: AttestationAuthority\nmetadata: {{ name: aa }}\n\
         spec: {{ noteReference: namespaces/aa, publicKeyData: {key} }}\n---\n\
         apiVersion: kritis.grafeas.io/v1beta1\nkind: GenericAttestationPolicy\nmetadata: {{ name: gap }}\n\
         spec: {{ attestationAuthorityNames: [aa] }}\n"
    );
    let hook = Hook::start(&objects, &["alpine.json"], "kritis: { otherNamespaces: allow }");
    assert_eq!(denied(&hook, &create(deployment("alpine:3.11"))), "image alpine:3.11 is not attested");
    assert_eq!(hook.review(&create(deployment(ALPINE)))["allowed"], true);
    assert_eq!(hook.decisions(2)[1]["rule"], "namespace:default");
}

#[test]
fn kubectl_says_it_as_the_original_did() {
    let hook = Hook::start(&policy(), &[], "omitStatusReason: true");
    let status = hook.review(&create(deployment("alpine:3.11")))["status"].clone();
    assert_eq!(status["reason"], Value::Null, "{status}");
    assert_eq!(status["code"], 403);
}
