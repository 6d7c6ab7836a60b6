//! in-toto Statements: what is read of one, what is refused, and that a verified one stays bound to its signature.

#![cfg(feature = "alloc")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use dokimos::{
    Attestations, Budget, COSIGN_SIMPLE_SIGNING_TYPE, Digest, Payload, Problem, PublicKey, ReasonCode, Statement,
    VerifiedAttestation,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

const HEX: &str = "15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

fn statement() -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "a", "digest": {"sha512": "ff", "gitCommit": "00"}, "uri": "x", "annotations": {"b": 1}},
            {"digest": {"sha256": HEX}},
        ],
        "predicateType": "https://example.com/p",
        "predicate": {"z": [1, 2.5, null], "a": {"b": "\u{e9}<"}},
        "unknown": [true],
    })
}

fn parse(text: &str) -> Result<Statement<'_>, Problem> {
    Statement::parse(text.as_bytes(), &Budget::default())
}

#[test]
fn a_statement_says_what_stands_in_it() {
    for version in ["v1", "v0.1"] {
        let text = statement().to_string().replace("Statement/v1", &format!("Statement/{version}"));
        let read = parse(&text).unwrap();
        assert_eq!(read.predicate_type(), "https://example.com/p");
        let names: Vec<_> = read.subjects().map(dokimos::Subject::name).collect();
        assert_eq!(names, [Some("a"), None]);
        let mut digests: Vec<_> = read.subjects().next().unwrap().digests().collect();
        digests.sort_unstable();
        assert_eq!(digests, [("gitCommit", "00"), ("sha512", "ff")]);
        assert_eq!(read.subjects().nth(1).unwrap().digests().collect::<Vec<_>>(), [("sha256", HEX)]);
        let predicate = read.predicate().unwrap();
        assert_eq!(predicate, r#"{"a":{"b":"é\u003c"},"z":[1,2.5,null]}"#);
        assert_eq!(serde_json::from_str::<Value>(&predicate).unwrap(), statement()["predicate"]);
    }
    for absent in [json!(null), json!("")] {
        let mut value = statement();
        value["subject"][0]["name"] = absent;
        value["predicate"] = Value::Null;
        let text = value.to_string();
        let read = parse(&text).unwrap();
        assert_eq!((read.subjects().next().unwrap().name(), read.predicate()), (None, None));
    }
}

#[test]
fn each_defect_has_its_code_and_place() {
    let many = |count: usize| -> Value {
        (0..count).map(|n| (format!("a{n}"), json!(HEX))).collect::<serde_json::Map<_, _>>().into()
    };
    for (pointer, value, code, path) in [
        ("/_type", json!("https://in-toto.io/Statement/v0.2"), "INVALID_VALUE", "_type"),
        ("/_type", json!("https://in-toto.io/Statement/v1/"), "INVALID_VALUE", "_type"),
        ("/_type", json!("layout"), "INVALID_VALUE", "_type"),
        ("/_type", json!(""), "INVALID_VALUE", "_type"),
        ("/_type", json!(1), "WRONG_TYPE", "_type"),
        ("/_type", Value::Null, "MISSING_FIELD", ""),
        ("/subject", Value::Null, "MISSING_FIELD", ""),
        ("/subject", json!({}), "WRONG_TYPE", "subject"),
        ("/subject", json!([]), "INVALID_VALUE", "subject"),
        ("/subject", json!(vec![json!({"digest": {"a": "b"}}); 1025]), "LIMIT_REACHED", "subject"),
        ("/subject/1", Value::Null, "WRONG_TYPE", "subject[1]"),
        ("/subject/1/name", json!(["a"]), "WRONG_TYPE", "subject[1].name"),
        ("/subject/1/digest", Value::Null, "MISSING_FIELD", "subject[1]"),
        ("/subject/1/digest", json!(HEX), "WRONG_TYPE", "subject[1].digest"),
        ("/subject/1/digest", json!({}), "INVALID_VALUE", "subject[1].digest"),
        ("/subject/1/digest", many(33), "LIMIT_REACHED", "subject[1].digest"),
        ("/subject/1/digest/sha256", json!([HEX]), "WRONG_TYPE", "subject[1].digest.sha256"),
        ("/subject/1/digest/sha1", Value::Null, "WRONG_TYPE", "subject[1].digest.sha1"),
        ("/predicateType", Value::Null, "MISSING_FIELD", ""),
        ("/predicateType", json!({}), "WRONG_TYPE", "predicateType"),
        ("/predicate", json!("text"), "WRONG_TYPE", "predicate"),
        ("/predicate", json!([]), "WRONG_TYPE", "predicate"),
    ] {
        let mut document = statement();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            other => other[name] = value,
        }
        let text = document.to_string();
        let problem = parse(&text).unwrap_err();
        assert_eq!((problem.code(), problem.path()), (code, path), "{pointer}: {problem}");
    }
    let most = json!(vec![json!({"digest": many(32)}); 1024]);
    let mut document = statement();
    document["subject"] = most;
    assert_eq!(parse(&document.to_string()).unwrap().subjects().len(), 1024);

    let good = statement().to_string();
    for (from, to) in [
        ("\"_type\"", "\"_type\":\"x\",\"_type\""),
        ("\"subject\"", "\"subject\":[],\"subject\""),
        ("\"sha256\"", "\"sha256\":\"00\",\"sha256\""),
        ("\"digest\"", "\"digest\":{},\"digest\""),
        ("\"predicateType\"", "\"predicateType\":\"x\",\"predicateType\""),
        ("\"z\"", "\"z\":1,\"z\""),
        ("\"unknown\"", "\"unknown\":1,\"unknown\""),
        ("\"sha256\"", "\"sha\\u0032\\u0035\\u0036\":\"00\",\"sha256\""),
    ] {
        let twice = good.replace(from, to);
        assert_ne!(twice, good);
        assert_eq!(parse(&twice).unwrap_err().code(), "DUPLICATE_FIELD", "{twice}");
    }
    for text in ["", "{}{}", "x", &format!("{good} {good}"), good.trim_start_matches('{')] {
        assert_eq!(parse(text).unwrap_err().code(), "SYNTAX", "{text}");
    }
    // Go would take these for the members they resemble.
    for (from, to) in [("_type", "_Type"), ("predicateType", "predicatetype"), ("subject", "Subject")] {
        assert_eq!(parse(&good.replace(from, to)).unwrap_err().code(), "MISSING_FIELD", "{to}");
    }
}

