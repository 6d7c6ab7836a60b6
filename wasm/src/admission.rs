use crate::{
    attestations::{Attestations, push_problem},
    failure::Failure,
    policy::Policy,
};
use alloc::{rc::Rc, string::String, vec::Vec};
use dokimos::{AdmissionOptions, Budget, JsonWriter, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

/// A request for admission to Kubernetes.
#[wasm_bindgen]
pub struct AdmissionReview(dokimos::AdmissionReview);

/// What was found for each image of a request.
#[wasm_bindgen]
#[derive(Default)]
pub struct Evidence(Vec<Rc<dokimos::Attestations>>);

#[wasm_bindgen]
impl Evidence {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what was found for the next image.
    pub fn add(&mut self, attestations: &Attestations) {
        self.0.push(Rc::clone(&attestations.0));
    }
}

#[wasm_bindgen]
impl AdmissionReview {
    /// Reads a request.
    pub fn parse(
        document: &[u8],
        evaluate_unchanged: bool,
        omit_status_reason: bool,
    ) -> Result<AdmissionReview, Failure> {
        let mut options = AdmissionOptions::default();
        options.evaluate_unchanged = evaluate_unchanged;
        options.omit_status_reason = omit_status_reason;
        Ok(Self(dokimos::AdmissionReview::parse(document, &options, &Budget::default())?))
    }

    /// What is asked, as JSON: `[[[image, place, name]], [code, path, message], [uid, operation, group, kind,
    /// subresource, namespace, name, user, service account]]`.
    #[must_use]
    pub fn describe(&self) -> String {
        let review = &self.0;
        let mut json = JsonWriter::new();
        json.open('[').open('[');
        for image in review.images() {
            json.open('[').text(image.reference()).text(image.place()).text(image.name()).close(']');
        }
        json.close(']');
        push_problem(&mut json, review.problem());
        json.open('[').text(review.uid());
        for asked in [
            review.operation(),
            review.group(),
            review.kind(),
            review.sub_resource(),
            review.namespace(),
            review.name(),
            review.user(),
            review.service_account(),
        ] {
            json.text_or_null(asked);
        }
        json.close(']').close(']');
        json.finish()
    }

    /// Decides and answers, as JSON: `[allowed, message, [warning], answer, [report]]`; the last two are JSON in texts.
    #[must_use]
    pub fn respond(&self, policy: &Policy, evidence: &Evidence, cluster: Option<String>, seconds: i64) -> String {
        let sets: Vec<_> = evidence.0.iter().map(AsRef::as_ref).collect();
        let decisions = self.0.decide(&policy.0, &sets, cluster.as_deref(), UnixTime::from_secs(seconds));
        let reports: Vec<_> = decisions.iter().map(dokimos::Decision::to_json).collect();
        written(&self.0.respond(&decisions), &reports)
    }

    /// A denial without a decision, in the same form.
    #[must_use]
    pub fn refuse(&self, code: &str, message: &str) -> String {
        written(&self.0.refuse(code, message), &[])
    }

    /// What lets in without a decision, in the same form.
    #[wasm_bindgen(js_name = admitUndecided)]
    #[must_use]
    pub fn admit_undecided(&self, code: &str, message: &str) -> String {
        written(&self.0.admit_undecided(code, message), &[])
    }
}

fn written(response: &dokimos::AdmissionResponse, reports: &[String]) -> String {
    let mut json = JsonWriter::new();
    json.open('[').boolean(response.is_allowed()).text(response.message()).open('[');
    for warning in response.warnings() {
        json.text(warning);
    }
    json.close(']').text(&response.to_json()).open('[');
    for report in reports {
        json.text(report);
    }
    json.close(']').close(']');
    json.finish()
}
