//! What holds of every policy and every set of evidence, tried with real signatures: those of testdata/evidence.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use dokimos::{AdmissionContext, Attestations, Budget, Decision, Policy, ReasonCode, Request, UnixTime};
use proptest::{prelude::*, sample::subsequence};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::PathBuf};

const IMAGE: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const OTHER: &str =
    "registry.example.com/shop/web@sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Attestors, each with its one key. `twin` is `release` under another name.
const ATTESTORS: [(&str, &str, &str); 6] = [
    ("release", "release", "RSA_PSS_2048_SHA256"),
    ("qa", "qa", "RSA_SIGN_PKCS1_2048_SHA256"),
    ("security", "security", "RSA_PSS_3072_SHA256"),
    ("kms", "kms", "RSA_PSS_2048_SHA256"),
    ("old", "old", "RSA_SIGN_PKCS1_4096_SHA512"),
    ("twin", "release", "RSA_PSS_2048_SHA256"),
];

/// Evidence, and the key of `ATTESTORS` whose valid signature of the image is in it.
const EVIDENCE: [(&str, Option<&str>); 14] = [
    ("release.json", Some("release")),
    ("qa-default-id.json", Some("qa")),
    ("security.json", Some("security")),
    ("old.json", Some("old")),
    ("release-cosign.json", Some("release")),
    ("release-no-id.json", Some("release")),
    ("release-page.json", Some("release")),
    ("stranger.json", None),
    ("stranger-cosign.json", None),
    ("bit-flipped.json", None),
    ("other-digest.json", None),
    ("other-repository.json", None),
    ("malformed.json", None),
    ("payload-not-json.json", None),
];

fn file(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/evidence").join(path);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn key(name: &str, algorithm: &str) -> Value {
    json!({"algorithm": algorithm, "pem": String::from_utf8(file(&format!("keys/{name}.pub.pem"))).unwrap()})
}

fn policy_of(attestors: &Value, require: &Value, budget: Budget) -> Policy {
    let document = json!({
        "apiVersion": "dokimos.dev/v1", "kind": "Policy", "attestors": attestors,
        "default": {"evaluation": "REQUIRE_ATTESTATION", "require": require},
    });
    Policy::from_json_with(document.to_string().as_bytes(), budget).unwrap_or_else(|error| panic!("{error}"))
}

fn policy(require: &Value) -> Policy {
    policy_with(require, Budget::default())
}

fn policy_with(require: &Value, budget: Budget) -> Policy {
    let attestors =
        ATTESTORS.map(|(name, signer, algorithm)| json!({"name": name, "publicKeys": [key(signer, algorithm)]}));
    policy_of(&json!(attestors), require, budget)
}

fn evidence<'f>(files: impl IntoIterator<Item = &'f str>) -> Attestations {
    let mut attestations = Attestations::new();
    for name in files {
        attestations.add(name, &file(name), &Budget::default()).unwrap();
    }
    attestations
}

fn decide(policy: &Policy, image: &str, attestations: &Attestations) -> Decision {
    policy.evaluate_text(image, attestations, &AdmissionContext::default(), UnixTime::from_secs(1_780_272_000))
}

/// A requirement as the documentation defines it, over the keys whose valid signatures are there.
#[derive(Clone, Debug)]
enum Tree {
    Attestor(usize),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    AtLeast(usize, Vec<usize>),
}

impl Tree {
    fn met(&self, keys: &BTreeSet<&str>) -> bool {
        match self {
            Tree::Attestor(attestor) => keys.contains(ATTESTORS[*attestor].1),
            Tree::All(branches) => branches.iter().all(|branch| branch.met(keys)),
            Tree::Any(branches) => branches.iter().any(|branch| branch.met(keys)),
            Tree::AtLeast(number, of) => {
                let found: BTreeSet<_> = of.iter().map(|attestor| ATTESTORS[*attestor].1).collect();
                found.intersection(keys).count() >= *number
            }
        }
    }