#[test]
fn the_type_of_a_payload_says_how_it_is_read() {
    let text = statement().to_string();
    let simple = format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"a"}},"image":{{"docker-manifest-digest":"sha256:{HEX}"}},"type":"atomic container signature"}}}}"#
    );
    let read = |kind: Option<&str>, text: &str| match Payload::parse(kind, text.as_bytes(), &Budget::default()) {
        Ok(Payload::SimpleSigning(claim)) => Ok(claim.docker_reference().to_owned()),
        Ok(Payload::Statement(statement)) => Ok(statement.predicate_type().to_owned()),
        Ok(other) => panic!("{other:?}"),
        Err(problem) => Err(problem.code()),
    };
    for kind in [None, Some(COSIGN_SIMPLE_SIGNING_TYPE)] {
        assert_eq!(read(kind, &simple), Ok("a".into()));
        assert_eq!(read(kind, &text), Err("UNKNOWN_FIELD"));
    }
    for kind in ["application/vnd.in-toto+json", "application/vnd.in-toto.provenance+json"] {
        assert_eq!(read(Some(kind), &text), Ok("https://example.com/p".into()));
        assert_eq!(read(Some(kind), &simple), Err("MISSING_FIELD"));
    }
    for kind in [
        "",
        "application/json",
        "application/vnd.in-toto",
        "application/vnd.in-toto.+json",
        "application/vnd.in-totox+json",
        "application/vnd.in-toto.x",
        "application/vnd.in-toto+json ",
        "Application/vnd.in-toto+json",
        "http://example.com/HelloWorld",
    ] {
        assert_eq!(read(Some(kind), &text), Err("UNKNOWN_FORMAT"), "{kind}");
    }
}

