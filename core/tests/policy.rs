//! What is a policy and what is not: every error with its code and its place.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

#[path = "support/mistakes.rs"]
mod mistakes;

use dokimos::{Budget, Policy, UnixTime};
use mistakes::{mistakes, whole, whole_but};
use serde_json::{Value, json};

fn load(document: &Value) -> Result<Policy, Vec<(String, String, String)>> {
    Policy::from_json(document.to_string().as_bytes()).map_err(|error| {
        let problem = |problem: &dokimos::Problem| {
            (problem.code().to_owned(), problem.path().to_owned(), problem.message().to_owned())
        };
        error.problems().iter().map(problem).collect()
    })
}

#[test]
fn the_whole_document_loads() {
    let policy = load(&whole()).unwrap();
    let attestors: Vec<_> = policy.attestors().collect();
    assert_eq!(attestors, [("release", Some("the pipeline")), ("qa", None)]);
    assert_eq!(policy.break_glass_annotation(), Some("kritis.grafeas.io/breakglass"));
}

#[test]
fn a_policy_can_be_shown_in_outline() {
    let mut document = whole();
    let of_one = json!({"any": [{"all": ["qa", "release"]}]});
    let last =
        json!({"name": "last", "evaluation": "REQUIRE_ATTESTATION", "require": of_one, "enforcement": "DRY_RUN"});
    document["rules"].as_array_mut().unwrap().push(last);
    document["rules"].as_array_mut().unwrap().push(json!({
        "name": "one", "clusters": ["one"], "evaluation": "REQUIRE_ATTESTATION", "require": {"all": [{"any": ["qa"]}]},
    }));
    let policy = load(&document).unwrap();
    let keys: Vec<_> = policy.keys().map(|key| (key.attestor, key.id, key.key.algorithm().to_string())).collect();
    let default_id = policy.keys().nth(1).unwrap().key.default_id().to_string();
    let second = ("qa", default_id.as_str(), "RSA_SIGN_PKCS1_3072_SHA256".to_owned());
    assert_eq!(keys, [("release", "4a2ef103", "RSA_PSS_2048_SHA256".to_owned()), second]);
    let windows: Vec<_> = policy.keys().map(|key| (key.valid_from, key.valid_until)).collect();
    let time = |text: &str| Some(text.parse::<UnixTime>().unwrap());
    assert_eq!(windows, [(time("2026-01-01T00:00:00Z"), time("2028-01-01T00:00:00Z")), (None, None)]);
    let rules: Vec<_> = policy
        .rules()
        .map(|rule| (rule.name, rule.evaluation, rule.requirement.unwrap_or_default(), rule.enforcement.name()))
        .collect();
    let tree = "release and (qa or (at least 1 of qa, release))".to_owned();
    assert_eq!(
        rules,
        [
            ("production", "REQUIRE_ATTESTATION", tree, "BLOCK"),
            ("sandbox", "ALWAYS_ALLOW", String::new(), "DRY_RUN"),
            ("last", "REQUIRE_ATTESTATION", "qa and release".to_owned(), "DRY_RUN"),
            ("one", "REQUIRE_ATTESTATION", "qa".to_owned(), "BLOCK"),
            ("default", "ALWAYS_DENY", String::new(), "BLOCK"),
        ]
    );
    assert_eq!(policy.allowlist_len(), 2);
}

/// Sets the value at a JSON pointer (or removes it, for none), and expects exactly one problem.
#[track_caller]
fn refused(pointer: &str, value: Option<Value>, code: &str, path: &str, message: &str) {
    let document = whole_but(pointer, value);
    let problems = load(&document).expect_err(pointer);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!((problems[0].0.as_str(), problems[0].1.as_str()), (code, path), "{problems:#?}");
    assert!(problems[0].2.contains(message), "{problems:#?}");
}

#[test]
fn each_mistake_is_named_with_its_place() {
    for (pointer, value, code, path, message) in mistakes() {
        refused(pointer, value, code, path, message);
    }
}