    fn json(&self) -> Value {
        let branches = |branches: &[Tree]| {
            let mut items: Vec<Value> = Vec::new();
            for item in branches.iter().map(Tree::json) {
                // The same twice is refused, and says nothing new.
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            items
        };
        match self {
            Tree::Attestor(attestor) => ATTESTORS[*attestor].0.into(),
            Tree::All(items) => json!({"all": branches(items)}),
            Tree::Any(items) => json!({"any": branches(items)}),
            Tree::AtLeast(number, of) => {
                let of: Vec<_> = of.iter().map(|attestor| ATTESTORS[*attestor].0).collect();
                json!({"atLeast": number, "of": of})
            }
        }
    }

    fn reversed(&self) -> Tree {
        let backwards = |branches: &[Tree]| branches.iter().rev().map(Tree::reversed).collect();
        match self {
            Tree::Attestor(attestor) => Tree::Attestor(*attestor),
            Tree::All(branches) => Tree::All(backwards(branches)),
            Tree::Any(branches) => Tree::Any(backwards(branches)),
            Tree::AtLeast(number, of) => Tree::AtLeast(*number, of.iter().rev().copied().collect()),
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let places: Vec<usize> = (0..ATTESTORS.len()).collect();
    let at_least = subsequence(places, 1..=ATTESTORS.len())
        .prop_flat_map(|of| (1..=of.len(), Just(of).prop_shuffle()))
        .prop_map(|(number, of)| Tree::AtLeast(number, of));
    let leaf = prop_oneof![3 => (0..ATTESTORS.len()).prop_map(Tree::Attestor), 2 => at_least];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let branches = prop::collection::vec(inner, 1..4);
        prop_oneof![branches.clone().prop_map(Tree::All), branches.prop_map(Tree::Any)]
    })
}

/// Some of the evidence, in any order.
fn files() -> impl Strategy<Value = Vec<(&'static str, Option<&'static str>)>> {
    subsequence(EVIDENCE.to_vec(), 0..=8).prop_shuffle()
}

fn names<'f>(files: &'f [(&'static str, Option<&'static str>)]) -> impl DoubleEndedIterator<Item = &'static str> + 'f {
    files.iter().map(|(name, _)| *name)
}

proptest! {
    // Each case verifies some dozens of signatures, without optimisation.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_requirement_is_met_as_the_documentation_says(tree in tree(), files in files()) {
        let keys: BTreeSet<_> = files.iter().filter_map(|(_, key)| *key).collect();
        let decision = decide(&policy(&tree.json()), IMAGE, &evidence(names(&files)));
        prop_assert_eq!(decision.is_allowed(), tree.met(&keys), "{} {}", tree.json(), decision.to_json());
        prop_assert_eq!(decision.reason().code() == ReasonCode::Attested, decision.is_allowed());
        for attestor in decision.attestors() {
            let signer = ATTESTORS.iter().find(|(name, ..)| *name == attestor.name()).unwrap().1;
            prop_assert_eq!(attestor.is_satisfied(), keys.contains(signer), "{}", decision.to_json());
            let attested = |code| code == ReasonCode::Attested;
            let shown = attestor.attestations().iter().any(|found| attested(found.outcome().code()));
            prop_assert_eq!(attestor.is_satisfied(), shown);
        }
    }

    #[test]
    fn order_does_not_decide(tree in tree(), files in files()) {
        let policies = [policy(&tree.json()), policy(&tree.reversed().json())];
        let sets = [evidence(names(&files)), evidence(names(&files).rev())];
        let expected = decide(&policies[0], IMAGE, &sets[0]).is_allowed();
        for policy in &policies {
            for set in &sets {
                prop_assert_eq!(decide(policy, IMAGE, set).is_allowed(), expected, "{}", tree.json());
            }
        }
    }

    #[test]
    fn more_evidence_never_denies_except_at_a_limit(
        tree in tree(), files in files(), more in files(), verifications in prop_oneof![Just(256_usize), 1..12_usize],
    ) {
        let mut budget = Budget::default();
        budget.verifications = verifications;
        let policy = policy_with(&tree.json(), budget);
        let before = decide(&policy, IMAGE, &evidence(names(&files)));
        prop_assume!(before.is_allowed());
        for after in [
            decide(&policy, IMAGE, &evidence(names(&files).chain(names(&more)))),
            decide(&policy, IMAGE, &evidence(names(&more).chain(names(&files)))),
        ] {
            let limit = after.reason().code() == ReasonCode::LimitReached;
            prop_assert!(after.is_allowed() || limit && verifications < 256, "{}", after.to_json());
            prop_assert!(!(after.is_allowed() && limit));
        }
    }

    #[test]
    fn nothing_attests_nothing(tree in tree(), files in files()) {
        let policy = policy(&tree.json());
        let decision = decide(&policy, IMAGE, &Attestations::new());
        prop_assert_eq!(decision.reason().code(), ReasonCode::NoAttestation);
        // Nor does evidence for one image attest another, or a tag.
        for image in [OTHER, "registry.example.com/shop/web:1.4.2", "registry.example.com/shop/web"] {
            prop_assert!(!decide(&policy, image, &evidence(names(&files))).is_allowed());
        }
    }

    #[test]
    fn many_are_decided_as_one_by_one_and_always_the_same(tree in tree(), files in files(), more in files()) {
        let policy = policy(&tree.json());
        let sets = [evidence(names(&files)), evidence(names(&more)), Attestations::new()];
        let context = AdmissionContext::default();
        let mut requests = Vec::new();
        for attestations in &sets {
            for image in [IMAGE, OTHER, "alpine", "No reference"] {
                requests.push(Request { image, attestations, context });
            }
        }
        let now = UnixTime::from_secs(1_780_272_000);
        let many = policy.evaluate_many(&requests, now);
        let single: Vec<_> = requests.iter().map(|request| decide(&policy, request.image, request.attestations)).collect();
        prop_assert_eq!(&many, &single);
        let again = self::policy(&tree.json()).evaluate_many(&requests, now);
        let texts = |decisions: &[Decision]| decisions.iter().map(Decision::to_json).collect::<Vec<_>>();
        prop_assert_eq!(texts(&many), texts(&again));
    }
}

