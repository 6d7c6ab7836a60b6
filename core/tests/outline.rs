//! The outline of a policy says what its document says.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use dokimos::{Policy, SignatureAlgorithm};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

#[test]
fn every_test_policy_in_outline_is_its_document_without_patterns_and_keys() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/policies");
    let mut compared = 0;
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let mut outline: Value =
            serde_json::from_str(&Policy::from_json(text.as_bytes()).unwrap().outline_json()).unwrap();
        for attestor in outline["attestors"].as_array_mut().unwrap() {
            for key in attestor["keys"].as_array_mut().unwrap() {
                let id = key["id"].as_str().unwrap();
                // A key without an id is known by its default one; the document does not state that.
                if id.starts_with("ni:///sha-256;") {
                    key["id"] = Value::Null;
                }
            }
        }
        assert_eq!(outline, expected(&serde_json::from_str(&text).unwrap()), "{}", file.display());
        compared += 1;
    }
    assert!(compared > 10, "{compared} policies");
}

fn expected(document: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let key = |key: &Value| {
        json!({
            "id": key["id"].as_str().filter(|id| !id.starts_with("ni:///sha-256;")),
            // In its canonical form, however the document writes it.
            "algorithm": key["algorithm"].as_str().unwrap().parse::<SignatureAlgorithm>().unwrap().to_string(),
            "validFrom": key["validFrom"],
            "validUntil": key["validUntil"],
        })
    };
    let attestor = |attestor: &Value| {
        let keys: Vec<_> = list(&attestor["publicKeys"]).iter().map(key).collect();
        json!({ "name": attestor["name"], "description": attestor["description"], "keys": keys })
    };
    let rule = |rule: &Value| {
        json!({
            "name": rule["name"].as_str().unwrap_or("default"),
            "evaluation": rule["evaluation"],
            "enforcement": rule["enforcement"].as_str().unwrap_or("BLOCK"),
            "require": rule["require"],
        })
    };
    json!({
        "attestors": list(&document["attestors"]).iter().map(attestor).collect::<Vec<_>>(),
        "allowlist": list(&document["allowlist"]).iter().map(|entry| entry["pattern"].clone()).collect::<Vec<_>>(),
        "rules": list(&document["rules"]).iter().map(rule).collect::<Vec<_>>(),
        "default": document.get("default").map(rule),
        "breakglass": document["breakglass"]["annotation"],
    })
}
