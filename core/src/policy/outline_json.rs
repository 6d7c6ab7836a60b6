//! What a policy says, for showing it: without patterns and without key material.

use super::{
    Policy,
    attestor::{Attestor, AttestorKey},
    requirement::Requirement,
    rule::Rule,
};
use crate::{JsonWriter, UnixTime};
use alloc::string::{String, ToString};

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
        let mut json = JsonWriter::new();
        json.open('{').name("attestors").open('[');
        for attestor in &self.attestors {
            attestor.outline(&mut json);
        }
        json.close(']').name("allowlist").open('[');
        for exemption in &self.allowlist {
            json.text(&exemption.text);
        }
        json.close(']').name("rules").open('[');
        let (rules, default) = self.rules_and_default();
        for rule in rules {
            rule.outline(&self.attestors, &mut json);
        }
        json.close(']').name("default");
        match default {
            Some(rule) => rule.outline(&self.attestors, &mut json),
            None => {
                json.raw("null");
            }
        }
        json.name("breakglass").text_or_null(self.break_glass.as_deref()).close('}');
        json.finish()
    }
}

impl Attestor {
    fn outline(&self, json: &mut JsonWriter) {
        json.open('{').name("name").text(&self.name).name("description").text_or_null(self.description.as_deref());
        json.name("keys").open('[');
        for key in &self.keys {
            key.outline(json);
        }
        json.close(']').close('}');
    }
}

impl AttestorKey {
    fn outline(&self, json: &mut JsonWriter) {
        json.open('{').name("id").text(&self.id).name("algorithm").text(&self.key.algorithm().to_string());
        push_time(json.name("validFrom"), self.valid_from);
        push_time(json.name("validUntil"), self.valid_until);
        json.close('}');
    }
}

fn push_time(json: &mut JsonWriter, time: Option<UnixTime>) {
    json.text_or_null(time.map(|time| time.to_string()).as_deref());
}

impl Rule {
    fn outline(&self, attestors: &[Attestor], json: &mut JsonWriter) {
        json.open('{').name("name").text(&self.name).name("evaluation").text(self.evaluation.name());
        json.name("enforcement").text(self.enforcement.name()).name("require");
        match self.evaluation.requirement() {
            Some(requirement) => requirement.outline(attestors, json),
            None => {
                json.raw("null");
            }
        }
        json.close('}');
    }
}

impl Requirement {
    /// As the policy's document writes it.
    fn outline(&self, attestors: &[Attestor], json: &mut JsonWriter) {
        let name = |attestor: &usize| attestors.get(*attestor).map_or("", |attestor| attestor.name.as_str());
        let (branches_name, branches) = match self {
            Self::Attestor(attestor) => {
                json.text(name(attestor));
                return;
            }
            Self::AtLeast { number, of } => {
                json.open('{').name("atLeast").number(*number).name("of").open('[');
                for attestor in of {
                    json.text(name(attestor));
                }
                json.close(']').close('}');
                return;
            }
            Self::All(branches) => ("all", branches),
            Self::Any(branches) => ("any", branches),
        };
        json.open('{').name(branches_name).open('[');
        for branch in branches {
            branch.outline(attestors, json);
        }
        json.close(']').close('}');
    }
}
