//! From a document to a [`Policy`]: everything is checked here, once.

use super::{
    Policy, PolicyError,
    allowlist::Exemption,
    attestor::{Attestor, AttestorKey},
    decode::{Object, Read, invalid},
    pattern::NamePattern,
    requirement::Requirement,
    rule::Rule,
};
use crate::{
    Budget,
    document::{Place, Problems, code},
    json::Json,
    sorted::{repeated, sort_by_name},
};
use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

impl Policy {
    const FIELDS: &[&str] = &["apiVersion", "kind", "attestors", "allowlist", "rules", "breakglass", "default"];
    const HEADER: &[(&str, &[&str])] = &[("apiVersion", &["dokimos.dev/v1"]), ("kind", &["Policy"])];

    pub(super) fn compile(json: &Json<'_>, budget: Budget) -> Result<Self, PolicyError> {
        let mut policy = Self {
            attestors: Vec::new(),
            allowlist: Vec::new(),
            rules: Vec::new(),
            has_default: false,
            break_glass: None,
            budget,
            key_ids: Vec::new(),
            thorough: Vec::new(),
        };
        let mut problems = Problems::default();
        policy.decode(json, &mut problems);
        if !problems.0.is_empty() {
            return Err(PolicyError { problems: problems.0 });
        }
        policy.index();
        Ok(policy)
    }

    fn decode(&mut self, json: &Json<'_>, problems: &mut Problems) {
        let Some(root) = Object::new(json, &Place::Root, Self::FIELDS, problems) else { return };
        for (name, values) in Self::HEADER {
            if let Some(text) = root.required_string(name, problems) {
                root.one_of(name, text, values, problems);
            }
        }
        let mut known = Vec::new();
        let names = list(&root, "attestors", problems, &mut |json, place, problems| {
            if let Some(Json::String(name)) = json.get("name") {
                known.push((known.len(), name.as_ref()));
            }
            self.attestors.push(Attestor::decode(json, place, problems)?);
            Some(())
        });
        check_names(names, "attestors", problems);
        let known = Names::new(known);
        list(&root, "allowlist", problems, &mut |json, place, problems| {
            self.allowlist.push(Exemption::decode(json, place, problems)?);
            Some(())
        });
        let names = list(&root, "rules", problems, &mut |json, place, problems| {
            self.rules.push(Rule::decode(json, place, &known, problems)?);
            Some(())
        });
        check_names(names, "rules", problems);
        let default = root
            .get("default")
            .and_then(|json| Rule::decode_default(json, &root.place.member("default"), &known, problems));
        if let Some(json) = root.get("breakglass")
            && let place = root.place.member("breakglass")
            && let Some(object) = Object::new(json, &place, &["annotation"], problems)
        {
            self.break_glass = object.required_string("annotation", problems).map(String::from);
        }
        self.check_limits(problems);
        if let Some(default) = default {
            self.rules.push(default);
            self.has_default = true;
        }
    }

    fn check_limits(&self, problems: &mut Problems) {
        let keys = self.attestors.iter().fold(0_usize, |keys, attestor| keys.saturating_add(attestor.keys.len()));
        let patterns = self.rules.iter().fold(self.allowlist.len(), |patterns, rule| {
            let names = |list: &Option<Vec<NamePattern>>| list.as_ref().map_or(0, Vec::len);
            let images = rule.images.as_ref().map_or(0, Vec::len);
            patterns
                .saturating_add(names(&rule.clusters))
                .saturating_add(names(&rule.namespaces))
                .saturating_add(names(&rule.service_accounts))
                .saturating_add(images)
        });
        let mut check = |name, found, most| {
            if found > most {
                let message = format_args!("{found} {name}, more than the limit of {most}");
                problems.add(code::LIMIT_REACHED, &Place::Root, message);
            }
        };
        check("keys", keys, self.budget.keys);
        check("rules", self.rules.len(), self.budget.rules);
        check("patterns", patterns, self.budget.patterns);
    }

    /// Fills what evaluation looks things up in.
    fn index(&mut self) {
        for (attestor, keys) in self.attestors.iter().map(|attestor| &attestor.keys).enumerate() {
            for (place, key) in keys.iter().enumerate() {
                let mut add = |id| self.key_ids.push((id, attestor, place));
                add(key.id.clone());
                let default_id = key.key.default_id();
                if default_id.as_str() != key.id {
                    add(default_id.to_string());
                }
                let hint = key.hint();
                if hint != key.id {
                    add(hint);
                }
            }
        }
        self.key_ids.sort_unstable_by(|(id, attestor, place), (other, other_attestor, other_place)| {
            id.cmp(other).then(attestor.cmp(other_attestor)).then(place.cmp(other_place))
        });
        self.thorough = self.attestors_to_search_thoroughly();
    }

    /// The attestors for which the first valid attestation may not be enough: those that `atLeast` counts beside
    /// another that has one of the same keys. Which key each of them is satisfied by can then change the count.
    fn attestors_to_search_thoroughly(&self) -> Vec<bool> {
        let mut thorough = vec![false; self.attestors.len()];
        for rule in &self.rules {
            if let Some(requirement) = rule.evaluation.requirement() {
                self.mark_shared(requirement, &mut thorough);
            }
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
        let others = self.keys_of(other);
        self.keys_of(one).iter().any(|key| others.iter().any(|other| other.key.modulus() == key.key.modulus()))
    }

    pub(super) fn keys_of(&self, attestor: usize) -> &[AttestorKey] {
        self.attestors.get(attestor).map_or(&[], |attestor| &attestor.keys)
    }
}

/// Reads each item of the list, if it is there, and gives the names of those that are sound, with their places.
fn list<'d>(root: &Object<'d, '_>, name: &str, problems: &mut Problems, read: Read<'_, 'd>) -> Vec<(usize, &'d str)> {
    let mut names = Vec::new();
    let list = root.place.member(name);
    for (index, json) in root.array(name, problems).unwrap_or_default().iter().enumerate() {
        let sound = read(json, &list.item(index), problems).is_some();
        if let Some(Json::String(name)) = json.get("name")
            && sound
        {
            names.push((index, name.as_ref()));
        }
    }
    names
}

/// The attestors of the policy by their names, sorted.
///
/// One that is wrong is known too, so that its rules are not reported as well: a policy with a problem is none, and only
/// which names are the same is then told by the indexes.
pub(super) struct Names<'a>(Vec<(usize, &'a str)>);

impl<'a> Names<'a> {
    fn new(mut names: Vec<(usize, &'a str)>) -> Self {
        sort_by_name(&mut names);
        Self(names)
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let place = self.0.binary_search_by(|(_, known)| (*known).cmp(name)).ok()?;
        self.0.get(place).map(|(attestor, _)| *attestor)
    }
}

/// A name that stands twice in a list is a problem. The names are those of the items that are sound.
fn check_names(names: Vec<(usize, &str)>, list: &str, problems: &mut Problems) {
    for (index, name) in repeated(names) {
        let place = Place::Root;
        let place = place.member(list);
        let place = place.item(index);
        invalid(&place.member("name"), &format_args!("the name \"{name}\" stands twice"), problems);
    }
}
