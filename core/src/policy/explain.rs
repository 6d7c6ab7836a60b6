//! Why a requirement is met or not: the one reason that helps most.

use super::{
    requirement::Requirement,
    search::{Rank, Search},
};
use crate::{AttestationReport, Outcome, ReasonCode};
use alloc::{string::String, vec::Vec};

/// The reason of a decision that rests on attestations.
pub(super) fn explain(search: &Search<'_>, requirement: &Requirement, satisfied: bool) -> Outcome {
    // A limit denies whatever was found before it: what was not looked at is not known.
    if search.limit_reached() {
        let detail = format_args!("the limit of {} verifications a decision is reached", search.verifications());
        return Outcome::told(ReasonCode::LimitReached, detail);
    }
    let mut met = String::new();
    for report in search.reports().iter().filter(|report| report.satisfied) {
        push_name(&mut met, &report.name);
    }
    if satisfied {
        return Outcome::told(ReasonCode::Attested, format_args!("attested by {met}"));
    }
    let mut failing = Vec::new();
    collect_failing(search, requirement, &mut failing);
    let mut nearest: Option<(Rank, &str, &AttestationReport)> = None;
    for failure in failing.iter().filter_map(|attestor| search.nearest(*attestor)) {
        // Of equals the first.
        if nearest.is_none_or(|nearest| failure.0 > nearest.0) {
            nearest = Some(failure);
        }
    }
    let code = nearest.map_or(ReasonCode::NoAttestation, |((_, code), ..)| code);
    if !met.is_empty() && matches!(code, ReasonCode::NoAttestation | ReasonCode::UnknownKey) {
        return partly(search, &met, &failing, requirement);
    }
    match nearest {
        Some((_, attestor, attempt)) => {
            let (before, after) = if attempt.source.is_empty() { ("", "") } else { (" (", ")") };
            let (detail, source) = (attempt.outcome.detail(), &attempt.source);
            Outcome::told(code, format_args!("attestor {attestor}: {detail}{before}{source}{after}"))
        }
        None => nothing_found(search, &failing),
    }
}

/// The attestors that keep the requirement from being met, of those that were asked.
fn collect_failing(search: &Search<'_>, requirement: &Requirement, failing: &mut Vec<usize>) {
    let of: &[usize] = match requirement {
        Requirement::Attestor(attestor) => core::slice::from_ref(attestor),
        Requirement::All(branches) | Requirement::Any(branches) => {
            branches.iter().for_each(|branch| collect_failing(search, branch, failing));
            return;
        }
        Requirement::AtLeast { number, of } if search.counted(of) < *number => of,
        Requirement::AtLeast { .. } => return,
    };
    for attestor in of {
        if search.found(*attestor).is_some_and(|found| !found.is_satisfied()) {
            failing.push(*attestor);
        }
    }
}

fn names(search: &Search<'_>, attestors: &[usize]) -> String {
    let mut names = String::new();
    for attestor in attestors {
        push_name(&mut names, search.attestor_name(*attestor));
    }
    names
}

fn push_name(names: &mut String, name: &str) {
    if !names.is_empty() {
        names.push_str(", ");
    }
    names.push_str(name);
}

fn partly(search: &Search<'_>, met: &str, failing: &[usize], requirement: &Requirement) -> Outcome {
    let code = ReasonCode::AttestorNotSatisfied;
    match (requirement, failing) {
        (Requirement::AtLeast { number, of }, _) => {
            let counted = search.counted(of);
            let detail = format_args!(
                "{number} attestors with different keys are required, {counted} found: satisfied are {met}"
            );
            Outcome::told(code, detail)
        }
        (_, []) => Outcome::told(code, format_args!("satisfied are {met}, by too few different keys")),
        _ => {
            let failing = names(search, failing);
            Outcome::told(code, format_args!("attestor {failing} has no attestation; satisfied are {met}"))
        }
    }
}

fn nothing_found(search: &Search<'_>, failing: &[usize]) -> Outcome {
    let code = ReasonCode::NoAttestation;
    let names = names(search, failing);
    match search.extent() {
        (0, 0) => Outcome::told(code, format_args!("there is no attestation; needed is one by {names}")),
        (_, 0) => Outcome::told(code, format_args!("none of the attestations is by attestor {names}")),
        (_, more) => {
            let detail =
                format_args!("none of the attestations is by attestor {names} ({more} more are for other images)");
            Outcome::told(code, detail)
        }
    }
}
