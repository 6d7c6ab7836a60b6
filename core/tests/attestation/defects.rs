//! What is malformed: its code and its place, and that it takes nothing else down.

use super::{RESOURCE, code_and_path, cosign, only, parse, signatures, v1, v1beta1};
use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::Attestations;
use serde_json::{Value, json};

type Case<'a> = (&'a str, &'a str, &'a dyn Fn(&mut Value));

/// Each edit makes the item unreadable, wherever it stands, and leaves its neighbours alone.
fn assert_unreadable(good: &Value, cases: &[Case<'_>]) {
    for (code, path, change) in cases {
        let mut bad = good.clone();
        change(&mut bad);
        let alone = only(&bad);
        let problem = alone.problem().unwrap_or_else(|| panic!("{code} {path}: {alone:?}"));
        assert_eq!(code_and_path(problem), (*code, *path), "{bad}");
        assert_eq!((alone.untrusted_payload(), alone.signatures(), alone.unsupported()), (None, &[][..], None));

        let lines = format!("{good}\n{bad}\n{good}");
        let lists = [("[1]", json!([good, bad, good]).to_string()), ("line 2", lines)];
        for (place, document) in lists {
            let attestations = Attestations::parse(document.as_bytes()).unwrap();
            let states: Vec<_> =
                attestations.iter().map(|attestation| attestation.problem().map(code_and_path)).collect();
            let inside = match (place.starts_with('['), path.is_empty()) {
                (_, true) => place.to_string(),
                (true, false) => format!("{place}.{path}"),
                (false, false) => format!("{place}: {path}"),
            };
            assert_eq!(states, [None, Some((*code, inside.as_str())), None], "{document}");
        }
    }
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name);
}

#[test]
fn each_defect_of_a_v1_occurrence_has_its_code_and_place() {
    let duplicate = |v: &mut Value, name: &str, value: Value| v[name] = value;
    assert_unreadable(
        &v1(),
        &[
            ("WRONG_TYPE", "name", &|v| v["name"] = json!(1)),
            ("WRONG_TYPE", "kind", &|v| v["kind"] = json!(7)),
            ("WRONG_TYPE", "resourceUri", &|v| v["resourceUri"] = json!([])),
            ("MISSING_FIELD", "", &|v| v["attestation"] = Value::Null),
            ("MISSING_FIELD", "", &|v| remove(v, "attestation")),
            ("MISSING_FIELD", "", &|v| *v = json!({"note_name": "projects/p/notes/n"})),
            ("WRONG_TYPE", "attestation", &|v| v["attestation"] = json!([])),
            ("MISSING_FIELD", "attestation", &|v| v["attestation"] = json!({})),
            ("MISSING_FIELD", "attestation", &|v| v["attestation"]["serializedPayload"] = Value::Null),
            ("WRONG_TYPE", "attestation.serializedPayload", &|v| v["attestation"]["serializedPayload"] = json!({})),
            ("INVALID_VALUE", "attestation.serializedPayload", &|v| v["attestation"]["serializedPayload"] = json!("")),
            ("INVALID_VALUE", "attestation.serializedPayload", &|v| {
                v["attestation"]["serializedPayload"] = json!("e30 ")
            }),
            ("DUPLICATE_FIELD", "attestation", &|v| {
                duplicate(&mut v["attestation"], "serialized_payload", json!("e30="))
            }),
            ("DUPLICATE_FIELD", "attestation", &|v| {
                duplicate(&mut v["attestation"], "serialized_payload", Value::Null)
            }),
            ("DUPLICATE_FIELD", "", &|v| duplicate(v, "resource_uri", json!(RESOURCE))),
            ("MISSING_FIELD", "attestation", &|v| v["attestation"]["signatures"] = Value::Null),
            ("WRONG_TYPE", "attestation.signatures", &|v| v["attestation"]["signatures"] = json!({})),
            ("INVALID_VALUE", "attestation.signatures", &|v| v["attestation"]["signatures"] = json!([])),
            ("INVALID_VALUE", "attestation", &|v| v["attestation"]["attestation"] = json!({})),
        ],
    );
}

