//! From a document to a [`Policy`]: everything is checked here, once.

use super::{
    Policy, PolicyError,
    allowlist::Exemption,
    attestor::{Attestor, AttestorKey},
    decode::{Object, one_of},
    requirement::Requirement,
    rule::{Evaluation, Rule},
};
use crate::{
    Budget,
    document::{Place, Problem, Problems, code},
    json::Json,
    sorted::{equal, repeated},
};
use alloc::{string::String, vec::Vec};

impl Policy {
    const FIELDS: &[&str] = &["apiVersion", "kind", "attestors", "allowlist", "rules", "breakglass", "default"];

    pub(super) fn compile(json: &Json<'_>, budget: Budget) -> Result<Self, PolicyError> {
        let mut problems = Problems::default();
        let policy = Self::decode(json, budget, &mut problems);
        match policy {
            Some(policy) if problems.0.is_empty() => Ok(policy),
            _ => Err(PolicyError::new(problems.0)),
        }
    }

    fn decode(json: &Json<'_>, budget: Budget, problems: &mut Problems) -> Option<Self> {
        let root = Object::new(json, &Place::Root, Self::FIELDS, problems)?;
        for (name, value) in [("apiVersion", "dokimos.dev/v1"), ("kind", "Policy")] {
            if let Some(text) = root.required_string(name, problems) {
                one_of(text, &[(value, ())], &root.place.member(name), problems);
            }
        }
        let attestors = list(&root, "attestors", problems, Attestor::decode);
        check_names(attestors.iter().map(|(index, attestor)| (attestor.name.as_str(), *index)), "attestors", problems);
        let known = Names::new(&root, &attestors);
        let allowlist = list(&root, "allowlist", problems, Exemption::decode);
        let rules = list(&root, "rules", problems, |json, place, problems| Rule::decode(json, place, &known, problems));
        check_names(rules.iter().map(|(index, rule)| (rule.name.as_str(), *index)), "rules", problems);
        let default =
            root.get("default").map(|json| Rule::decode_default(json, &root.place.member("default"), &known, problems));
        let break_glass = root.get("breakglass").map(|json| {
            let place = root.place.member("breakglass");
            let object = Object::new(json, &place, &["annotation"], problems)?;
            object.required_string("annotation", problems).map(String::from)
        });
        let policy = Self {
            key_ids: Vec::new(),
            thorough: Vec::new(),
            attestors: attestors.into_iter().map(|(_, attestor)| attestor).collect(),
            allowlist: allowlist.into_iter().map(|(_, exemption)| exemption).collect(),
            rules: rules.into_iter().map(|(_, rule)| rule).collect(),
            default: default.flatten(),
            break_glass: break_glass.flatten(),
            budget,
        };
        policy.check_limits(problems);
        problems.0.is_empty().then(|| policy.indexed())
    }

    fn check_limits(&self, problems: &mut Problems) {
        let keys = self.attestors.iter().map(|attestor| attestor.keys.len()).sum();
        let of_rule = |rule: &Rule| {
            let names = [&rule.clusters, &rule.namespaces, &rule.service_accounts];
            let names: usize = names.iter().map(|list| list.as_ref().map_or(0, Vec::len)).sum();
            names.saturating_add(rule.images.as_ref().map_or(0, Vec::len))
        };
        let patterns: usize = self.rules.iter().map(of_rule).sum();
        for (name, found, most) in [
            ("keys", keys, self.budget.keys),
            ("rules", self.rules.len(), self.budget.rules),
            ("patterns", patterns.saturating_add(self.allowlist.len()), self.budget.patterns),
        ] {
            if found > most {
                problems.add(
                    code::LIMIT_REACHED,
                    &Place::Root,
                    format_args!("{found} {name}, more than the limit of {most}"),
                );
            }
        }
    }

    /// Fills what evaluation looks things up in.
    fn indexed(mut self) -> Self {
        for (attestor, keys) in self.attestors.iter().map(|attestor| &attestor.keys).enumerate() {
            for (key, ids) in keys.iter().map(AttestorKey::ids).enumerate() {
                self.key_ids.extend(ids.map(|id| (id, attestor, key)));
            }
        }
        self.key_ids.sort_unstable();
        self.key_ids.dedup();
        self.thorough = self.attestors_to_search_thoroughly();
        self
    }

