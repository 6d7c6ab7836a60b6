use crate::{
    attestations::{Attestations, push_problem},
    failure::Failure,
};
use alloc::{rc::Rc, string::String, vec::Vec};
use dokimos::{AdmissionContext, JsonWriter, ReasonCode, UnixTime};
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
        questions.with_requests(|requests| {
            let now = UnixTime::from_secs(seconds);
            let decisions = match requests {
                // One needs no batch.
                [one] => [self.0.evaluate_text(one.image, one.attestations, &one.context, now)].into(),
                many => self.0.evaluate_many(many, now),
            };
            let mut json = JsonWriter::new();
            json.open('[');
            for decision in &decisions {
                json.raw(&decision.to_json());
            }
            json.close(']');
            json.finish()
        })
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
    annotations: Vec<String>,
}

#[wasm_bindgen]
impl Questions {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one. Annotations are names and values by turns.
    pub fn add(
        &mut self,
        image: String,
        attestations: &Attestations,
        cluster: Option<String>,
        namespace: Option<String>,
        service_account: Option<String>,
        annotations: Vec<String>,
    ) {
        let attestations = Rc::clone(&attestations.0);
        self.0.push(Question { image, attestations, cluster, namespace, service_account, annotations });
    }

    fn with_requests<T>(&self, call: impl FnOnce(&[dokimos::Request<'_>]) -> T) -> T {
        let annotations: Vec<_> = self.0.iter().map(Question::annotation_pairs).collect();
        let requests: Vec<_> =
            self.0.iter().zip(&annotations).map(|(question, annotations)| question.request(annotations)).collect();
        call(&requests)
    }
}

impl Question {
    fn annotation_pairs(&self) -> Vec<(&str, &str)> {
        let (pairs, _) = self.annotations.as_chunks::<2>();
        pairs.iter().map(|[name, value]| (name.as_str(), value.as_str())).collect()
    }

    fn request<'a>(&'a self, annotations: &'a [(&'a str, &'a str)]) -> dokimos::Request<'a> {
        let context = AdmissionContext {
            cluster: self.cluster.as_deref(),
            namespace: self.namespace.as_deref(),
            service_account: self.service_account.as_deref(),
            annotations,
        };
        dokimos::Request { image: &self.image, attestations: &self.attestations, context }
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
