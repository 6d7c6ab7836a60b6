//! The shared cases: the decision, the reason, and the report to the byte.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/cases.rs"]
mod cases;

use cases::{Case, testdata};
use dokimos::{ReasonCode, Request};
use std::{collections::BTreeSet, fs};

#[test]
fn every_case_is_decided_as_the_independent_model_decides_it() {
    let mut wrong = Vec::new();
    let mut reasons = BTreeSet::new();
    for case in Case::all() {
        let decision = case.decide();
        let expected = (case.text("decision") == "ALLOW", case.text("reason"));
        let found = (decision.is_allowed(), decision.reason().code().code());
        if found != expected {
            wrong.push(format!("{}: {} {found:?}, not {expected:?}", case.text("name"), decision.reason().detail()));
        }
        reasons.insert(decision.reason().code());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = ReasonCode::ALL.iter().filter(|code| !reasons.contains(code)).collect();
    assert!(missing.is_empty(), "no case has the reason {missing:?}");
}

/// `testdata/reports/NAME.json` is what every language must give, byte for byte. `DOKIMOS_WRITE_REPORTS=1` writes the
/// files anew; what changes in them is then for a person to read.
#[test]
fn every_report_is_the_recorded_one() {
    let folder = testdata().join("reports");
    let mut names = BTreeSet::new();
    for case in Case::all() {
        let name = format!("{}.json", case.text("name"));
        let report = case.decide().to_json() + "\n";
        if std::env::var_os("DOKIMOS_WRITE_REPORTS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(&name), &report).unwrap();
        }
        let recorded = fs::read_to_string(folder.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(report, recorded, "{name}");
        assert!(names.insert(name), "a name stands twice");
    }
    let files: BTreeSet<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, names, "a report without a case");
}

#[test]
fn many_at_once_are_decided_as_one_by_one() {
    let cases = Case::all();
    // Cases of one policy and one time can share a call.
    for group in cases.chunk_by(|one, other| one.value["policy"] == other.value["policy"] && one.now() == other.now()) {
        let policy = &group[0].policy;
        let single: Vec<_> = group.iter().map(Case::decide).collect();
        with_requests(group, Vec::new(), &mut |requests| {
            assert_eq!(policy.evaluate_many(requests, group[0].now()), single);
            // Twice the same in one call, and in the other order.
            let twice: Vec<_> = requests.iter().chain(requests.iter().rev()).copied().collect();
            let expected: Vec<_> = single.iter().chain(single.iter().rev()).cloned().collect();
            assert_eq!(policy.evaluate_many(&twice, group[0].now()), expected);
        });
    }
}

/// What a program may leave out when it fetches and keeps attestations: all of them where they are not needed, and
/// those for other images. Nothing but the count of what is left aside may change.
#[test]
fn what_is_not_needed_for_a_decision_does_not_change_it() {
    let budget = dokimos::Budget::default();
    let mut unneeded = 0;
    for case in Case::all() {
        let whole = case.decide();
        let Ok(image) = case.text("image").parse::<dokimos::ImageReference>() else { continue };
        case.with_context(|context| {
            let none = case.policy.evaluate(&image, &dokimos::Attestations::new(), context, case.now());
            if !case.policy.needs_attestations(&image, context) {
                unneeded += 1;
                assert_eq!(none, whole, "{}", case.text("name"));
                return;
            }
            assert!(!none.reason().code().allows(), "{}", case.text("name"));
            let mut few = dokimos::Attestations::new();
            few.add_about(image.digest().unwrap(), &case.attestations, &budget).unwrap();
            let decision = case.policy.evaluate(&image, &few, context, case.now());
            let answer = |decision: &dokimos::Decision| (decision.is_allowed(), decision.reason().code());
            assert_eq!(answer(&decision), answer(&whole), "{}", case.text("name"));
        });
    }
    assert!(unneeded > 0);
}

/// Builds a request for each case; contexts borrow from their case, so the call happens innermost.
fn with_requests(cases: &[Case], requests: Vec<Request<'_>>, call: &mut dyn FnMut(&[Request<'_>])) {
    let Some((case, rest)) = cases.split_first() else { return call(&requests) };
    case.with_context(|context| {
        let mut requests = requests;
        requests.push(Request { image: case.text("image"), attestations: &case.attestations, context: *context });
        with_requests(rest, requests, call);
    });
}

#[cfg(feature = "yaml")]
#[test]
fn a_policy_in_yaml_decides_as_the_one_in_json() {
    let mut compared = 0;
    for mut case in Case::all() {
        let Some(file) = case.value["policy"].as_str() else { continue };
        let yaml = testdata().join(file).with_extension("yaml");
        if yaml.exists() {
            let expected = case.decide();
            case.policy = dokimos::Policy::from_yaml(&fs::read(yaml).unwrap()).unwrap();
            assert_eq!(case.decide(), expected);
            compared += 1;
        }
    }
    assert!(compared > 0);
}
