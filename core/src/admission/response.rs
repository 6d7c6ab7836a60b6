//! The answer to a request for admission.

use super::{AdmissionImage, AdmissionReview};
use crate::{
    Decision, JsonWriter, Problem,
    document::{Excerpt, Shown, code},
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// The most lines of a message, causes, warnings and items of an audit annotation; more are counted, not listed.
const MOST: usize = 32;
/// The most characters of a warning. Kubernetes asks for 120 if possible, and cuts at 256 when there are many: an image
/// with its digest alone has about 110.
const WARNING: usize = 256;
/// The most characters of what a cause or an audit annotation says of one image.
const DETAIL: usize = 512;

/// The answer to a request for admission: a complete `AdmissionReview`, with reasons for machines and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionResponse {
    uid: String,
    allowed: bool,
    message: String,
    causes: Vec<Cause>,
    object: Object,
    audit: Vec<(&'static str, String)>,
    warnings: Vec<String>,
}

/// What a denial says of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Object {
    name: Option<String>,
    group: Option<String>,
    kind: Option<String>,
    omit_status_reason: bool,
}

/// Why one image was denied (`StatusCause` of Kubernetes).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cause {
    reason: String,
    message: String,
    field: String,
}

impl AdmissionReview {
    /// The answer, from the decisions on [`images`](Self::images), in their order.
    ///
    /// Anything but one decision for each image, each on that image, is a denial.
    #[must_use]
    pub fn respond(&self, decisions: &[Decision]) -> AdmissionResponse {
        if let Some(problem) = &self.problem {
            return self.unread(problem);
        }
        if decisions.len() != self.images.len() {
            let (images, decisions) = (self.images.len(), decisions.len());
            return self.refuse(code::NOT_DECIDED, &format!("images to decide on: {images}, decisions: {decisions}"));
        }
        let mut pairs = self.images.iter().zip(decisions);
        if let Some((image, _)) = pairs.clone().find(|(image, decision)| image.reference() != decision.image()) {
            let message = format!("the decision for {} is on another image", image.place());
            return self.refuse(code::NOT_DECIDED, &message);
        }
        if pairs.len() == 0 {
            return self.response(true);
        }
        let mut response = self.response(pairs.all(|(_, decision)| decision.is_allowed()));
        response.explain(&self.images, decisions);
        response
    }

    /// A denial that no decision was made for: the evidence could not be fetched, or time ran out.
    ///
    /// The code is for machines, such as `EVIDENCE_UNAVAILABLE`; the message is what the user reads.
    #[must_use]
    pub fn refuse(&self, code: &str, message: &str) -> AdmissionResponse {
        if let Some(problem) = &self.problem {
            return self.unread(problem);
        }
        self.denial(code, message, "")
    }

    /// The same, where whoever embeds this lets in what could not be decided on: allowed, with a warning and an audit
    /// annotation. A request that cannot be read is denied all the same.
    #[must_use]
    pub fn admit_undecided(&self, code: &str, message: &str) -> AdmissionResponse {
        if let Some(problem) = &self.problem {
            return self.unread(problem);
        }
        let mut response = self.response(true);
        let text = format!("{}: {}", Shown(code), Excerpt(message, DETAIL));
        response.warnings.push(Excerpt(&format!("admitted without a decision: {text}"), WARNING).to_string());
        response.note_decision();
        response.note("error", text);
        response
    }

    fn unread(&self, problem: &Problem) -> AdmissionResponse {
        let message = format!("the request cannot be decided on: {problem}");
        let mut response = self.denial(problem.code(), &message, problem.path());
        for cause in &mut response.causes {
            cause.message = Excerpt(problem.message(), DETAIL).to_string();
        }
        response
    }

    fn denial(&self, code: &str, message: &str, field: &str) -> AdmissionResponse {
        let mut response = self.response(false);
        let (code, message) = (Shown(code).to_string(), Excerpt(message, DETAIL).to_string());
        response.note_decision();
        response.note("error", format!("{code}: {message}"));
        response.causes.push(Cause { reason: code, message: message.clone(), field: field.into() });
        response.message = message;
        response
    }

