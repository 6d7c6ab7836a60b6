//! Digests: one spelling each, and the answers of go-digest.

mod support;

use dokimos::{Digest, DigestAlgorithm, DigestError};
use proptest::prelude::*;
use serde_json::Value;
use std::fs;

const HASH: &str = "6e1f0c7d5c3b2a190817263544536271809fa0b1c2d3e4f5061728394a5b6c7d";

fn code(text: &str) -> Result<Digest, &'static str> {
    text.parse().map_err(|error: DigestError| error.code())
}

#[test]
fn the_three_algorithms_with_their_lengths() {
    for (algorithm, name, length) in [
        (DigestAlgorithm::Sha256, "sha256", 64),
        (DigestAlgorithm::Sha384, "sha384", 96),
        (DigestAlgorithm::Sha512, "sha512", 128),
    ] {
        let hex = "0123456789abcdef".repeat(length / 16);
        let text = format!("{name}:{hex}");
        let digest = code(&text).unwrap();
        assert_eq!((digest.algorithm(), digest.hex()), (algorithm, hex.as_str()));
        assert_eq!((algorithm.name(), algorithm.hex_len()), (name, length));
        assert_eq!(digest.to_string(), text);
        for other in 0..=130 {
            let text = format!("{name}:{}", "a".repeat(other));
            assert_eq!(code(&text).is_ok(), other == length, "{name}, {other} digits");
        }
    }
}

#[test]
fn upper_case_is_refused_in_the_hash_and_in_the_name() {
    assert_eq!(code(&format!("sha256:{}", HASH.to_uppercase())), Err("DIGEST_NOT_LOWER_CASE_HEX"));
    assert_eq!(code(&format!("sha256:{}", HASH.replacen('e', "E", 1))), Err("DIGEST_NOT_LOWER_CASE_HEX"));
    assert_eq!(code(&format!("SHA256:{HASH}")), Err("DIGEST_UNSUPPORTED_ALGORITHM"));
    assert_eq!(code(&format!("Sha256:{HASH}")), Err("DIGEST_UNSUPPORTED_ALGORITHM"));
}

#[test]
fn weak_unknown_and_missing_algorithms_are_refused() {
    for name in ["sha1", "md5", "sha224", "sha3-256", "blake3", "sha-256", "sha256+b64", "", " sha256", "sha256 "] {
        assert_eq!(code(&format!("{name}:{HASH}")), Err("DIGEST_UNSUPPORTED_ALGORITHM"), "{name}");
    }
    for text in ["", HASH, "sha256", "sha256-abc", "sha256=abc", "sha256\u{ff1a}abc"] {
        assert_eq!(code(text), Err("DIGEST_MALFORMED"), "{text}");
    }
}

#[test]
fn nothing_may_stand_around_the_hash() {
    for text in [" {}", "{} ", "{}\n", "\n{}", "{}\0", ":{}", "{}:", "0x{}", "{}@", "{}0"] {
        let hash = text.replace("{}", HASH);
        assert_eq!(code(&format!("sha256:{hash}")), Err("DIGEST_WRONG_LENGTH"), "{text}");
        // The same, with the length right.
        let cut: String = hash.chars().take(64).collect();
        if !cut.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            assert_eq!(code(&format!("sha256:{cut}")), Err("DIGEST_NOT_LOWER_CASE_HEX"), "{text}");
        }
    }
    // 64 bytes that are not 64 digits: an Arabic digit is two.
    assert_eq!(code(&format!("sha256:{}\u{661}", HASH.get(2..).unwrap())), Err("DIGEST_NOT_LOWER_CASE_HEX"));
}

#[test]
fn messages_name_the_place_on_one_line() {
    for text in ["x", "sha256:0", "md5:0", &format!("sha256:{}\n", HASH.get(1..).unwrap())] {
        let message = text.parse::<Digest>().unwrap_err().to_string();
        assert!(!message.is_empty() && !message.ends_with('.') && !message.contains('\n'), "{message}");
    }
    let error = format!("sha256:{}g", HASH.get(1..).unwrap()).parse::<Digest>().unwrap_err();
    assert_eq!(error, DigestError::NotLowerCaseHex { position: 63 });
}

/// go-digest's answers. Ours differ in nothing: sha256, sha384 and sha512 were linked into the program that gave them.
#[test]
fn go_digest_gives_the_same_answers() {
    let Some(path) = support::vectors("reference/distribution_reference_cases.json") else { return };
    let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let cases = document["oracle"]["digests"].as_array().unwrap();
    assert_eq!(cases.len(), 54);
    for case in cases {
        let input = case["input"].as_str().unwrap();
        match input.parse::<Digest>() {
            Ok(digest) => {
                assert_eq!(case["ok"], true, "{input}");
                assert_eq!(case["algorithm"], digest.algorithm().name(), "{input}");
                assert_eq!(case["encoded"], digest.hex(), "{input}");
                assert_eq!(digest.to_string(), input);
            }
            Err(error) => {
                assert_eq!(case["ok"], false, "{input}: {error}");
                // Go looks at the alphabet of the whole before the algorithm, so "format" there may be any code here.
                match case["err"].as_str().unwrap() {
                    "unsupported digest algorithm" => {
                        assert_eq!(error.code(), "DIGEST_UNSUPPORTED_ALGORITHM", "{input}")
                    }
                    "invalid checksum digest length" => assert_eq!(error.code(), "DIGEST_WRONG_LENGTH", "{input}"),
                    "invalid checksum digest format" => {}
                    other => panic!("{input}: {other}"),
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_given_back(text in "\\PC{0,40}|sha(256|384|512)?:[0-9a-fA-F]{60,130}|sha256:[0-9a-f]{64}") {
        if let Ok(digest) = text.parse::<Digest>() {
            prop_assert_eq!(digest.to_string(), text);
        }
    }

    #[test]
    fn order_and_equality_are_those_of_the_texts(a in "sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})", b in "sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})") {
        let order = a.parse::<Digest>().unwrap().cmp(&b.parse().unwrap());
        prop_assert_eq!(order, a.cmp(&b));
    }
}
