//! A policy that has everything, and what can be wrong with one.

use serde_json::{Value, json};

/// A policy that has everything, to change one thing at a time.
pub fn whole() -> Value {
    let pem = include_str!("../../../testdata/keys/rsa-2048.pem");
    let other = include_str!("../../../testdata/keys/rsa-3072.pem");
    json!({
        "apiVersion": "dokimos.dev/v1",
        "kind": "Policy",
        "attestors": [
            {"name": "release", "description": "the pipeline", "identity": "path", "publicKeys": [
                {"id": "4a2ef103", "algorithm": "RSA_PSS_2048_SHA256", "saltLength": 32,
                 "validFrom": "2026-01-01T00:00:00Z", "validUntil": "2028-01-01T00:00:00Z", "pem": pem}]},
            {"name": "qa", "publicKeys": [{"algorithm": "rsa-sign-pkcs1-3072-sha256", "pem": other}]},
        ],
        "allowlist": [{"pattern": "registry*.*.aliyuncs.com/acs/*", "namespace": "kube-system"}, {"pattern": "alpine"}],
        "rules": [
            {"name": "production", "clusters": ["prod-*"], "namespaces": ["default"], "serviceAccounts": ["deployer"],
             "images": ["registry.example.com/shop/**"], "evaluation": "REQUIRE_ATTESTATION",
             "require": {"all": ["release", {"any": ["qa", {"atLeast": 1, "of": ["qa", "release"]}]}]},
             "enforcement": "BLOCK"},
            {"name": "sandbox", "namespaces": ["sandbox"], "evaluation": "ALWAYS_ALLOW", "enforcement": "DRY_RUN"},
        ],
        "breakglass": {"annotation": "kritis.grafeas.io/breakglass"},
        "default": {"evaluation": "ALWAYS_DENY"},
    })
}

/// The same with the value at a JSON pointer set, or removed for none.
pub fn whole_but(pointer: &str, value: Option<Value>) -> Value {
    let mut document = whole();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(members), Some(value)) => drop(members.insert(member.into(), value)),
        (Value::Object(members), None) => drop(members.remove(member).unwrap()),
        (Value::Array(items), Some(value)) => items[member.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    document
}

/// What is changed (as for [`whole_but`]), and the one problem that it makes: code, path, part of the message.
pub type Mistake = (&'static str, Option<Value>, &'static str, &'static str, &'static str);

