//! What changes while the program runs: the policy, the certificate, the attestations.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod support;

use std::{fs, os::unix::fs::symlink};
use support::{Folder, Hook, certificates, client::Client, reviews::*, testdata, wait};

const OPEN: &str = "apiVersion: dokimos.dev/v1\nkind: Policy\ndefault: { evaluation: ALWAYS_ALLOW }\n";

#[test]
fn a_new_policy_counts_and_a_bad_one_does_not() {
    let hook = Hook::start(&policy(), &[], "");
    let review = create(deployment("alpine:3.11"));
    assert_eq!(hook.review(&review)["allowed"], false);
    assert_eq!(hook.metric("dokimos_hook_generation{what=\"policy\"}"), 1);

    hook.folder.write("policy/policy.yaml", OPEN);
    assert_eq!(hook.event("policy-loaded")["generation"], 2);
    assert_eq!(hook.review(&review)["allowed"], true);

    for (index, bad) in ["default: { evaluation: ALWAYS_ALOW }", "kind: [", "", "\0"].into_iter().enumerate() {
        hook.folder.write("policy/policy.yaml", bad);
        let refused = wait("the refusal", || {
            let refused: Vec<_> = hook.log().into_iter().filter(|line| line["event"] == "policy-refused").collect();
            (refused.len() > index).then(|| refused[index].clone())
        });
        assert!(refused["problems"][0].as_str().unwrap().contains("policy.yaml"), "{refused}");
        assert_eq!(hook.review(&review)["allowed"], true, "the old one stays");
        assert_eq!(hook.metric("dokimos_hook_current{what=\"policy\"}"), 0);
    }
    assert_eq!(hook.metric("dokimos_hook_reloads_total{what=\"policy\",result=\"refused\"}"), 4);
    assert_eq!(hook.observe("/readyz").status, 200);

    fs::remove_file(hook.folder.path("policy/policy.yaml")).unwrap();
    wait("the refusal", || {
        (hook.metric("dokimos_hook_reloads_total{what=\"policy\",result=\"refused\"}") == 5).then_some(())
    });
    assert_eq!(hook.review(&review)["allowed"], true, "no policy is no policy, and the old one stays");

    hook.folder.write("policy/policy.yaml", policy());
    wait("the policy", || (hook.metric("dokimos_hook_generation{what=\"policy\"}") == 3).then_some(()));
    assert_eq!(hook.metric("dokimos_hook_current{what=\"policy\"}"), 1);
    assert_eq!(hook.review(&review)["allowed"], false);
}

#[test]
fn several_files_are_one_policy_and_a_problem_names_its_file() {
    let hook = Hook::start(&policy(), &[], "");
    let more = "apiVersion: dokimos.dev/v1\nkind: Policy\nallowlist: [{ pattern: 'alpine:*' }]\n";
    hook.folder.write("policy/a.yaml", more);
    hook.event("policy-loaded");
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], true);
    assert_eq!(hook.review(&create(deployment("busybox:1")))["allowed"], false);
    for (bad, expected) in [
        (
            more.to_owned() + "rules: [{ name: r, evaluation: REQUIRE_ATTESTATION, require: nobody }]\n",
            "a.yaml: rules[0].require: unknown attestor",
        ),
        (
            more.to_owned() + "default: { evaluation: ALWAYS_DENY }\n",
            "policy.yaml: default: stands in another file too",
        ),
        (
            "apiVersion: kritis.grafeas.io/v1beta1\nkind: AdmissionAllowlist\nspec: { patterns: [] }\n".to_owned(),
            "the one or the other decides",
        ),
    ] {
        hook.folder.write("policy/a.yaml", bad);
        wait(expected, || {
            hook.log()
                .iter()
                .any(|line| line["event"] == "policy-refused" && line.to_string().contains(expected))
                .then_some(())
        });
    }
}

#[test]
fn a_mounted_config_map_is_swapped_by_a_link() {
    let folder = Folder::new();
    folder.write("policy/..one/policy.yaml", policy());
    folder.write("policy/..two/policy.yaml", OPEN);
    symlink("..one", folder.path("policy/..data")).unwrap();
    symlink("..data/policy.yaml", folder.path("policy/policy.yaml")).unwrap();
    let config = format!("policy: {}\nreload: 50ms\n", folder.path("policy").display());
    let hook = Hook::start_in(folder, &config);
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], false);
    symlink("..two", hook.folder.path("policy/..new")).unwrap();
    fs::rename(hook.folder.path("policy/..new"), hook.folder.path("policy/..data")).unwrap();
    hook.event("policy-loaded");
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], true);
}

