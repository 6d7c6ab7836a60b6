//! What a policy holds, for people and for programs that show it. Nothing here decides.

use super::{Policy, requirement::Requirement, rule::Rule};
use crate::{Enforcement, PublicKey, UnixTime};
use alloc::{format, string::String, vec::Vec};

/// A key of an attestor, as the policy states it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PolicyKey<'p> {
    /// The attestor for which the key speaks.
    pub attestor: &'p str,
    /// The id that the policy gives the key, or its default id.
    pub id: &'p str,
    /// The key, with its algorithm.
    pub key: &'p PublicKey,
    /// The key may be used from then on, if the policy says so.
    pub valid_from: Option<UnixTime>,
    /// The key may be used before then, if the policy says so.
    pub valid_until: Option<UnixTime>,
}

/// A rule of a policy, in outline.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PolicyRule<'p> {
    /// The rule's name; `default` for the policy's default.
    pub name: &'p str,
    /// `REQUIRE_ATTESTATION`, `ALWAYS_ALLOW` or `ALWAYS_DENY`.
    pub evaluation: &'static str,
    /// What is required, in words such as `release and (qa or security)`; none unless attestations are.
    pub requirement: Option<String>,
    /// Whether a denial blocks.
    pub enforcement: Enforcement,
}

impl Policy {
    /// The keys, in the order of the document.
    pub fn keys(&self) -> impl Iterator<Item = PolicyKey<'_>> {
        self.attestors.iter().flat_map(|attestor| {
            attestor.keys.iter().map(|key| PolicyKey {
                attestor: &attestor.name,
                id: &key.id,
                key: &key.key,
                valid_from: key.valid_from,
                valid_until: key.valid_until,
            })
        })
    }

    /// The rules in the order in which they are tried; the policy's default, if it has one, is the last.
    pub fn rules(&self) -> impl Iterator<Item = PolicyRule<'_>> {
        self.rules.iter().map(|rule| self.outline(rule))
    }

    /// How many patterns the allowlist has.
    #[must_use]
    pub fn allowlist_len(&self) -> usize {
        self.allowlist.len()
    }

    fn outline<'p>(&'p self, rule: &'p Rule) -> PolicyRule<'p> {
        let requirement = rule.evaluation.requirement().map(|requirement| self.in_words(requirement, false));
        PolicyRule { name: &rule.name, evaluation: rule.evaluation.name(), requirement, enforcement: rule.enforcement }
    }

    /// `inner`: a part of a longer text, in which parentheses keep it together.
    fn in_words(&self, requirement: &Requirement, inner: bool) -> String {
        let name = |attestor: &usize| self.attestors.get(*attestor).map_or("", |attestor| attestor.name.as_str());
        let (words, simple) = match requirement {
            Requirement::Attestor(attestor) => (String::from(name(attestor)), true),
            Requirement::All(branches) | Requirement::Any(branches) => {
                let and = if matches!(requirement, Requirement::All(_)) { " and " } else { " or " };
                let simple = branches.len() < 2;
                let branches: Vec<String> =
                    branches.iter().map(|branch| self.in_words(branch, inner || !simple)).collect();
                (branches.join(and), simple)
            }
            Requirement::AtLeast { number, of } => {
                let names: Vec<&str> = of.iter().map(name).collect();
                (format!("at least {number} of {}", names.join(", ")), false)
            }
        };
        if simple || !inner { words } else { format!("({words})") }
    }
}
