//! Simple signing payloads: the bytes that each tool signs, and everything that a reader must refuse.

#![cfg(feature = "alloc")]
mod support;

use dokimos::{Budget, PayloadStyle, PreAuthenticationEncoding, SignatureType, SimpleSigning};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;

const REFERENCE: &str = "gcr.io/kritis-project/kritis-server";
const DIGEST: &str = "sha256:b3f3eccfd27c9864312af3796067e7db28007a1566e1e042c5862eed3ff1b2c8";

fn parse(text: &(impl AsRef<[u8]> + ?Sized)) -> Result<SimpleSigning<'_>, (&'static str, String)> {
    SimpleSigning::parse(text.as_ref(), &Budget::default()).map_err(|problem| (problem.code(), problem.path().into()))
}

fn payload() -> Value {
    json!({
        "critical": {
            "identity": {"docker-reference": REFERENCE},
            "image": {"docker-manifest-digest": DIGEST},
            "type": "atomic container signature",
        },
    })
}

#[test]
fn each_style_is_written_as_its_tool_does() {
    let Some(folder) = support::vectors("kritis/payload") else { return };
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let length = |file: &str| {
        let mut files = manifest["files"].as_array().unwrap().iter();
        files.find(|entry| entry["file"] == file).map(|entry| usize::try_from(entry["len"].as_u64().unwrap()).unwrap())
    };
    for (style, file) in [
        (PayloadStyle::Gcloud, "gcloud_create_signature_payload.json"),
        (PayloadStyle::Kritis, "kritis_signer.json"),
        (PayloadStyle::Voucher, "voucher_compact.json"),
        (PayloadStyle::Kritis, "container_test_expected_payload.json"),
    ] {
        let golden = fs::read(folder.join(file)).unwrap();
        let written = SimpleSigning::write(style, REFERENCE, DIGEST, None).unwrap();
        assert_eq!(written, golden, "{file}");
        // The last one was recorded from kritis itself and is not in the list.
        if let Some(length) = length(file) {
            assert_eq!(written.len(), length, "{file}");
        }
        let claim = parse(&golden).unwrap();
        assert_eq!((claim.docker_reference(), claim.manifest_digest()), (REFERENCE, DIGEST), "{file}");
        assert_eq!((claim.signature_type(), claim.annotations()), (style.signature_type(), None), "{file}");
    }
}

#[test]
fn cosign_goldens_are_written_to_the_byte() {
    let Some(file) = support::vectors("sigstore/simple-signing/payload-goldens.json") else { return };
    let goldens: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let exact = goldens["marshal_exact"].as_array().unwrap();
    assert_eq!(exact.len(), 4);
    for golden in exact {
        let golden = golden.as_str().unwrap();
        let claim = parse(golden).unwrap();
        let (reference, digest) = (claim.docker_reference(), claim.manifest_digest());
        let written =
            SimpleSigning::write(PayloadStyle::Cosign, reference, digest, claim.annotations().as_deref()).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), golden);
        assert_eq!(claim.signature_type(), SignatureType::Cosign);
    }
    // sigstore's own type reads cosign's payloads only; ours also reads those of containers/image.
    for other in goldens["unmarshal_reject_in_sigstore_lib"].as_array().unwrap() {
        let claim = parse(other.as_str().unwrap()).unwrap();
        assert_eq!((claim.signature_type(), claim.annotations().as_deref()), (SignatureType::Atomic, Some("{}")));
    }
}

