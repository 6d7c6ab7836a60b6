//! Requests for admission to Kubernetes.

use crate::{
    attestations::Attestations,
    boundary::boundary,
    error::{Error, Failure},
    pointer::{Place, Str, borrow, bytes, free, items, optional_text, required, text},
    policy::Policy,
    status::{DOKIMOS_INVALID_REVIEW, DOKIMOS_NOT_SUPPORTED, Status},
};
use dokimos_core::{AdmissionImage, AdmissionOptions, Budget, Problem, UnixTime};
use std::{
    ffi::{c_char, c_void},
    sync::OnceLock,
};

/// On `UPDATE`, decide on every image, not only on those that the object did not have before.
pub const DOKIMOS_ADMISSION_EVALUATE_UNCHANGED: u32 = 1;
/// Leave `status.reason` out of a denial, so that kubectl begins its line with `Error from server: `.
pub const DOKIMOS_ADMISSION_OMIT_STATUS_REASON: u32 = 2;

/// A request for admission. Nothing changes it: any number of threads may use one at the same time. The functions that
/// only read it take NULL too, and then, as for an index that is too large, give 0 or no text.
pub struct AdmissionReview(dokimos_core::AdmissionReview);

/// The answer to a request. Nothing changes it: any number of threads may use one at the same time. The functions that
/// only read it take NULL too, and then give false, 0 or no text: a missing answer allows nothing.
pub struct AdmissionResponse {
    response: dokimos_core::AdmissionResponse,
    reports: Vec<String>,
    json: OnceLock<String>,
}

impl AdmissionReview {
    fn image(&self, index: usize) -> Option<&AdmissionImage> {
        self.0.images().get(index)
    }
}

impl AdmissionResponse {
    fn new(response: dokimos_core::AdmissionResponse, reports: Vec<String>) -> Self {
        Self { response, reports, json: OnceLock::new() }
    }
}

/// Reads an `AdmissionReview` of `admission.k8s.io/v1`, as the API server sends it.
///
/// `options`: 0, or `DOKIMOS_ADMISSION_EVALUATE_UNCHANGED` and `DOKIMOS_ADMISSION_OMIT_STATUS_REASON`, joined by `|`; a
/// bit that the library does not know is `DOKIMOS_NOT_SUPPORTED`.
/// `DOKIMOS_INVALID_REVIEW`: it cannot even be answered; over HTTP that is status 400. Everything else that cannot be
/// read makes a review that is denied, whatever is asked of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_parse(
    json: *const c_void,
    json_len: usize,
    options: u32,
    review: *mut *mut AdmissionReview,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(review, "review")?;
        let json = bytes(json, json_len, "json")?;
        if options & !(DOKIMOS_ADMISSION_EVALUATE_UNCHANGED | DOKIMOS_ADMISSION_OMIT_STATUS_REASON) != 0 {
            let message = format!("the library does not know all of the options {options:#x}");
            return Err(Failure::call(DOKIMOS_NOT_SUPPORTED, "options", message));
        }
        let mut chosen = AdmissionOptions::default();
        chosen.evaluate_unchanged = options & DOKIMOS_ADMISSION_EVALUATE_UNCHANGED != 0;
        chosen.omit_status_reason = options & DOKIMOS_ADMISSION_OMIT_STATUS_REASON != 0;
        let parsed = dokimos_core::AdmissionReview::parse(json, &chosen, &Budget::default()).map_err(invalid)?;
        place.fill(AdmissionReview(parsed));
        Ok(())
    })
}

fn invalid(problem: Problem) -> Failure {
    Failure::Document { status: DOKIMOS_INVALID_REVIEW, problems: vec![problem] }
}

/// How many images are to be decided on; 0 is nothing to decide.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_image_count(review: *const AdmissionReview) -> usize {
    boundary!({ borrow(review).map_or(0, |review| review.0.images().len()) })
}

/// An image to decide on: its reference, as the object has it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_image(review: *const AdmissionReview, image: usize) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.image(image)).map(AdmissionImage::reference)) })
}

/// Where the image stands in the object: `spec.containers[0].image`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_image_place(review: *const AdmissionReview, image: usize) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.image(image)).map(AdmissionImage::place)) })
}

/// The name of the container or volume that the image is for; empty where it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_image_name(review: *const AdmissionReview, image: usize) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.image(image)).map(AdmissionImage::name)) })
}

/// The request's id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_uid(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).map(|review| review.0.uid())) })
}

/// What is done with the object: `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_operation(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.operation())) })
}

/// The kind of the object, as `Deployment`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_kind(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.kind())) })
}

/// The namespace of the request, if it has one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_namespace(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.namespace())) })
}