#[test]
fn each_defect_of_a_v1beta1_occurrence_has_its_code_and_place() {
    const GENERIC: &str = "genericSignedAttestation";
    let inner = |v: &mut Value, value: Value| v["attestation"]["attestation"] = value;
    let generic = |v: &mut Value, name: &str, value: Value| v["attestation"]["attestation"][GENERIC][name] = value;
    let path = "attestation.attestation.genericSignedAttestation";
    assert_unreadable(
        &v1beta1(),
        &[
            ("WRONG_TYPE", "resource", &|v| v["resource"] = json!("x")),
            ("WRONG_TYPE", "resource.uri", &|v| v["resource"]["uri"] = json!(1)),
            ("INVALID_VALUE", "attestation", &|v| v["attestation"]["serializedPayload"] = json!("e30=")),
            ("INVALID_VALUE", "attestation", &|v| v["attestation"]["signatures"] = json!([])),
            ("INVALID_VALUE", "attestation", &|v| v["attestation"]["jwts"] = json!([])),
            ("WRONG_TYPE", "attestation.attestation", &|v| inner(v, json!("x"))),
            ("MISSING_FIELD", "attestation.attestation", &|v| inner(v, json!({}))),
            ("INVALID_VALUE", "attestation.attestation", &|v| {
                v["attestation"]["attestation"]["pgpSignedAttestation"] = json!({});
            }),
            ("DUPLICATE_FIELD", "attestation.attestation", &|v| {
                v["attestation"]["attestation"]["generic_signed_attestation"] = json!({});
            }),
            ("WRONG_TYPE", path, &|v| inner(v, json!({GENERIC: []}))),
            ("WRONG_TYPE", &format!("{path}.contentType"), &|v| generic(v, "contentType", json!(1))),
            ("DUPLICATE_FIELD", path, &|v| generic(v, "content_type", json!("SIMPLE_SIGNING_JSON"))),
            ("MISSING_FIELD", path, &|v| generic(v, "serializedPayload", Value::Null)),
            ("MISSING_FIELD", path, &|v| generic(v, "signatures", Value::Null)),
            ("INVALID_VALUE", &format!("{path}.signatures"), &|v| generic(v, "signatures", json!([]))),
        ],
    );
}

