use crate::{
    attestations::{Attestations, push_problem},
    failure::Failure,
};
use alloc::{rc::Rc, string::String, vec::Vec};
use dokimos::{AdmissionContext, Decision, JsonWriter, ReasonCode, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

/// A compiled policy.
#[wasm_bindgen]
pub struct Policy(pub(crate) dokimos::Policy);

#[wasm_bindgen]
impl Policy {
    /// Compiles a policy from JSON.
    #[wasm_bindgen(js_name = fromJson)]
    pub fn from_json(document: &[u8]) -> Result<Policy, Failure> {
        Ok(Self(dokimos::Policy::from_json(document)?))
    }

    /// Compiles a policy from YAML.
    #[cfg(feature = "yaml")]
    #[wasm_bindgen(js_name = fromYaml)]
    pub fn from_yaml(document: &[u8]) -> Result<Policy, Failure> {
        Ok(Self(dokimos::Policy::from_yaml(document)?))
    }

    /// Decides on the images of the questions, and gives the reports as a JSON array.
    #[must_use]
    pub fn evaluate(&self, questions: &Questions, seconds: i64) -> String {
        let now = UnixTime::from_secs(seconds);
        let mut json = JsonWriter::new();
        json.open('[');
        // One by one: here is no arithmetic that would be faster for several signatures together.
        for question in &questions.0 {
            json.raw(&question.decide(&self.0, now).to_json());
        }
        json.close(']');
        json.finish()
    }

    /// What the policy says, as JSON.
    #[must_use]
    pub fn outline(&self) -> String {
        self.0.outline_json()
    }

    /// The risks of the policy, as JSON: `[[code, path, message]]`.
    #[must_use]
    pub fn warnings(&self, seconds: i64) -> String {
        let mut json = JsonWriter::new();
        json.open('[');
        for warning in &self.0.warnings(UnixTime::from_secs(seconds)) {
            push_problem(&mut json, Some(warning));
        }
        json.close(']');
        json.finish()
    }
}

/// Images to be decided on together.
#[wasm_bindgen]
#[derive(Default)]
pub struct Questions(Vec<Question>);

struct Question {
    image: String,
    attestations: Rc<dokimos::Attestations>,
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    annotations: Vec<(String, String)>,
}

#[wasm_bindgen]
impl Questions {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(
        &mut self,
        image: String,
        attestations: &Attestations,
        cluster: Option<String>,
        namespace: Option<String>,
        service_account: Option<String>,
    ) {
        let attestations = Rc::clone(&attestations.0);
        let annotations = Vec::new();
        self.0.push(Question { image, attestations, cluster, namespace, service_account, annotations });
    }

    /// Adds an annotation to the one that was added last. One by one: a list of texts needs code that nothing else does.
    pub fn annotate(&mut self, name: String, value: String) {
        if let Some(question) = self.0.last_mut() {
            question.annotations.push((name, value));
        }
    }
}

impl Question {
    fn decide(&self, policy: &dokimos::Policy, now: UnixTime) -> Decision {
        let annotations: Vec<_> =
            self.annotations.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let context = AdmissionContext {
            cluster: self.cluster.as_deref(),
            namespace: self.namespace.as_deref(),
            service_account: self.service_account.as_deref(),
            annotations: &annotations,
        };
        policy.evaluate_text(&self.image, &self.attestations, &context, now)
    }
}

/// Seconds since 1970, from RFC 3339.
#[wasm_bindgen(js_name = parseTime)]
pub fn parse_time(text: &str) -> Result<i64, Failure> {
    Ok(text.parse::<UnixTime>()?.as_secs())
}

/// Every reason code, as JSON: `[[code, number, allows, description]]`.
#[wasm_bindgen(js_name = reasonCodes)]
#[must_use]
pub fn reason_codes() -> String {
    let mut json = JsonWriter::new();
    json.open('[');
    for reason in ReasonCode::ALL {
        json.open('[').text(reason.code()).number(reason.number().into());
        json.boolean(reason.allows()).text(reason.description()).close(']');
    }
    json.close(']');
    json.finish()
}