/// Cosign names no key: every key of the attestor is tried, in order, each for one verification.
#[test]
fn keys_are_tried_within_the_budget_and_not_past_it() {
    let signers = ["qa", "kms", "security", "old", "release"];
    let key_of = |name: &str| {
        let (_, signer, algorithm) = ATTESTORS.iter().find(|(attestor, ..)| *attestor == name).unwrap();
        key(signer, algorithm)
    };
    for start in 0..signers.len() {
        let mut order = signers;
        order.rotate_left(start);
        let needed = order.iter().position(|name| *name == "release").unwrap() + 1;
        let keys: Vec<Value> = order.iter().map(|name| key_of(name)).collect();
        for evidence_file in ["release-cosign.json", "release-no-id.json"] {
            for (verifications, expected) in [
                (needed, ReasonCode::Attested),
                (needed + 1, ReasonCode::Attested),
                (needed - 1, ReasonCode::LimitReached),
                (0, ReasonCode::LimitReached),
            ] {
                let mut budget = Budget::default();
                budget.verifications = verifications;
                let policy = policy_of(&json!([{"name": "all", "publicKeys": keys}]), &json!("all"), budget);
                let decision = decide(&policy, IMAGE, &evidence([evidence_file]));
                assert_eq!(decision.reason().code(), expected, "{order:?} {verifications}: {}", decision.to_json());
                assert_eq!(decision.is_allowed(), expected == ReasonCode::Attested);
            }
        }
    }
}

/// A limit denies though a valid attestation was found: what was not looked at is not known.
#[test]
fn a_limit_reached_on_the_way_denies() {
    let mut budget = Budget::default();
    for (verifications, expected) in [(2, ReasonCode::Attested), (1, ReasonCode::LimitReached)] {
        budget.verifications = verifications;
        let policy = policy_with(&json!({"all": ["release", "security"]}), budget.clone());
        let decision = decide(&policy, IMAGE, &evidence(["release.json", "security.json"]));
        assert_eq!(decision.reason().code(), expected, "{}", decision.to_json());
    }
}

