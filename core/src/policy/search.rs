//! The search for valid attestations, attestor by attestor.

use super::{
    Policy,
    attestor::{Attestor, AttestorKey, Window},
    requirement::{Requirement, distinct},
};
use crate::{
    Attestation, AttestationReport, Attestations, AttestorReport, Digest, ImageReference, Outcome, PublicKey,
    ReasonCode, SignatureError, UnixTime, VerifiedAttestation,
    attestation::{Content, Evidence, Signature},
    document::{Excerpt, Shown},
    rsa::EncodedMessage,
    sorted::equal,
    verify::bad_signature,
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// The search for one image.
pub(super) struct Search<'a> {
    policy: &'a Policy,
    image: &'a ImageReference,
    digest: &'a Digest,
    now: UnixTime,
    /// The attestations to try, those that name the digest first.
    evidence: Vec<Evidence<'a>>,
    /// How many attestations for other digests are left aside.
    left_aside: usize,
    /// How many public-key operations may still be made.
    left: usize,
    limit_reached: bool,
    opened: Vec<Opened<'a>>,
    found: Vec<Found<'a>>,
}

/// A signature that was recovered beforehand, together with those of other images.
pub(super) struct Opened<'a> {
    pub(super) key: &'a PublicKey,
    pub(super) signature: &'a [u8],
    pub(super) message: Result<EncodedMessage, SignatureError>,
}

/// What was found for one attestor.
pub(super) struct Found<'a> {
    attestor: usize,
    /// The moduli of the keys that made valid attestations.
    keys: Vec<&'a [u8]>,
    attempts: Vec<Attempt>,
}

