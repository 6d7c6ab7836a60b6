//! The policy: keys, algorithms, windows, attestors, requirements.

use crate::good::{Good, each, each_to, testdata};
use dokimos::{Padding, PublicKey, ReasonCode, SignatureAlgorithm, UnixTime};
use serde_json::{Value, json};

/// A key that has signed nothing.
fn stranger(bits: usize) -> Value {
    String::from_utf8(testdata(&format!("keys/rsa-{bits}.pem"))).unwrap().into()
}

fn algorithm(key: &Value) -> SignatureAlgorithm {
    key["algorithm"].as_str().unwrap().parse().unwrap()
}

fn public_key(key: &Value) -> PublicKey {
    PublicKey::from_pem(key["pem"].as_str().unwrap(), algorithm(key)).unwrap()
}

#[test]
fn another_key_under_the_same_id_verifies_nothing() {
    let set = |good: &mut Good| {
        for key in good.keys() {
            let (id, bits) = (public_key(key).default_id(), public_key(key).modulus_bits());
            if key.get("id").is_none() {
                key["id"] = id.as_str().into();
            }
            key["pem"] = stranger(bits);
        }
        // An attestation may name a key by its default id though it has another: that id is gone with the key.
        (good.name() != "id-default").then_some(ReasonCode::BadSignature)
    };
    each_to("another key, old id", set);
}

#[test]
fn another_key_with_its_own_id_is_not_the_one_named() {
    let set = |good: &mut Good| {
        for key in good.keys() {
            key["pem"] = stranger(public_key(key).modulus_bits());
            key.as_object_mut().unwrap().remove("id");
        }
        Some(if good.needs_known_ids() { ReasonCode::UnknownKey } else { ReasonCode::BadSignature })
    };
    each_to("another key", set);
}

#[test]
fn another_algorithm_of_the_same_key_is_a_mismatch() {
    let set = |good: &mut Good| {
        for key in good.keys() {
            let other = match algorithm(key).padding() {
                Padding::Pss => Padding::Pkcs1V15,
                _ => Padding::Pss,
            };
            key["algorithm"] = SignatureAlgorithm::new(other, algorithm(key).hash()).to_string().into();
            key.as_object_mut().unwrap().remove("saltLength");
        }
        true
    };
    each("other padding", set, ReasonCode::AlgorithmMismatch);
    for hash in [dokimos::Hash::Sha384, dokimos::Hash::Sha512] {
        let set = |good: &mut Good| {
            let mut any = false;
            for key in good.keys() {
                any |= algorithm(key).hash() != dokimos::Hash::Sha256;
                key["algorithm"] = SignatureAlgorithm::new(algorithm(key).padding(), hash).to_string().into();
            }
            !any
        };
        each("other hash", set, ReasonCode::AlgorithmMismatch);
    }
    let salt = |good: &mut Good| {
        let pss = good.keys().iter().all(|key| algorithm(key).padding() == Padding::Pss);
        good.keys().into_iter().for_each(|key| key["saltLength"] = json!(20));
        pss
    };
    each_pss("salt of 20 bytes", salt);
}

/// The policy of a case with a key for PKCS#1 v1.5 does not take a salt length at all.
fn each_pss(name: &str, mut change: impl FnMut(&mut Good) -> bool) {
    each_to(name, |good| {
        let original = good.clone();
        let changed = change(good);
        if !changed {
            *good = original;
        }
        changed.then_some(ReasonCode::AlgorithmMismatch)
    });
}

#[test]
fn windows_hold_to_the_second() {
    let time = |good: &Good, seconds: i64| -> Value {
        let at: UnixTime = good.case["at"].as_str().unwrap().parse().unwrap();
        UnixTime::from_secs(at.as_secs() + seconds).to_string().into()
    };
    for (member, seconds, expected) in [
        ("validUntil", -1, ReasonCode::KeyExpired),
        ("validUntil", 0, ReasonCode::KeyExpired),
        ("validUntil", 1, ReasonCode::Attested),
        ("validFrom", -1, ReasonCode::Attested),
        ("validFrom", 0, ReasonCode::Attested),
        ("validFrom", 1, ReasonCode::KeyNotYetValid),
    ] {
        let set = |good: &mut Good| {
            let value = time(good, seconds);
            for key in good.keys() {
                let key = key.as_object_mut().unwrap();
                key.remove("validFrom");
                key.remove("validUntil");
                key.insert(member.into(), value.clone());
            }
            true
        };
        each(&format!("{member} {seconds:+} s"), set, expected);
    }
}

fn add_absent(good: &mut Good) {
    let absent = json!({"name": "absent", "publicKeys": [{"algorithm": "RSA_PSS_2048_SHA256", "pem": stranger(2048)}]});
    good.policy["attestors"].as_array_mut().unwrap().push(absent);
}

