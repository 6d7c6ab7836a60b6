//! The report: one JSON contract, `docs/report.schema.json`, the same bytes from every language.

use super::{AttestationReport, AttestorReport, Decision, Outcome};
use crate::JsonWriter;
use alloc::string::String;

impl Decision {
    /// The report as JSON: one line, members in a fixed order, no trailing newline.
    ///
    /// The contract is `docs/report.schema.json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = JsonWriter::new();
        json.open('{').name("decision").text(if self.allowed { "ALLOW" } else { "DENY" });
        json.name("message").text(&self.message).name("image").text(&self.image);
        json.name("rule").text_or_null(self.rule.as_deref());
        self.reason.write(json.name("reason"));
        json.name("exemptedBy").text_or_null(self.exempted_by.as_deref());
        json.name("attestors").open('[');
        for attestor in &self.attestors {
            attestor.write(&mut json);
        }
        json.close(']').name("enforcement").text(self.enforcement.name()).name("breakglass");
        match &self.break_glass {
            None => json.raw("null"),
            Some(break_glass) => {
                json.open('{').name("annotation").text(&break_glass.annotation);
                json.name("value").text(&break_glass.value).close('}')
            }
        };
        json.close('}');
        json.finish()
    }
}

impl Outcome {
    fn write(&self, json: &mut JsonWriter) {
        json.open('{').name("code").text(self.code.code()).name("detail").text(&self.detail).close('}');
    }
}

impl AttestorReport {
    fn write(&self, json: &mut JsonWriter) {
        json.open('{').name("name").text(&self.name).name("satisfied").boolean(self.satisfied);
        json.name("attestations").open('[');
        for attestation in &self.attestations {
            attestation.write(json);
        }
        json.close(']').close('}');
    }
}

impl AttestationReport {
    fn write(&self, json: &mut JsonWriter) {
        json.open('{').name("source").text(&self.source).name("keyId").text_or_null(self.key_id.as_deref());
        self.outcome.write(json.name("outcome"));
        json.close('}');
    }
}
