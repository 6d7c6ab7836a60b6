//! Signatures, payloads and key ids, and how they are written.

use crate::good::{Change, Good, Rewrite, all, bytes, each, testdata, text};
use dokimos::{Attestations, Budget, ReasonCode};
use serde_json::{Value, json};

fn change_each(values: Vec<&mut Value>, change: impl Fn(&mut Vec<u8>)) -> bool {
    let any = !values.is_empty();
    for value in values {
        let mut bytes = bytes(value);
        change(&mut bytes);
        *value = text(&bytes);
    }
    any
}

#[test]
fn a_changed_signature_is_bad() {
    for (name, place) in [("first", 0), ("second", 1), ("middle", 128), ("last but one", 254), ("last", 255)] {
        for bit in [0, 3, 7] {
            let flip = |bytes: &mut Vec<u8>| bytes[place] ^= 1 << bit;
            each(name, |good| change_each(good.signatures(), flip), ReasonCode::BadSignature);
        }
    }
}

#[test]
fn a_signature_of_another_length_is_bad() {
    let changes: [Change<Vec<u8>>; 9] = [
        ("without its last byte", |bytes| bytes.truncate(bytes.len() - 1)),
        ("without its first byte", |bytes| drop(bytes.drain(..1))),
        ("half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("one byte", |bytes| bytes.truncate(1)),
        ("zero before", |bytes| bytes.insert(0, 0)),
        ("zero behind", |bytes| bytes.push(0)),
        ("twice", |bytes| bytes.extend_from_within(..)),
        ("all zero", |bytes| bytes.fill(0)),
        ("all ones", |bytes| bytes.fill(0xff)),
    ];
    for (name, change) in changes {
        each(name, |good| change_each(good.signatures(), change), ReasonCode::BadSignature);
    }
    each("reversed", |good| change_each(good.signatures(), |bytes| bytes.reverse()), ReasonCode::BadSignature);
}

#[test]
fn a_signature_that_is_none_cannot_be_read() {
    for (name, change) in [
        ("empty", json!("")),
        ("too long", text(&[1; 1025])),
        ("not base64", json!("AQID!")),
        ("a number", json!(7)),
        ("a list", json!([1, 2, 3])),
    ] {
        let set = |good: &mut Good| {
            let signatures = good.signatures();
            let any = !signatures.is_empty();
            signatures.into_iter().for_each(|signature| *signature = change.clone());
            any
        };
        each(name, set, ReasonCode::AttestationUnreadable);
    }
}

#[test]
fn a_changed_payload_is_bad() {
    // Positions by what stands there: found in the text, so that each class is hit whatever the style of the payload.
    for (name, class, offset) in [
        ("first brace", "{", 0),
        ("a member's name", "docker-reference", 3),
        ("the reference", "shop/web", 5),
        ("the digest's algorithm", "sha", 1),
        ("the digest", ":\"sha", 20),
        ("the type", "signature\"", 2),
    ] {
        let flip = |bytes: &mut Vec<u8>| {
            let found = bytes.windows(class.len()).position(|window| window == class.as_bytes());
            // The hub's payloads name another repository, and some writers put a space before a value.
            let place = found.or_else(|| bytes.iter().position(|byte| *byte == b':')).unwrap() + offset;
            bytes[place] ^= 1;
        };
        each(name, |good| change_each(good.payloads(), flip), ReasonCode::BadSignature);
    }
    let changes: [Change<Vec<u8>>; 6] = [
        ("last byte", |bytes| *bytes.last_mut().unwrap() ^= 0x20),
        ("space behind", |bytes| bytes.push(b' ')),
        ("line feed behind", |bytes| bytes.push(b'\n')),
        ("space before", |bytes| bytes.insert(0, b' ')),
        ("cut", |bytes| bytes.truncate(bytes.len() - 1)),
        ("twice", |bytes| bytes.extend_from_within(..)),
    ];
    for (name, change) in changes {
        each(name, |good| change_each(good.payloads(), change), ReasonCode::BadSignature);
    }
}

#[test]
fn a_payload_for_another_image_does_not_take_over_the_signature() {
    let other = "0".repeat(64);
    let set = |good: &mut Good| {
        let digest = good.image.rsplit_once(':').unwrap().1.to_owned();
        let payload = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"a"}},"image":{{"docker-manifest-digest":"sha256:{other}"}},"type":"atomic container signature"}}}}"#
        );
        assert_ne!(digest, other);
        change_each(good.payloads(), |bytes| payload.as_bytes().clone_into(bytes))
    };
    each("another payload", set, ReasonCode::BadSignature);
}

#[test]
fn a_payload_that_is_none_cannot_be_read() {
    for (name, change) in [("empty", json!("")), ("not base64", json!("e30=!")), ("an object", json!({"a": 1}))] {
        let set = |good: &mut Good| {
            good.payloads().into_iter().for_each(|payload| *payload = change.clone());
            true
        };
        each(name, set, ReasonCode::AttestationUnreadable);
    }
}

