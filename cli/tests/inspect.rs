//! `dokimos inspect` and `dokimos reasons`.

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

const WEB: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const RELEASE_KEY: &str = "ni:///sha-256;1S5KSNKOIIs_P5frDJ8BpMREQelofHB9b4YgzjrtIFA";
const NOT_VERIFIED: &str = "NOT VERIFIED: this is what the documents say, and anybody can write such a document.\n";

/// Runs `dokimos inspect` in the folder of the shared test data.
fn inspect(arguments: &[&str]) -> Run {
    Run::new(dokimos_in(testdata(""), &[&["inspect"], arguments].concat()).output().unwrap())
}

#[test]
fn an_attestation_is_shown_and_not_believed() {
    let shown = inspect(&["evidence/release.json", "evidence/release-optional.json"]).ends(0);
    let expected = format!(
        "{NOT_VERIFIED}
evidence/release.json: projects/shop/occurrences/o3
  format: grafeas/v1
  resource: https://{WEB} (no signature covers this)
  payload: 223 bytes
    image: {WEB}
    type: atomic container signature
  signature: 256 bytes, said to be by key {RELEASE_KEY}

evidence/release-optional.json
  format: cosign
  payload: 313 bytes
    image: {WEB}
    type: cosign container image signature
    optional: {{\"build\":{{\"ids\":[1,null,2.5]}},\"creator\":\"cosign\",\"timestamp\":1790000000}}
  signature: 256 bytes, no key named
"
    );
    assert_eq!(shown, expected);
    // A forgery is shown all the same.
    let shown = inspect(&["evidence/all-zero.json"]).ends(0);
    assert!(shown.starts_with(NOT_VERIFIED) && shown.contains("signature: 256 bytes, said to be by key"), "{shown}");
}

#[test]
fn a_statement_is_shown_with_its_subjects() {
    let shown =
        inspect(&["evidence/statement-second.json", "evidence/bundle.json", "evidence/dsse-other-type.json"]).ends(0);
    let (repository, hex) = WEB.split_once("@sha256:").unwrap();
    let expected = format!(
        "{NOT_VERIFIED}
evidence/statement-second.json
  format: dsse
  payload: 292 bytes of type application/vnd.in-toto+json
    subject: a
      sha512: ff
    subject: {repository}
      sha256: {hex}
    predicate type: https://sigstore.dev/cosign/sign/v1
    predicate: {{}}
  signature: 256 bytes, no key named

evidence/bundle.json
  format: sigstore-bundle
  payload: 213 bytes of type application/vnd.in-toto+json
    subject: without a name
      sha256: {hex}
    predicate type: https://sigstore.dev/cosign/sign/v1
    predicate: {{}}
  signature: 256 bytes, said to be by key HINT

evidence/dsse-other-type.json
  format: dsse
  payload: 252 bytes of type text/plain
    says nothing that can be read: a payload of type \"text/plain\" is not supported
  signature: 256 bytes, no key named
"
    );
    let hint = shown.lines().find_map(|line| line.strip_prefix("  signature: 256 bytes, said to be by key ")).unwrap();
    assert_eq!(hint.len(), 44, "{shown}");
    assert_eq!(shown, expected.replace("HINT", hint));
    let shown = inspect(&["-o", "json", "evidence/claim-vulnerabilities.json"]).ends(0);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let payload = &shown["attestations"][0]["payload"];
    assert_eq!((&payload["type"], &payload["claim"]), (&json!("application/vnd.in-toto+json"), &Value::Null));
    let statement = json!({
        "subjects": [{"name": repository, "digest": {"sha256": hex}}],
        "predicateType": "https://cosign.sigstore.dev/attestation/vuln/v1",
        "predicate": {"scanner": {"result": {"critical": 7}}},
    });
    assert_eq!(payload["statement"], statement);
}

/// A statement can have a thousand subjects; a person is shown the first.
#[test]
fn the_list_of_subjects_that_is_shown_is_bounded() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let folder = Folder::new("inspect-subjects");
    let subjects = vec![json!({"name": "\u{1b}[2J", "digest": {"sha256": "\u{202e}"}}); 20];
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": "\n\u{1b}[2J",
        "predicate": {"\u{202e}": 1},
    });
    let payload = STANDARD.encode(statement.to_string());
    let envelope = json!({
        "payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AQID"}],
    });
    folder.write("dsse.json", envelope.to_string());
    let shown = folder.run(&["inspect", "dsse.json"]).ends(0);
    assert_eq!(shown.matches("    subject: ").count(), 16, "{shown}");
    assert!(shown.contains("\n    4 more subjects\n    predicate type: \\u{a}\\u{1b}[2J\n"), "{shown}");
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{shown}");
}