#[test]
fn payloads_in_use_are_read() {
    let Some(folder) = support::vectors("sigstore/simple-signing") else { return };
    for (name, reference, annotations) in [
        ("suse-toolbox", "registry.suse.com/suse/sle-micro/5.0/toolbox", Some(r#"{"creator":"OBS"}"#)),
        ("busybox-ecdsa", "registry-testing.svc.lan/busybox", None),
    ] {
        let payload = fs::read(folder.join(name).join("payload.json")).unwrap();
        let claim = parse(&payload).unwrap();
        assert_eq!((claim.docker_reference(), claim.annotations().as_deref()), (reference, annotations), "{name}");
    }
}

#[test]
fn minted_payloads_are_read_or_refused_by_the_strict_column() {
    let Some(folder) = support::vectors("sigstore/minted/simple") else { return };
    let cases: Value = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 19);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let payload = fs::read(folder.join(format!("{name}.payload"))).unwrap();
        let result = parse(&payload);
        let expected = match name {
            "unknown-critical-member" => Some(("UNKNOWN_FIELD", "critical")),
            "duplicate-digest-last-good" => Some(("DUPLICATE_FIELD", "")),
            "case-folded-member" => Some(("UNKNOWN_FIELD", "critical.image")),
            // The others are refused by their signature, digest or name, or not at all.
            _ => None,
        };
        match (&result, expected) {
            (Err((code, path)), Some(expected)) => assert_eq!((*code, path.as_str()), expected, "{name}"),
            (Ok(claim), None) => {
                let same = claim.manifest_digest() == case["digest"].as_str().unwrap();
                assert_eq!(same, name != "wrong-digest", "{name}");
                let same = claim.docker_reference() == case["image"].as_str().unwrap();
                assert_eq!(same, name != "other-reference", "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn each_defect_has_its_code_and_place() {
    let edit = |change: &dyn Fn(&mut Value)| {
        let mut value = payload();
        change(&mut value);
        parse(&value.to_string()).map(|_| ())
    };
    type Case<'a> = (&'a str, &'a str, &'a dyn Fn(&mut Value));
    let cases: &[Case<'_>] = &[
        ("WRONG_TYPE", "", &|v| *v = json!([v.clone()])),
        ("WRONG_TYPE", "", &|v| *v = Value::Null),
        ("UNKNOWN_FIELD", "", &|v| v["more"] = Value::Null),
        ("UNKNOWN_FIELD", "", &|v| v["Optional"] = Value::Null),
        ("UNKNOWN_FIELD", "critical", &|v| v["critical"]["Type"] = json!("atomic container signature")),
        ("UNKNOWN_FIELD", "critical.identity", &|v| v["critical"]["identity"]["tag"] = json!("1")),
        ("UNKNOWN_FIELD", "critical.image", &|v| v["critical"]["image"]["size"] = json!(1)),
        ("MISSING_FIELD", "", &|v| *v = json!({})),
        ("MISSING_FIELD", "critical", &|v| drop(v["critical"].as_object_mut().unwrap().remove("identity"))),
        ("MISSING_FIELD", "critical", &|v| drop(v["critical"].as_object_mut().unwrap().remove("image"))),
        ("MISSING_FIELD", "critical", &|v| drop(v["critical"].as_object_mut().unwrap().remove("type"))),
        ("MISSING_FIELD", "critical.identity", &|v| v["critical"]["identity"] = json!({})),
        ("MISSING_FIELD", "critical.image", &|v| v["critical"]["image"] = json!({})),
        ("WRONG_TYPE", "critical", &|v| v["critical"] = json!("x")),
        ("WRONG_TYPE", "critical.identity", &|v| v["critical"]["identity"] = Value::Null),
        ("WRONG_TYPE", "critical.identity.docker-reference", &|v| {
            v["critical"]["identity"]["docker-reference"] = Value::Null;
        }),
        ("WRONG_TYPE", "critical.image", &|v| v["critical"]["image"] = json!([])),
        ("WRONG_TYPE", "critical.image.docker-manifest-digest", &|v| {
            v["critical"]["image"]["docker-manifest-digest"] = json!([DIGEST]);
        }),
        ("WRONG_TYPE", "critical.type", &|v| v["critical"]["type"] = json!(1)),
        ("WRONG_TYPE", "optional", &|v| v["optional"] = json!(5)),
        ("WRONG_TYPE", "optional", &|v| v["optional"] = json!([])),
        ("WRONG_TYPE", "optional", &|v| v["optional"] = json!("")),
        ("WRONG_TYPE", "optional", &|v| v["optional"] = json!(false)),
        ("INVALID_VALUE", "critical.identity.docker-reference", &|v| {
            v["critical"]["identity"]["docker-reference"] = json!("");
        }),
        ("INVALID_VALUE", "critical.image.docker-manifest-digest", &|v| {
            v["critical"]["image"]["docker-manifest-digest"] = json!("");
        }),
        ("INVALID_VALUE", "critical.type", &|v| v["critical"]["type"] = json!("")),
        ("INVALID_VALUE", "critical.type", &|v| v["critical"]["type"] = json!("atomic container signature ")),
        ("INVALID_VALUE", "critical.type", &|v| v["critical"]["type"] = json!("docker container signature")),
    ];
    for (code, path, change) in cases {
        assert_eq!(edit(change), Err((*code, (*path).to_string())));
    }
    assert_eq!(edit(&|_| {}), Ok(()));
}

#[test]
fn what_stands_twice_or_follows_is_refused() {
    let text = payload().to_string();
    let twice = |member: &str| text.replacen(&format!("\"{member}\":"), &format!("\"{member}\":null,\"{member}\":"), 1);
    for member in ["critical", "identity", "docker-reference", "image", "docker-manifest-digest", "type"] {
        assert_eq!(parse(&twice(member)), Err(("DUPLICATE_FIELD", String::new())), "{member}");
    }
    // The same name to a reader, however it is spelled.
    let escaped = text.replacen("\"image\":", "\"\\u0069mage\":null,\"image\":", 1);
    assert_eq!(parse(&escaped), Err(("DUPLICATE_FIELD", String::new())));
    let inside = text.replacen('{', r#"{"optional":{"a":{"b":1,"b":2}},"#, 1);
    assert_eq!(parse(&inside), Err(("DUPLICATE_FIELD", String::new())));
    for follows in ["{}", ",", "x", "\0", "\u{feff}", "//"] {
        assert_eq!(parse(&format!("{text}{follows}")), Err(("SYNTAX", String::new())), "{follows:?}");
    }
    for before in ["\u{feff}", "//\n", "DSSEv1 "] {
        assert_eq!(parse(&format!("{before}{text}")), Err(("SYNTAX", String::new())), "{before:?}");
    }
    assert!(parse(&format!(" \r\n\t{text}\n")).is_ok());
    assert_eq!(parse(""), Err(("SYNTAX", String::new())));
    assert_eq!(parse(b"{\"critical\":\"\xff\"}"), Err(("SYNTAX", String::new())));
}

#[test]
fn the_type_is_compared_without_case() {
    for (text, kind) in [
        ("Atomic Container Signature", SignatureType::Atomic),
        ("COSIGN CONTAINER IMAGE SIGNATURE", SignatureType::Cosign),
        // As in Google's REST documentation.
        ("Google Cloud BinAuthz container signature", SignatureType::BinaryAuthorization),
    ] {
        let mut value = payload();
        value["critical"]["type"] = json!(text);
        assert_eq!(parse(&value.to_string()).unwrap().signature_type(), kind);
    }
}

#[test]
fn optional_may_be_absent_null_or_any_object() {
    for (optional, annotations) in [
        (json!(null), None),
        (json!({}), Some("{}")),
        (json!({"b": [1, -2, 2.5, null], "a": {"d": true, "c": "<"}}), {
            Some(r#"{"a":{"c":"\u003c","d":true},"b":[1,-2,2.5,null]}"#)
        }),
    ] {
        let mut value = payload();
        value["optional"] = optional;
        assert_eq!(parse(&value.to_string()).unwrap().annotations().as_deref(), annotations);
    }
    assert_eq!(parse(&payload().to_string()).unwrap().annotations(), None);
}

#[test]
fn limits_hold_to_the_one() {
    let mut value = payload();
    value["optional"] = json!({"a": [[1]]});
    let text = value.to_string();
    let parse = |budget: Budget| SimpleSigning::parse(text.as_bytes(), &budget).map_err(|problem| problem.code());
    let budget = |change: fn(&mut Budget, usize), limit| {
        let mut budget = Budget::default();
        change(&mut budget, limit);
        budget
    };
    // Values: payload, critical, identity, reference, image, digest, type, optional, two arrays, 1.
    type Limit = (fn(&mut Budget, usize), usize);
    let limits: [Limit; 3] = [
        (|budget, limit| budget.document_bytes = limit, text.len()),
        (|budget, limit| budget.json_depth = limit, 4),
        (|budget, limit| budget.json_values = limit, 11),
    ];
    for (change, bound) in limits {
        assert!(parse(budget(change, bound)).is_ok(), "{bound}");
        assert_eq!(parse(budget(change, bound - 1)), Err("LIMIT_REACHED"), "{bound}");
    }
}

#[test]
fn the_writer_refuses_what_no_reader_takes() {
    let write = |style, reference, digest, annotations: Option<&str>| {
        let written = SimpleSigning::write(style, reference, digest, annotations);
        written.map(|_| ()).map_err(|problem| (problem.code(), problem.path().to_string()))
    };
    let cosign = |annotations: &str| write(PayloadStyle::Cosign, REFERENCE, DIGEST, Some(annotations));
    let problem = |code, path: &str| Err((code, path.to_string()));
    for style in [PayloadStyle::Cosign, PayloadStyle::Gcloud, PayloadStyle::Kritis, PayloadStyle::Voucher] {
        let place = "critical.identity.docker-reference";
        assert_eq!(write(style, "", DIGEST, None), problem("INVALID_VALUE", place));
        let place = "critical.image.docker-manifest-digest";
        assert_eq!(write(style, REFERENCE, "", None), problem("INVALID_VALUE", place));
        let annotated = write(style, REFERENCE, DIGEST, Some("{}"));
        let expected = if style == PayloadStyle::Cosign { Ok(()) } else { problem("INVALID_VALUE", "optional") };
        assert_eq!(annotated, expected, "{style:?}");
    }
    assert_eq!(cosign(""), problem("SYNTAX", "optional"));
    assert_eq!(cosign("[]"), problem("WRONG_TYPE", "optional"));
    assert_eq!(cosign("null"), problem("WRONG_TYPE", "optional"));
    assert_eq!(cosign(r#"{"a":1,"a":1}"#), problem("DUPLICATE_FIELD", "optional"));
    // The payload adds one level to the 32 that are allowed.
    let nested = |levels| format!("{}{}{}", "{\"a\":".repeat(levels), 1, "}".repeat(levels));
    assert_eq!(cosign(&nested(31)), Ok(()));
    assert_eq!(cosign(&nested(32)), problem("LIMIT_REACHED", ""));
    assert_eq!(cosign(&nested(33)), problem("LIMIT_REACHED", "optional"));
}

#[test]
fn strings_are_escaped_as_each_language_does() {
    let write = |style| {
        let written = SimpleSigning::write(style, "a<b>&\u{2028}é\u{7f}\u{1f600}\n\u{8}", "\"\\\0", None);
        String::from_utf8(written.unwrap()).unwrap()
    };
    let go = r#"{"docker-reference":"a\u003cb\u003e\u0026\u2028é"#.to_owned() + "\u{7f}\u{1f600}" + r#"\n\b"}"#;
    for style in [PayloadStyle::Cosign, PayloadStyle::Kritis, PayloadStyle::Voucher] {
        let text = write(style);
        assert!(text.contains(&go), "{text}");
        assert!(text.contains(r#"{"docker-manifest-digest":"\"\\\u0000"}"#), "{text}");
    }
    let python = write(PayloadStyle::Gcloud);
    assert!(python.contains(r#""docker-reference": "a<b>&\u2028\u00e9\u007f\ud83d\ude00\n\b""#), "{python}");
    assert!(python.contains(r#""docker-manifest-digest": "\"\\\u0000""#), "{python}");
}

#[test]
fn the_pre_authentication_encoding_is_that_of_the_specification() {
    let Some(file) = support::vectors("sigstore/dsse/spec-hello.json") else { return };
    let spec: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut goldens = vec![(text(&spec["payload_type"]), text(&spec["payload_utf8"]), text(&spec["pae_utf8"]))];
    for golden in spec["pae_goldens"].as_array().unwrap() {
        goldens.push((text(&golden[0]), text(&golden[1]), text(&golden[2])));
    }
    assert_eq!(goldens.len(), 3);
    // Lengths are those of the bytes, of the type as of the payload.
    goldens.push(("ಠ".into(), "é".into(), "DSSEv1 3 ಠ 2 é".into()));
    for (kind, payload, expected) in goldens {
        let encoding = PreAuthenticationEncoding::new(&kind, payload.as_bytes());
        assert_eq!(encoding.parts().concat(), expected.as_bytes());
        assert_eq!(encoding.parts()[1], payload.as_bytes());
    }
}

#[test]
fn gcloud_signs_its_payload_in_cosigns_type() {
    let Some(folder) = support::vectors("kritis/payload") else { return };
    let payload = fs::read(folder.join("gcloud_create_signature_payload.json")).unwrap();
    let encoding = PreAuthenticationEncoding::new(dokimos::COSIGN_SIMPLE_SIGNING_TYPE, &payload);
    assert_eq!(encoding.parts().concat(), fs::read(folder.join("gcloud_pae.bin")).unwrap());
}

fn style() -> impl Strategy<Value = PayloadStyle> {
    prop::sample::select(vec![PayloadStyle::Cosign, PayloadStyle::Gcloud, PayloadStyle::Kritis, PayloadStyle::Voucher])
}

/// Any JSON value, not deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("larger ones are refused", |number| number.abs() < 1e308).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            object(inner).prop_map(Value::from),
        ]
    })
}

/// Whether two values are the same to Go, to which every number is a float: it writes `0.0` as `0`.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.0 == r.0 && same(l.1, r.1))
        }
        (left, right) => left == right,
    }
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = serde_json::Map<String, Value>> {
    prop::collection::btree_map(any::<String>(), values, 0..6).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }

    #[test]
    fn what_is_written_is_read(style in style(), reference in ".+", digest in ".+") {
        let written = SimpleSigning::write(style, &reference, &digest, None).unwrap();
        let claim = parse(&written).unwrap();
        prop_assert_eq!((claim.docker_reference(), claim.manifest_digest()), (&*reference, &*digest));
        prop_assert_eq!((claim.signature_type(), claim.annotations()), (style.signature_type(), None));
    }

    #[test]
    fn annotations_keep_their_values(annotations in object(value())) {
        let text = Value::from(annotations.clone()).to_string();
        let written = SimpleSigning::write(PayloadStyle::Cosign, REFERENCE, DIGEST, Some(&text)).unwrap();
        // Through an independent reader as well as through our own.
        let read: Value = serde_json::from_slice(&written).unwrap();
        prop_assert!(same(&read["optional"], &Value::from(annotations)), "{}", read["optional"]);
        let claim = parse(&written).unwrap();
        let again = SimpleSigning::write(PayloadStyle::Cosign, REFERENCE, DIGEST, claim.annotations().as_deref()).unwrap();
        prop_assert_eq!(again, written);
    }

    #[test]
    fn white_space_and_order_do_not_matter(annotations in object(value()), pretty: bool, optional_first: bool) {
        let mut value = payload();
        value["optional"] = Value::from(annotations);
        let text = value.to_string();
        let plain = parse(&text).unwrap();
        let critical = if pretty {
            serde_json::to_string_pretty(&value["critical"]).unwrap()
        } else {
            value["critical"].to_string().replace(r#"{"docker-manifest-digest""#, "{ \r\n\t\"docker-manifest-digest\"")
        };
        let optional = value["optional"].to_string();
        let text = if optional_first {
            format!("\n{{\"optional\" : {optional} ,\t\"critical\":{critical}\n}}\r\n")
        } else {
            format!("{{\"critical\":{critical},\"optional\":{optional}}}")
        };
        prop_assert_eq!(parse(&text).unwrap(), plain);
    }

    #[test]
    fn a_changed_byte_never_panics_and_never_adds_a_claim(at in 0usize..229, byte: u8) {
        let golden = SimpleSigning::write(PayloadStyle::Kritis, REFERENCE, DIGEST, None).unwrap();
        let mut bytes = golden.clone();
        bytes[at] = byte;
        if let Ok(claim) = parse(&bytes) {
            // An independent reader sees the same claim, and nothing beside it.
            let read: Value = serde_json::from_slice(&bytes).unwrap();
            let mut expected = payload();
            expected["critical"]["identity"]["docker-reference"] = json!(claim.docker_reference());
            expected["critical"]["image"]["docker-manifest-digest"] = json!(claim.manifest_digest());
            expected["critical"]["type"] = read["critical"]["type"].clone();
            prop_assert_eq!(read, expected);
        }
    }
}
