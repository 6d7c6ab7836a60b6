//! Every limit, at its bound and past it.

use super::{budget, code_and_path, cosign, only, parse, signatures, v1, v1beta1};
use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::{Attestation, Attestations, Budget};
use serde_json::{Value, json};

#[test]
fn an_error_leaves_the_set_as_it_was() {
    let mut attestations = parse(&json!([v1(), cosign()])).unwrap();
    let before = attestations.clone();
    let budget = budget(|budget| budget.attestations = 3);
    let two = json!([v1(), v1()]).to_string();
    assert_eq!(attestations.add("b", two.as_bytes(), &budget).unwrap_err().code(), "LIMIT_REACHED");
    let broken = format!("{}\n{{", v1());
    assert_eq!(attestations.add("b", broken.as_bytes(), &budget).unwrap_err().code(), "SYNTAX");
    assert_eq!(attestations, before);
    assert_eq!(attestations.add("b", cosign().to_string().as_bytes(), &budget).unwrap(), 1);
    assert_eq!(attestations.add_detached("c", b"p", b"s", None, &budget).unwrap_err().code(), "LIMIT_REACHED");
    assert_eq!(attestations.len(), 3);
    assert_eq!(attestations.iter().map(Attestation::source).collect::<Vec<_>>(), ["[0]", "[1]", "b"]);
}

#[test]
fn limits_hold_to_the_one() {
    let document = json!({"occurrences": [v1beta1(), v1beta1()]}).to_string();
    let read = |budget: &Budget| {
        let mut attestations = Attestations::new();
        attestations.add("", document.as_bytes(), budget).map_err(|problem| problem.code())?;
        Ok(attestations.iter().filter(|attestation| attestation.problem().is_none()).count())
    };
    type Limit = (fn(&mut Budget, usize), usize);
    // Levels: page, list, occurrence, attestation, attestation, generic, signatures, signature.
    // Values: page and list, and for each occurrence 6 outside, 3 objects, 3 members, two signatures of 3.
    let limits: [Limit; 4] = [
        (|budget, limit| budget.document_bytes = limit, document.len()),
        (|budget, limit| budget.json_depth = limit, 8),
        (|budget, limit| budget.json_values = limit, values(&serde_json::from_str(&document).unwrap())),
        (|budget, limit| budget.attestations = limit, 2),
    ];
    for (change, bound) in limits {
        for (limit, expected) in [(bound, Ok(2)), (bound - 1, Err("LIMIT_REACHED")), (0, Err("LIMIT_REACHED"))] {
            assert_eq!(read(&budget(|budget| change(budget, limit))), expected, "{limit}");
        }
    }
    // Too many signatures take down their attestation only: their number is up to whoever may add one to the list.
    for (limit, expected) in [(2, None), (1, Some(("LIMIT_REACHED", "[0].attestation.signatures")))] {
        let mut attestations = Attestations::new();
        let budget = budget(|budget| budget.signatures = limit);
        attestations.add("", json!([v1(), cosign()]).to_string().as_bytes(), &budget).unwrap();
        let problems: Vec<_> =
            attestations.iter().map(|attestation| attestation.problem().map(code_and_path)).collect();
        assert_eq!(problems, [expected, None]);
    }
    let mut value = v1();
    value["attestation"]["signatures"][0]["signature"] = json!(BASE64_STANDARD.encode([7; 1024]));
    assert_eq!(only(&value).signatures()[0].bytes().unwrap().len(), 1024);
}

fn values(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(values).sum::<usize>(),
        _ => 1,
    }
}

#[test]
fn a_payload_may_come_with_a_detached_signature() {
    let budget = budget(|budget| budget.document_bytes = 4);
    let mut attestations = Attestations::new();
    attestations.add_detached("p.json", b"pay!", &[7; 1024], Some("k"), &budget).unwrap();
    attestations.add_detached("", b"p", b"s", None, &budget).unwrap();
    let [first, second] = attestations.iter().collect::<Vec<_>>()[..] else { panic!("{attestations:?}") };
    assert_eq!((first.source(), first.format()), ("p.json", "detached"));
    assert_eq!(first.untrusted_payload(), Some(&b"pay!"[..]));
    assert_eq!(signatures(first), [(Some("k"), &[7; 1024][..])]);
    assert_eq!((second.source(), signatures(second)), ("document", vec![(None, &b"s"[..])]));
    let before = attestations.clone();
    for (payload, signature, key_id, code, path) in [
        (&b""[..], &b"s"[..], None, "INVALID_VALUE", "payload"),
        (b"p", b"", None, "INVALID_VALUE", "signature"),
        (b"p", b"s", Some(""), "INVALID_VALUE", "keyId"),
        (b"12345", b"s", None, "LIMIT_REACHED", "payload"),
        (b"p", &[7; 1025], None, "LIMIT_REACHED", "signature"),
        (b"p", b"s", Some("12345"), "LIMIT_REACHED", "keyId"),
    ] {
        let problem = attestations.add_detached("", payload, signature, key_id, &budget).unwrap_err();
        assert_eq!(code_and_path(&problem), (code, path));
    }
    assert_eq!(attestations, before);
}