#[test]
fn what_cannot_be_used_is_shown_with_its_reason() {
    for (file, line) in [
        ("pgp", "  not supported: a PGP signed attestation"),
        ("jwt", "  not supported: a JWT attestation"),
        ("bundle-keyless", "  not supported: a keyless sigstore bundle (signed with a certificate)"),
        ("vulnerability", "  not supported: an occurrence of kind VULNERABILITY"),
        ("malformed", "  unreadable: attestation.serializedPayload: not base64: a character outside the alphabet"),
        (
            "malformed-signature",
            "  signature: unreadable: attestation.signatures[0].signature: not base64: a character outside the \
             alphabet, said to be by key ni:///sha-256;1S5KSNKOIIs_P5frDJ8BpMREQelofHB9b4YgzjrtIFA",
        ),
        ("payload-not-json", "    says nothing that can be read: not JSON: expected value at line 1 column 1"),
        ("payload-no-image", "    says nothing that can be read: critical: the field \"image\" is missing"),
    ] {
        let shown = inspect(&[&format!("evidence/{file}.json")]).ends(0);
        assert!(shown.lines().any(|shown| shown == line), "{file}: {shown}");
    }
    assert_eq!(
        inspect(&["evidence/empty.json"]).ends(0),
        format!("{NOT_VERIFIED}\nThere are no attestations in it.\n")
    );
}

#[test]
fn json_says_the_same_and_that_nothing_is_verified() {
    let shown = inspect(&["-o", "json", "evidence/release-optional.json", "evidence/malformed-beside-good.json"]);
    let shown: Value = serde_json::from_str(&shown.ends(0)).unwrap();
    let claim = |kind, annotations| {
        let (reference, digest) = WEB.split_once('@').unwrap();
        json!({"dockerReference": reference, "manifestDigest": digest, "type": kind, "annotations": annotations})
    };
    let annotations = json!({"build": {"ids": [1, null, 2.5]}, "creator": "cosign", "timestamp": 1_790_000_000});
    let expected = json!({"verified": false, "attestations": [
        {
            "source": "evidence/release-optional.json", "format": "cosign", "resource": null,
            "payload": {"bytes": 313, "type": null, "problem": null, "statement": null, "claim": claim("cosign container image signature", annotations)},
            "signatures": [{"keyId": null, "bytes": 256, "problem": null}], "problem": null, "unsupported": null,
        },
        {
            "source": "evidence/malformed-beside-good.json: [0]", "format": "grafeas/v1",
            "resource": format!("https://{WEB}"), "payload": null, "signatures": [], "unsupported": null,
            "problem": {
                "code": "INVALID_VALUE", "path": "[0].attestation.serializedPayload",
                "message": "not base64: a character outside the alphabet",
            },
        },
        {
            "source": "evidence/malformed-beside-good.json: [1]", "format": "grafeas/v1",
            "resource": format!("https://{WEB}"), "problem": null, "unsupported": null,
            "payload": {"bytes": 223, "type": null, "problem": null, "statement": null, "claim": claim("atomic container signature", Value::Null)},
            "signatures": [{"keyId": RELEASE_KEY, "bytes": 256, "problem": null}],
        },
    ]});
    assert_eq!(shown, expected);
    assert_eq!(inspect(&["-o", "json", "evidence/empty.json"]).ends(0), "{\"verified\":false,\"attestations\":[]}\n");
}

