//! What is written: its form, and that it is read again as it was.

use super::{RESOURCE, only, signatures};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use dokimos::{Attestation, Attestations, Problem};
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn what_is_written_is_one_line_in_a_fixed_form() {
    let key = [("ni:///sha-256;a&b", &b"one"[..]), ("key-2", b"two")];
    assert_eq!(
        Attestation::write_grafeas(RESOURCE, "projects/p/notes/n", b"payload", &key).unwrap(),
        concat!(
            r#"{"resourceUri":"https://registry.example.com/shop/web@sha256:1ccb","noteName":"projects/p/notes/n","#,
            r#""kind":"ATTESTATION","attestation":{"serializedPayload":"cGF5bG9hZA==","signatures":["#,
            r#"{"signature":"b25l","publicKeyId":"ni:///sha-256;a\u0026b"},{"signature":"dHdv","publicKeyId":"key-2"}]}}"#,
        )
    );
    assert_eq!(
        Attestation::write_grafeas("", "", b"p", &key[1..]).unwrap(),
        r#"{"kind":"ATTESTATION","attestation":{"serializedPayload":"cA==","signatures":[{"signature":"dHdv","publicKeyId":"key-2"}]}}"#,
    );
    assert_eq!(
        Attestation::write_cosign(b"payload", b"one").unwrap(),
        r#"{"Base64Signature":"b25l","Payload":"cGF5bG9hZA==","Cert":null,"Chain":null,"Bundle":null,"RFC3161Timestamp":null}"#,
    );
}

#[test]
fn nothing_is_written_that_cannot_be_read() {
    let code = |result: Result<String, Problem>| result.map(|_| ()).map_err(|problem| problem.code());
    let long = [7; 1025];
    let grafeas = |payload: &[u8], keys: &[(&str, &[u8])]| code(Attestation::write_grafeas("", "n", payload, keys));
    assert_eq!(grafeas(b"", &[("k", b"s")]), Err("INVALID_VALUE"));
    assert_eq!(grafeas(b"p", &[]), Err("INVALID_VALUE"));
    assert_eq!(grafeas(b"p", &[("k", b"s"), ("", b"s")]), Err("INVALID_VALUE"));
    assert_eq!(grafeas(b"p", &[("k", b"s"), ("k", b"")]), Err("INVALID_VALUE"));
    assert_eq!(grafeas(b"p", &[("k", &long)]), Err("LIMIT_REACHED"));
    assert_eq!(grafeas(b"p", &[("k", &long[1..])]), Ok(()));
    assert_eq!(grafeas(b"p", &[("k", &b"s"[..]); 32]), Ok(()));
    assert_eq!(grafeas(b"p", &[("k", &b"s"[..]); 33]), Err("LIMIT_REACHED"));
    assert_eq!(grafeas(&vec![0; 4 * 1024 * 1024], &[("k", b"s")]), Err("LIMIT_REACHED"));
    assert_eq!(code(Attestation::write_cosign(b"", b"s")), Err("INVALID_VALUE"));
    assert_eq!(code(Attestation::write_cosign(b"p", b"")), Err("INVALID_VALUE"));
    assert_eq!(code(Attestation::write_cosign(b"p", &long)), Err("LIMIT_REACHED"));
}

proptest! {
    #[test]
    fn a_written_occurrence_is_read_as_it_was(
        resource: String,
        note: String,
        payload in prop::collection::vec(any::<u8>(), 1..600),
        keys in prop::collection::vec((".+", prop::collection::vec(any::<u8>(), 1..600)), 1..4),
    ) {
        let keys: Vec<_> = keys.iter().map(|(id, bytes)| (id.as_str(), bytes.as_slice())).collect();
        let text = Attestation::write_grafeas(&resource, &note, &payload, &keys).unwrap();
        prop_assert!(!text.contains('\n'));
        let read = only(&serde_json::from_str(&text).unwrap());
        prop_assert_eq!(read.format(), "grafeas/v1");
        prop_assert_eq!(read.untrusted_payload(), Some(payload.as_slice()));
        prop_assert_eq!(read.untrusted_resource(), Some(resource.as_str()).filter(|text| !text.is_empty()));
        let expected: Vec<_> = keys.into_iter().map(|(id, bytes)| (Some(id), bytes)).collect();
        prop_assert_eq!(signatures(&read), expected);
        // Without padding and in the URL-safe alphabet too.
        let mut value: Value = serde_json::from_str(&text).unwrap();
        value["attestation"]["serializedPayload"] = json!(BASE64_URL_SAFE_NO_PAD.encode(&payload));
        prop_assert_eq!(only(&value), read);
    }

    #[test]
    fn a_written_cosign_signature_is_read_as_it_was(
        payload in prop::collection::vec(any::<u8>(), 1..600),
        signature in prop::collection::vec(any::<u8>(), 1..600),
    ) {
        let text = Attestation::write_cosign(&payload, &signature).unwrap();
        let read = Attestations::parse(text.as_bytes()).unwrap();
        let read = read.iter().next().unwrap();
        prop_assert_eq!((read.format(), read.untrusted_payload()), ("cosign", Some(payload.as_slice())));
        prop_assert_eq!(signatures(read), [(None, signature.as_slice())]);
    }
}