#[test]
fn a_key_answers_to_its_given_and_to_its_default_id() {
    let require = json!("qa");
    let mut qa = key("qa", "RSA_SIGN_PKCS1_2048_SHA256");
    for (id, given, default) in [
        (None, ReasonCode::UnknownKey, ReasonCode::Attested),
        (Some("qa-signing-2026"), ReasonCode::Attested, ReasonCode::Attested),
        (Some("QA-signing-2026"), ReasonCode::UnknownKey, ReasonCode::Attested),
    ] {
        if let Some(id) = id {
            qa["id"] = id.into();
        }
        let policy = policy_of(&json!([{"name": "qa", "publicKeys": [qa]}]), &require, Budget::default());
        assert_eq!(decide(&policy, IMAGE, &evidence(["qa.json"])).reason().code(), given, "{id:?}");
        assert_eq!(decide(&policy, IMAGE, &evidence(["qa-default-id.json"])).reason().code(), default, "{id:?}");
    }
}

/// Several keys under one id, of one attestor or of two: each is tried, whichever comes first.
#[test]
fn keys_that_share_an_id_are_all_tried() {
    let shared = |name: &str| {
        let mut key = key(name, "RSA_PSS_2048_SHA256");
        key["id"] = "shop-signing".into();
        key
    };
    for order in [["release", "kms"], ["kms", "release"]] {
        let keys: Vec<Value> = order.iter().map(|name| shared(name)).collect();
        let one = json!([{"name": "shop", "publicKeys": keys}]);
        let two = json!([
            {"name": order[0], "publicKeys": [shared(order[0])]}, {"name": order[1], "publicKeys": [shared(order[1])]},
        ]);
        for (file, signer) in [("release-shared-id.json", "release"), ("kms-shared-id.json", "kms")] {
            let policy = policy_of(&one, &json!("shop"), Budget::default());
            assert_eq!(decide(&policy, IMAGE, &evidence([file])).reason().code(), ReasonCode::Attested, "{file}");
            for attestor in order {
                let policy = policy_of(&two, &json!(attestor), Budget::default());
                let decision = decide(&policy, IMAGE, &evidence([file]));
                assert_eq!(decision.is_allowed(), attestor == signer, "{}", decision.to_json());
                let expected = if attestor == signer { ReasonCode::Attested } else { ReasonCode::BadSignature };
                assert_eq!(decision.reason().code(), expected);
            }
        }
    }
}

/// Attestations for other images are looked at for the explanation, and only so many.
#[test]
fn other_images_are_explained_within_their_budget() {
    for (other_images, tried, reason) in [
        (0, 0, ReasonCode::NoAttestation),
        (1, 1, ReasonCode::DigestMismatch),
        (2, 2, ReasonCode::DigestMismatch),
        (3, 3, ReasonCode::DigestMismatch),
        (4, 3, ReasonCode::DigestMismatch),
    ] {
        let mut budget = Budget::default();
        budget.other_images = other_images;
        let policy = policy_with(&json!("release"), budget);
        let others = ["other-digest.json"; 3];
        let decision = decide(&policy, IMAGE, &evidence(others));
        assert_eq!(decision.reason().code(), reason, "{}", decision.to_json());
        assert_eq!(decision.attestors()[0].attestations().len(), tried);
        // They never stand in the way of one that names the digest.
        let decision = decide(&policy, IMAGE, &evidence(others.into_iter().chain(["release.json"])));
        assert!(decision.is_allowed());
        assert_eq!(decision.attestors()[0].attestations().len(), 1);
    }
}

#[test]
fn attestations_and_signatures_are_counted() {
    let mut budget = Budget::default();
    budget.attestations = 2;
    let mut attestations = Attestations::new();
    for _ in 0..2 {
        assert_eq!(attestations.add("", &file("release.json"), &budget), Ok(1));
    }
    let problem = attestations.add("", &file("release.json"), &budget).unwrap_err();
    assert_eq!((problem.code(), attestations.len()), ("LIMIT_REACHED", 2));
    // A page of one more than fits changes nothing: no attestation is dropped in silence.
    let problem = Attestations::new().add("", &file("release-lines.ndjson"), &budget).unwrap_err();
    assert_eq!(problem.code(), "LIMIT_REACHED");

    let policy = policy(&json!("release"));
    for (signatures, expected) in [(2, ReasonCode::Attested), (1, ReasonCode::AttestationUnreadable)] {
        budget.signatures = signatures;
        let mut attestations = Attestations::new();
        attestations.add("", &file("release-two-signatures.json"), &budget).unwrap();
        assert_eq!(decide(&policy, IMAGE, &attestations).reason().code(), expected);
    }
}
