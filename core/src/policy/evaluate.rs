//! From an image, its attestations and a place to a decision: which rule holds, and what it asks for.

use super::{
    Policy,
    explain::explain,
    requirement::Requirement,
    rule::{Evaluation, Match, Rule},
    search::{Opened, Search},
};
use crate::{
    AdmissionContext, Attestations, BreakGlass, Decision, Digest, ImageReference, Outcome, PublicKey, ReasonCode,
    UnixTime, rsa,
};
use alloc::vec::Vec;

/// One image to decide on, for [`Policy::evaluate_many`].
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The image reference.
    pub image: &'a str,
    /// What was found for it; may be shared by many requests.
    pub attestations: &'a Attestations,
    /// Where it is to run.
    pub context: AdmissionContext<'a>,
}

impl Policy {
    /// Decides whether an image may run, at a time that the caller gives.
    ///
    /// Break-glass comes first, then the allowlist, then the first rule that matches, then the policy's default.
    #[must_use]
    pub fn evaluate(
        &self,
        image: &ImageReference,
        attestations: &Attestations,
        context: &AdmissionContext<'_>,
        now: UnixTime,
    ) -> Decision {
        match self.governing(image, context) {
            Governing::Decided(decision) => *decision,
            Governing::Required { rule, requirement, digest } => {
                let search = Search::new(self, image, digest, attestations, now);
                decide(search, image, rule, requirement)
            }
        }
    }

    /// The same for a reference in text: one that cannot be parsed is denied, with the reason `INVALID_REFERENCE`.
    #[must_use]
    pub fn evaluate_text(
        &self,
        image: &str,
        attestations: &Attestations,
        context: &AdmissionContext<'_>,
        now: UnixTime,
    ) -> Decision {
        match image.parse() {
            Ok(reference) => self.evaluate(&reference, attestations, context, now),
            Err(error) => self.invalid(image, context, &error),
        }
    }

    /// Decides on many images. Each decision is the one that [`evaluate_text`](Self::evaluate_text) gives; the
    /// signatures are verified together, which is faster. Give some dozens at a time: memory grows with their number.
    #[must_use]
    pub fn evaluate_many(&self, requests: &[Request<'_>], now: UnixTime) -> Vec<Decision> {
        let images: Vec<_> = requests.iter().map(|request| request.image.parse::<ImageReference>()).collect();
        let mut pending: Vec<Pending<'_>> = Vec::with_capacity(requests.len());
        for (request, image) in requests.iter().zip(&images) {
            pending.push(match image {
                Ok(image) => self.pending(image, request, now),
                Err(error) => Pending::Decided(self.invalid(request.image, &request.context, error).into()),
            });
        }
        open_together(&mut pending);
        pending.into_iter().map(Pending::decision).collect()
    }

    /// Whether a decision on this image in this place looks at attestations: those who fetch them need not fetch what
    /// no decision asks for. Of an image that is named by a tag, or that the allowlist exempts, none does.
    #[must_use]
    pub fn needs_attestations(&self, image: &ImageReference, context: &AdmissionContext<'_>) -> bool {
        matches!(self.governing(image, context), Governing::Required { .. })
    }

    fn pending<'a>(&'a self, image: &'a ImageReference, request: &Request<'a>, now: UnixTime) -> Pending<'a> {
        match self.governing(image, &request.context) {
            Governing::Decided(decision) => Pending::Decided(decision),
            Governing::Required { rule, requirement, digest } => {
                let search = Search::new(self, image, digest, request.attestations, now);
                Pending::Search { search, image, rule, requirement }
            }
        }
    }

    /// The decision, as far as it can be made without looking at an attestation.
    fn governing<'a>(&'a self, image: &'a ImageReference, context: &AdmissionContext<'_>) -> Governing<'a> {
        let text = image.as_given();
        let decision = if let Some(decision) = self.break_glass(text, context) {
            decision
        } else if let Some(exemption) = self.allowlist.iter().find(|exemption| exemption.covers(image, context)) {
            let detail = format_args!("pattern {} of the allowlist", exemption.text);
            let mut decision = Decision::new(text, Outcome::told(ReasonCode::Allowlisted, detail));
            decision.exempted_by = Some(exemption.text.clone());
            decision
        } else {
            match self.rule(image, context) {
                Err(outcome) => Decision::new(text, outcome),
                Ok(rule) => {
                    let outcome = match (&rule.evaluation, image.digest()) {
                        (Evaluation::RequireAttestation(requirement), Some(digest)) => {
                            return Governing::Required { rule, requirement, digest };
                        }
                        (Evaluation::RequireAttestation(_), None) => named_by_tag(image),
                        (Evaluation::AlwaysAllow, _) => always(ReasonCode::AlwaysAllow, rule, "allows"),
                        (Evaluation::AlwaysDeny, _) => always(ReasonCode::AlwaysDeny, rule, "denies"),
                    };
                    rule.decision(image, outcome)
                }
            }
        };
        Governing::Decided(decision.into())
    }

    fn break_glass(&self, image: &str, context: &AdmissionContext<'_>) -> Option<Decision> {
        let annotation = self.break_glass.as_deref()?;
        let value = context.break_glass(annotation)?;
        let detail = format_args!("annotation {annotation} is set; nothing was verified");
        let mut decision = Decision::new(image, Outcome::told(ReasonCode::BreakGlass, detail));
        decision.break_glass = Some(BreakGlass { annotation: annotation.into(), value: value.into() });
        Some(decision)
    }

    /// The first rule that matches. A rule that may match, for all that is known, stops the search: a later rule
    /// could be the weaker one.
    fn rule(&self, image: &ImageReference, context: &AdmissionContext<'_>) -> Result<&Rule, Outcome> {
        for rule in &self.rules {
            match rule.matches(image, context) {
                Match::Yes => return Ok(rule),
                Match::No => {}
                Match::Unknown(what) => {
                    let detail = format_args!("rule {} depends on the {what}, which was not given", rule.name);
                    return Err(Outcome::told(ReasonCode::ContextIncomplete, detail));
                }
            }
        }
        Err(Outcome::new(ReasonCode::NoRule, "no rule matches and the policy has no default"))
    }

    fn invalid(&self, image: &str, context: &AdmissionContext<'_>, error: &crate::ReferenceError) -> Decision {
        self.break_glass(image, context).unwrap_or_else(|| {
            let detail = format_args!("not an image reference: {error}");
            Decision::new(image, Outcome::told(ReasonCode::InvalidReference, detail))
        })
    }
}

