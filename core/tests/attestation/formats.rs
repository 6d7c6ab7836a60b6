//! Every format, in every way in which several attestations stand in one document.

use super::{RESOURCE, bundle, code_and_path, cosign, only, signatures, support, v1, v1beta1};
use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::{Attestation, Attestations, Budget};
use serde_json::{Value, json};
use std::fs;

#[test]
fn recorded_occurrences_are_read() {
    let Some(folder) = support::vectors("kritis") else { return };
    let read = |file: &str| fs::read(folder.join(file)).unwrap();
    let mut all = Attestations::new();
    for (file, format, payload, signature) in [
        (
            "v1_attestation.json",
            "grafeas/v1",
            "gcloud_create_signature_payload.json",
            "gcloud_create_signature_payload.json",
        ),
        ("v1_attestation_pae.json", "grafeas/v1", "gcloud_create_signature_payload.json", "gcloud_pae.bin"),
        ("v1beta1_generic.json", "grafeas/v1beta1", "kritis_signer.json", "kritis_signer.json"),
    ] {
        let document = read(&format!("occurrence/{file}"));
        assert_eq!(all.add(file, &document, &Budget::default()).unwrap(), 1);
        let attestation = all.iter().next_back().unwrap();
        assert_eq!(attestation.format(), format);
        assert_eq!(attestation.untrusted_payload().unwrap(), read(&format!("payload/{payload}")), "{file}");
        let signature = read(&format!("payload/{signature}.pkcs1.sig"));
        let key_id = "ni:///sha-256;oHaUIw-d05XG9aUBfcaXLVnYw1sZS0U5vxx9rqjpSE4";
        assert_eq!(signatures(attestation), [(Some(key_id), signature.as_slice())], "{file}");
        assert!(attestation.source().starts_with(&format!("{file}: projects/p/occurrences/o")));
        assert!(attestation.untrusted_resource().unwrap().starts_with("https://gcr.io/kritis-project/"));
        assert_eq!((attestation.problem(), attestation.unsupported()), (None, None));
    }
    let pgp = Attestations::parse(&read("occurrence/v1beta1_pgp.json")).unwrap();
    let pgp = pgp.iter().next().unwrap();
    assert_eq!((pgp.format(), pgp.unsupported()), ("grafeas/v1beta1", Some("a PGP signed attestation")));
    assert_eq!((pgp.untrusted_payload(), pgp.signatures()), (None, &[][..]));
}

#[test]
fn minted_cosign_signatures_are_read_by_the_strict_column() {
    let Some(folder) = support::vectors("sigstore/minted/simple") else { return };
    let cases: Value = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 19);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let payload = fs::read(folder.join(format!("{name}.payload"))).unwrap();
        let text = fs::read_to_string(folder.join(format!("{name}.sig.b64"))).unwrap();
        let record = only(&json!({"Base64Signature": text, "Payload": BASE64_STANDARD.encode(&payload)}));
        assert_eq!(record.untrusted_payload().unwrap(), payload, "{name}");
        let signature = &record.signatures()[0];
        if name == "sig-urlsafe-b64" {
            assert_eq!(code_and_path(signature.bytes().unwrap_err()), ("INVALID_VALUE", "Base64Signature"));
        } else {
            assert_eq!(signature.bytes().unwrap(), BASE64_STANDARD.decode(text.trim_end()).unwrap(), "{name}");
        }
        assert_eq!((record.format(), signature.key_id()), ("cosign", None));
    }
}

