//! The recorded requests for admission, over HTTPS: each answer is the recorded one, to the byte.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use support::{Hook, testdata};

#[test]
fn every_recorded_request_has_its_recorded_answer() {
    let cases: Vec<Value> = serde_json::from_str(&testdata("admission.json")).unwrap();
    let mut groups: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for case in &cases {
        let settings = ["policy", "attestations", "cluster", "options"].map(|name| case[name].to_string());
        groups.entry(settings.join(" ")).or_default().push(case);
    }
    let mut answered = 0;
    for group in groups.values() {
        let case = group[0];
        let evidence: Vec<_> =
            case["attestations"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let evidence: Vec<_> = evidence.iter().map(|name| name.strip_prefix("evidence/").unwrap()).collect();
        let settings = format!(
            "cluster: {}\nevaluateUnchanged: {}\nomitStatusReason: {}",
            case["cluster"], case["options"]["evaluateUnchanged"], case["options"]["omitStatusReason"],
        );
        let hook = Hook::start(&testdata(case["policy"].as_str().unwrap()), &evidence, &settings);
        let mut client = hook.client();
        for case in group {
            let name = case["name"].as_str().unwrap();
            let reply = client.post("/", &testdata(case["review"].as_str().unwrap()));
            if case["error"].is_null() {
                let recorded = testdata(&format!("responses/{name}.json"));
                assert_eq!((reply.status, reply.body.as_str()), (200, recorded.trim_end()), "{name}");
            } else {
                assert_eq!(reply.status, 400, "{name}");
            }
            answered += 1;
        }
    }
    assert_eq!(answered, cases.len());
    assert!(answered > 100);
}
