//! What is allowed and yet a risk: for `dokimos policy check`.

use super::{
    Policy,
    attestor::{Attestor, AttestorKey, Identity, Window},
    pattern::{ImagePattern, NamePattern},
    requirement::Requirement,
    rule::{Evaluation, Rule},
};
use crate::{
    Enforcement, Problem, Statement, UnixTime,
    document::{Place, Problems, Shown},
};
use alloc::vec::Vec;
use core::fmt;

const ROOT: Place<'static> = Place::Root;

/// A key that ends within this many seconds is about to expire: 30 days.
const SOON: i64 = 30 * 24 * 60 * 60;

impl Policy {
    /// The risks of this policy at a time: patterns that match more than they seem to, rules that can never match, keys
    /// about to expire, whatever lets images through without attestation. None of them makes the policy invalid.
    #[must_use]
    pub fn warnings(&self, now: UnixTime) -> Vec<Problem> {
        let mut warnings = Problems::default();
        let mut used = Vec::new();
        for requirement in self.rules.iter().filter_map(|rule| rule.evaluation.requirement()) {
            requirement.collect(&mut used);
        }
        let list = ROOT.member("attestors");
        for (index, attestor) in self.attestors.iter().enumerate() {
            let place = list.item(index);
            self.warn_of_attestor(index, attestor, &place, now, &mut warnings);
            if !used.contains(&index) {
                let message = format_args!("no rule requires attestor {}", attestor.name);
                warnings.add("UNUSED_ATTESTOR", &place, message);
            }
        }
        let list = ROOT.member("allowlist");
        for (index, exemption) in self.allowlist.iter().enumerate() {
            exemption.pattern.warn(&list.item(index).member("pattern"), &mut warnings);
        }
        let list = ROOT.member("rules");
        let (rules, default) = self.rules_and_default();
        for (index, rule) in rules.iter().enumerate() {
            self.warn_of_rule(index, rule, &list.item(index), &mut warnings);
        }
        warn_of_default(default, &mut warnings);
        if self.break_glass.is_some() {
            let message = "whoever may set the annotation may run any image; watch for the reason BREAK_GLASS";
            warn(&mut warnings, "BREAK_GLASS", &ROOT, "breakglass", &message);
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
            warn(warnings, "DIGEST_IDENTITY", place, "identity", &message);
        }
        let types = place.member("predicateTypes");
        for (index, kind) in attestor.predicate_types.iter().enumerate() {
            if kind != Statement::COSIGN_SIGN {
                let message = format_args!("a statement of type {} counts whatever its predicate says", Shown(kind));
                warnings.add("PREDICATE_NOT_READ", &types.item(index), message);
            }
        }
    }

    fn warn_of_rule(&self, index: usize, rule: &Rule, place: &Place<'_>, warnings: &mut Problems) {
        let images = place.member("images");
        for (pattern_index, pattern) in rule.images.iter().flatten().enumerate() {
            pattern.warn(&images.item(pattern_index), warnings);
        }
        if let Some(earlier) = self.rules.iter().take(index).find(|earlier| earlier.covers(rule)) {
            let message =
                format_args!("can never match: rule {} comes first and matches all that this one does", earlier.name);
            warnings.add("UNREACHABLE_RULE", place, message);
        }
        if rule.enforcement == Enforcement::DryRun {
            warn(warnings, "DRY_RUN", place, "enforcement", &"nothing that this rule denies is blocked");
        }
        match &rule.evaluation {
            Evaluation::RequireAttestation(requirement) => {
                self.warn_of_requirement(requirement, &place.member("require"), warnings);
            }
            Evaluation::AlwaysAllow => {
                warn(warnings, "ALWAYS_ALLOW", place, "evaluation", &"images run here without attestation");
            }
            Evaluation::AlwaysDeny => {}
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
                let moduli = |attestor: &usize| self.keys_of(*attestor).iter().map(|key| key.key.modulus()).collect();
                let keys: Vec<Vec<&[u8]>> = of.iter().map(moduli).collect();
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
}

fn warn_of_default(default: Option<&Rule>, warnings: &mut Problems) {
    let place = ROOT.member("default");
    match default {
        None => {
            let message = "there is no default: what no rule matches is denied with the reason NO_RULE";
            warnings.add("NO_DEFAULT", &Place::Root, message);
        }
        Some(default) => {
            if matches!(default.evaluation, Evaluation::AlwaysAllow) {
                let message = "what no rule matches runs without attestation";
                warn(warnings, "ALWAYS_ALLOW", &place, "evaluation", &message);
            }
            if default.enforcement == Enforcement::DryRun {
                let message = "nothing that the default denies is blocked";
                warn(warnings, "DRY_RUN", &place, "enforcement", &message);
            }
        }
    }
}

/// The risk is what a member says.
fn warn(warnings: &mut Problems, code: &'static str, place: &Place<'_>, member: &str, message: &dyn fmt::Display) {
    warnings.add(code, &place.member(member), message);
}

fn warn_of_key(key: &AttestorKey, place: &Place<'_>, now: UnixTime, warnings: &mut Problems) {
    match key.window(now) {
        Window::NotYet(from) => {
            let message = format_args!("the key is not valid before {from}");
            warn(warnings, "KEY_NOT_YET_VALID", place, "validFrom", &message);
        }
        Window::Over(until) => {
            let message = format_args!("the key was valid until {until}");
            warn(warnings, "KEY_EXPIRED", place, "validUntil", &message);
        }
        Window::Open => {
            if let Some(until) = key.valid_until
                && until.as_secs().saturating_sub(now.as_secs()) < SOON
            {
                let message = format_args!("the key is valid until {until}, less than 30 days from now");
                warn(warnings, "KEY_EXPIRES_SOON", place, "validUntil", &message);
            }
        }
    }
}

impl ImagePattern {
    fn warn(&self, place: &Place<'_>, warnings: &mut Problems) {
        for risk in self.risks() {
            let (code, message) = risk.described();
            warnings.add(code, place, message);
        }
    }
}

impl Rule {
    /// Whether this rule certainly matches whatever the other matches. "No" may also mean that it is not plain to see.
    fn covers(&self, other: &Rule) -> bool {
        list_covers(&self.clusters, &other.clusters, NamePattern::covers)
            && list_covers(&self.namespaces, &other.namespaces, NamePattern::covers)
            && list_covers(&self.service_accounts, &other.service_accounts, NamePattern::covers)
            && list_covers(&self.images, &other.images, ImagePattern::covers)
    }
}

fn list_covers<T>(wide: &Option<Vec<T>>, narrow: &Option<Vec<T>>, covers: fn(&T, &T) -> bool) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.iter().all(|narrow| wide.iter().any(|wide| covers(wide, narrow))),
    }
}
