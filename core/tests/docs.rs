//! What the documents say of the library, held against it.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use dokimos::{Budget, ReasonCode};
use std::fs;

fn document(name: &str) -> String {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of each row of a document's tables.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")).map(|row| row.split(" | ").collect())
}

#[test]
fn every_reason_code_is_listed_with_its_number_and_its_meaning() {
    let text = document("CODES.md");
    let listed: Vec<_> = rows(&text)
        .filter_map(|row| Some((row.first()?.parse::<u16>().ok()?, *row.get(1)?, *row.get(2)?)))
        .map(|(number, code, meaning)| (number, code.trim_matches('`').to_owned(), meaning.to_owned()))
        .collect();
    let codes: Vec<_> = ReasonCode::ALL
        .iter()
        .map(|reason| (reason.number(), reason.code().to_owned(), reason.description().to_owned()))
        .collect();
    assert_eq!(listed, codes);
    let number = format!("| {} stable reason codes;", codes.len());
    assert!(document("../README.md").contains(&number), "the README does not say: {number}");
}

#[test]
fn the_schema_of_the_report_has_every_reason_code() {
    let schema: serde_json::Value = serde_json::from_str(&document("report.schema.json")).unwrap();
    let listed = schema.pointer("/$defs/outcome/properties/code/enum").and_then(|list| list.as_array()).unwrap();
    let listed: Vec<_> = listed.iter().map(|code| code.as_str().unwrap()).collect();
    let codes: Vec<_> = ReasonCode::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(listed, codes);
}

#[test]
fn every_limit_is_listed_with_its_default() {
    let text = document("THREATS.md");
    let listed: Vec<_> = rows(&text)
        .filter_map(|row| {
            let name = row.first()?.strip_prefix("`budget.")?.strip_suffix('`')?;
            Some((name.to_owned(), row.get(1)?.replace(',', "")))
        })
        .collect();
    let Budget {
        document_bytes,
        json_depth,
        json_values,
        attestations,
        signatures,
        keys,
        rules,
        patterns,
        verifications,
        other_images,
        images,
        ..
    } = Budget::default();
    let limits = [
        ("document_bytes", document_bytes),
        ("json_depth", json_depth),
        ("json_values", json_values),
        ("attestations", attestations),
        ("signatures", signatures),
        ("keys", keys),
        ("rules", rules),
        ("patterns", patterns),
        ("verifications", verifications),
        ("other_images", other_images),
        ("images", images),
    ];
    let limits: Vec<_> = limits.iter().map(|(name, limit)| ((*name).to_owned(), limit.to_string())).collect();
    assert_eq!(listed, limits);
}

#[cfg(feature = "yaml")]
#[test]
fn the_policy_of_the_document_loads() {
    let text = document("POLICY.md");
    let (_, block) = text.split_once("```yaml\n").unwrap();
    let (policy, _) = block.split_once("```").unwrap();
    let key = fs::read_to_string(format!("{}/../testdata/keys/rsa-2048.pem", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let key: Vec<_> = key.lines().collect();
    let begin = "-----BEGIN PUBLIC KEY-----\n          …\n          -----END PUBLIC KEY-----";
    assert!(policy.contains(begin));
    let policy = policy.replace(begin, &key.join("\n          "));
    dokimos::Policy::from_yaml(policy.as_bytes()).unwrap();
}