/// One signature tried for one attestor.
pub(super) struct Attempt {
    pub(super) source: String,
    pub(super) names_digest: bool,
    pub(super) key_id: Option<String>,
    pub(super) outcome: Outcome,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        image: &'a ImageReference,
        digest: &'a Digest,
        attestations: &'a Attestations,
        now: UnixTime,
    ) -> Self {
        let (evidence, left_aside) = attestations.for_digest(digest.hex(), policy.budget.other_images);
        Self {
            policy,
            image,
            digest,
            now,
            evidence,
            left_aside,
            left: policy.budget.verifications,
            limit_reached: false,
            opened: Vec::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn add_opened(&mut self, opened: Opened<'a>) {
        self.opened.push(opened);
    }

    /// The signature that the search will ask for first, for each attestor of the requirement.
    pub(super) fn first_signatures(&self, requirement: &Requirement) -> Vec<(&'a PublicKey, &'a [u8])> {
        let first = |attestor: usize| {
            let attestor_keys = &self.policy.attestors.get(attestor)?.keys;
            self.candidates(attestor).find_map(|candidate| {
                let key = candidate.keys.iter().find_map(|key| attestor_keys.get(*key))?;
                (key.window(self.now) == Window::Open).then_some((&key.key, candidate.signature?))
            })
        };
        requirement.attestors().into_iter().filter_map(first).collect()
    }

    /// Whether the requirement is met. `all` asks every attestor, so that everything that is missing is reported at
    /// once; `any` and `atLeast` stop when they are met.
    pub(super) fn satisfies(&mut self, requirement: &Requirement) -> bool {
        match requirement {
            Requirement::Attestor(attestor) => self.satisfied(*attestor),
            Requirement::All(branches) => {
                branches.iter().filter(|branch| self.satisfies(branch)).count() == branches.len()
            }
            Requirement::Any(branches) => branches.iter().any(|branch| self.satisfies(branch)),
            Requirement::AtLeast { number, of } => of.iter().any(|attestor| {
                self.satisfied(*attestor);
                self.counted(of) >= *number
            }),
        }
    }

    /// How many of the attestors are satisfied, each by a key of its own.
    pub(super) fn counted(&self, of: &[usize]) -> usize {
        let keys: Vec<&[&[u8]]> = of.iter().filter_map(|attestor| self.found(*attestor)).map(Found::keys).collect();
        distinct(&keys)
    }

    pub(super) fn found(&self, attestor: usize) -> Option<&Found<'a>> {
        self.found.iter().find(|found| found.attestor == attestor)
    }

    pub(super) fn limit_reached(&self) -> bool {
        self.limit_reached
    }

    pub(super) fn attestor_name(&self, attestor: usize) -> &str {
        self.policy.attestors.get(attestor).map_or("", |attestor| &attestor.name)
    }

    /// How many attestations were looked at, and how many were not because they are for other digests.
    pub(super) fn extent(&self) -> (usize, usize) {
        (self.evidence.len(), self.left_aside)
    }

    pub(super) fn verifications(&self) -> usize {
        self.policy.budget.verifications
    }

    pub(super) fn into_reports(self) -> Vec<AttestorReport> {
        let policy = self.policy;
        let report = |found: Found<'_>| AttestorReport {
            name: policy.attestors.get(found.attestor).map_or_else(String::new, |attestor| attestor.name.clone()),
            satisfied: found.is_satisfied(),
            attestations: found.attempts.into_iter().map(Attempt::report).collect(),
        };
        self.found.into_iter().map(report).collect()
    }

    fn satisfied(&mut self, attestor: usize) -> bool {
        if let Some(found) = self.found(attestor) {
            return found.is_satisfied();
        }
        let found = self.search(attestor);
        let satisfied = found.is_satisfied();
        self.found.push(found);
        satisfied
    }

    fn search(&mut self, index: usize) -> Found<'a> {
        let mut found = Found { attestor: index, keys: Vec::new(), attempts: Vec::new() };
        let Some(attestor) = self.policy.attestors.get(index) else { return found };
        let thorough = self.policy.thorough.get(index).copied().unwrap_or(true);
        let candidates: Vec<_> = self.candidates(index).collect();
        for candidate in candidates {
            if self.limit_reached {
                break;
            }
            let attempt = self.attempt(attestor, &candidate, &mut found.keys);
            found.attempts.push(attempt);
            // A thorough search ends when there is no other key left to find.
            let enough = if thorough { attestor.keys.len() } else { 1 };
            if found.keys.len() >= enough {
                break;
            }
        }
        found
    }

    /// What there is to try for an attestor, in order.
    ///
    /// A signature that names a key of another attestor is not for this one. One that names no key may be by any.
    fn candidates(&self, attestor: usize) -> impl Iterator<Item = Candidate<'a>> + use<'a, '_> {
        self.evidence.iter().flat_map(move |evidence| self.candidates_in(*evidence, attestor))
    }

    fn candidates_in(&self, evidence: Evidence<'a>, attestor: usize) -> Vec<Candidate<'a>> {
        let failed = |code, detail: String| {
            alloc::vec![Candidate {
                evidence,
                key_id: None,
                keys: Vec::new(),
                signature: None,
                failure: Some(Outcome::new(code, detail))
            }]
        };
        match evidence.attestation.content() {
            Content::Signed { signatures, .. } => {
                signatures.iter().filter_map(|signature| self.candidate(evidence, signature, attestor)).collect()
            }
            Content::Unsupported(what) => failed(ReasonCode::UnsupportedFormat, format!("{what} is not supported")),
            Content::Unreadable(problem) => failed(ReasonCode::AttestationUnreadable, problem.to_string()),
            // It stands in the report, and hides no reason that an attestation gives.
            Content::Unrelated(what) => failed(ReasonCode::NoAttestation, format!("{what} attests nothing")),
        }
    }

    fn candidate(&self, evidence: Evidence<'a>, signature: &'a Signature, attestor: usize) -> Option<Candidate<'a>> {
        // DSSE: an id "MUST NOT be used for security decisions", so one that leads nowhere does not refuse a signature.
        let is_hint = evidence.attestation.untrusted_payload_type().is_some();
        let owners = signature.key_id().map(|id| equal(&self.policy.key_ids, |(known, ..)| known.as_str().cmp(id)));
        let keys: Vec<usize> = match owners {
            Some(owners) if !(owners.is_empty() && is_hint) => {
                owners.iter().filter(|(_, owner, _)| *owner == attestor).map(|(.., key)| *key).collect()
            }
            _ => (0..self.policy.attestors.get(attestor)?.keys.len()).collect(),
        };
        // Known, and of others.
        if keys.is_empty() && owners.is_some_and(|owners| !owners.is_empty()) {
            return None;
        }
        let (bytes, failure) = match (signature.bytes(), signature.key_id()) {
            (Err(problem), _) => (None, Some(Outcome::new(ReasonCode::AttestationUnreadable, problem.to_string()))),
            (Ok(_), Some(id)) if keys.is_empty() => {
                let detail = format!("no key of the policy has the id \"{}\"", Shown(id));
                (None, Some(Outcome::new(ReasonCode::UnknownKey, detail)))
            }
            (Ok(bytes), _) => (Some(bytes), None),
        };
        Some(Candidate { evidence, key_id: signature.key_id(), keys, signature: bytes, failure })
    }

    fn attempt(&mut self, attestor: &'a Attestor, candidate: &Candidate<'a>, valid: &mut Vec<&'a [u8]>) -> Attempt {
        let mut attempt = Attempt {
            source: candidate.evidence.attestation.source().to_string(),
            names_digest: candidate.evidence.names_digest,
            key_id: candidate.key_id.map(|id| Excerpt(id, 1024).to_string()),
            outcome: Outcome::new(ReasonCode::NoAttestation, "nothing to try"),
        };
        let Some(signature) = candidate.signature else {
            attempt.outcome = candidate.failure.clone().unwrap_or(attempt.outcome);
            return attempt;
        };
        for key in candidate.keys.iter().filter_map(|key| attestor.keys.get(*key)) {
            let outcome = self.attempt_key(attestor, key, candidate.evidence.attestation, signature);
            let success = outcome.code == ReasonCode::Attested;
            // The most specific failure of several keys is the one worth reading.
            if success || outcome.code > attempt.outcome.code {
                attempt.key_id = Some(key.id.clone());
                attempt.outcome = outcome;
            }
            if success {
                // Who holds the private half can sign for every key with this modulus: the modulus is what is counted.
                let modulus = key.key.modulus();
                if !valid.contains(&modulus) {
                    valid.push(modulus);
                }
                break;
            }
            if self.limit_reached {
                break;
            }
        }
        attempt
    }

    fn attempt_key(
        &mut self,
        attestor: &Attestor,
        key: &'a AttestorKey,
        attestation: &'a Attestation,
        signature: &'a [u8],
    ) -> Outcome {
        match key.window(self.now) {
            Window::Open => {}
            Window::NotYet(from) => {
                return Outcome::new(ReasonCode::KeyNotYetValid, format!("the key is valid from {from}"));
            }
            Window::Over(until) => {
                return Outcome::new(ReasonCode::KeyExpired, format!("the key was valid until {until}"));
            }
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.limit_reached = true;
            let detail = format!("the limit of {} verifications is reached", self.policy.budget.verifications);
            return Outcome::new(ReasonCode::LimitReached, detail);
        };
        self.left = left;
        match self.open(key, attestation, signature) {
            Ok(verified) => attestor.judge(self.image, self.digest, &verified),
            Err(outcome) => outcome,
        }
    }

    fn open(
        &self,
        key: &'a AttestorKey,
        attestation: &'a Attestation,
        signature: &'a [u8],
    ) -> Result<VerifiedAttestation<'a>, Outcome> {
        let same =
            |opened: &&Opened<'a>| core::ptr::eq(opened.key, &key.key) && core::ptr::eq(opened.signature, signature);
        match self.opened.iter().find(same) {
            Some(opened) => {
                let message = opened.message.as_ref().map_err(|error| bad_signature(*error))?;
                VerifiedAttestation::open(attestation, &key.key, message, &self.policy.budget)
            }
            None => VerifiedAttestation::verify(attestation, signature, &key.key, &self.policy.budget),
        }
    }
}

/// One signature that may satisfy an attestor, or what keeps it from being tried.
struct Candidate<'a> {
    evidence: Evidence<'a>,
    key_id: Option<&'a str>,
    keys: Vec<usize>,
    signature: Option<&'a [u8]>,
    failure: Option<Outcome>,
}

impl<'a> Found<'a> {
    pub(super) fn is_satisfied(&self) -> bool {
        !self.keys.is_empty()
    }

    fn keys(&self) -> &[&'a [u8]] {
        &self.keys
    }

    /// The failure that comes nearest to a valid attestation of this image.
    pub(super) fn nearest(&self) -> Option<&Attempt> {
        // Of equals the first: max_by_key gives the last, so the search runs backwards.
        self.attempts.iter().rev().max_by_key(|attempt| (attempt.names_digest, attempt.outcome.code))
    }
}

impl Attempt {
    fn report(self) -> AttestationReport {
        AttestationReport { source: self.source, key_id: self.key_id, outcome: self.outcome }
    }
}