fn testdata(file: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/evidence").join(file)).unwrap()
}

#[test]
fn only_a_good_signature_gives_out_a_statement() {
    let key = PublicKey::from_pem(testdata("keys/release.pub.pem"), "RSA_PSS_2048_SHA256".parse().unwrap()).unwrap();
    let verify = |file: &str, check: &dyn Fn(Result<VerifiedAttestation<'_>, ReasonCode>)| {
        let attestations = Attestations::parse(&testdata(file)).unwrap();
        let attestation = attestations.iter().next().unwrap();
        let signature = attestation.signatures()[0].bytes().unwrap();
        let verified = VerifiedAttestation::verify(attestation, signature, &key, &Budget::default());
        check(verified.map_err(|outcome| outcome.code()));
    };
    let digest: Digest = format!("sha256:{HEX}").parse().unwrap();
    let other: Digest = format!("sha256:{}", HEX.replace('1', "2")).parse().unwrap();
    let longer: Digest = format!("sha512:{HEX}{HEX}").parse().unwrap();
    for file in ["dsse.json", "occurrence-envelope.json", "dsse-simple-signing.json", "release.json"] {
        verify(file, &|verified| {
            let verified = verified.unwrap();
            assert!(verified.is_about(&digest) && !verified.is_about(&other) && !verified.is_about(&longer), "{file}");
            assert_eq!(verified.is_pre_authentication_encoded(), file != "release.json");
        });
    }
    verify("claim-vulnerabilities.json", &|verified| {
        let verified = verified.unwrap();
        let Payload::Statement(statement) = verified.payload() else { panic!("{verified:?}") };
        assert_eq!(statement.predicate().unwrap(), r#"{"scanner":{"result":{"critical":7}}}"#);
    });
    for (file, code) in [
        ("dsse-stranger.json", ReasonCode::BadSignature),
        ("dsse-raw.json", ReasonCode::BadSignature),
        ("dsse-type-swapped.json", ReasonCode::BadSignature),
        ("dsse-pkcs1.json", ReasonCode::AlgorithmMismatch),
        ("dsse-other-type.json", ReasonCode::PayloadUnreadable),
        ("statement-not-json.json", ReasonCode::PayloadUnreadable),
    ] {
        verify(file, &|verified| assert_eq!(verified.map(|_| ()), Err(code), "{file}"));
    }
}

/// The same with every number as a float: 1e2 is 100.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), by_value(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = Statement::parse(&bytes, &Budget::default());
    }

    /// What is read is what serde_json reads; what it reads and we do not has a reason.
    #[test]
    fn a_changed_statement_is_read_as_serde_json_reads_it(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..3),
    ) {
        let mut bytes = statement().to_string().into_bytes();
        for (at, byte, edit) in edits {
            let at = at.index(bytes.len());
            match edit {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        let Ok(read) = Statement::parse(&bytes, &Budget::default()) else { return Ok(()) };
        let theirs: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(read.predicate_type(), theirs["predicateType"].as_str().unwrap());
        prop_assert_eq!(read.subjects().len(), theirs["subject"].as_array().unwrap().len());
        for (subject, theirs) in read.subjects().zip(theirs["subject"].as_array().unwrap()) {
            prop_assert_eq!(subject.name(), theirs["name"].as_str().filter(|name| !name.is_empty()));
            prop_assert_eq!(subject.digests().count(), theirs["digest"].as_object().unwrap().len());
            for (algorithm, value) in subject.digests() {
                prop_assert_eq!(Some(value), theirs["digest"][algorithm].as_str());
            }
        }
        let predicate = read.predicate().map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        prop_assert_eq!(by_value(&predicate), by_value(theirs.get("predicate").unwrap_or(&Value::Null)));
    }
}