#[test]
fn files_folders_and_the_standard_input_are_read() {
    let folder = Folder::new("inspect-sources");
    fs::create_dir(folder.path().join("found")).unwrap();
    for name in ["b", "a"] {
        fs::copy(testdata("evidence/release.json"), folder.path().join("found").join(name)).unwrap();
    }
    let shown = folder.run(&["inspect", "found"]).ends(0);
    let sources: Vec<&str> = shown.lines().filter(|line| line.contains(": projects/")).collect();
    assert_eq!(sources, ["a: projects/shop/occurrences/o3", "b: projects/shop/occurrences/o3"]);
    let input = fs::read(testdata("evidence/release.json")).unwrap();
    let shown = folder.run_with_input(&["inspect", "-"], &input).ends(0);
    assert!(shown.contains("\nstandard input: projects/shop/occurrences/o3\n"), "{shown}");
    folder.run(&["inspect", "-", "-"]).fails(2, "-: the standard input can be read for one input only");
    folder.run(&["inspect"]).refuses_usage("<FILE>...");
    folder.run(&["inspect", "missing"]).fails(3, "missing: no such file or folder");
    folder.write("text", "a text");
    folder.run(&["inspect", "text"]).fails(3, "text: not JSON: expected value at line 1 column 1");
    folder.write("found/text", "{}{");
    assert_eq!(folder.run(&["inspect", "found"]).code, Some(3));
}

/// Whoever wrote the document chose every word of it.
#[test]
fn a_document_cannot_write_what_it_likes_on_the_screen() {
    let folder = Folder::new("inspect-screen");
    let evil = "\u{1b}[2J\u{202e}\nVERIFIED";
    let payload = json!({
        "critical": {
            "identity": {"docker-reference": format!("{evil}{}", "x".repeat(100_000))},
            "image": {"docker-manifest-digest": evil},
            "type": "cosign container image signature",
        },
        "optional": {evil: evil},
    });
    use base64::{Engine, engine::general_purpose::STANDARD};
    let occurrence = json!({
        "name": evil, "resourceUri": evil, "kind": "ATTESTATION", "noteName": "projects/p/notes/n",
        "attestation": {
            "serializedPayload": STANDARD.encode(payload.to_string()),
            "signatures": [{"publicKeyId": evil, "signature": "AQID"}, {"publicKeyId": evil, "signature": evil}],
        },
    });
    folder.write("evil.json", occurrence.to_string());
    let shown = folder.run(&["inspect", "evil.json"]).ends(0);
    assert!(shown.contains("\\u{1b}[2J\\u{202e}\\u{a}VERIFIED") && shown.len() < 10_000, "{shown}");
    assert!(!shown.lines().any(|line| line.starts_with("VERIFIED")), "{shown}");
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{shown}");
    let json = folder.run(&["inspect", "-o", "json", "evil.json"]).ends(0);
    assert_eq!(json.lines().count(), 1);
    assert!(serde_json::from_str::<Value>(&json).is_ok());
}

#[test]
fn every_reason_is_listed() {
    let folder = Folder::new("reasons");
    let shown = folder.run(&["reasons"]).ends(0);
    let json: Value = serde_json::from_str(&folder.run(&["reasons", "-o", "json"]).ends(0)).unwrap();
    let reasons = json.as_array().unwrap();
    assert_eq!(
        (shown.lines().count(), reasons.len()),
        (dokimos::ReasonCode::ALL.len(), dokimos::ReasonCode::ALL.len())
    );
    for (line, reason) in shown.lines().zip(reasons) {
        let fields: Vec<&str> = line.splitn(3, "  ").collect();
        assert_eq!(fields[0], reason["number"].to_string());
        assert_eq!(fields[1], reason["code"].as_str().unwrap());
        assert_eq!(fields[2].trim_start(), reason["description"].as_str().unwrap());
    }
    assert!(
        shown.starts_with("100  ATTESTED                The attestations that the rule requires are there"),
        "{shown}"
    );
    assert_eq!((&reasons[0]["allows"], &reasons[4]["allows"]), (&json!(true), &json!(false)));
}