/// The signatures of one attestation under the payload of another, both by the same keys.
#[test]
fn signatures_do_not_move_between_attestations() {
    let elsewhere: Value = serde_json::from_slice(&testdata("evidence/other-digest.json")).unwrap();
    let stolen = elsewhere["attestation"]["signatures"][0]["signature"].clone();
    let set = |good: &mut Good| {
        good.signatures().into_iter().for_each(|signature| *signature = stolen.clone());
        true
    };
    each("stolen", set, ReasonCode::BadSignature);
    // Between the attestors of one image.
    each(
        "swapped",
        |good| {
            let mut signatures = good.signatures();
            if signatures.len() != 2 || signatures[0] == signatures[1] {
                return false;
            }
            let (one, two) = signatures.split_at_mut(1);
            std::mem::swap(one[0], two[0]);
            good.names_every_key()
        },
        ReasonCode::BadSignature,
    );
}

#[test]
fn an_id_that_no_key_has_is_unknown() {
    let changes: [Rewrite; 5] = [
        ("first byte", |id| format!("{}{}", if id.starts_with('x') { "y" } else { "x" }, &id[1..])),
        ("last byte", |id| format!("{}{}", &id[..id.len() - 1], if id.ends_with('x') { "y" } else { "x" })),
        ("one more", |id| format!("{id}x")),
        ("other case", |id| if id == id.to_uppercase() { id.to_lowercase() } else { id.to_uppercase() }),
        ("space before", |id| format!(" {id}")),
    ];
    for (name, change) in changes {
        let set = |good: &mut Good| {
            good.key_ids().into_iter().for_each(|id| *id = change(id.as_str().unwrap()).into());
            good.names_every_key() && !good.has_dsse()
        };
        each(name, set, ReasonCode::UnknownKey);
        let hint = |good: &mut Good| {
            good.key_ids().into_iter().for_each(|id| *id = change(id.as_str().unwrap()).into());
            good.has_dsse() && good.name() != "claim-beside"
        };
        each(name, hint, ReasonCode::Attested);
    }
}

/// DSSE signs the type with the payload.
#[test]
fn a_changed_payload_type_is_bad() {
    let changes: [Rewrite; 5] = [
        ("simple signing", |_| "application/vnd.dev.cosign.simplesigning.v1+json".into()),
        ("a statement", |_| "application/vnd.in-toto.x+json".into()),
        ("other case", |kind| kind.replace("application", "Application")),
        ("longer", |kind| format!("{kind} ")),
        ("empty", |_| String::new()),
    ];
    for (name, change) in changes {
        let set = |good: &mut Good| {
            let mut any = false;
            for kind in good.members(&["payloadType"]) {
                let changed: Value = change(kind.as_str().unwrap()).into();
                any |= *kind != changed;
                *kind = changed;
            }
            any && good.name() != "claim-beside"
        };
        each(name, set, ReasonCode::BadSignature);
    }
}

/// Without an id every key of an attestor is tried: the id was only a hint.
#[test]
fn an_id_left_out_changes_nothing() {
    let set = |good: &mut Good| {
        good.key_ids().into_iter().for_each(|id| *id = "".into());
        true
    };
    each("no ids", set, ReasonCode::Attested);
}

#[test]
fn how_base64_is_written_does_not_matter_where_the_format_allows_it() {
    let rewrites: [Rewrite; 3] = [
        ("url-safe", |text| text.replace('+', "-").replace('/', "_")),
        ("standard", |text| text.replace('-', "+").replace('_', "/")),
        ("without padding", |text| text.trim_end_matches('=').into()),
    ];
    for (name, rewrite) in rewrites {
        let set = |good: &mut Good| {
            let grafeas = !good.has_cosign();
            good.signatures().into_iter().for_each(|value| *value = rewrite(value.as_str().unwrap()).into());
            good.payloads().into_iter().for_each(|value| *value = rewrite(value.as_str().unwrap()).into());
            grafeas
        };
        each(name, set, ReasonCode::Attested);
    }
    // Go reads one alphabet, padded, and passes over line breaks.
    let set = |good: &mut Good| {
        let broken = |text: &str| format!("{}\n{}\r\n", &text[..40], &text[40..]);
        good.signatures().into_iter().for_each(|value| *value = broken(value.as_str().unwrap()).into());
        good.payloads().into_iter().for_each(|value| *value = broken(value.as_str().unwrap()).into());
        good.has_cosign()
    };
    each("line breaks in cosign's", set, ReasonCode::Attested);
    each("line breaks in Grafeas'", |good| !set(good), ReasonCode::AttestationUnreadable);
}

#[test]
fn base64_of_two_alphabets_or_with_stray_bits_cannot_be_read() {
    let rewrites: [Rewrite; 3] = [
        ("both alphabets", |text| format!("+-{}", &text[2..])),
        ("a space", |text| format!("{} {}", &text[..4], &text[4..])),
        // A signature of 256 or 512 bytes ends with `=`, one of 384 needs a character more.
        ("padding too much", |text| format!("{text}=")),
    ];
    for (name, rewrite) in rewrites {
        let set = |good: &mut Good| {
            good.signatures().into_iter().for_each(|value| *value = rewrite(value.as_str().unwrap()).into());
            true
        };
        each(name, set, ReasonCode::AttestationUnreadable);
    }
}