#[test]
fn one_a_page_a_list_and_one_a_line_are_the_same() {
    let items = [v1(), v1beta1(), v1()];
    let lines = items.iter().map(|item| format!("{item}\r\n")).collect::<String>();
    let several = [cosign(), v1()].map(|item| item.to_string()).join("\n\n");
    for (document, places) in [
        (items[0].to_string(), &["projects/p/occurrences/o1"][..]),
        (json!(items).to_string(), &["[0]", "[1]", "[2]"]),
        (json!({"occurrences": items}).to_string(), &["occurrences[0]", "occurrences[1]", "occurrences[2]"]),
        (json!({"occurrences": items, "nextPageToken": "x"}).to_string(), {
            &["occurrences[0]", "occurrences[1]", "occurrences[2]"]
        }),
        (lines.clone(), &["line 1", "line 2", "line 3"]),
        (format!("\n\n{lines}"), &["line 3", "line 4", "line 5"]),
        (several, &["line 1", "line 3"]),
        (format!("{}\n{}", json!({"occurrences": items[..1]}), json!(items[..1])), {
            &["line 1: occurrences[0]", "line 2: [0]"]
        }),
    ] {
        let mut attestations = Attestations::new();
        assert_eq!(attestations.add("a.json", document.as_bytes(), &Budget::default()).unwrap(), places.len());
        let sources: Vec<_> = attestations.iter().map(Attestation::source).collect();
        assert_eq!(sources, places.iter().map(|place| format!("a.json: {place}")).collect::<Vec<_>>());
        for attestation in &attestations {
            assert_eq!(attestation.untrusted_payload(), Some(&b"payload"[..]));
            assert_eq!(attestation.signatures()[0].bytes().unwrap(), b"one");
        }
        let attestations = Attestations::parse(document.as_bytes()).unwrap();
        assert!(attestations.iter().map(Attestation::source).eq(places.iter().copied()));
    }
}