/// Every mistake that one change can make.
pub fn mistakes() -> Vec<Mistake> {
    vec![
        (
            "/apiVersion",
            Some(json!("v2")),
            "INVALID_VALUE",
            "apiVersion",
            "unknown value \"v2\"; known are dokimos.dev/v1",
        ),
        ("/apiVersion", None, "MISSING_FIELD", "", "\"apiVersion\" is missing"),
        ("/kind", Some(json!(7)), "WRONG_TYPE", "kind", "expected a string, found a number"),
        ("/extra", Some(json!(1)), "UNKNOWN_FIELD", "", "unknown field \"extra\""),
        ("/allowlist", Some(json!({})), "WRONG_TYPE", "allowlist", "expected an array, found an object"),
        ("/attestors/0/description", Some(json!("")), "INVALID_VALUE", "attestors[0].description", "empty"),
        (
            "/attestors/1/identity",
            Some(json!("exact")),
            "INVALID_VALUE",
            "attestors[1].identity",
            "repository, path, digest",
        ),
        ("/attestors/1/predicateTypes", Some(json!([])), "INVALID_VALUE", "attestors[1].predicateTypes", "empty"),
        ("/attestors/1/predicateTypes", Some(json!("x")), "WRONG_TYPE", "attestors[1].predicateTypes", "an array"),
        ("/attestors/1/predicateTypes", Some(json!(null)), "WRONG_TYPE", "attestors[1].predicateTypes", "found null"),
        (
            "/attestors/1/predicateTypes",
            Some(json!(["x", 1])),
            "WRONG_TYPE",
            "attestors[1].predicateTypes[1]",
            "a string",
        ),
        ("/attestors/1/predicateTypes", Some(json!([""])), "INVALID_VALUE", "attestors[1].predicateTypes[0]", "empty"),
        (
            "/attestors/1/predicateTypes",
            Some(json!(["x", "y", "x"])),
            "INVALID_VALUE",
            "attestors[1].predicateTypes[2]",
            "stands twice",
        ),
        ("/attestors/1/publicKeys", Some(json!([])), "INVALID_VALUE", "attestors[1].publicKeys", "empty"),
        ("/attestors/1/publicKeys", None, "MISSING_FIELD", "attestors[1]", "\"publicKeys\" is missing"),
        (
            "/attestors/1/publicKeys/0/comment",
            Some(json!("")),
            "UNKNOWN_FIELD",
            "attestors[1].publicKeys[0]",
            "comment",
        ),
        (
            "/attestors/1/publicKeys/0/algorithm",
            Some(json!("rsa")),
            "INVALID_VALUE",
            "attestors[1].publicKeys[0].algorithm",
            "",
        ),
        ("/attestors/1/publicKeys/0/algorithm", None, "MISSING_FIELD", "attestors[1].publicKeys[0]", "algorithm"),
        ("/attestors/1/publicKeys/0/pem", None, "MISSING_FIELD", "attestors[1].publicKeys[0]", "pem"),
        ("/attestors/1/publicKeys/0/id", Some(json!("a\nb")), "INVALID_VALUE", "attestors[1].publicKeys[0].id", ""),
        (
            "/attestors/1/publicKeys/0/saltLength",
            Some(json!("32")),
            "WRONG_TYPE",
            "attestors[1].publicKeys[0].saltLength",
            "a number of bytes",
        ),
        (
            "/attestors/0/publicKeys/0/validFrom",
            Some(json!("2026-13-01T00:00:00Z")),
            "INVALID_VALUE",
            "attestors[0].publicKeys[0].validFrom",
            "is not a time",
        ),
        (
            "/attestors/0/publicKeys/0/validUntil",
            Some(json!("2026-01-01T00:00:00Z")),
            "INVALID_VALUE",
            "attestors[0].publicKeys[0].validUntil",
            "not later than validFrom",
        ),
        ("/allowlist/0/pattern", None, "MISSING_FIELD", "allowlist[0]", "pattern"),
        ("/allowlist/0/pattern", Some(json!("gcr.io/my-project**")), "INVALID_VALUE", "allowlist[0].pattern", ""),
        ("/allowlist/0/namespace", Some(json!("")), "INVALID_VALUE", "allowlist[0].namespace", "empty"),
        ("/rules/1/name", Some(json!("production")), "INVALID_VALUE", "rules[1].name", "stands twice"),
        ("/rules/1/name", Some(json!("default")), "INVALID_VALUE", "rules[1].name", "\"default\""),
        ("/rules/1/name", Some(json!("a\u{202e}b")), "INVALID_VALUE", "rules[1].name", "a\\u{202e}b"),
        ("/rules/0/clusters", Some(json!([])), "INVALID_VALUE", "rules[0].clusters", "leave the field out"),
        ("/rules/0/clusters", Some(json!("prod")), "WRONG_TYPE", "rules[0].clusters", "an array"),
        ("/rules/0/clusters/0", Some(json!(null)), "WRONG_TYPE", "rules[0].clusters[0]", "found null"),
        ("/rules/0/images/0", Some(json!("Bad Pattern")), "INVALID_VALUE", "rules[0].images[0]", ""),
        (
            "/rules/0/evaluation",
            Some(json!("require_attestation")),
            "INVALID_VALUE",
            "rules[0].evaluation",
            "REQUIRE_ATTESTATION",
        ),
        ("/rules/0/evaluation", None, "MISSING_FIELD", "rules[0]", "evaluation"),
        ("/rules/0/require", None, "MISSING_FIELD", "rules[0]", "require"),
        ("/rules/1/require", Some(json!("qa")), "INVALID_VALUE", "rules[1].require", "asks for no attestation"),
        ("/rules/0/enforcement", Some(json!("WARN")), "INVALID_VALUE", "rules[0].enforcement", "BLOCK, DRY_RUN"),
        (
            "/rules/0/require",
            Some(json!("unknown")),
            "INVALID_VALUE",
            "rules[0].require",
            "unknown attestor \"unknown\"",
        ),
        (
            "/rules/0/require/all/0",
            Some(json!("unknown")),
            "INVALID_VALUE",
            "rules[0].require.all[0]",
            "unknown attestor",
        ),
        ("/rules/0/require/all", Some(json!([])), "INVALID_VALUE", "rules[0].require.all", "requires nothing"),
        ("/rules/0/require", Some(json!({})), "INVALID_VALUE", "rules[0].require", "exactly one of"),
        ("/rules/0/require", Some(json!(["qa"])), "WRONG_TYPE", "rules[0].require", "an attestor's name or an object"),
        (
            "/rules/0/require",
            Some(json!({"all": ["qa"], "any": ["qa"]})),
            "INVALID_VALUE",
            "rules[0].require",
            "exactly one of",
        ),
        (
            "/rules/0/require",
            Some(json!({"all": ["qa", "qa"]})),
            "INVALID_VALUE",
            "rules[0].require.all[1]",
            "stands twice",
        ),
        (
            "/rules/0/require",
            Some(json!({"atLeast": 0, "of": ["qa"]})),
            "INVALID_VALUE",
            "rules[0].require.atLeast",
            "requires nothing",
        ),
        (
            "/rules/0/require",
            Some(json!({"atLeast": -1, "of": ["qa"]})),
            "WRONG_TYPE",
            "rules[0].require.atLeast",
            "a number",
        ),
        (
            "/rules/0/require",
            Some(json!({"atLeast": 3, "of": ["qa", "release"]})),
            "INVALID_VALUE",
            "rules[0].require.atLeast",
            "never be satisfied",
        ),
        (
            "/rules/0/require",
            Some(json!({"atLeast": 1, "of": ["qa", "qa"]})),
            "INVALID_VALUE",
            "rules[0].require.of[1]",
            "stands twice",
        ),
        ("/rules/0/require", Some(json!({"atLeast": 1})), "MISSING_FIELD", "rules[0].require", "\"of\" is missing"),
        (
            "/rules/0/require",
            Some(json!({"atLeast": 1, "of": []})),
            "INVALID_VALUE",
            "rules[0].require.of",
            "requires nothing",
        ),
        (
            "/rules/0/require",
            Some(json!({"atLeast": 1, "of": [{"any": ["qa"]}]})),
            "WRONG_TYPE",
            "rules[0].require.of[0]",
            "a string",
        ),
        ("/rules/0/require", Some(json!({"all": ["qa"], "none": ["qa"]})), "UNKNOWN_FIELD", "rules[0].require", "none"),
        ("/breakglass", Some(json!({})), "MISSING_FIELD", "breakglass", "annotation"),
        ("/breakglass", Some(json!(null)), "WRONG_TYPE", "breakglass", "an object, found null"),
        ("/default", Some(json!({"evaluation": "ALWAYS_DENY", "images": ["a"]})), "UNKNOWN_FIELD", "default", "images"),
        ("/default", Some(json!("ALWAYS_ALLOW")), "WRONG_TYPE", "default", "an object"),
    ]
}