#[test]
fn an_attestor_more_must_attest_too() {
    let require = |good: &mut Good| {
        add_absent(good);
        let before = good.rule()["require"].clone();
        good.rule()["require"] = json!({"all": [before, "absent"]});
        // What names no key is tried with the new attestor's key as well, and that is the failure to report; so is a
        // bad signature that did no harm before, and what cannot be read, which could be the attestation that lacks.
        Some(match unreadable_beside(good) {
            _ if !good.names_every_key() || good.name() == "nested-bad-and-good" => ReasonCode::BadSignature,
            ReasonCode::NoAttestation => ReasonCode::AttestorNotSatisfied,
            unreadable => unreadable,
        })
    };
    each_to("one more in all", require);
    let either = |good: &mut Good| {
        add_absent(good);
        let before = good.rule()["require"].clone();
        good.rule()["require"] = json!({"any": ["absent", before]});
        true
    };
    each("one more in any", either, ReasonCode::Attested);
}

#[test]
fn attestors_that_are_dropped_attest_no_more() {
    let set = |good: &mut Good| {
        add_absent(good);
        let rules = good.policy.get("rules").and_then(Value::as_array).map_or(0, Vec::len);
        for place in 0..rules {
            if good.policy["rules"][place].get("require").is_some() {
                good.policy["rules"][place]["require"] = json!("absent");
            }
        }
        if good.policy["default"].get("require").is_some() {
            good.policy["default"]["require"] = json!("absent");
        }
        let attestors = good.policy["attestors"].as_array_mut().unwrap();
        let absent = attestors.pop().unwrap();
        *attestors = vec![absent];
        Some(if good.needs_known_ids() { ReasonCode::UnknownKey } else { ReasonCode::BadSignature })
    };
    each_to("dropped", set);
    // Their keys are known, and only this rule does not ask for them.
    let kept = |good: &mut Good| {
        add_absent(good);
        good.rule()["require"] = json!("absent");
        good.names_every_key()
    };
    each_to("not asked", |good| {
        kept(good).then(|| {
            // A stranger's signature is for nobody, and stands beside the good one in two cases.
            let stranger = ["format-two-signatures", "format-two-files"].contains(&good.name());
            if stranger { ReasonCode::UnknownKey } else { unreadable_beside(good) }
        })
    });
}

/// What is reported when no attestation is for the attestor, but some cannot be read at all.
fn unreadable_beside(good: &Good) -> ReasonCode {
    match good.name() {
        "format-malformed-beside-good" => ReasonCode::AttestationUnreadable,
        "format-pgp-beside-good" | "format-lines" => ReasonCode::UnsupportedFormat,
        _ => ReasonCode::NoAttestation,
    }
}

#[test]
fn other_evaluations_ask_for_nothing() {
    for (evaluation, expected) in [("ALWAYS_DENY", ReasonCode::AlwaysDeny), ("ALWAYS_ALLOW", ReasonCode::AlwaysAllow)] {
        let set = |good: &mut Good| {
            let rule = good.rule().as_object_mut().unwrap();
            rule.insert("evaluation".into(), evaluation.into());
            rule.remove("require");
            true
        };
        each(evaluation, set, expected);
    }
}

#[test]
fn no_more_verifications_than_the_budget_has() {
    for good in crate::good::all() {
        let mut budget = dokimos::Budget::default();
        budget.verifications = 0;
        let policy = dokimos::Policy::from_json_with(good.policy.to_string().as_bytes(), budget).unwrap();
        let decision = good.decide_on(&policy, &good.attestations());
        assert_eq!(decision.reason().code(), ReasonCode::LimitReached, "{}", good.name());
    }
}

#[test]
fn what_is_claimed_must_be_of_a_type_that_counts() {
    const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";
    let with = |good: &mut Good, types: Value| {
        let attestors = good.policy["attestors"].as_array_mut().unwrap();
        let before = attestors.iter().any(|attestor| attestor.get("predicateTypes").is_some());
        attestors.iter_mut().for_each(|attestor| attestor["predicateTypes"] = types.clone());
        before
    };
    for (name, types) in [
        ("another", json!(["https://example.com/p"])),
        ("longer", json!([format!("{COSIGN_SIGN}/")])),
        ("other case", json!([COSIGN_SIGN.to_uppercase(), "HTTPS://SLSA.DEV/PROVENANCE/V1"])),
        ("the payload's type", json!(["application/vnd.in-toto+json", "cosign container image signature"])),
    ] {
        let set = |good: &mut Good| {
            with(good, types.clone());
            true
        };
        each(name, set, ReasonCode::PredicateMismatch);
    }
    each("the default, written out", |good| !with(good, json!([COSIGN_SIGN])), ReasonCode::Attested);
    let more = json!(["https://example.com/p", COSIGN_SIGN]);
    each("one of two", |good| !with(good, more.clone()), ReasonCode::Attested);
    // Whoever asks for provenance is not content with a signature.
    let left_out = |good: &mut Good| {
        let before = with(good, json!(null));
        let attestors = good.policy["attestors"].as_array_mut().unwrap();
        attestors.iter_mut().for_each(|attestor| drop(attestor.as_object_mut().unwrap().remove("predicateTypes")));
        before && good.name() != "either-statement" && good.name() != "either-simple-signing"
    };
    each("left out where there was one", left_out, ReasonCode::PredicateMismatch);
}