#[test]
fn two_attestors_of_one_name_are_refused() {
    let mut document = whole();
    let twin = document["attestors"][1].clone();
    document["attestors"].as_array_mut().unwrap().push(twin);
    let problems = load(&document).unwrap_err();
    let expected = ("INVALID_VALUE".into(), "attestors[2].name".into(), "the name \"qa\" stands twice".into());
    assert_eq!(problems, [expected]);
}

#[test]
fn a_key_that_stands_twice_is_told_by_the_place_of_the_first_one() {
    let mut document = whole();
    let keys = document["attestors"][0]["publicKeys"].as_array_mut().unwrap();
    let key = keys[0].clone();
    // One that cannot be read stands before both.
    let mut broken = key.clone();
    broken["pem"] = json!("-----BEGIN PUBLIC KEY-----");
    *keys = vec![broken, key.clone(), key];
    let problems = load(&document).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|(_, path, _)| path.as_str()).collect();
    assert_eq!(paths, ["attestors[0].publicKeys[0].pem", "attestors[0].publicKeys[2]"]);
    assert_eq!(problems[1].2, "the same key as publicKeys[1]");
}

#[test]
fn every_problem_is_reported_at_once() {
    let mut document = whole();
    document["attestors"][0]["identity"] = json!("exact");
    document["rules"][0]["require"]["all"][0] = json!("nobody");
    document["default"] = json!({"evaluation": "MAYBE"});
    let problems = load(&document).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|(_, path, _)| path.as_str()).collect();
    assert_eq!(paths, ["attestors[0].identity", "rules[0].require.all[0]", "default.evaluation"]);
    let error = Policy::from_json(document.to_string().as_bytes()).unwrap_err();
    assert!(error.to_string().ends_with("(and 2 more)"), "{error}");
}

#[test]
fn what_is_not_json_or_stands_twice_is_refused() {
    for (text, code) in [
        ("", "SYNTAX"),
        ("[]", "WRONG_TYPE"),
        ("{\"kind\":\"Policy\",\"kind\":\"Policy\"}", "DUPLICATE_FIELD"),
        ("{} {}", "SYNTAX"),
    ] {
        let error = Policy::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(error.problems()[0].code(), code, "{text}");
    }
}

#[test]
fn limits_hold_at_their_bound_and_not_past_it() {
    let document = whole().to_string();
    let load = |budget: Budget| {
        Policy::from_json_with(document.as_bytes(), budget).map(|_| ()).map_err(|error| error.problems()[0].code())
    };
    let with = |change: fn(&mut Budget)| {
        let mut budget = Budget::default();
        change(&mut budget);
        load(budget)
    };
    assert_eq!(with(|budget| budget.keys = 2), Ok(()));
    assert_eq!(with(|budget| budget.keys = 1), Err("LIMIT_REACHED"));
    assert_eq!(with(|budget| budget.rules = 2), Ok(()));
    assert_eq!(with(|budget| budget.rules = 1), Err("LIMIT_REACHED"));
    assert_eq!(with(|budget| budget.patterns = 7), Ok(()));
    assert_eq!(with(|budget| budget.patterns = 6), Err("LIMIT_REACHED"));
    assert_eq!(with(|budget| budget.document_bytes = 100), Err("LIMIT_REACHED"));
    assert_eq!(with(|budget| budget.json_depth = 4), Err("LIMIT_REACHED"));
    assert_eq!(with(|budget| budget.json_values = 20), Err("LIMIT_REACHED"));
}