/// The name of the object, or what its name will begin with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_name(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.name())) })
}

/// The name of the user who sent the request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_user(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.user())) })
}

/// The service account that the Pods run as; none where it cannot be told.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_service_account(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.service_account())) })
}

/// The code of why the request cannot be decided on, as `MISSING_FIELD`; none where it can. Such a request has no
/// images, and every answer to it is a denial, which tells the problem in words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_problem(review: *const AdmissionReview) -> Str {
    boundary!({ Str::of_option(borrow(review).and_then(|review| review.0.problem()).map(Problem::code)) })
}

/// Decides on every image of the request, and makes the answer.
///
/// `attestations`: for each image, in their order, what was found for it; NULL in it is nothing. With another
/// `count` than there are images, the answer is a denial.
/// `cluster`: the cluster's name; NULL is unknown. The rest of the place is the request's.
/// `now`: the time of the decision, in seconds since 1970-01-01T00:00:00Z.
/// `response`: the answer, whether it allows or denies. With another status than `DOKIMOS_OK` there is none: do not
/// admit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_respond(
    review: *const AdmissionReview,
    policy: *const Policy,
    attestations: *const *const Attestations,
    count: usize,
    cluster: *const c_char,
    cluster_len: usize,
    now: i64,
    response: *mut *mut AdmissionResponse,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(response, "response")?;
        let review = &required(review, "review")?.0;
        let policy = required(policy, "policy")?.compiled();
        let none = dokimos_core::Attestations::new();
        let mut sets = Vec::new();
        for set in items(attestations, count, "attestations")? {
            sets.push(borrow(*set).map_or(&none, Attestations::set));
        }
        let cluster = optional_text(cluster, cluster_len, "cluster")?;
        let decisions = review.decide(policy, &sets, cluster, UnixTime::from_secs(now));
        let reports = decisions.iter().map(dokimos_core::Decision::to_json).collect();
        place.fill(AdmissionResponse::new(review.respond(&decisions), reports));
        Ok(())
    })
}

/// Makes a denial that no decision was made for: the evidence could not be fetched, or time ran out.
///
/// `code` is for machines, as `EVIDENCE_UNAVAILABLE`; `message` is what the user reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_refuse(
    review: *const AdmissionReview,
    code: *const c_char,
    code_len: usize,
    message: *const c_char,
    message_len: usize,
    response: *mut *mut AdmissionResponse,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(response, "response")?;
        let review = &required(review, "review")?.0;
        let refused = review.refuse(text(code, code_len, "code")?, text(message, message_len, "message")?);
        place.fill(AdmissionResponse::new(refused, Vec::new()));
        Ok(())
    })
}

/// Makes the same answer for those who let in what could not be decided on: allowed, with a warning and an audit
/// annotation. A request that cannot be read is denied all the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_admit_undecided(
    review: *const AdmissionReview,
    code: *const c_char,
    code_len: usize,
    message: *const c_char,
    message_len: usize,
    response: *mut *mut AdmissionResponse,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(response, "response")?;
        let review = &required(review, "review")?.0;
        let admitted = review.admit_undecided(text(code, code_len, "code")?, text(message, message_len, "message")?);
        place.fill(AdmissionResponse::new(admitted, Vec::new()));
        Ok(())
    })
}

/// Frees a review, and with it every text that came out of it; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_review_free(review: *mut AdmissionReview) {
    boundary!({ free(review) })
}

/// Whether the request is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_response_is_allowed(response: *const AdmissionResponse) -> bool {
    boundary!({ borrow(response).is_some_and(|response| response.response.is_allowed()) })
}

/// Why the request is denied, a line for each image: `image alpine:3.11 is not attested`. Empty when it is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_response_message(response: *const AdmissionResponse) -> Str {
    boundary!({ Str::of_option(borrow(response).map(|response| response.response.message())) })
}

/// The answer as JSON, a whole `AdmissionReview` to be sent with the HTTP status 200; the same bytes in every language.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_response_json(response: *const AdmissionResponse) -> Str {
    boundary!({
        let json = |response: &AdmissionResponse| Str::of(response.json.get_or_init(|| response.response.to_json()));
        borrow(response).map_or(Str::NONE, json)
    })
}

/// The JSON report on an image of the request, by its index; none where nothing was decided.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_response_report(response: *const AdmissionResponse, image: usize) -> Str {
    boundary!({
        let report = borrow(response).and_then(|response| response.reports.get(image));
        Str::of_option(report.map(String::as_str))
    })
}

/// Frees an answer, and with it every text that came out of it; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_admission_response_free(response: *mut AdmissionResponse) {
    boundary!({ free(response) })
}