#[test]
fn each_defect_of_a_cosign_signature_has_its_code_and_place() {
    assert_unreadable(
        &cosign(),
        &[
            ("MISSING_FIELD", "", &|v| v["Base64Signature"] = Value::Null),
            ("MISSING_FIELD", "", &|v| remove(v, "Base64Signature")),
            ("MISSING_FIELD", "", &|v| remove(v, "Payload")),
            // Go would take these for the members they resemble.
            ("MISSING_FIELD", "", &|v| {
                let payload = v.as_object_mut().unwrap().remove("Payload").unwrap();
                v["payload"] = payload;
            }),
            ("WRONG_TYPE", "Payload", &|v| v["Payload"] = json!({})),
            ("INVALID_VALUE", "Payload", &|v| v["Payload"] = json!("")),
            ("INVALID_VALUE", "Payload", &|v| v["Payload"] = json!("e30")),
            ("INVALID_VALUE", "Payload", &|v| v["Payload"] = json!("-_8=")),
        ],
    );
    let twice = cosign().to_string().replacen('{', r#"{"Payload":"e30=","#, 1);
    let attestations = Attestations::parse(twice.as_bytes()).unwrap();
    let problem = attestations.iter().next().unwrap().problem().unwrap();
    assert_eq!(code_and_path(problem), ("DUPLICATE_FIELD", ""));
}

#[test]
fn a_malformed_signature_leaves_the_others_readable() {
    let base = "attestation.signatures[0]";
    let long = BASE64_STANDARD.encode([7; 1025]);
    let cases: &[(&str, &str, Option<&str>, Value)] = &[
        ("WRONG_TYPE", base, None, json!("x")),
        ("WRONG_TYPE", base, None, Value::Null),
        ("MISSING_FIELD", base, None, json!({"signature": "b25l"})),
        ("WRONG_TYPE", &format!("{base}.publicKeyId"), None, json!({"publicKeyId": 1, "signature": "b25l"})),
        ("INVALID_VALUE", &format!("{base}.publicKeyId"), None, json!({"publicKeyId": "", "signature": "b25l"})),
        ("DUPLICATE_FIELD", base, None, json!({"publicKeyId": "a", "public_key_id": "a", "signature": "b25l"})),
        ("MISSING_FIELD", base, Some("a"), json!({"publicKeyId": "a"})),
        ("WRONG_TYPE", &format!("{base}.signature"), Some("a"), json!({"publicKeyId": "a", "signature": []})),
        ("INVALID_VALUE", &format!("{base}.signature"), Some("a"), json!({"publicKeyId": "a", "signature": ""})),
        ("INVALID_VALUE", &format!("{base}.signature"), Some("a"), json!({"publicKeyId": "a", "signature": "b25l\n"})),
        ("LIMIT_REACHED", &format!("{base}.signature"), Some("a"), json!({"publicKeyId": "a", "signature": long})),
    ];
    for (code, path, key_id, signature) in cases {
        let mut value = v1();
        value["attestation"]["signatures"][0] = signature.clone();
        let attestation = only(&value);
        let [bad, good] = attestation.signatures() else { panic!("{attestation:?}") };
        assert_eq!((code_and_path(bad.bytes().unwrap_err()), bad.key_id()), ((*code, *path), *key_id));
        assert_eq!((good.bytes().unwrap(), good.key_id()), (&b"two"[..], Some("key-2")));
        assert_eq!((attestation.problem(), attestation.untrusted_payload()), (None, Some(&b"payload"[..])));
    }
    for (code, signature) in [
        ("WRONG_TYPE", json!(1)),
        ("INVALID_VALUE", json!("")),
        ("INVALID_VALUE", json!("b25l=")),
        ("LIMIT_REACHED", json!(long)),
    ] {
        let mut value = cosign();
        value["Base64Signature"] = signature;
        let attestation = only(&value);
        assert_eq!(code_and_path(attestation.signatures()[0].bytes().unwrap_err()), (code, "Base64Signature"));
    }
}

#[test]
fn what_is_not_a_list_of_attestations_is_an_error() {
    let good = v1().to_string();
    for (document, code, path) in [
        (String::new(), "SYNTAX", ""),
        ("x".into(), "SYNTAX", ""),
        (good.clone() + "x", "SYNTAX", "line 1"),
        (format!("{good}\n{good}x\n{good}"), "SYNTAX", "line 2"),
        (format!("{good}{good}"), "SYNTAX", "line 1"),
        (format!("[{good}"), "SYNTAX", ""),
        (format!("\u{feff}{good}"), "SYNTAX", ""),
        ("5".into(), "UNKNOWN_FORMAT", ""),
        ("null".into(), "UNKNOWN_FORMAT", ""),
        ("[[]]".into(), "UNKNOWN_FORMAT", "[0]"),
        ("[{}]".into(), "UNKNOWN_FORMAT", "[0]"),
        (r#"{"critical":{}}"#.into(), "UNKNOWN_FORMAT", ""),
        // A policy in the place of the attestations.
        (r#"{"apiVersion":"dokimos.dev/v1","kind":"Policy"}"#.into(), "UNKNOWN_FORMAT", ""),
        ("1\n2".into(), "UNKNOWN_FORMAT", "line 1"),
        (r#"{"occurrences":{}}"#.into(), "WRONG_TYPE", "occurrences"),
        (format!("{good}\n{{\"occurrences\":1}}"), "WRONG_TYPE", "line 2: occurrences"),
        (r#"{"occurrences":[],"occurrences":[]}"#.into(), "DUPLICATE_FIELD", ""),
    ] {
        let problem = Attestations::parse(document.as_bytes()).unwrap_err();
        assert_eq!(code_and_path(&problem), (code, path), "{document}: {problem}");
    }
    assert_eq!(Attestations::parse(b"\"\xff\"").unwrap_err().code(), "SYNTAX");
}

#[test]
fn a_stranger_among_attestations_is_reported() {
    for stranger in [json!(5), json!([v1()]), json!({"occurrences": [v1()]}), json!({"critical": {}})] {
        let attestations = parse(&json!([stranger, v1()])).unwrap();
        let [bad, good] = attestations.iter().collect::<Vec<_>>()[..] else { panic!("{attestations:?}") };
        assert_eq!((bad.format(), bad.source()), ("unknown", "[0]"));
        assert_eq!(code_and_path(bad.problem().unwrap()), ("UNKNOWN_FORMAT", "[0]"));
        assert_eq!(signatures(good).len(), 2);
    }
    // An empty page is known, too.
    let attestations = Attestations::parse(b"{}\n5").unwrap();
    assert_eq!(attestations.iter().map(|stranger| stranger.source()).collect::<Vec<_>>(), ["line 2"]);
    // In a page everything is an occurrence.
    let attestations = parse(&json!({"occurrences": [5, {}, v1()]})).unwrap();
    let problems: Vec<_> = attestations.iter().map(|attestation| attestation.problem().map(code_and_path)).collect();
    let expected = [Some(("WRONG_TYPE", "occurrences[0]")), Some(("MISSING_FIELD", "occurrences[1]")), None];
    assert_eq!(problems, expected);
}
