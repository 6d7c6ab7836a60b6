//! The policy: compiled once from its document, immutable, used many times.

mod allowlist;
mod attestor;
mod claim;
mod compile;
mod decode;
mod evaluate;
mod explain;
mod outline;
mod outline_json;
mod pattern;
mod requirement;
mod rule;
mod search;
mod warning;

pub use evaluate::Request;
pub use outline::{PolicyKey, PolicyRule};
pub use pattern::{ImagePattern, PatternError};

use crate::{Budget, Problem, json::Json};
use alloc::{string::String, vec, vec::Vec};
use allowlist::Exemption;
use attestor::Attestor;
use core::fmt;
use rule::Rule;

/// What must be true of an image before it may run: attestors, rules, exemptions.
///
/// Compiled once from the document that `docs/policy.schema.json` describes; immutable, and shared between threads
/// as it is.
///
/// ```
/// # fn main() -> Result<(), dokimos::PolicyError> {
/// let policy = dokimos::Policy::from_json(br#"{
///     "apiVersion": "dokimos.dev/v1",
///     "kind": "Policy",
///     "default": { "evaluation": "ALWAYS_DENY" }
/// }"#)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    attestors: Vec<Attestor>,
    allowlist: Vec<Exemption>,
    /// In the order in which they are tried; the policy's default, if it has one, is the last.
    rules: Vec<Rule>,
    has_default: bool,
    break_glass: Option<String>,
    budget: Budget,
    /// Which keys of which attestors answer to an id, sorted: (id, attestor, key).
    key_ids: Vec<(String, usize, usize)>,
    /// By attestor: whether the search goes on after its first valid attestation.
    thorough: Vec<bool>,
}

impl Policy {
    /// Compiles a policy from JSON, with the default [`Budget`].
    ///
    /// # Errors
    /// Every problem of the document, each with its place: `rules[2].require: unknown attestor "qa"`.
    pub fn from_json(bytes: &[u8]) -> Result<Self, PolicyError> {
        Self::from_json_with(bytes, Budget::default())
    }

    /// Compiles a policy from JSON. The budget bounds the document now, and each decision later.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_json_with(bytes: &[u8], budget: Budget) -> Result<Self, PolicyError> {
        let json = Json::parse(bytes, &budget)?;
        Self::compile(&json, budget)
    }

    /// Compiles a policy from YAML, with the default [`Budget`].
    ///
    /// The document is the same as in JSON. What two readers of YAML could take in two ways is an error: anchors and
    /// aliases, tags, duplicate keys, numbers that JSON writes otherwise, tabs as indentation.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    #[cfg(feature = "yaml")]
    pub fn from_yaml(bytes: &[u8]) -> Result<Self, PolicyError> {
        Self::from_yaml_with(bytes, Budget::default())
    }

    /// Compiles a policy from YAML. The budget bounds the document now, and each decision later.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    #[cfg(feature = "yaml")]
    pub fn from_yaml_with(bytes: &[u8], budget: Budget) -> Result<Self, PolicyError> {
        let json = Json::parse_yaml(bytes, &budget)?;
        Self::compile(&json, budget)
    }

    /// The limits that this policy works under.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The names of the attestors, in the order of the document, each with its description.
    pub fn attestors(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.attestors.iter().map(|attestor| (attestor.name.as_str(), attestor.description.as_deref()))
    }

    /// The rules that have names of their own, and the policy's default.
    fn rules_and_default(&self) -> (&[Rule], Option<&Rule>) {
        match self.rules.split_last() {
            Some((default, rules)) if self.has_default => (rules, Some(default)),
            _ => (&self.rules, None),
        }
    }

    /// The annotation that asks for break-glass, if the policy has break-glass at all.
    #[must_use]
    pub fn break_glass_annotation(&self) -> Option<&str> {
        self.break_glass.as_deref()
    }
}

/// Why a document is not a policy: every problem that it has.
///
/// `Display` gives the first problem, and how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    problems: Vec<Problem>,
}

impl PolicyError {
    /// Every problem, in the order in which they stand in the document; at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for PolicyError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [] => f.write_str("not a policy"),
            [problem] => problem.fmt(f),
            [problem, more @ ..] => write!(f, "{problem} (and {} more)", more.len()),
        }
    }
}

impl core::error::Error for PolicyError {}
