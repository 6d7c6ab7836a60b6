//! Requests as the API server sends them.

use serde_json::{Value, json};

/// The image that testdata/evidence/release.json attests.
pub const WEB: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
/// The image that testdata/evidence/alpine.json attests.
pub const ALPINE: &str = "alpine@sha256:47b5650286fc81215b149d7b92349d41ec0b4d0ac6e1e65d1953968fc39196a3";
pub const UNSIGNED: &str = "alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";

/// A policy in which `release` must attest what runs in the namespace `default`.
pub fn policy() -> String {
    format!(
        "apiVersion: dokimos.dev/v1\nkind: Policy\nattestors: [{{ name: release, publicKeys: [{{ algorithm: \
         RSA_PSS_2048_SHA256, pem: {:?} }}] }}]\nrules: [{{ name: production, namespaces: [default], evaluation: \
         REQUIRE_ATTESTATION, require: release }}]\ndefault: {{ evaluation: ALWAYS_ALLOW }}\n",
        super::testdata("evidence/keys/release.pub.pem")
    )
}

pub fn request(operation: &str, object: Value, old: Value) -> Value {
    let version = object["apiVersion"].as_str().unwrap();
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": { "group": group, "version": version, "kind": object["kind"] },
            "resource": { "group": group, "version": version, "resource": "things" },
            "name": object["metadata"]["name"],
            "namespace": "default",
            "operation": operation,
            "userInfo": { "username": "jane", "uid": "1", "groups": ["system:authenticated"] },
            "object": object,
            "oldObject": old,
            "dryRun": false,
            "options": { "apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions" },
        },
    })
}

/// Pods hold secrets in their environment, and service accounts mount tokens.
pub fn pod_spec(image: &str) -> Value {
    json!({ "containers": [{
        "name": "main", "image": image,
        "env": [{ "name": "PASSWORD", "value": "hunter2-in-the-environment" }],
    }] })
}

pub fn pod(image: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" }, "spec": pod_spec(image) })
}

pub fn deployment(image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "default" },
        "spec": { "replicas": 1, "template": { "metadata": { "labels": { "app": "web" } }, "spec": pod_spec(image) } },
    })
}

pub fn create(object: Value) -> Value {
    request("CREATE", object, Value::Null)
}
