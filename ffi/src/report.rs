//! The report: what was decided, and why.

use crate::{
    boundary::boundary,
    pointer::{Str, borrow, free},
};
use dokimos_core::{AttestationReport, AttestorReport, Decision};
use std::sync::OnceLock;

/// What was decided. Nothing changes it: any number of threads may use one at the same time.
///
/// The functions below take NULL too, and then, as for an index that is too large, give false, 0 or no text: a missing
/// report allows nothing.
pub struct Report {
    decision: Decision,
    json: OnceLock<String>,
}

impl Report {
    pub(crate) fn new(decision: Decision) -> Self {
        Self { decision, json: OnceLock::new() }
    }

    fn attestor(&self, index: usize) -> Option<&AttestorReport> {
        self.decision.attestors().get(index)
    }

    fn attestation(&self, attestor: usize, index: usize) -> Option<&AttestationReport> {
        self.attestor(attestor)?.attestations().get(index)
    }
}

/// Whether the image may run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_is_allowed(report: *const Report) -> bool {
    boundary!({ borrow(report).is_some_and(|report| report.decision.is_allowed()) })
}

/// Whether the image was allowed only because the rule's enforcement is `DRY_RUN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_is_dry_run_violation(report: *const Report) -> bool {
    boundary!({ borrow(report).is_some_and(|report| report.decision.is_dry_run_violation()) })
}

/// The decision as the JSON report has it: `ALLOW` or `DENY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_decision(report: *const Report) -> Str {
    let name = |report: &Report| if report.decision.is_allowed() { "ALLOW" } else { "DENY" };
    boundary!({ Str::of_option(borrow(report).map(name)) })
}

/// Why: the number of the reason, one of `DOKIMOS_REASON_…`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_reason(report: *const Report) -> i32 {
    boundary!({ borrow(report).map_or(0, |report| i32::from(report.decision.reason().code().number())) })
}

/// Why: the stable code of the reason, as `TAG_REFERENCE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_reason_code(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).map(|report| report.decision.reason().code().code())) })
}

/// Why, in words, which may change between versions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_reason_detail(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).map(|report| report.decision.reason().detail())) })
}

/// One sentence for the person who deploys: `image alpine:3.11 is not attested`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_message(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).map(|report| report.decision.message())) })
}

/// The image reference, as it was given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_image(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).map(|report| report.decision.image())) })
}

/// The name of the rule that decided, if one did; `default` is the policy's default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_rule(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).and_then(|report| report.decision.rule())) })
}

/// The enforcement of the rule: `BLOCK` or `DRY_RUN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_enforcement(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).map(|report| report.decision.enforcement().name())) })
}

/// The allowlist pattern that exempts the image, if one does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_exempted_by(report: *const Report) -> Str {
    boundary!({ Str::of_option(borrow(report).and_then(|report| report.decision.exempted_by())) })
}

/// The name of the break-glass annotation that admitted the image, if one did.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_break_glass_annotation(report: *const Report) -> Str {
    boundary!({
        let break_glass = borrow(report).and_then(|report| report.decision.break_glass());
        Str::of_option(break_glass.map(dokimos_core::BreakGlass::annotation))
    })
}

/// The value of the break-glass annotation that admitted the image, if one did.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_break_glass_value(report: *const Report) -> Str {
    boundary!({
        let break_glass = borrow(report).and_then(|report| report.decision.break_glass());
        Str::of_option(break_glass.map(dokimos_core::BreakGlass::value))
    })
}

/// The whole report as JSON, as docs/report.schema.json describes it: one line, the same bytes in every language.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_json(report: *const Report) -> Str {
    boundary!({
        let json = |report: &Report| Str::of(report.json.get_or_init(|| report.decision.to_json()));
        borrow(report).map_or(Str::NONE, json)
    })
}

/// How many attestors were asked; they stand in the order in which the rule names them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestor_count(report: *const Report) -> usize {
    boundary!({ borrow(report).map_or(0, |report| report.decision.attestors().len()) })
}

/// The attestor's name in the policy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestor_name(report: *const Report, attestor: usize) -> Str {
    boundary!({
        let attestor = borrow(report).and_then(|report| report.attestor(attestor));
        Str::of_option(attestor.map(AttestorReport::name))
    })
}

/// Whether a valid attestation by one of the attestor's keys was found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestor_is_satisfied(report: *const Report, attestor: usize) -> bool {
    boundary!({
        let attestor = borrow(report).and_then(|report| report.attestor(attestor));
        attestor.is_some_and(AttestorReport::is_satisfied)
    })
}

/// How many attestations were tried for the attestor; they stand in the order in which they were tried.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestation_count(report: *const Report, attestor: usize) -> usize {
    boundary!({
        let attestor = borrow(report).and_then(|report| report.attestor(attestor));
        attestor.map_or(0, |attestor| attestor.attestations().len())
    })
}

/// Where the attestation came from: the source that was given for its document, and the place in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestation_source(
    report: *const Report,
    attestor: usize,
    attestation: usize,
) -> Str {
    boundary!({
        let attestation = borrow(report).and_then(|report| report.attestation(attestor, attestation));
        Str::of_option(attestation.map(AttestationReport::source))
    })
}

/// The id of the key that matched or failed, if there is one; for a signature that names an unknown key, that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestation_key_id(
    report: *const Report,
    attestor: usize,
    attestation: usize,
) -> Str {
    boundary!({
        let attestation = borrow(report).and_then(|report| report.attestation(attestor, attestation));
        Str::of_option(attestation.and_then(AttestationReport::key_id))
    })
}

/// What became of the attestation: `DOKIMOS_REASON_ATTESTED`, or what failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestation_outcome(
    report: *const Report,
    attestor: usize,
    attestation: usize,
) -> i32 {
    boundary!({
        let attestation = borrow(report).and_then(|report| report.attestation(attestor, attestation));
        attestation.map_or(0, |attestation| i32::from(attestation.outcome().code().number()))
    })
}

/// What became of the attestation: the stable code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestation_outcome_code(
    report: *const Report,
    attestor: usize,
    attestation: usize,
) -> Str {
    boundary!({
        let attestation = borrow(report).and_then(|report| report.attestation(attestor, attestation));
        Str::of_option(attestation.map(|attestation| attestation.outcome().code().code()))
    })
}

/// What became of the attestation, in words, which may change between versions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_attestation_outcome_detail(
    report: *const Report,
    attestor: usize,
    attestation: usize,
) -> Str {
    boundary!({
        let attestation = borrow(report).and_then(|report| report.attestation(attestor, attestation));
        Str::of_option(attestation.map(|attestation| attestation.outcome().detail()))
    })
}

/// Frees a report, and with it every text that came out of it; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_report_free(report: *mut Report) {
    boundary!({ free(report) })
}
