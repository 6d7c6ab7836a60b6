//! The edge cases made for this project: forgeries, lengths, salts, and keys that must be refused as keys.

use super::support::{Keys, hex, vector_text};
use crate::{hash::Hash, rsa::SaltLength};

#[test]
fn every_edge_case_gets_its_verdict() {
    let Some(text) = vector_text("rsa/derived/rsa_edge_cases.json") else { return };
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let cases = file["vectors"].as_array().unwrap();
    for case in cases {
        let field = |name: &str| case[name].as_str().unwrap();
        let verdict = verdict(
            field("scheme"),
            field("hash"),
            [field("n"), field("e"), field("msg"), field("sig")],
            case.get("salt_len").map(|length| usize::try_from(length.as_u64().unwrap()).unwrap()),
        );
        assert_eq!(verdict, field("expect"), "{}: {}", field("name"), field("why"));
    }
    assert_eq!(cases.len(), 55);
}

fn verdict(scheme: &str, hash: &str, [n, e, message, signature]: [&str; 4], salt: Option<usize>) -> &'static str {
    let hash = match hash {
        "sha256" => Hash::Sha256,
        "sha384" => Hash::Sha384,
        "sha512" => Hash::Sha512,
        other => panic!("unknown hash {other}"),
    };
    let Ok(key) = Keys::new(&hex(n), &hex(e)) else { return "invalid-key" };
    let Ok(block) = key.recover(&hex(signature)) else { return "invalid" };
    let value = hash.digest(&[&hex(message)]);
    let holds = match scheme {
        "pkcs1v15" => block.is_pkcs1_v15(hash, &value),
        "pss" => block.is_pss(hash, &value, SaltLength::Exactly(salt.unwrap())),
        other => panic!("unknown scheme {other}"),
    };
    if holds { "valid" } else { "invalid" }
}
