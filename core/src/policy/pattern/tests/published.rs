//! The tables of the systems whose patterns these are.

#[path = "../../../../tests/support/mod.rs"]
mod support;

use super::*;
use serde_json::Value;
use std::fs;

/// One row of a published table where we answer something else.
struct Difference {
    pattern: &'static str,
    image: &'static str,
    ours: Option<bool>,
    reason: &'static str,
}

/// Our answer: none where the pattern or the image is refused.
fn answer(pattern: &str, image: &str) -> Option<bool> {
    Some(ImagePattern::parse(pattern).ok()?.matches(&image.parse().ok()?))
}

/// Every row, except those listed: they must differ, and as listed.
fn compare<'a>(rows: impl Iterator<Item = (&'a str, &'a str, Option<bool>)>, differences: &[Difference]) {
    let mut met = Vec::new();
    for (pattern, image, theirs) in rows {
        let ours = answer(pattern, image);
        match differences.iter().find(|listed| (listed.pattern, listed.image) == (pattern, image)) {
            Some(listed) => {
                assert!(!listed.reason.is_empty());
                assert_eq!(ours, listed.ours, "{pattern} {image}");
                assert_ne!(ours, theirs, "{pattern} {image} is listed and no difference");
                met.push(listed);
            }
            None => assert_eq!(ours, theirs, "{pattern} {image}"),
        }
    }
    assert_eq!(met.len(), differences.len(), "listed and not met");
}

fn document(path: &str) -> Option<Value> {
    Some(serde_json::from_slice(&fs::read(support::vectors(path)?).unwrap()).unwrap())
}

#[test]
fn kritis_allowlist() {
    let Some(document) = document("kritis/allowlist_kritis_gap.json") else { return };
    let patterns: Vec<&str> =
        document["allowlist"].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
    let cases = document["cases"].as_array().unwrap();
    assert_eq!((patterns.len(), cases.len()), (11, 19));
    for case in cases {
        let image = case["image"].as_str().unwrap();
        let ours = patterns.iter().any(|pattern| answer(pattern, image).expect("both can be read"));
        // The one difference. There a pattern without a tag matches the very text; here it is the repository, as a person
        // who writes a rule for it expects.
        let difference = image == "gcr.io/3-my-untagged-image:tag";
        assert_eq!(ours, (case["match"] == true) != difference, "{image}");
    }
}

#[test]
fn documented_patterns_of_binary_authorization_and_alibaba() {
    let Some(document) = document("kritis/allowlist_docs.json") else { return };
    let reason = "`**` without `/` before it also matches the names of others, as the documentation itself warns";
    let lists = ["binauthz", "alibaba"].map(|list| document[list]["cases"].as_array().unwrap());
    assert_eq!(lists.map(Vec::len), [6, 5]);
    compare(
        lists.into_iter().flatten().map(|row| (row[0].as_str().unwrap(), row[1].as_str().unwrap(), row[2].as_bool())),
        &[
            Difference {
                pattern: "gcr.io/my-project/nginx**",
                image: "gcr.io/my-project/nginx-1.14.2/image:latest",
                ours: None,
                reason,
            },
            Difference { pattern: "gcr.io/my-project**", image: "gcr.io/my-project/nginx", ours: None, reason },
            Difference {
                pattern: "gcr.io/my-project**",
                image: "gcr.io/my-project-exploit/nginx-exploit",
                ours: None,
                reason,
            },
        ],
    );
    // Invalid there, where a star stands only at the end; Alibaba has it in the middle, and so have we.
    assert_eq!(answer("gcr.io/my-project/n*x", "gcr.io/my-project/nginx"), Some(true));
}

#[test]
fn globs_of_policy_controller() {
    let Some(document) = document("sigstore/policy/policy-controller-glob.json") else { return };
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 42);
    let no_boundary = "`**` without `/` before it crosses into longer hosts and the names of others";
    let ambiguous = "any registry or any name at docker.io: the writer must say";
    let refused = |pattern, image, reason| Difference { pattern, image, ours: None, reason };
    compare(
        cases.iter().map(|row| {
            let theirs = (row["error"] == false).then(|| row["match"] == true);
            (row["glob"].as_str().unwrap(), row["image"].as_str().unwrap(), theirs)
        }),
        &[
            refused("index.docker.**", "foo", no_boundary),
            refused("inde**", "foo", no_boundary),
            refused("foo**", "foo", no_boundary),
            refused("index.docker.**", "myuser/myapp", no_boundary),
            refused("inde**", "myuser/myapp", no_boundary),
            refused("myuser/myapp**", "myuser/myapp", no_boundary),
            refused("ghc**", "ghcr.io/foo", no_boundary),
            refused("ghcr.io/foo**", "ghcr.io/foo", no_boundary),
            refused("*", "foo", ambiguous),
            refused("*/*", "myuser/myapp", ambiguous),
        ],
    );
}