#[test]
fn what_is_not_signed_does_not_matter() {
    let changes: [Change<Value>; 4] = [
        ("resource", |value| set_member(value, "resourceUri", json!("https://evil.example/x@sha256:00"))),
        ("note", |value| set_member(value, "noteName", json!("projects/evil/notes/evil"))),
        ("name", |value| set_member(value, "name", json!("projects/evil/occurrences/evil"))),
        ("unknown member", |value| set_member(value, "extra", json!({"critical": [1, null]}))),
    ];
    for (name, change) in changes {
        let set = |good: &mut Good| {
            good.documents.iter_mut().flatten().for_each(change);
            // What has its resource under another name would have it twice.
            name != "resource" || good.members(&["uri", "resource_uri"]).is_empty()
        };
        each(name, set, ReasonCode::Attested);
    }
    let twice = |good: &mut Good| {
        let again = good.documents.clone();
        good.documents.extend(again);
        true
    };
    each("every document twice", twice, ReasonCode::Attested);
    let reversed = |good: &mut Good| {
        good.documents.iter_mut().for_each(|document| document.reverse());
        good.documents.reverse();
        true
    };
    each("in the other order", reversed, ReasonCode::Attested);
    let list = |good: &mut Good| {
        let items: Vec<Value> = good.documents.iter().flatten().cloned().collect();
        if items.iter().any(|item| item.is_array() || item.get("occurrences").is_some()) {
            return false;
        }
        good.documents = vec![vec![Value::Array(items)]];
        true
    };
    each("as one array", list, ReasonCode::Attested);
}

fn set_member(value: &mut Value, name: &str, member: Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| set_member(item, name, member.clone())),
        Value::Object(members) if members.contains_key("occurrences") => {
            set_member(&mut members["occurrences"], name, member);
        }
        Value::Object(members) => drop(members.insert(name.into(), member)),
        _ => panic!("{value}"),
    }
}

#[test]
fn evidence_of_another_kind_is_named_as_such() {
    let set = |good: &mut Good| {
        good.documents.iter_mut().flatten().for_each(|value| set_member(value, "kind", json!("BUILD")));
        !good.has_cosign() && !good.has_dsse()
    };
    each("another kind", set, ReasonCode::NoAttestation);
    let deprecated = |good: &mut Good| {
        good.documents.iter_mut().flatten().for_each(|value| set_member(value, "kind", json!("DSSE_ATTESTATION")));
        !good.has_cosign() && !good.has_dsse()
    };
    each("the kind of an envelope", deprecated, ReasonCode::UnsupportedFormat);
    let envelope = |good: &mut Good| {
        good.documents.iter_mut().flatten().for_each(|value| set_member(value, "kind", json!("BUILD")));
        good.has_dsse() && good.name() != "claim-beside"
    };
    each("an envelope in another kind", envelope, ReasonCode::Attested);
}

#[test]
fn without_attestations_there_is_none() {
    let set = |good: &mut Good| {
        good.documents.clear();
        true
    };
    each("nothing", set, ReasonCode::NoAttestation);
}

/// A member that stands twice, whatever it says, under one name or under both: readers differ in which counts.
#[test]
fn a_member_that_stands_twice_is_refused() {
    let mut changed = 0;
    for good in all() {
        for name in [
            "signature",
            "serializedPayload",
            "serialized_payload",
            "Payload",
            "Base64Signature",
            "publicKeyId",
            "payload",
            "payloadType",
            "sig",
            "keyid",
            "hint",
        ] {
            let member = format!("\"{name}\":\"");
            let texts = good.texts();
            if !texts.iter().all(|text| text.contains(&member)) {
                continue;
            }
            let mut attestations = Attestations::new();
            for text in texts {
                let twice = text.replace(&member, &format!("\"{name}\":\"AAAA\",{member}"));
                attestations.add("", twice.as_bytes(), &Budget::default()).unwrap();
            }
            let decision = good.decide_on(&good.policy(), &attestations);
            assert_eq!(decision.reason().code(), ReasonCode::AttestationUnreadable, "{}: {name}", good.name());
            let signatures = || attestations.iter().flat_map(dokimos::Attestation::signatures);
            let problems = attestations.iter().filter_map(dokimos::Attestation::problem);
            let mut problems = problems.chain(signatures().filter_map(|signature| signature.bytes().err()));
            assert!(problems.any(|problem| problem.code() == "DUPLICATE_FIELD"), "{}: {name}", good.name());
            changed += 1;
        }
    }
    assert!(changed > 100, "{changed}");
    let other_names = |good: &mut Good| {
        let mut any = false;
        for document in &mut good.documents {
            for value in document {
                let written = value.to_string();
                let twice =
                    written.replace("\"serializedPayload\":", "\"serialized_payload\":\"e30=\",\"serializedPayload\":");
                any |= twice != written;
                *value = serde_json::from_str(&twice).unwrap();
            }
        }
        any && good.name() != "claim-beside"
    };
    each("under both names", other_names, ReasonCode::AttestationUnreadable);
}