impl Rule {
    fn decision(&self, image: &ImageReference, outcome: Outcome) -> Decision {
        let mut decision = Decision::new(image.as_given(), outcome);
        decision.set_rule(&self.name, self.enforcement);
        decision
    }
}

fn named_by_tag(image: &ImageReference) -> Outcome {
    let tag = image.tag().unwrap_or("latest");
    let detail = format_args!("tag {tag} can change; name the image by its digest, as {}@sha256:…", image.repository());
    Outcome::told(ReasonCode::TagReference, detail)
}

fn always(code: ReasonCode, rule: &Rule, verb: &str) -> Outcome {
    Outcome::told(code, format_args!("rule {} {verb} every image that it matches", rule.name))
}

/// What governs an image: a decision, or the requirement that attestations must meet.
enum Governing<'a> {
    Decided(alloc::boxed::Box<Decision>),
    Required { rule: &'a Rule, requirement: &'a Requirement, digest: &'a Digest },
}

/// One of many images, between the choice of its rule and its decision.
enum Pending<'a> {
    Decided(alloc::boxed::Box<Decision>),
    Search { search: Search<'a>, image: &'a ImageReference, rule: &'a Rule, requirement: &'a Requirement },
}

impl Pending<'_> {
    fn decision(self) -> Decision {
        match self {
            Pending::Decided(decision) => *decision,
            Pending::Search { search, image, rule, requirement } => decide(search, image, rule, requirement),
        }
    }
}

/// Recovers the first signature that each search will ask for, all together.
fn open_together(pending: &mut [Pending<'_>]) {
    let mut jobs: Vec<(usize, &PublicKey, &[u8])> = Vec::new();
    for (owner, item) in pending.iter().enumerate() {
        if let Pending::Search { search, requirement, .. } = item {
            let firsts = requirement.attestors().into_iter().filter_map(|attestor| search.first_signature(attestor));
            jobs.extend(firsts.map(|(key, signature)| (owner, key, signature)));
        }
    }
    let rsa_jobs: Vec<_> = jobs.iter().map(|(_, key, signature)| (key.rsa(), *signature)).collect();
    rsa::recover_batch(&rsa_jobs, &mut |index, message| {
        if let Some((owner, key, signature)) = jobs.get(index)
            && let Some(Pending::Search { search, .. }) = pending.get_mut(*owner)
        {
            search.add_opened(Opened { key, signature, message: message.cloned() });
        }
    });
}

fn decide(mut search: Search<'_>, image: &ImageReference, rule: &Rule, requirement: &Requirement) -> Decision {
    let satisfied = search.satisfies(requirement);
    let mut decision = rule.decision(image, explain(&search, requirement, satisfied));
    decision.attestors = search.into_reports();
    decision
}
