//! `dokimos policy check`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use serde_json::{Value, json};
use std::fs;
use support::{Folder, Run, dokimos_in, testdata};

/// Runs `dokimos policy check` in the folder of the shared test data.
fn check(arguments: &[&str]) -> Run {
    Run::new(dokimos_in(testdata(""), &[&["policy", "check"], arguments].concat()).output().unwrap())
}

#[test]
fn a_policy_is_shown_in_outline_with_its_risks() {
    let shown = check(&["policies/rotation.json", "--at", "2025-12-10T00:00:00Z"]).ends(0);
    let expected = "\
policies/rotation.json: a valid policy
attestor release: release pipeline, its key changed at the end of 2025
  key ni:///sha-256;Q4UGzgEXaZtfHfUb9N5bMi2nXDZhMnwkUts9_wvqLeM: RSA_SIGN_PKCS1_4096_SHA512, 4096 bits, \
valid until 2026-01-01T00:00:00Z
  key ni:///sha-256;1S5KSNKOIIs_P5frDJ8BpMREQelofHB9b4YgzjrtIFA: RSA_PSS_2048_SHA256, 2048 bits, \
valid from 2025-12-01T00:00:00Z, valid until 2028-01-01T00:00:00Z
rule shop: REQUIRE_ATTESTATION: release
rule default: ALWAYS_DENY
break-glass: kritis.grafeas.io/breakglass
warning: attestors[0].publicKeys[0].validUntil: the key is valid until 2026-01-01T00:00:00Z, less than 30 days from \
now (KEY_EXPIRES_SOON)
warning: breakglass: whoever may set the annotation may run any image; watch for the reason BREAK_GLASS (BREAK_GLASS)
";
    assert_eq!(shown, expected);
    // In YAML it is the same policy.
    let yaml = check(&["policies/rotation.yaml", "--at", "2025-12-10T00:00:00Z"]).ends(0);
    assert_eq!(yaml.replace("rotation.yaml", "rotation.json"), expected);
    let at = |time| check(&["policies/rotation.json", "--at", time]).ends(0);
    assert!(at("2025-06-01T00:00:00Z").contains("(KEY_NOT_YET_VALID)"));
    assert!(at("2026-06-01T00:00:00Z").contains("(KEY_EXPIRED)"));
    assert!(!at("2025-12-01T00:00:00Z").contains("(KEY_EXPIRE"));
}