    fn response(&self, allowed: bool) -> AdmissionResponse {
        AdmissionResponse {
            uid: self.uid.clone(),
            allowed,
            message: String::new(),
            causes: Vec::new(),
            object: Object {
                name: shown(self.name()),
                group: shown(self.group()),
                kind: shown(self.kind()),
                omit_status_reason: self.omit_status_reason,
            },
            audit: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Kubernetes allows names 253 characters.
fn shown(text: Option<&str>) -> Option<String> {
    text.map(|text| Excerpt(text, 253).to_string())
}

impl AdmissionResponse {
    /// Whether the request is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// Why the request is denied, one line for each image: `image alpine:3.11 is not attested`. Empty when it is
    /// allowed.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The warnings, which kubectl shows: what was admitted and why that is worth a word.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The answer as JSON, to be sent with the HTTP status 200: one line, members in a fixed order, that of the types of
    /// Kubernetes (`AdmissionReview`, `AdmissionResponse`, `Status`).
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = JsonWriter::new();
        json.open('{').name("apiVersion").text("admission.k8s.io/v1").name("kind").text("AdmissionReview");
        json.name("response").open('{').name("uid").text(&self.uid).name("allowed").boolean(self.allowed);
        if !self.allowed {
            self.write_status(json.name("status"));
        }
        if !self.audit.is_empty() {
            json.name("auditAnnotations").open('{');
            for (name, value) in &self.audit {
                json.name(name).text(value);
            }
            json.close('}');
        }
        if !self.warnings.is_empty() {
            json.name("warnings").open('[');
            for warning in &self.warnings {
                json.text(warning);
            }
            json.close(']');
        }
        json.close('}').close('}');
        json.finish()
    }

    fn write_status(&self, json: &mut JsonWriter) {
        let Object { name, group, kind, omit_status_reason } = &self.object;
        json.open('{').name("status").text("Failure").name("message").text(&self.message);
        if !omit_status_reason {
            json.name("reason").text("Forbidden");
        }
        json.name("details").open('{');
        for (member, value) in [("name", name), ("group", group), ("kind", kind)] {
            if let Some(value) = value {
                json.name(member).text(value);
            }
        }
        json.name("causes").open('[');
        for cause in &self.causes {
            cause.write(json);
        }
        json.close(']').close('}').name("code").number(403).close('}');
    }

    fn note_decision(&mut self) {
        self.note("decision", if self.allowed { "ALLOW" } else { "DENY" }.into());
    }

    /// Adds an audit annotation.
    fn note(&mut self, name: &'static str, text: String) {
        self.audit.push((name, text));
    }

    /// Says why, of images of which each has its decision.
    fn explain(&mut self, images: &[AdmissionImage], decisions: &[Decision]) {
        let mut lines = Lines::default();
        let mut warnings = Lines::default();
        let mut unattested = Lines::default();
        let mut decided = Lines::default();
        for (image, decision) in images.iter().zip(decisions) {
            let name = Excerpt(decision.image(), DETAIL);
            let code = decision.reason().code();
            let rule = decision.rule().map(|rule| format!(" by rule {}", Shown(rule))).unwrap_or_default();
            decided.add(format!("{name} {code}{rule}"));
            if !decision.is_allowed() {
                lines.add(decision.message().into());
                self.causes.push(Cause {
                    reason: code.to_string(),
                    message: Excerpt(decision.reason().detail(), DETAIL).to_string(),
                    field: image.place().into(),
                });
            }
            if decision.is_dry_run_violation() {
                unattested.add(name.to_string());
                warnings.add(format!("not attested, admitted by dry run: {name}"));
            }
            if let Some(used) = decision.break_glass() {
                warnings.add(format!("not verified, admitted by break-glass: {name}"));
                let text = format!("{}={}", Shown(used.annotation()), Excerpt(used.value(), DETAIL));
                self.audit.clear();
                self.note("breakglass", text);
            }
        }
        self.causes.truncate(MOST);
        self.message = lines.joined("\n", "more images are not attested");
        self.note_decision();
        if !unattested.0.is_empty() {
            self.note("dry-run", unattested.joined(", ", "more"));
        }
        self.note("images", decided.joined(", ", "more"));
        if self.allowed {
            self.warnings = warnings.listed("more warnings");
            self.warnings.iter_mut().for_each(|warning| *warning = Excerpt(warning, WARNING).to_string());
        }
    }
}

impl Cause {
    fn write(&self, json: &mut JsonWriter) {
        json.open('{').name("reason").text(&self.reason).name("message").text(&self.message);
        if !self.field.is_empty() {
            json.name("field").text(&self.field);
        }
        json.close('}');
    }
}

/// Texts in the order in which they first came, each once. There are few: [`Budget::images`](crate::Budget::images).
#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn add(&mut self, line: String) {
        if !self.0.contains(&line) {
            self.0.push(line);
        }
    }

    /// The first of them, and how many more there are.
    fn listed(mut self, more: &str) -> Vec<String> {
        let left = self.0.len().saturating_sub(MOST);
        if left > 0 {
            self.0.truncate(MOST);
            self.0.push(format!("and {left} {more}"));
        }
        self.0
    }

    fn joined(self, separator: &str, more: &str) -> String {
        self.listed(more).join(separator)
    }
}