#[test]
fn a_new_certificate_is_for_new_connections_and_a_bad_one_for_none() {
    let hook = Hook::start(OPEN, &[], "");
    let review = create(deployment("alpine:3.11")).to_string();
    let mut before = hook.client();
    assert_eq!(before.post("/", &review).status, 200);

    // The certificate without its key is half of a change: refused until the other half comes.
    let new = certificates::make("localhost");
    hook.folder.write("tls/tls.crt", &new.certificate);
    let refused = hook.event("certificate-refused");
    assert!(refused["problems"][0].as_str().unwrap().contains("tls.crt"), "{refused}");
    assert!(!refused.to_string().contains("PRIVATE"));
    assert_eq!(hook.metric("dokimos_hook_current{what=\"certificate\"}"), 0);
    assert_eq!(hook.client().post("/", &review).status, 200);

    hook.folder.write("tls/tls.key", &new.key);
    assert_eq!(hook.event("certificate-loaded")["generation"], 2);
    let mut after = wait("the new certificate", || Client::connect(hook.listen, &new.authority).ok());
    assert_eq!(after.post("/", &review).status, 200);
    assert!(
        Client::connect(hook.listen, &hook.authority).and_then(|mut client| client.try_post("/", &review)).is_err()
    );
    assert_eq!(before.post("/", &review).status, 200, "a connection that is open stays open");

    for bad in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "nonsense"] {
        hook.folder.write("tls/tls.crt", bad);
        wait("the refusal", || (hook.metric("dokimos_hook_current{what=\"certificate\"}") == 0).then_some(()));
        assert_eq!(Client::connect(hook.listen, &new.authority).unwrap().post("/", &review).status, 200);
        hook.folder.write("tls/tls.crt", &new.certificate);
        wait("the good one", || (hook.metric("dokimos_hook_current{what=\"certificate\"}") == 1).then_some(()));
    }
}

#[test]
fn attestations_that_come_later_are_seen_after_a_while_and_at_once_after_a_reload() {
    let hook = Hook::start(&policy(), &[], "cache: { ttl: 1h, denialTtl: 1h }");
    let review = create(deployment(ALPINE));
    assert_eq!(hook.review(&review)["allowed"], false);
    hook.folder.write("attestations/alpine.json", testdata("evidence/alpine.json"));
    assert_eq!(hook.review(&review)["allowed"], false, "from the cache");
    assert_eq!(hook.metric("dokimos_hook_cache_lookups_total{cache=\"decision\",result=\"hit\"}"), 1);
    // The same policy in other words is a new policy.
    hook.folder.write("policy/policy.yaml", policy() + "# changed\n");
    hook.event("policy-loaded");
    // The folder was looked at a moment ago, and is looked at again half a second after that.
    wait("the attestation", || {
        hook.folder.write("policy/policy.yaml", policy() + &format!("# {:?}\n", std::time::Instant::now()));
        (hook.review(&review)["allowed"] == true).then_some(())
    });
    fs::remove_file(hook.folder.path("attestations/alpine.json")).unwrap();
    assert_eq!(hook.review(&review)["allowed"], true, "from the cache");

    let impatient = Hook::start(&policy(), &[], "cache: { ttl: 1h, denialTtl: 0s }");
    assert_eq!(impatient.review(&review)["allowed"], false);
    impatient.folder.write("attestations/alpine.json", testdata("evidence/alpine.json"));
    wait("the attestation", || (impatient.review(&review)["allowed"] == true).then_some(()));
}

#[test]
fn a_key_that_ends_ends_what_was_kept() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let until = dokimos::UnixTime::from_secs(i64::try_from(now).unwrap() + 4);
    let policy = policy().replace("algorithm:", &format!("validUntil: {until}, algorithm:"));
    let hook = Hook::start(&policy, &["alpine.json"], "cache: { ttl: 1h, denialTtl: 1h }");
    let review = create(deployment(ALPINE));
    assert_eq!(hook.review(&review)["allowed"], true);
    wait("the end of the key", || (hook.review(&review)["allowed"] == false).then_some(()));
    wait("the reason", || (hook.event("decision")["reason"] == "KEY_EXPIRED").then_some(()));
    assert!(hook.metric("dokimos_hook_cache_lookups_total{cache=\"decision\",result=\"hit\"}") > 0);
    assert_eq!(hook.metric("dokimos_hook_evidence_fetches_total{result=\"ok\"}"), 1);
}
