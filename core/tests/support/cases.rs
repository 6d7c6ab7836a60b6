//! The shared cases of `testdata/cases.json`.

use dokimos::{AdmissionContext, Attestations, Budget, Decision, Policy, UnixTime};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// The folder `testdata` of the repository.
pub fn testdata() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata")
}

/// One question of the shared cases, ready to be asked.
pub struct Case {
    /// The case as it stands in the file.
    pub value: Value,
    /// Its policy.
    pub policy: Policy,
    /// Its evidence.
    pub attestations: Attestations,
    annotations: Vec<(String, String)>,
}

impl Case {
    /// Every case.
    pub fn all() -> Vec<Self> {
        let text = fs::read_to_string(testdata().join("cases.json")).expect("cases.json");
        let cases: Vec<Value> = serde_json::from_str(&text).expect("cases.json");
        cases.into_iter().map(Self::new).collect()
    }

    fn new(value: Value) -> Self {
        let policy = match &value["policy"] {
            Value::String(file) => fs::read(testdata().join(file)).expect(file),
            inline => inline.to_string().into_bytes(),
        };
        let policy = Policy::from_json(&policy).unwrap_or_else(|error| panic!("{}: {error}", value["name"]));
        let mut attestations = Attestations::new();
        for file in value["attestations"].as_array().expect("attestations") {
            let file = file.as_str().expect("a file");
            let bytes = fs::read(testdata().join(file)).expect(file);
            attestations.add(file, &bytes, &Budget::default()).unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        let annotations = value["annotations"].as_object().expect("annotations").iter();
        let annotations = annotations.map(|(name, text)| (name.clone(), text.as_str().expect("text").into())).collect();
        Self { value, policy, attestations, annotations }
    }

    /// The member of the case, as text.
    pub fn text(&self, member: &str) -> &str {
        self.value[member].as_str().unwrap_or_else(|| panic!("{member} of {}", self.value["name"]))
    }

    /// The time of the decision.
    pub fn now(&self) -> UnixTime {
        self.text("at").parse().expect("a time")
    }

    /// Calls with the place where the image is to run.
    pub fn with_context<T>(&self, call: impl FnOnce(&AdmissionContext<'_>) -> T) -> T {
        let annotations: Vec<_> = self.annotations.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        call(&AdmissionContext {
            cluster: self.value["cluster"].as_str(),
            namespace: self.value["namespace"].as_str(),
            service_account: self.value["serviceAccount"].as_str(),
            annotations: &annotations,
        })
    }

    /// The decision.
    pub fn decide(&self) -> Decision {
        self.with_context(|context| {
            self.policy.evaluate_text(self.text("image"), &self.attestations, context, self.now())
        })
    }
}