#[test]
fn every_shared_policy_is_good() {
    let mut count = 0;
    for entry in fs::read_dir(testdata("policies")).unwrap() {
        let path = entry.unwrap().path();
        let shown = check(&[path.to_str().unwrap()]).ends(0);
        assert!(shown.starts_with(&format!("{}: a valid policy\n", path.display())), "{shown}");
        let json: Value = serde_json::from_str(&check(&[path.to_str().unwrap(), "-o", "json"]).ends(0)).unwrap();
        assert_eq!((&json["valid"], &json["problems"]), (&json!(true), &json!([])));
        // The key lists of the attestors, put together, hold every key of the document.
        let keys: usize =
            json["attestors"].as_array().unwrap().iter().map(|a| a["keys"].as_array().unwrap().len()).sum();
        assert_eq!(keys, fs::read_to_string(&path).unwrap().matches("-----BEGIN PUBLIC KEY-----").count(), "{json}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[test]
fn warnings_are_failures_for_those_who_ask() {
    let folder = Folder::new("policy-strict");
    check(&["policies/shop.json"]).ends(0);
    let shown = check(&["policies/shop.json", "--strict"]).ends(1);
    assert!(shown.contains("\nwarning: rules[3].evaluation: images run here without attestation (ALWAYS_ALLOW)\n"));
    let good = json!({"apiVersion": "dokimos.dev/v1", "kind": "Policy", "default": {"evaluation": "ALWAYS_DENY"}});
    folder.write("good", good.to_string());
    let shown = folder.run(&["policy", "check", "--strict", "good"]).ends(0);
    assert_eq!(shown, "good: a valid policy\nrule default: ALWAYS_DENY\n");
}

#[test]
fn json_says_the_same() {
    let shown = check(&["-o", "json", "--strict", "--at", "2025-12-10T00:00:00Z", "policies/rotation.json"]).ends(1);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["valid"], true);
    let codes: Vec<&Value> = shown["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["KEY_EXPIRES_SOON", "BREAK_GLASS"]);
    let key = json!({
        "id": "ni:///sha-256;1S5KSNKOIIs_P5frDJ8BpMREQelofHB9b4YgzjrtIFA", "algorithm": "RSA_PSS_2048_SHA256",
        "bits": 2048, "validFrom": "2025-12-01T00:00:00Z", "validUntil": "2028-01-01T00:00:00Z",
    });
    assert_eq!(shown["attestors"][0]["keys"][1], key);
    let rules = json!([
        {"name": "shop", "evaluation": "REQUIRE_ATTESTATION", "requires": "release", "enforcement": "BLOCK"},
        {"name": "default", "evaluation": "ALWAYS_DENY", "requires": null, "enforcement": "BLOCK"},
    ]);
    assert_eq!(shown["rules"], rules);
    assert_eq!(shown["breakglass"], "kritis.grafeas.io/breakglass");
}

#[test]
fn every_problem_is_told_with_its_place() {
    let folder = Folder::new("policy-problems");
    let pem = fs::read_to_string(testdata("keys/rsa-2048.pem")).unwrap();
    let policy = json!({
        "apiVersion": "dokimos.dev/v2", "kind": "Policy", "surplus": 1,
        "attestors": [{"name": "a", "publicKeys": [{"algorithm": "RSA_PSS_4096_SHA512", "pem": pem}]}],
        "rules": [{"name": "r", "evaluation": "REQUIRE_ATTESTATION", "require": {"all": ["a", "b"]}}],
    });
    let problems = [
        "unknown field \"surplus\"; known are apiVersion, kind, attestors, allowlist, rules, breakglass, default",
        "apiVersion: unknown value \"dokimos.dev/v2\"; known are dokimos.dev/v1",
        "attestors[0].publicKeys[0].pem: the modulus has 2048 bits, but the algorithm asks for 4096",
        "rules[0].require.all[1]: unknown attestor \"b\"",
    ];
    // JSON is YAML, so this is the same document in both.
    for file in ["bad.json", "bad.yaml", "bad"] {
        folder.write(file, policy.to_string());
        let expected: String = problems.iter().map(|problem| format!("dokimos: {file}: {problem}\n")).collect();
        let run = folder.run(&["policy", "check", file]);
        assert_eq!((run.code, run.stderr, run.stdout), (Some(3), expected, Vec::new()));
    }
    let run = folder.run(&["policy", "check", "-o", "json", "bad"]);
    assert_eq!((run.code, run.stderr.lines().count()), (Some(3), problems.len()));
    let shown: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((&shown["valid"], &shown["attestors"]), (&json!(false), &json!([])));
    let last = json!({
        "code": "INVALID_VALUE", "path": "rules[0].require.all[1]", "message": "unknown attestor \"b\"",
    });
    assert_eq!((shown["problems"].as_array().unwrap().len(), &shown["problems"][3]), (problems.len(), &last));
}

#[test]
fn the_ending_of_the_name_tells_the_language() {
    let folder = Folder::new("policy-language");
    let yaml = "apiVersion: dokimos.dev/v1\nkind: Policy\ndefault: { evaluation: ALWAYS_DENY }\n";
    for file in ["p.yaml", "p.yml", "p.YAML", "p", "p.policy"] {
        folder.write(file, yaml);
        folder.run(&["policy", "check", file]).ends(0);
    }
    folder.write("p.json", yaml);
    folder.run(&["policy", "check", "p.json"]).fails(3, "p.json: not JSON: expected value at line 1 column 1");
    folder.run_with_input(&["policy", "check", "-"], yaml.as_bytes()).ends(0);
    let twice = "{\"kind\": \"Policy\", \"kind\": \"Policy\"}";
    folder
        .run_with_input(&["policy", "check", "-"], twice.as_bytes())
        .fails(3, "standard input: the member \"kind\" stands twice at line 1 column 25");
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = Folder::new("policy-unreadable");
    folder.run(&["policy", "check", "missing"]).fails(3, "missing: no such file or folder");
    folder.run(&["policy", "check", "."]).fails(3, ".: is a folder, not a file");
    folder.run(&["policy", "check"]).refuses_usage("<FILE>");
    folder.run(&["policy"]).refuses_usage("Usage: dokimos policy <COMMAND>");
    folder.write("binary", [0xff, 0xfe, 0]);
    assert_eq!(folder.run(&["policy", "check", "binary"]).code, Some(3));
    folder.write("empty", "");
    assert_eq!(folder.run(&["policy", "check", "empty"]).code, Some(3));
    folder.write("long", vec![b' '; 4 * 1024 * 1024 + 1]);
    folder.run(&["policy", "check", "long"]).fails(3, "long: longer than 4194304 bytes");
}

#[test]
fn entries_of_keys_are_entries_of_policies() {
    let folder = Folder::new("policy-entries");
    folder.make_key("key", "2048");
    let import = |language| {
        let arguments = [
            "key",
            "import",
            "-o",
            language,
            "--algorithm",
            "RSA_PSS_2048_SHA256",
            "--id",
            "a \"b\" #c",
            "key.pub.pem",
        ];
        folder.run(&arguments).succeeds()
    };
    let mut attestor: Value = serde_json::from_str(&import("json")).unwrap();
    attestor["name"] = json!("a");
    let policy = json!({
        "apiVersion": "dokimos.dev/v1", "kind": "Policy", "attestors": [attestor],
        "default": {"evaluation": "REQUIRE_ATTESTATION", "require": "a"},
    });
    folder.write("policy.json", policy.to_string());
    let entry: String = import("yaml").lines().map(|line| format!("    {line}\n")).collect();
    folder.write(
        "policy.yaml",
        format!(
            "apiVersion: dokimos.dev/v1\nkind: Policy\nattestors:\n  - name: a\n{entry}\
             default: {{ evaluation: REQUIRE_ATTESTATION, require: a }}\n"
        ),
    );
    for file in ["policy.json", "policy.yaml"] {
        let shown = folder.run(&["policy", "check", "--strict", file]).ends(0);
        let expected = format!(
            "{file}: a valid policy\nattestor a\n  key a \"b\" #c: RSA_PSS_2048_SHA256, 2048 bits\n\
             rule default: REQUIRE_ATTESTATION: a\n"
        );
        assert_eq!(shown, expected);
    }
}
