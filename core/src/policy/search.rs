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
    verify::bad_signature,
};
use alloc::{string::String, vec::Vec};

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
    /// Of those that were found, in the same order.
    reports: Vec<AttestorReport>,
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
    /// The failure that comes nearest to a valid attestation of this image, of equals the first: its rank, and its place in
    /// the report.
    nearest: Option<(Rank, usize)>,
}

/// How near a failure comes: whether the attestation names the digest, and why it failed.
pub(super) type Rank = (bool, ReasonCode);

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
            reports: Vec::new(),
        }
    }

    pub(super) fn add_opened(&mut self, opened: Opened<'a>) {
        self.opened.push(opened);
    }

    /// The signature that the search will ask for first for the attestor.
    pub(super) fn first_signature(&self, index: usize) -> Option<(&'a PublicKey, &'a [u8])> {
        let attestor = self.policy.attestors.get(index)?;
        let mut signatures = self
            .evidence
            .iter()
            .flat_map(|evidence| evidence.attestation.signatures().iter().map(move |signature| (evidence, signature)));
        let (key, signature) = signatures.find_map(|(evidence, signature)| {
            let key = self.keys(*evidence, signature, index)?.get(attestor, 0)?;
            (key.window(self.now) == Window::Open).then_some((key, signature))
        })?;
        Some((&key.key, signature.bytes().ok()?))
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
        let mut keys: Vec<&[&[u8]]> = Vec::with_capacity(of.len());
        for found in of.iter().filter_map(|attestor| self.found(*attestor)) {
            keys.push(&found.keys);
        }
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

    /// What became of each attestor that was asked, in the order in which they were.
    pub(super) fn reports(&self) -> &[AttestorReport] {
        &self.reports
    }

    pub(super) fn into_reports(self) -> Vec<AttestorReport> {
        self.reports
    }

    /// The failure for an attestor that comes nearest to a valid attestation, and the attestor's name.
    pub(super) fn nearest(&self, attestor: usize) -> Option<(Rank, &str, &AttestationReport)> {
        let place = self.found.iter().position(|found| found.attestor == attestor)?;
        let (rank, attempt) = self.found.get(place)?.nearest?;
        let report = self.reports.get(place)?;
        Some((rank, &report.name, report.attestations.get(attempt)?))
    }

    fn satisfied(&mut self, attestor: usize) -> bool {
        if let Some(found) = self.found(attestor) {
            return found.is_satisfied();
        }
        let mut found = Found { attestor, keys: Vec::new(), nearest: None };
        let mut attestations = Vec::new();
        self.search(&mut found, &mut attestations);
        let satisfied = found.is_satisfied();
        self.reports.push(AttestorReport { name: self.attestor_name(attestor).into(), satisfied, attestations });
        self.found.push(found);
        satisfied
    }

    fn search(&mut self, found: &mut Found<'a>, attempts: &mut Vec<AttestationReport>) {
        let Some(attestor) = self.policy.attestors.get(found.attestor) else { return };
        // A thorough search ends when there is no other key left to find.
        let is_thorough = self.policy.thorough.get(found.attestor).copied().unwrap_or(true);
        let enough = if is_thorough { attestor.keys.len() } else { 1 };
        for place in 0..self.evidence.len() {
            let Some(evidence) = self.evidence.get(place).copied() else { break };
            if let Some(outcome) = untried(evidence.attestation) {
                found.add(evidence, None, outcome, attempts);
            }
            for signature in evidence.attestation.signatures() {
                self.attempt(attestor, evidence, signature, found, attempts);
                if self.limit_reached || found.keys.len() >= enough {
                    return;
                }
            }
            if self.limit_reached {
                return;
            }
        }
    }

    /// Which keys of the attestor a signature may be by; none if it names a key that is another attestor's.
    fn keys(&self, evidence: Evidence<'a>, signature: &Signature, attestor: usize) -> Option<Keys<'a>> {
        let Some(id) = signature.key_id() else { return Some(Keys::All) };
        // Sorted by the id and then by the attestor: the attestor's own stand where it would stand, between those of others.
        let start = self
            .policy
            .key_ids
            .partition_point(|(known, owner, _)| known.as_str().cmp(id).then(owner.cmp(&attestor)).is_lt());
        let (before, rest) = self.policy.key_ids.split_at_checked(start).unwrap_or_default();
        let is_own = |(known, owner, _): &&(String, usize, usize)| *owner == attestor && known == id;
        let own = rest.get(..rest.iter().take_while(is_own).count()).unwrap_or_default();
        if !own.is_empty() {
            return Some(Keys::Named(own));
        }
        let is_named = |(known, ..): &(String, usize, usize)| known == id;
        let is_known = before.last().is_some_and(is_named) || rest.first().is_some_and(is_named);
        // DSSE: an id "MUST NOT be used for security decisions", so one that leads nowhere does not refuse a signature.
        match evidence.attestation.untrusted_payload_type() {
            _ if is_known => None,
            Some(_) => Some(Keys::All),
            None => Some(Keys::Named(&[])),
        }
    }

    /// Tries one signature, if it can be this attestor's.
    fn attempt(
        &mut self,
        attestor: &'a Attestor,
        evidence: Evidence<'a>,
        signature: &'a Signature,
        found: &mut Found<'a>,
        attempts: &mut Vec<AttestationReport>,
    ) {
        let Some(keys) = self.keys(evidence, signature, found.attestor) else { return };
        let (key, outcome) = self.attempt_keys(attestor, &keys, evidence.attestation, signature, &mut found.keys);
        let key_id = match (key, signature.key_id()) {
            (Some(key), _) => Some(key.id.clone()),
            (None, named) => named.map(|id| Excerpt(id, 1024).text().into_owned()),
        };
        found.add(evidence, key_id, outcome, attempts);
    }

    /// What came of the keys that a signature may be by, and the key that it came of.
    fn attempt_keys(
        &mut self,
        attestor: &'a Attestor,
        keys: &Keys<'a>,
        attestation: &'a Attestation,
        signature: &'a Signature,
        valid: &mut Vec<&'a [u8]>,
    ) -> (Option<&'a AttestorKey>, Outcome) {
        let bytes = match (signature.bytes(), signature.key_id()) {
            (Err(problem), _) => {
                return (None, Outcome::told(ReasonCode::AttestationUnreadable, format_args!("{problem}")));
            }
            (Ok(_), Some(id)) if matches!(keys, Keys::Named([])) => {
                let detail = format_args!("no key of the policy has the id \"{}\"", Shown(id));
                return (None, Outcome::told(ReasonCode::UnknownKey, detail));
            }
            (Ok(bytes), _) => bytes,
        };
        let mut best = (None, Outcome::new(ReasonCode::NoAttestation, "nothing to try"));
        for key in (0..).map_while(|place| keys.get(attestor, place)) {
            let outcome = self.attempt_key(attestor, key, attestation, bytes);
            if outcome.code == ReasonCode::Attested {
                // Who holds the private half can sign for every key with this modulus: the modulus is what is counted.
                let modulus = key.key.modulus();
                if !valid.contains(&modulus) {
                    valid.push(modulus);
                }
                return (Some(key), outcome);
            }
            // The most specific failure of several keys is the one worth reading.
            if outcome.code > best.1.code {
                best = (Some(key), outcome);
            }
            if self.limit_reached {
                break;
            }
        }
        best
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
                return Outcome::told(ReasonCode::KeyNotYetValid, format_args!("the key is valid from {from}"));
            }
            Window::Over(until) => {
                return Outcome::told(ReasonCode::KeyExpired, format_args!("the key was valid until {until}"));
            }
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.limit_reached = true;
            let detail = format_args!("the limit of {} verifications is reached", self.policy.budget.verifications);
            return Outcome::told(ReasonCode::LimitReached, detail);
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

/// Those keys of an attestor that a signature may be by.
enum Keys<'a> {
    All,
    /// Those with the id that the signature names, by their places.
    Named(&'a [(String, usize, usize)]),
}

impl<'a> Keys<'a> {
    fn get(&self, attestor: &'a Attestor, place: usize) -> Option<&'a AttestorKey> {
        match self {
            Self::All => attestor.keys.get(place),
            Self::Named(named) => attestor.keys.get(named.get(place)?.2),
        }
    }
}

/// Why an attestation has no signature to try, if it has none.
fn untried(attestation: &Attestation) -> Option<Outcome> {
    Some(match attestation.content() {
        Content::Unreadable(problem) => Outcome::told(ReasonCode::AttestationUnreadable, format_args!("{problem}")),
        Content::Unsupported(what) => {
            Outcome::told(ReasonCode::UnsupportedFormat, format_args!("{what} is not supported"))
        }
        // It stands in the report, and hides no reason that an attestation gives.
        Content::Unrelated(what) => Outcome::told(ReasonCode::NoAttestation, format_args!("{what} attests nothing")),
        Content::Signed { .. } => return None,
    })
}

impl Found<'_> {
    fn add(
        &mut self,
        evidence: Evidence<'_>,
        key_id: Option<String>,
        outcome: Outcome,
        attempts: &mut Vec<AttestationReport>,
    ) {
        let rank = (evidence.names_digest, outcome.code);
        if self.nearest.is_none_or(|(other, _)| rank > other) {
            self.nearest = Some((rank, attempts.len()));
        }
        attempts.push(AttestationReport { source: evidence.attestation.source().into(), key_id, outcome });
    }

    pub(super) fn is_satisfied(&self) -> bool {
        !self.keys.is_empty()
    }
}
