//! The policy: compiled once, shared by all threads.

use crate::{
    attestations::Attestations,
    boundary::boundary,
    context::Context,
    error::{Error, Failure},
    pointer::{Place, borrow, bytes, free, required, text},
    report::Report,
    status::{DOKIMOS_INVALID_POLICY, Status},
};
use dokimos_core::{AdmissionContext, UnixTime};
use std::ffi::{c_char, c_void};

/// A compiled policy. Nothing changes it: any number of threads may use one at the same time.
pub struct Policy(dokimos_core::Policy);

impl Policy {
    pub(crate) fn compiled(&self) -> &dokimos_core::Policy {
        &self.0
    }
}

/// Compiles a policy from JSON, as docs/policy.schema.json describes it.
///
/// `DOKIMOS_INVALID_POLICY`: the error tells every problem of the document.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_policy_from_json(
    json: *const c_void,
    json_len: usize,
    policy: *mut *mut Policy,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(policy, "policy")?;
        let json = bytes(json, json_len, "json")?;
        place.fill(Policy(dokimos_core::Policy::from_json(json).map_err(invalid)?));
        Ok(())
    })
}

/// Compiles a policy from YAML; the document is the same as in JSON.
///
/// `DOKIMOS_NOT_SUPPORTED`: the library was built without YAML, which `dokimos_has_yaml` tells.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_policy_from_yaml(
    yaml: *const c_void,
    yaml_len: usize,
    policy: *mut *mut Policy,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(policy, "policy")?;
        let yaml = bytes(yaml, yaml_len, "yaml")?;
        place.fill(Policy(read_yaml(yaml)?));
        Ok(())
    })
}

/// Whether the library was built with YAML.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_has_yaml() -> bool {
    cfg!(feature = "yaml")
}

/// Decides whether an image may run.
///
/// `image`: the reference, as the workload names it. One that cannot be parsed is a denial with the reason
/// `INVALID_REFERENCE`; only text that is not UTF-8 is an error.
/// `attestations`: what was found for it; NULL is nothing.
/// `context`: where it is to run; NULL is a place of which nothing is known.
/// `now`: the time of the decision, in seconds since 1970-01-01T00:00:00Z; the library has no clock.
/// `report`: the decision, whether it allows or denies. A status other than `DOKIMOS_OK` is no decision: do not admit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_policy_evaluate(
    policy: *const Policy,
    image: *const c_char,
    image_len: usize,
    attestations: *const Attestations,
    context: *const Context,
    now: i64,
    report: *mut *mut Report,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(report, "report")?;
        let policy = required(policy, "policy")?;
        let image = text(image, image_len, "image")?;
        let none = dokimos_core::Attestations::new();
        let attestations = borrow(attestations).map_or(&none, Attestations::set);
        let now = UnixTime::from_secs(now);
        let decide = |context: &AdmissionContext<'_>| policy.0.evaluate_text(image, attestations, context, now);
        let decision = match borrow(context) {
            Some(context) => context.with(decide),
            None => decide(&AdmissionContext::default()),
        };
        place.fill(Report::new(decision));
        Ok(())
    })
}

/// Frees a policy; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_policy_free(policy: *mut Policy) {
    boundary!({ free(policy) })
}

#[cfg(feature = "yaml")]
fn read_yaml(yaml: &[u8]) -> Result<dokimos_core::Policy, Failure> {
    dokimos_core::Policy::from_yaml(yaml).map_err(invalid)
}

#[cfg(not(feature = "yaml"))]
fn read_yaml(_: &[u8]) -> Result<dokimos_core::Policy, Failure> {
    let message = "the library was built without YAML";
    Err(Failure::input(crate::status::DOKIMOS_NOT_SUPPORTED, "NOT_SUPPORTED", message))
}

fn invalid(error: dokimos_core::PolicyError) -> Failure {
    Failure::Document { status: DOKIMOS_INVALID_POLICY, problems: error.problems().to_vec() }
}
