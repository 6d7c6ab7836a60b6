//! Requests for admission.

use super::{NOW, check_problem};
use dokimos::{AdmissionOptions, AdmissionReview, Attestations, Budget, Decision, Policy};
use serde_json::Value;
use std::sync::OnceLock;

/// Each answer is complete and bounded, and lets in nothing that could not be read or was not decided on.
pub fn admission(data: &[u8]) {
    let budget = Budget::default();
    let review = match AdmissionReview::parse(data, &AdmissionOptions::default(), &budget) {
        Ok(review) => review,
        Err(problem) => return check_problem(&problem),
    };
    let mut options = AdmissionOptions::default();
    options.evaluate_unchanged = true;
    let every = AdmissionReview::parse(data, &options, &budget).expect("a review, however it is decided on");
    if let Some(problem) = review.problem() {
        check_problem(problem);
        assert_eq!(review.images(), []);
        check(&review, &[], false);
        return;
    }
    assert!(review.images().len() <= budget.images);
    if every.problem().is_none() {
        assert!(review.images().iter().all(|image| every.images().contains(image)));
    }
    if !review.images().is_empty() {
        let json: Value = serde_json::from_slice(data).expect("JSON");
        assert!(review.images().iter().all(|image| names(&json["request"]["object"], image.reference())));
        check(&review, &[], false);
    }
    let decisions = decide(&review);
    check(&review, &decisions, decisions.is_empty());
}

fn check(review: &AdmissionReview, decisions: &[Decision], allowed: bool) {
    let response = review.respond(decisions);
    assert_eq!(response.is_allowed(), allowed);
    assert_eq!(response.message().is_empty(), allowed);
    assert!(!review.refuse("CODE", "message").is_allowed());
    assert_eq!(review.admit_undecided("CODE", "message").is_allowed(), review.problem().is_none());
    let text = response.to_json();
    assert!(text.len() < 200_000, "{} bytes", text.len());
    let json: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["response"]["uid"], review.uid());
    assert_eq!(json["response"]["allowed"], allowed);
    assert!(!response.message().chars().any(|letter| letter.is_control() && letter != '\n'));
}

/// Decisions by a policy that denies everything, break-glass or not.
fn decide(review: &AdmissionReview) -> Vec<Decision> {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    let policy = br#"{"apiVersion":"dokimos.dev/v1","kind":"Policy","default":{"evaluation":"ALWAYS_DENY"}}"#;
    let policy = POLICY.get_or_init(|| Policy::from_json(policy).expect("a policy"));
    let annotations = review.annotations();
    let context = review.context(Some("prod-1"), &annotations);
    let none = Attestations::new();
    review.images().iter().map(|image| policy.evaluate_text(image.reference(), &none, &context, NOW)).collect()
}

fn names(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|item| names(item, text)),
        Value::Object(members) => members.values().any(|item| names(item, text)),
        _ => false,
    }
}
