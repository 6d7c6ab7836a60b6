//! From a push to an admission: the running program signs what a registry tells of, and admits it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use dokimos_private_key::PrivateKey;
use serde_json::{Value, json};
use support::{Folder, Hook, reviews::*};

const SECRET: &str = "a secret of the registry";

/// A hook that signs `registry.example.com/shop/**` with a key of its own, which the policy asks for.
fn hook(evidence: &str) -> Hook {
    let folder = Folder::new();
    let private = PrivateKey::generate(2048).unwrap();
    let public = private.public("RSA_PSS_2048_SHA256".parse().unwrap()).unwrap();
    folder.write("release.pem", private.to_pem().unwrap());
    folder.write("secret", SECRET);
    let policy = policy().replace(
        &format!("{:?}", support::testdata("evidence/keys/release.pub.pem")),
        &format!("{:?}", public.to_pem()),
    );
    folder.write("policy.yaml", policy);
    let config = format!(
        "policy: {0}/policy.yaml\n{evidence}\ncache: {{ ttl: 0s, denialTtl: 0s }}\nsigning:\n  secretFile: {0}/secret\n  \
         registry: registry.example.com\n  database: {0}/attestations.sqlite\n  rules:\n    - name: shop\n      images: \
         [registry.example.com/shop/**]\n      attestor: release\n      key: {{ file: {0}/release.pem }}\n      algorithm: \
         RSA_PSS_2048_SHA256\n",
        folder.path("").display()
    );
    Hook::start_in(folder, &config)
}

fn notify(hook: &Hook, secret: &str, image: &str) -> u16 {
    let (repository, digest) = image.split_once('@').unwrap();
    let repository = repository.strip_prefix("registry.example.com/").unwrap();
    let event: Value = json!({ "action": "push", "target": { "repository": repository, "digest": digest,
        "mediaType": "application/vnd.oci.image.manifest.v1+json" } });
    let body = json!({ "events": [event] }).to_string();
    let headers = format!("Authorization: Bearer {secret}\r\nContent-Length: {}\r\n", body.len());
    let mut client = hook.client();
    client.send("POST /registry/events HTTP/1.1", &headers, &body).unwrap();
    client.receive().unwrap().status
}

#[test]
fn what_is_pushed_is_admitted_and_nothing_else() {
    let hook = hook("");
    assert_eq!(hook.review(&create(deployment(WEB)))["allowed"], false);
    assert_eq!(notify(&hook, "another secret of it", WEB), 401);
    assert_eq!(hook.review(&create(deployment(WEB)))["allowed"], false);
    assert_eq!(notify(&hook, SECRET, WEB), 200);
    assert_eq!(hook.review(&create(deployment(WEB)))["allowed"], true);
    let other = WEB.replace("shop/web", "shop/api");
    let message = format!("image {other} is not attested");
    assert_eq!(hook.review(&create(deployment(&other)))["status"]["message"], message);
    assert_eq!(notify(&hook, SECRET, &WEB.replace("shop", "lab")), 200);
    assert_eq!(hook.metric(r#"dokimos_hook_pushes_total{result="signed"}"#), 1);
    assert_eq!(hook.metric(r#"dokimos_hook_pushes_total{result="unmatched"}"#), 1);
    let line = hook.event("signed");
    assert_eq!((&line["image"], &line["rule"], &line["attestor"]), (&json!(WEB), &json!("shop"), &json!("release")));
    let log = serde_json::to_string(&hook.log()).unwrap();
    assert!(!log.contains(SECRET) && !log.contains("PRIVATE KEY"), "{log}");
}

#[test]
fn sources_that_are_configured_are_asked_and_no_others() {
    let hook = hook("evidence: [{ directory: { path: / } }]");
    assert_eq!(notify(&hook, SECRET, WEB), 200);
    assert_eq!(hook.review(&create(deployment(WEB)))["allowed"], false);
}

#[test]
fn a_hook_that_signs_nothing_has_no_such_endpoint() {
    let hook = Hook::start(&policy(), &[], "");
    assert_eq!(notify(&hook, SECRET, WEB), 404);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_without_the_secret() {
    let hook = hook("");
    let mut client = hook.client();
    let headers = "Authorization: Bearer another secret of it\r\nContent-Length: 1000000\r\n";
    client.send("POST /registry/events HTTP/1.1", headers, "").unwrap();
    assert_eq!(client.receive().unwrap().status, 401);
}
