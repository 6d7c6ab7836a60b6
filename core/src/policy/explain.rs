//! Why a requirement is met or not: the one reason that helps most.

use super::{requirement::Requirement, search::Search};
use crate::{Outcome, ReasonCode};
use alloc::{format, string::String, vec::Vec};

/// The reason of a decision that rests on attestations.
pub(super) fn explain(search: &Search<'_>, requirement: &Requirement, satisfied: bool) -> Outcome {
    // A limit denies whatever was found before it: what was not looked at is not known.
    if search.limit_reached() {
        let detail = format!("the limit of {} verifications a decision is reached", search.verifications());
        return Outcome::new(ReasonCode::LimitReached, detail);
    }
    let asked = requirement.attestors();
    let (met, unmet): (Vec<usize>, Vec<usize>) = asked
        .iter()
        .filter(|attestor| search.found(**attestor).is_some())
        .partition(|attestor| search.found(**attestor).is_some_and(super::search::Found::is_satisfied));
    if satisfied {
        return Outcome::new(ReasonCode::Attested, ["attested by ", &names(search, &met)].concat());
    }
    let mut failing = Vec::new();
    collect_failing(search, requirement, &mut failing);
    failing.retain(|attestor| unmet.contains(attestor));
    let nearest = failing
        .iter()
        .filter_map(|attestor| Some((*attestor, search.found(*attestor)?.nearest()?)))
        .rev()
        .max_by_key(|(_, attempt)| (attempt.names_digest, attempt.outcome.code));
    let code = nearest.map_or(ReasonCode::NoAttestation, |(_, attempt)| attempt.outcome.code);
    if !met.is_empty() && matches!(code, ReasonCode::NoAttestation | ReasonCode::UnknownKey) {
        return Outcome::new(ReasonCode::AttestorNotSatisfied, partly(search, &met, &failing, requirement));
    }
    match nearest {
        Some((attestor, attempt)) => {
            let source = if attempt.source.is_empty() { String::new() } else { format!(" ({})", attempt.source) };
            let detail = format!("attestor {}: {}{source}", search.attestor_name(attestor), attempt.outcome.detail);
            Outcome::new(code, detail)
        }
        None => Outcome::new(ReasonCode::NoAttestation, nothing_found(search, &failing)),
    }
}

/// The attestors that keep the requirement from being met.
fn collect_failing(search: &Search<'_>, requirement: &Requirement, failing: &mut Vec<usize>) {
    match requirement {
        Requirement::Attestor(attestor) => failing.push(*attestor),
        Requirement::All(branches) | Requirement::Any(branches) => {
            branches.iter().for_each(|branch| collect_failing(search, branch, failing));
        }
        Requirement::AtLeast { number, of } if search.counted(of) < *number => failing.extend(of),
        Requirement::AtLeast { .. } => {}
    }
}

fn names(search: &Search<'_>, attestors: &[usize]) -> String {
    let names: Vec<&str> = attestors.iter().map(|attestor| search.attestor_name(*attestor)).collect();
    names.join(", ")
}

fn partly(search: &Search<'_>, met: &[usize], failing: &[usize], requirement: &Requirement) -> String {
    let met = names(search, met);
    match (requirement, failing) {
        (Requirement::AtLeast { number, of }, _) => {
            let counted = search.counted(of);
            format!("{number} attestors with different keys are required, {counted} found: satisfied are {met}")
        }
        (_, []) => format!("satisfied are {met}, by too few different keys"),
        _ => format!("attestor {} has no attestation; satisfied are {met}", names(search, failing)),
    }
}

fn nothing_found(search: &Search<'_>, failing: &[usize]) -> String {
    let names = names(search, failing);
    match search.extent() {
        (0, 0) => format!("there is no attestation; needed is one by {names}"),
        (_, 0) => format!("none of the attestations is by attestor {names}"),
        (_, more) => format!("none of the attestations is by attestor {names} ({more} more are for other images)"),
    }
}
