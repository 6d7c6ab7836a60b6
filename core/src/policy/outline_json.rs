//! What a policy says, for showing it: without patterns and without key material.

use super::{
    Policy,
    attestor::{Attestor, AttestorKey},
    requirement::Requirement,
    rule::Rule,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

impl Policy {
    /// The policy in outline, as JSON: what a page or a terminal draws beside a report. One line, members in a fixed
    /// order:
    ///
    /// `{"attestors": [{"name", "description", "keys": [{"id", "algorithm", "validFrom", "validUntil"}]}],
    /// "allowlist": [pattern], "rules": [{"name", "evaluation", "enforcement", "require"}], "default": a rule or null,
    /// "breakglass": annotation or null}`, with `require` as the document has it, or null.
    ///
    /// ```
    /// # fn main() -> Result<(), dokimos::PolicyError> {
    /// let policy = dokimos::Policy::from_json(br#"{
    ///     "apiVersion": "dokimos.dev/v1",
    ///     "kind": "Policy",
    ///     "default": { "evaluation": "ALWAYS_DENY" }
    /// }"#)?;
    /// assert_eq!(
    ///     policy.outline_json(),
    ///     r#"{"attestors":[],"allowlist":[],"rules":[],"#.to_string()
    ///         + r#""default":{"name":"default","evaluation":"ALWAYS_DENY","enforcement":"BLOCK","require":null},"#
    ///         + r#""breakglass":null}"#
    /// );
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn outline_json(&self) -> String {
        // Strings, numbers and lists of them: nothing here can fail to serialise.
        serde_json::to_string(&Outline(self)).unwrap_or_default()
    }
}

struct Outline<'p>(&'p Policy);

impl Serialize for Outline<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let policy = self.0;
        let rule = |rule| RuleOutline { rule, attestors: &policy.attestors };
        let mut outline = serializer.serialize_struct("Outline", 5)?;
        outline.serialize_field("attestors", &policy.attestors.iter().map(AttestorOutline).collect::<Vec<_>>())?;
        let allowlist: Vec<_> = policy.allowlist.iter().map(|exemption| &exemption.text).collect();
        outline.serialize_field("allowlist", &allowlist)?;
        outline.serialize_field("rules", &policy.rules.iter().map(rule).collect::<Vec<_>>())?;
        outline.serialize_field("default", &policy.default.as_ref().map(rule))?;
        outline.serialize_field("breakglass", &policy.break_glass)?;
        outline.end()
    }
}

struct AttestorOutline<'p>(&'p Attestor);

impl Serialize for AttestorOutline<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut attestor = serializer.serialize_struct("Attestor", 3)?;
        attestor.serialize_field("name", &self.0.name)?;
        attestor.serialize_field("description", &self.0.description)?;
        attestor.serialize_field("keys", &self.0.keys.iter().map(KeyOutline).collect::<Vec<_>>())?;
        attestor.end()
    }
}

struct KeyOutline<'p>(&'p AttestorKey);

impl Serialize for KeyOutline<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut key = serializer.serialize_struct("Key", 4)?;
        key.serialize_field("id", &self.0.id)?;
        key.serialize_field("algorithm", &self.0.key.algorithm().to_string())?;
        key.serialize_field("validFrom", &self.0.valid_from.map(|time| time.to_string()))?;
        key.serialize_field("validUntil", &self.0.valid_until.map(|time| time.to_string()))?;
        key.end()
    }
}

struct RuleOutline<'p> {
    rule: &'p Rule,
    attestors: &'p [Attestor],
}

impl Serialize for RuleOutline<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let requirement = self.rule.evaluation.requirement();
        let require = requirement.map(|requirement| RequirementOutline { requirement, attestors: self.attestors });
        let mut rule = serializer.serialize_struct("Rule", 4)?;
        rule.serialize_field("name", &self.rule.name)?;
        rule.serialize_field("evaluation", self.rule.evaluation.name())?;
        rule.serialize_field("enforcement", self.rule.enforcement.name())?;
        rule.serialize_field("require", &require)?;
        rule.end()
    }
}

/// A requirement as the policy's document writes it.
struct RequirementOutline<'p> {
    requirement: &'p Requirement,
    attestors: &'p [Attestor],
}

impl RequirementOutline<'_> {
    fn name(&self, attestor: usize) -> &str {
        self.attestors.get(attestor).map_or("", |attestor| attestor.name.as_str())
    }

    fn branches<'r>(&'r self, branches: &'r [Requirement]) -> Vec<RequirementOutline<'r>> {
        branches.iter().map(|requirement| RequirementOutline { requirement, attestors: self.attestors }).collect()
    }
}

impl Serialize for RequirementOutline<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self.requirement {
            Requirement::Attestor(attestor) => return serializer.serialize_str(self.name(*attestor)),
            Requirement::All(_) | Requirement::Any(_) => serializer.serialize_map(Some(1))?,
            Requirement::AtLeast { .. } => serializer.serialize_map(Some(2))?,
        };
        match self.requirement {
            Requirement::Attestor(_) => {}
            Requirement::All(branches) => map.serialize_entry("all", &self.branches(branches))?,
            Requirement::Any(branches) => map.serialize_entry("any", &self.branches(branches))?,
            Requirement::AtLeast { number, of } => {
                map.serialize_entry("atLeast", number)?;
                map.serialize_entry("of", &of.iter().map(|attestor| self.name(*attestor)).collect::<Vec<_>>())?;
            }
        }
        map.end()
    }
}
