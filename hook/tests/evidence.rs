//! Where attestations cannot be had, or are none.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use std::{fs, os::unix::fs::symlink, time::Instant};
use support::{Hook, PATIENCE, reviews::*};

/// A hook whose only source is gone.
fn without_source(more: &str) -> Hook {
    let hook = Hook::start(&policy(), &[], more);
    fs::remove_dir_all(hook.folder.path("attestations")).unwrap();
    hook
}

#[test]
fn an_image_whose_attestations_cannot_be_fetched_is_denied() {
    let hook = without_source("fetch: { retries: 1, pause: 1ms }");
    let answer = hook.review(&create(deployment(ALPINE)));
    assert_eq!(answer["allowed"], false);
    let message = answer["status"]["message"].as_str().unwrap();
    assert_eq!(
        message,
        format!("image {ALPINE} is not attested: its attestations could not be fetched: a source cannot be reached")
    );
    assert_eq!(answer["status"]["details"]["causes"][0]["reason"], "EVIDENCE_UNAVAILABLE");
    assert!(hook.metric("dokimos_hook_evidence_errors_total{source=\"directory\",kind=\"unreachable\"}") >= 1);
    assert_eq!(hook.metric("dokimos_hook_reviews_total{outcome=\"error_denied\"}"), 1);
    assert!(hook.event("evidence-error")["error"].as_str().unwrap().starts_with("evidence[0].directory: "));
    // What needs no attestation is decided on all the same.
    assert_eq!(
        hook.review(&create(deployment("alpine:3.11")))["status"]["message"],
        "image alpine:3.11 is not attested"
    );

    fs::create_dir(hook.folder.path("attestations")).unwrap();
    hook.folder.write("attestations/alpine.json", support::testdata("evidence/alpine.json"));
    support::wait("the attestation", || (hook.review(&create(deployment(ALPINE)))["allowed"] == true).then_some(()));
}

#[test]
fn it_is_admitted_with_a_warning_where_the_configuration_says_so() {
    let hook = without_source("onError: allow\nfetch: { retries: 0 }");
    let answer = hook.review(&create(deployment(ALPINE)));
    assert_eq!(answer["allowed"], true, "{answer}");
    assert!(answer["warnings"][0].as_str().unwrap().contains("EVIDENCE_UNAVAILABLE"), "{answer}");
    assert_eq!(hook.metric("dokimos_hook_reviews_total{outcome=\"error_allowed\"}"), 1);
    let line = &hook.decisions(1)[0];
    assert_eq!((&line["allowed"], &line["admitted"]), (&json!(false), &json!(true)));
    assert_eq!(line["error"], "a source cannot be reached");
    // It never admits what is denied for another reason: a tag, or an image beside one that cannot be decided on.
    assert_eq!(hook.review(&create(deployment("alpine:3.11")))["allowed"], false);
    let mut both = pod(ALPINE);
    both["spec"]["initContainers"] = json!([{ "name": "a", "image": "alpine:3.11" }]);
    assert_eq!(hook.review(&create(both))["allowed"], false);
    // Nor what cannot be read.
    let mut unreadable = create(deployment(ALPINE));
    unreadable["request"]["object"]["spec"]["template"]["spec"]["containers"] = "none".into();
    assert_eq!(hook.review(&unreadable)["allowed"], false);
}

#[test]
fn the_answer_comes_before_the_api_server_stops_waiting() {
    for (on_error, allowed) in [("deny", false), ("allow", true)] {
        // Between the first try and the second is a day.
        let hook = without_source(&format!("onError: {on_error}\nfetch: {{ retries: 1, pause: 24h }}"));
        let begun = Instant::now();
        let reply = hook.client().post("/?timeout=1s", &create(deployment(ALPINE)).to_string());
        let answer = &reply.json()["response"];
        assert!(begun.elapsed() < PATIENCE);
        assert_eq!(answer["allowed"], allowed, "{answer}");
        assert!(answer.to_string().contains("no answer in time"), "{answer}");
        assert_eq!(hook.decisions(1)[0]["error"], "no answer in time");
    }
}

#[test]
fn a_file_that_is_no_attestation_takes_no_other_down() {
    let hook = Hook::start(&policy(), &["alpine.json"], "onError: allow");
    hook.folder.write("attestations/bad.json", "{ nonsense");
    hook.folder.write("attestations/.hidden", "{ nonsense");
    assert_eq!(hook.review(&create(deployment(ALPINE)))["allowed"], true);
    // And who can write such a file does not get an image admitted by it, not even with onError: allow.
    assert_eq!(hook.review(&create(deployment(UNSIGNED)))["allowed"], false);
    assert_eq!(hook.metric("dokimos_hook_evidence_documents_refused_total"), 1);
    assert!(hook.event("evidence-document-refused")["error"].as_str().unwrap().starts_with("bad.json: "));
}

#[test]
fn what_cannot_be_read_denies_and_admits_nothing() {
    for (is_link, expected) in [(true, "no such file or directory"), (false, "longer than 4194304 bytes")] {
        let hook = Hook::start(&policy(), &["alpine.json"], "onError: allow");
        if is_link {
            symlink("/nowhere", hook.folder.path("attestations/link.json")).unwrap();
        } else {
            hook.folder.write("attestations/long.json", vec![b' '; 4 * 1024 * 1024 + 1]);
        }
        let answer = hook.review(&create(deployment(ALPINE)));
        assert_eq!(answer["allowed"], false, "it could be the attestation that is missing");
        assert!(hook.event("evidence-error")["error"].as_str().unwrap().contains(expected));
        assert_eq!(hook.metric("dokimos_hook_evidence_errors_total{source=\"directory\",kind=\"refused\"}"), 1);
    }
}

#[test]
fn many_who_ask_for_one_image_are_one_request_to_the_sources() {
    let hook = Hook::start(&policy(), &["alpine.json"], "");
    let review = create(deployment(ALPINE)).to_string();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut client = hook.client();
                for _ in 0..8 {
                    assert_eq!(client.post("/", &review).json()["response"]["allowed"], true);
                }
            });
        }
    });
    assert_eq!(hook.metric("dokimos_hook_evidence_fetches_total{result=\"ok\"}"), 1);
    assert_eq!(hook.metric("dokimos_hook_decisions_total{reason=\"ATTESTED\",allowed=\"true\"}"), 128);
}

#[test]
fn break_glass_is_asked_for_each_time() {
    let hook = Hook::start(&(policy() + "breakglass: { annotation: kritis.grafeas.io/breakglass }\n"), &[], "");
    let mut broken = deployment(UNSIGNED);
    broken["metadata"]["annotations"] = json!({ "kritis.grafeas.io/breakglass": "the night of the outage" });
    assert_eq!(hook.review(&create(deployment(UNSIGNED)))["allowed"], false);
    assert_eq!(hook.review(&create(broken.clone()))["allowed"], true);
    assert_eq!(hook.decisions(2)[1]["breakglass"], "the night of the outage");
    assert_eq!(hook.review(&create(deployment(UNSIGNED)))["allowed"], false);
    broken["metadata"]["annotations"] = json!({ "kritis.grafeas.io/breakglass": "false" });
    assert_eq!(hook.review(&create(broken))["allowed"], false);
}
