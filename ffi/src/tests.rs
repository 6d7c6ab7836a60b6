//! What C programs cannot test: panics, and that the numbers of the header are the library's.

use crate::{
    admission::{AdmissionResponse, AdmissionReview},
    attestations::{dokimos_attestations_count, dokimos_attestations_free, dokimos_attestations_new},
    boundary::injected::with_panic,
    context::Context,
    error::{Error, dokimos_error_free, dokimos_error_status},
    key::Key,
    policy::{Policy, dokimos_policy_evaluate, dokimos_policy_free, dokimos_policy_from_json},
    reason::{dokimos_reason_at, dokimos_reason_code, dokimos_reason_count},
    reference::Reference,
    report::{Report, dokimos_report_free, dokimos_report_is_allowed, dokimos_report_json, dokimos_report_message},
    status::{self, DOKIMOS_INTERNAL, DOKIMOS_OK, Status},
};
use dokimos_core::ReasonCode;
use std::{collections::BTreeMap, fs, path::Path, ptr};

const ALLOWS_ALL: &str = r#"{"apiVersion":"dokimos.dev/v1","kind":"Policy","default":{"evaluation":"ALWAYS_ALLOW"}}"#;

fn load(policy: &mut *mut Policy, error: &mut *mut Error) -> Status {
    // SAFETY: a string, and two places for pointers.
    unsafe { dokimos_policy_from_json(ALLOWS_ALL.as_ptr().cast(), ALLOWS_ALL.len(), policy, error) }
}

fn evaluate(policy: *const Policy, report: &mut *mut Report, error: &mut *mut Error) -> Status {
    // SAFETY: the policy is one, the image is a string, and the places are places.
    unsafe { dokimos_policy_evaluate(policy, c"alpine".as_ptr(), 6, ptr::null(), ptr::null(), 0, report, error) }
}

#[test]
fn a_panic_becomes_a_status_and_the_next_call_works() {
    let (mut policy, mut report, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    assert_eq!(with_panic(|| load(&mut policy, &mut error)), DOKIMOS_INTERNAL);
    assert!(policy.is_null() && error.is_null());
    assert_eq!(load(&mut policy, &mut error), DOKIMOS_OK);
    assert_eq!(with_panic(|| evaluate(policy, &mut report, &mut error)), DOKIMOS_INTERNAL);
    assert!(report.is_null() && error.is_null());
    assert_eq!(evaluate(policy, &mut report, &mut error), DOKIMOS_OK);
    // SAFETY: the handles were made above, and are freed once.
    unsafe {
        assert!(dokimos_report_is_allowed(report));
        dokimos_report_free(report);
        dokimos_policy_free(policy);
        dokimos_error_free(error);
    }
}

#[test]
fn after_a_panic_no_function_says_yes() {
    let (mut policy, mut report, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    assert_eq!(load(&mut policy, &mut error), DOKIMOS_OK);
    assert_eq!(evaluate(policy, &mut report, &mut error), DOKIMOS_OK);
    let mut set = ptr::null_mut();
    // SAFETY: the handles were made above or here, and are freed once.
    unsafe {
        assert_eq!(dokimos_attestations_new(&mut set, &mut error), DOKIMOS_OK);
        assert!(!with_panic(|| dokimos_report_is_allowed(report)));
        assert!(with_panic(|| dokimos_report_message(report)).data.is_null());
        assert!(with_panic(|| dokimos_report_json(report)).data.is_null());
        assert!(!dokimos_report_json(report).data.is_null());
        assert_eq!(with_panic(|| dokimos_attestations_count(set)), 0);
        assert_eq!(with_panic(|| dokimos_error_status(ptr::null())), DOKIMOS_INTERNAL);
        assert_eq!(with_panic(|| dokimos_reason_count()), 0);
        // The panic comes before anything is freed, so this is not freed twice.
        with_panic(|| dokimos_report_free(report));
        dokimos_report_free(report);
        dokimos_attestations_free(set);
        dokimos_policy_free(policy);
    }
}

#[test]
fn handles_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Policy>();
    shared::<crate::attestations::Attestations>();
    shared::<Context>();
    shared::<Report>();
    shared::<Reference>();
    shared::<Key>();
    shared::<Error>();
    shared::<AdmissionReview>();
    shared::<AdmissionResponse>();
}

#[test]
fn the_header_has_every_reason_with_its_number() {
    let expected: BTreeMap<_, _> =
        ReasonCode::ALL.iter().map(|reason| (reason.code().to_string(), i32::from(reason.number()))).collect();
    assert_eq!(defines("DOKIMOS_REASON_"), expected);
    for (index, reason) in ReasonCode::ALL.iter().enumerate() {
        let number = dokimos_reason_at(index);
        assert_eq!(number, i32::from(reason.number()));
        assert_eq!(dokimos_reason_code(number).len, reason.code().len());
    }
}

#[test]
fn every_status_of_the_header_has_its_name_and_a_number_of_its_own() {
    let mut statuses = defines("DOKIMOS_");
    statuses.retain(|name, _| {
        !["H", "VERSION", "ABI_", "ADMISSION"]
            .iter()
            .any(|other| name == other || name.starts_with(&format!("{other}_")))
            && !name.starts_with("REASON_")
            && name != "ABI_VERSION"
    });
    assert!(statuses.len() >= 12, "{statuses:?}");
    for (name, number) in &statuses {
        assert_eq!(status::name(*number), Some(name.as_str()));
    }
    let named = (-1000..=1000).filter(|number| status::name(*number).is_some()).count();
    assert_eq!(named, statuses.len(), "a status that the header lacks");
}

#[test]
fn the_version_of_the_header_is_that_of_the_crate() {
    let version = defines("DOKIMOS_VERSION_");
    let text = format!("{}.{}.{}", version["MAJOR"], version["MINOR"], version["PATCH"]);
    assert_eq!(text, env!("CARGO_PKG_VERSION"));
    assert_eq!(version["NUMBER"], version["MAJOR"] * 10_000 + version["MINOR"] * 100 + version["PATCH"]);
    assert!(header().contains(&format!("#define DOKIMOS_VERSION \"{text}\"\n")));
}

fn header() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("include/dokimos.h")).expect("the header")
}

/// The numbers that the header defines, by what follows the prefix.
fn defines(prefix: &str) -> BTreeMap<String, i32> {
    let header = header();
    let lines = header.lines().filter_map(|line| line.strip_prefix("#define ")?.strip_prefix(prefix)?.split_once(' '));
    lines.filter_map(|(name, value)| Some((name.to_string(), value.parse().ok()?))).collect()
}