#[test]
fn an_empty_list_is_known_to_be_one() {
    for document in
        ["{}", "[]", r#"{"occurrences":[]}"#, r#"{"occurrences":null}"#, r#"{"nextPageToken":""}"#, "[]\n{}"]
    {
        let attestations = Attestations::parse(document.as_bytes()).unwrap();
        assert!(attestations.is_empty(), "{document}");
        assert_eq!(attestations.len(), 0);
    }
}

#[test]
fn both_spellings_of_protocol_buffers_are_read() {
    for value in [v1(), v1beta1()] {
        let mut text = value.to_string();
        for (camel, snake) in [
            ("resourceUri", "resource_uri"),
            ("noteName", "note_name"),
            ("serializedPayload", "serialized_payload"),
            ("publicKeyId", "public_key_id"),
            ("genericSignedAttestation", "generic_signed_attestation"),
            ("contentType", "content_type"),
        ] {
            text = text.replace(&format!("\"{camel}\":"), &format!("\"{snake}\":"));
        }
        assert!(!text.contains("Payload\":") && text.contains("public_key_id"));
        let snake = only(&serde_json::from_str(&text).unwrap());
        let camel = only(&value);
        assert_eq!(snake, camel);
        assert_eq!(signatures(&camel), [(Some("key-1"), &b"one"[..]), (Some("key-2"), b"two")]);
        assert_eq!(camel.untrusted_resource(), Some(RESOURCE));
    }
}

#[test]
fn what_is_null_or_unknown_does_not_matter() {
    let mut value = v1();
    let expected = only(&value);
    for (name, member) in [
        ("attestation", json!({"attestation": null, "jwts": null, "more": 1})),
        ("envelope", json!({"payload": ""})),
        ("Name", json!("x")),
        ("note_name", json!(null)),
    ] {
        if name == "attestation" {
            for (inner, member) in member.as_object().unwrap() {
                value["attestation"][inner] = member.clone();
            }
        } else {
            value[name] = member;
        }
    }
    value["attestation"]["signatures"][0]["algorithm"] = json!(["x"]);
    assert_eq!(only(&value), expected);
    // Twice, but no one asks for it.
    let text = value.to_string().replacen('{', r#"{"createTime":1,"createTime":2,"#, 1);
    assert_eq!(Attestations::parse(text.as_bytes()).unwrap().iter().next(), Some(&expected));
    for kind in [json!(null), json!("NOTE_KIND_UNSPECIFIED"), json!("ATTESTATION_AUTHORITY")] {
        value["kind"] = kind;
        assert_eq!(only(&value), expected);
    }
    let mut value = v1beta1();
    let expected = only(&value);
    for content_type in [json!(null), json!("CONTENT_TYPE_UNSPECIFIED")] {
        value["attestation"]["attestation"]["genericSignedAttestation"]["contentType"] = content_type;
        assert_eq!(only(&value), expected);
    }
}

#[test]
fn other_kinds_are_named_and_never_read() {
    let edit = |mut value: Value, change: &dyn Fn(&mut Value)| {
        change(&mut value);
        value
    };
    let jwt = edit(v1(), &|v| v["attestation"] = json!({"jwts": [{"compactJwt": "a.b.c"}]}));
    let jwt_with_payload = edit(v1(), &|v| {
        v["attestation"]["signatures"] = Value::Null;
        v["attestation"]["jwts"] = json!([{"compactJwt": "a.b.c"}]);
    });
    let pgp = edit(v1beta1(), &|v| {
        v["attestation"]["attestation"] = json!({"pgp_signed_attestation": {"signature": "-----BEGIN"}});
    });
    let content_type = edit(v1beta1(), &|v| {
        v["attestation"]["attestation"]["genericSignedAttestation"]["contentType"] = json!("OTHER\n");
    });
    let kind = edit(v1(), &|v| v["kind"] = json!("VULNERABILITY"));
    let dsse = edit(v1(), &|v| v["kind"] = json!("DSSE_ATTESTATION"));
    let keyless = edit(bundle(), &|v| v["verificationMaterial"] = json!({"certificate": {"rawBytes": ""}}));
    let chain = edit(bundle(), &|v| v["verificationMaterial"] = json!({"x509CertificateChain": {"certificates": []}}));
    let message = edit(bundle(), &|v| {
        v["dsseEnvelope"] = Value::Null;
        v["messageSignature"] = json!({"signature": ""});
    });
    let version = edit(bundle(), &|v| v["mediaType"] = json!("\nx"));
    for (value, format, what) in [
        (pgp, "grafeas/v1beta1", "a PGP signed attestation"),
        (jwt, "grafeas/v1", "a JWT attestation"),
        (jwt_with_payload, "grafeas/v1", "a JWT attestation"),
        (content_type, "grafeas/v1beta1", "an attestation of content type OTHER\\u{a}"),
        (kind, "grafeas/v1", "an occurrence of kind VULNERABILITY"),
        (dsse, "grafeas/v1", "an occurrence of kind DSSE_ATTESTATION"),
        (keyless, "sigstore-bundle", "a keyless sigstore bundle (signed with a certificate)"),
        (chain, "sigstore-bundle", "a keyless sigstore bundle (signed with a certificate)"),
        (message, "sigstore-bundle", "a sigstore bundle with a message signature"),
        (version, "sigstore-bundle", "a sigstore bundle of media type \\u{a}x"),
    ] {
        let attestation = only(&value);
        assert_eq!((attestation.format(), attestation.unsupported()), (format, Some(what)));
        assert_eq!((attestation.untrusted_payload(), attestation.signatures().len()), (None, 0));
        assert_eq!(attestation.problem(), None);
    }
    // Signatures beside a JWT are signatures over the payload.
    let both = edit(v1(), &|v| v["attestation"]["jwts"] = json!([{"compactJwt": "a.b.c"}]));
    assert_eq!(signatures(&only(&both)).len(), 2);
}

#[test]
fn a_certificate_of_any_size_is_passed_over() {
    // As Go prints one: the modulus of an RSA key is a number that no 64-bit float holds.
    let text = cosign().to_string().replace(
        "\"Cert\":null",
        &format!(r#""Cert":{{"PublicKey":{{"N":{},"E":65537}},"Raw":"AA==","Raw":"AA=="}}"#, "9".repeat(617)),
    );
    assert!(text.contains("999"));
    assert_eq!(Attestations::parse(text.as_bytes()).unwrap().iter().next(), Some(&only(&cosign())));
}

#[test]
fn signatures_of_cosign_may_be_broken_into_lines() {
    let mut value = cosign();
    value["Base64Signature"] = json!("b2\r\n5l\n");
    assert_eq!(only(&value).signatures()[0].bytes().unwrap(), b"one");
}

#[test]
fn a_source_is_one_line_of_bounded_length() {
    let mut value = v1();
    value["name"] = json!(format!("a\n\u{202e}{}", "n".repeat(1000)));
    let mut attestations = Attestations::new();
    let source = format!("dir\t/{}", "s".repeat(1000));
    attestations.add(&source, value.to_string().as_bytes(), &Budget::default()).unwrap();
    attestations.add_detached(&source, b"p", b"s", None, &Budget::default()).unwrap();
    let shown: Vec<_> = attestations.iter().map(Attestation::source).collect();
    let start = format!("dir\\u{{9}}/{}…", "s".repeat(195));
    assert_eq!(shown, [format!("{start}: a\\u{{a}}\\u{{202e}}{}…", "n".repeat(197)), start]);
}
