//! The report: one JSON contract, `docs/report.schema.json`, the same bytes from every language.

use super::{AttestationReport, AttestorReport, BreakGlass, Decision, Outcome};
use alloc::string::String;
use serde::ser::{Serialize, SerializeStruct, Serializer};

impl Decision {
    /// The report as JSON: one line, members in a fixed order, no trailing newline.
    ///
    /// The contract is `docs/report.schema.json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, booleans and arrays of structs: nothing in a report can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Decision", 9)?;
        report.serialize_field("decision", if self.allowed { "ALLOW" } else { "DENY" })?;
        report.serialize_field("message", &self.message)?;
        report.serialize_field("image", &self.image)?;
        report.serialize_field("rule", &self.rule)?;
        report.serialize_field("reason", &self.reason)?;
        report.serialize_field("exemptedBy", &self.exempted_by)?;
        report.serialize_field("attestors", &self.attestors)?;
        report.serialize_field("enforcement", self.enforcement.name())?;
        report.serialize_field("breakglass", &self.break_glass)?;
        report.end()
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut outcome = serializer.serialize_struct("Outcome", 2)?;
        outcome.serialize_field("code", self.code.code())?;
        outcome.serialize_field("detail", &self.detail)?;
        outcome.end()
    }
}

impl Serialize for AttestorReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut attestor = serializer.serialize_struct("Attestor", 3)?;
        attestor.serialize_field("name", &self.name)?;
        attestor.serialize_field("satisfied", &self.satisfied)?;
        attestor.serialize_field("attestations", &self.attestations)?;
        attestor.end()
    }
}

impl Serialize for AttestationReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut attestation = serializer.serialize_struct("Attestation", 3)?;
        attestation.serialize_field("source", &self.source)?;
        attestation.serialize_field("keyId", &self.key_id)?;
        attestation.serialize_field("outcome", &self.outcome)?;
        attestation.end()
    }
}

impl Serialize for BreakGlass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut break_glass = serializer.serialize_struct("BreakGlass", 2)?;
        break_glass.serialize_field("annotation", &self.annotation)?;
        break_glass.serialize_field("value", &self.value)?;
        break_glass.end()
    }
}
