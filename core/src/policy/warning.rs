//! What is allowed and yet a risk: for `dokimos policy check`.

use super::{
    Policy,
    attestor::{Attestor, AttestorKey, Identity, Window},
    requirement::Requirement,
    rule::{Evaluation, Rule},
};
use crate::{
    Enforcement, Problem, Statement, UnixTime,
    document::{Place, Problems, Shown},
};
use alloc::vec::Vec;

const ROOT: Place<'static> = Place::Root;

/// A key that ends within this many seconds is about to expire: 30 days.
const SOON: i64 = 30 * 24 * 60 * 60;

impl Policy {
    /// The risks of this policy at a time: patterns that match more than they seem to, rules that can never match, keys
    /// about to expire, whatever lets images through without attestation. None of them makes the policy invalid.
    #[must_use]
    pub fn warnings(&self, now: UnixTime) -> Vec<Problem> {
        let mut warnings = Problems::default();
        for (index, attestor) in self.attestors.iter().enumerate() {
            let list = ROOT.member("attestors");
            self.warn_of_attestor(index, attestor, &list.item(index), now, &mut warnings);
        }
        for (index, exemption) in self.allowlist.iter().enumerate() {
            let list = ROOT.member("allowlist");
            let place = list.item(index);
            for risk in exemption.pattern.risks() {
                warnings.add(risk.code(), &place.member("pattern"), risk);
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let list = ROOT.member("rules");
            self.warn_of_rule(index, rule, &list.item(index), &mut warnings);
        }
        self.warn_of_default(&mut warnings);
        if self.break_glass.is_some() {
            let message = "whoever may set the annotation may run any image; watch for the reason BREAK_GLASS";
            warnings.add("BREAK_GLASS", &ROOT.member("breakglass"), message);
        }
        warnings.0
    }

    fn warn_of_attestor(
        &self,
        index: usize,
        attestor: &Attestor,
        place: &Place<'_>,
        now: UnixTime,
        warnings: &mut Problems,
    ) {
        let keys = place.member("publicKeys");
        for (key_index, key) in attestor.keys.iter().enumerate() {
            warn_of_key(key, &keys.item(key_index), now, warnings);
        }
        for (other_index, other) in self.attestors.iter().enumerate().take(index) {
            if self.share_a_key(index, other_index) {
                let message = format_args!("shares a key with attestor {}; `atLeast` counts the two once", other.name);
                warnings.add("SHARED_KEY", place, message);
            }
        }
        if attestor.identity == Identity::Digest {
            let message = "the repository that was signed is not compared: an attestation holds wherever the digest is";
            warnings.add("DIGEST_IDENTITY", &place.member("identity"), message);
        }
        let types = place.member("predicateTypes");
        for (index, kind) in
            attestor.predicate_types.iter().enumerate().filter(|(_, kind)| *kind != Statement::COSIGN_SIGN)
        {
            let message = format_args!("a statement of type {} counts whatever its predicate says", Shown(kind));
            warnings.add("PREDICATE_NOT_READ", &types.item(index), message);
        }
        let used = |rule: &Rule| match &rule.evaluation {
            Evaluation::RequireAttestation(requirement) => requirement.attestors().contains(&index),
            Evaluation::AlwaysAllow | Evaluation::AlwaysDeny => false,
        };
        if !self.rules.iter().chain(&self.default).any(used) {
            warnings.add("UNUSED_ATTESTOR", place, format_args!("no rule requires attestor {}", attestor.name));
        }
    }

    fn warn_of_rule(&self, index: usize, rule: &Rule, place: &Place<'_>, warnings: &mut Problems) {
        let images = place.member("images");
        for (pattern_index, pattern) in rule.images.iter().flatten().enumerate() {
            for risk in pattern.risks() {
                warnings.add(risk.code(), &images.item(pattern_index), risk);
            }
        }
        if let Some(earlier) = self.rules.iter().take(index).find(|earlier| earlier.covers(rule)) {
            let message =
                format_args!("can never match: rule {} comes first and matches all that this one does", earlier.name);
            warnings.add("UNREACHABLE_RULE", place, message);
        }
        if rule.enforcement == Enforcement::DryRun {
            warnings.add("DRY_RUN", &place.member("enforcement"), "nothing that this rule denies is blocked");
        }
        if rule.evaluation == Evaluation::AlwaysAllow {
            warnings.add("ALWAYS_ALLOW", &place.member("evaluation"), "images run here without attestation");
        }
        if let Evaluation::RequireAttestation(requirement) = &rule.evaluation {
            self.warn_of_requirement(requirement, &place.member("require"), warnings);
        }
    }

    /// An `atLeast` that its attestors' keys can never meet.
    fn warn_of_requirement(&self, requirement: &Requirement, place: &Place<'_>, warnings: &mut Problems) {
        match requirement {
            Requirement::Attestor(_) => {}
            Requirement::All(branches) | Requirement::Any(branches) => {
                branches.iter().for_each(|branch| self.warn_of_requirement(branch, place, warnings));
            }
            Requirement::AtLeast { number, of } => {
                let keys: Vec<Vec<&[u8]>> = of
                    .iter()
                    .filter_map(|attestor| self.attestors.get(*attestor))
                    .map(|attestor| attestor.keys.iter().map(|key| key.key.modulus()).collect())
                    .collect();
                let keys: Vec<&[&[u8]]> = keys.iter().map(Vec::as_slice).collect();
                let most = super::requirement::distinct(&keys);
                if most < *number {
                    let message = format_args!(
                        "can never be met: {number} different keys are required, the attestors have {most}"
                    );
                    warnings.add("UNSATISFIABLE", place, message);
                }
            }
        }
    }

    fn warn_of_default(&self, warnings: &mut Problems) {
        let place = ROOT.member("default");
        match &self.default {
            None => {
                let message = "there is no default: what no rule matches is denied with the reason NO_RULE";
                warnings.add("NO_DEFAULT", &Place::Root, message);
            }
            Some(default) => {
                if default.evaluation == Evaluation::AlwaysAllow {
                    let message = "what no rule matches runs without attestation";
                    warnings.add("ALWAYS_ALLOW", &place.member("evaluation"), message);
                }
                if default.enforcement == Enforcement::DryRun {
                    let message = "nothing that the default denies is blocked";
                    warnings.add("DRY_RUN", &place.member("enforcement"), message);
                }
            }
        }
    }
}

fn warn_of_key(key: &AttestorKey, place: &Place<'_>, now: UnixTime, warnings: &mut Problems) {
    match key.window(now) {
        Window::NotYet(from) => {
            warnings.add(
                "KEY_NOT_YET_VALID",
                &place.member("validFrom"),
                format_args!("the key is not valid before {from}"),
            );
        }
        Window::Over(until) => {
            warnings.add("KEY_EXPIRED", &place.member("validUntil"), format_args!("the key was valid until {until}"));
        }
        Window::Open => {
            if let Some(until) = key.valid_until
                && until.as_secs().saturating_sub(now.as_secs()) < SOON
            {
                let message = format_args!("the key is valid until {until}, less than 30 days from now");
                warnings.add("KEY_EXPIRES_SOON", &place.member("validUntil"), message);
            }
        }
    }
}

impl Rule {
    /// Whether this rule certainly matches whatever the other matches. "No" may also mean that it is not plain to see.
    fn covers(&self, other: &Rule) -> bool {
        fn list_covers<T>(wide: Option<&Vec<T>>, narrow: Option<&Vec<T>>, covers: impl Fn(&T, &T) -> bool) -> bool {
            match (wide, narrow) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(wide), Some(narrow)) => narrow.iter().all(|narrow| wide.iter().any(|wide| covers(wide, narrow))),
            }
        }
        let names = [
            (&self.clusters, &other.clusters),
            (&self.namespaces, &other.namespaces),
            (&self.service_accounts, &other.service_accounts),
        ];
        names
            .iter()
            .all(|(wide, narrow)| list_covers(wide.as_ref(), narrow.as_ref(), |wide, narrow| wide.covers(narrow)))
            && list_covers(self.images.as_ref(), other.images.as_ref(), |wide, narrow| wide.covers(narrow))
    }
}