#[test]
fn risks_are_warned_of() {
    let mut document = whole();
    document["rules"][0]["images"] = json!(["registry.example.com/shop*"]);
    document["rules"].as_array_mut().unwrap().push(json!(
        {"name": "late", "namespaces": ["sandbox"], "images": ["alpine"], "evaluation": "ALWAYS_DENY"}));
    document["default"] = json!({"evaluation": "ALWAYS_ALLOW"});
    document["attestors"].as_array_mut().unwrap().push(json!(
        {"name": "shadow", "identity": "digest",
         "predicateTypes": ["https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1"], "publicKeys": [whole()["attestors"][1]["publicKeys"][0]]}));
    let policy = load(&document).unwrap();
    let at = |text: &str| -> Vec<(String, String)> {
        let now: UnixTime = text.parse().unwrap();
        policy.warnings(now).iter().map(|warning| (warning.code().into(), warning.path().into())).collect()
    };
    let warnings = at("2027-01-01T00:00:00Z");
    for expected in [
        ("SHARED_KEY", "attestors[2]"),
        ("DIGEST_IDENTITY", "attestors[2].identity"),
        ("PREDICATE_NOT_READ", "attestors[2].predicateTypes[1]"),
        ("UNUSED_ATTESTOR", "attestors[2]"),
        ("UNREACHABLE_RULE", "rules[2]"),
        ("DRY_RUN", "rules[1].enforcement"),
        ("ALWAYS_ALLOW", "rules[1].evaluation"),
        ("ALWAYS_ALLOW", "default.evaluation"),
        ("BREAK_GLASS", "breakglass"),
    ] {
        assert!(warnings.contains(&(expected.0.into(), expected.1.into())), "{expected:?} of {warnings:#?}");
    }
    assert!(warnings.iter().any(|(_, path)| path == "rules[0].images[0]"), "{warnings:#?}");
    assert_eq!(warnings.iter().filter(|(code, _)| code == "PREDICATE_NOT_READ").count(), 1, "{warnings:#?}");
    let key = |warnings: &[(String, String)], code: &str| warnings.iter().any(|(found, _)| found == code);
    assert!(!key(&warnings, "KEY_EXPIRES_SOON"));
    assert!(key(&at("2025-01-01T00:00:00Z"), "KEY_NOT_YET_VALID"));
    assert!(key(&at("2027-12-15T00:00:00Z"), "KEY_EXPIRES_SOON"));
    assert!(key(&at("2028-01-01T00:00:00Z"), "KEY_EXPIRED"));
}

#[cfg(feature = "yaml")]
mod yaml {
    use super::*;

    const DOCUMENT: &str = "\
apiVersion: dokimos.dev/v1
kind: Policy
rules:
  - name: production
    clusters: [prod-*]
    images: [\"registry.example.com/shop/**\"]
    evaluation: ALWAYS_DENY
default: { evaluation: ALWAYS_ALLOW }
";

    #[test]
    fn yaml_is_the_same_document() {
        Policy::from_yaml(DOCUMENT.as_bytes()).unwrap();
        let whole = whole().to_string();
        Policy::from_yaml(whole.as_bytes()).unwrap();
    }

    #[test]
    fn yaml_freedom_is_refused() {
        for (change, code, path) in [
            (("clusters: [prod-*]", "clusters: [prod-*]\n    clusters: [x]"), "DUPLICATE_FIELD", ""),
            (("clusters: [prod-*]", "clusters: [no, 1]"), "WRONG_TYPE", "rules[0].clusters[1]"),
            (("kind: Policy", "kind: Policy\n---\nkind: Policy"), "SYNTAX", ""),
            (("kind: Policy", "kind: !secret Policy"), "SYNTAX", ""),
            (("ALWAYS_DENY", "ALWAYS_MAYBE"), "INVALID_VALUE", "rules[0].evaluation"),
        ] {
            let text = DOCUMENT.replace(change.0, change.1);
            assert_ne!(text, DOCUMENT);
            match Policy::from_yaml(text.as_bytes()) {
                Err(error) => {
                    let problem = &error.problems()[0];
                    assert_eq!((problem.code(), problem.path()), (code, path), "{error}");
                }
                Ok(_) => panic!("accepted: {text}"),
            }
        }
    }

    #[test]
    fn aliases_cannot_expand_without_bound() {
        let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
        for level in b'b'..=b'i' {
            let (name, before) = (char::from(level), char::from(level - 1));
            let list = vec![format!("*{before}"); 10].join(", ");
            text += &format!("{name}: &{name} [{list}]\n");
        }
        let error = Policy::from_yaml(text.as_bytes()).unwrap_err();
        assert_eq!(error.problems().len(), 1, "{error}");
    }
}