    /// The attestors for which the first valid attestation may not be enough: those that `atLeast` counts beside
    /// another that has one of the same keys. Which key each of them is satisfied by can then change the count.
    fn attestors_to_search_thoroughly(&self) -> Vec<bool> {
        let mut thorough: Vec<bool> = self.attestors.iter().map(|_| false).collect();
        let rules = self.rules.iter().chain(&self.default);
        for requirement in rules.filter_map(|rule| match &rule.evaluation {
            Evaluation::RequireAttestation(requirement) => Some(requirement),
            Evaluation::AlwaysAllow | Evaluation::AlwaysDeny => None,
        }) {
            self.mark_shared(requirement, &mut thorough);
        }
        thorough
    }

    fn mark_shared(&self, requirement: &Requirement, thorough: &mut [bool]) {
        match requirement {
            Requirement::Attestor(_) => {}
            Requirement::All(branches) | Requirement::Any(branches) => {
                branches.iter().for_each(|branch| self.mark_shared(branch, thorough));
            }
            Requirement::AtLeast { of, .. } => {
                let shares = |one: &usize| of.iter().any(|other| other != one && self.share_a_key(*one, *other));
                for attestor in of.iter().filter(|attestor| shares(attestor)) {
                    if let Some(mark) = thorough.get_mut(*attestor) {
                        *mark = true;
                    }
                }
            }
        }
    }

    pub(super) fn share_a_key(&self, one: usize, other: usize) -> bool {
        let keys = |attestor: usize| self.attestors.get(attestor).map_or(&[][..], |attestor| &attestor.keys);
        keys(one).iter().any(|key| keys(other).iter().any(|other| other.key.modulus() == key.key.modulus()))
    }
}

/// Decodes each item of the list, if it is there, keeping the index of those that are sound.
fn list<T>(
    root: &Object<'_, '_>,
    name: &str,
    problems: &mut Problems,
    decode: impl Fn(&Json<'_>, &Place<'_>, &mut Problems) -> Option<T>,
) -> Vec<(usize, T)> {
    let place = root.place.member(name);
    let items = match root.get(name) {
        Some(Json::Array(items)) => items.as_slice(),
        Some(other) => {
            super::decode::wrong_type(other, &place, "an array", problems);
            &[]
        }
        None => &[],
    };
    let decoded = items.iter().enumerate().map(|(index, json)| (index, decode(json, &place.item(index), problems)));
    decoded.filter_map(|(index, item)| Some((index, item?))).collect()
}

/// The attestors of the policy by their names, sorted.
///
/// One that is wrong is known too, by an index that no other has, so that its rules are not reported as well.
pub(super) struct Names<'a>(Vec<(&'a str, usize)>);

impl<'a> Names<'a> {
    fn new(root: &Object<'a, '_>, sound: &[(usize, Attestor)]) -> Self {
        let Some(Json::Array(items)) = root.get("attestors") else { return Self(Vec::new()) };
        let mut names: Vec<(&str, usize)> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(Json::String(name)) = item.get("name") {
                let sound = sound.binary_search_by_key(&index, |(index, _)| *index);
                names.push((name, sound.unwrap_or(usize::MAX.saturating_sub(index))));
            }
        }
        names.sort_unstable();
        // Of several the first, and one that is sound before one that is not.
        names.dedup_by_key(|(name, _)| *name);
        Self(names)
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        equal(&self.0, |(known, _)| (*known).cmp(name)).first().map(|(_, attestor)| *attestor)
    }
}

/// A name that stands twice in a list is a problem. The items are those that are sound, with their places in it.
fn check_names<'a>(items: impl Iterator<Item = (&'a str, usize)>, list: &str, problems: &mut Problems) {
    for (index, name) in repeated(items) {
        let place = Place::Root;
        let place = place.member(list);
        let place = place.item(index);
        problems.add(code::INVALID_VALUE, &place.member("name"), format_args!("the name \"{name}\" stands twice"));
    }
}

impl PolicyError {
    fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}
