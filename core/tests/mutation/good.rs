//! The good cases, in a form that can be changed.

use base64::{Engine, engine::general_purpose::STANDARD};
use dokimos::{AdmissionContext, Attestations, Budget, Decision, Policy, ReasonCode};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::PathBuf, sync::OnceLock};

/// A good case: its policy, the documents of its evidence (each a list of values, one a line), its question.
#[derive(Clone)]
pub struct Good {
    pub case: Value,
    pub policy: Value,
    pub documents: Vec<Vec<Value>>,
    pub image: String,
}

/// A named change of a value.
pub type Change<T> = (&'static str, fn(&mut T));
/// A named other way to write a text.
pub type Rewrite = (&'static str, fn(&str) -> String);

pub fn testdata(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(path);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every good case; each is found to be one, once.
pub fn all() -> Vec<Good> {
    static ALL: OnceLock<Vec<Good>> = OnceLock::new();
    let read = || {
        let cases: Vec<Value> = serde_json::from_slice(&testdata("cases.json")).unwrap();
        let good = cases.into_iter().filter(|case| case["decision"] == "ALLOW" && case["reason"] == "ATTESTED");
        let good: Vec<Good> = good.map(Good::new).collect();
        assert!(good.len() >= 60, "{} good cases", good.len());
        for case in &good {
            assert_eq!(case.decide().reason().code(), ReasonCode::Attested, "{}", case.name());
        }
        good
    };
    ALL.get_or_init(read).clone()
}

/// Changes every good case, and expects the reason; the change says no where the case has nothing to change.
#[track_caller]
pub fn each(mutation: &str, mut change: impl FnMut(&mut Good) -> bool, expected: ReasonCode) {
    each_to(mutation, |good| change(good).then_some(expected));
}

/// The same with an expectation for each case.
#[track_caller]
pub fn each_to(mutation: &str, mut change: impl FnMut(&mut Good) -> Option<ReasonCode>) {
    let mut wrong = Vec::new();
    let mut changed = BTreeMap::new();
    for mut good in all() {
        let Some(expected) = change(&mut good) else { continue };
        let decision = good.decide();
        *changed.entry(expected.code()).or_insert(0) += 1;
        // Under DRY_RUN what is denied is admitted all the same: the reason is what counts.
        let dry_run = decision.enforcement() == dokimos::Enforcement::DryRun;
        if decision.reason().code() != expected || decision.is_allowed() != (expected.allows() || dry_run) {
            let (found, detail) = (decision.reason().code(), decision.reason().detail());
            wrong.push(format!("{}: {found:?}, not {expected:?}: {detail}", good.name()));
        }
    }
    assert!(wrong.is_empty(), "{mutation}:\n{}", wrong.join("\n"));
    assert!(!changed.is_empty(), "{mutation} changed nothing");
    println!("{mutation}: {changed:?}");
}

impl Good {
    fn new(case: Value) -> Self {
        let policy = match &case["policy"] {
            Value::String(file) => serde_json::from_slice(&testdata(file)).unwrap(),
            inline => inline.clone(),
        };
        let read = |file: &Value| {
            let text = testdata(file.as_str().unwrap());
            serde_json::Deserializer::from_slice(&text).into_iter().map(Result::unwrap).collect()
        };
        let documents = case["attestations"].as_array().unwrap().iter().map(read).collect();
        let image = case["image"].as_str().unwrap().into();
        Self { case, policy, documents, image }
    }

    pub fn name(&self) -> &str {
        self.case["name"].as_str().unwrap()
    }

    pub fn policy(&self) -> Policy {
        Policy::from_json(self.policy.to_string().as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }

    pub fn attestations(&self) -> Attestations {
        let mut attestations = Attestations::new();
        for document in self.texts() {
            attestations.add("", document.as_bytes(), &Budget::default()).unwrap();
        }
        attestations
    }

    /// The documents as they are written, compact, one value a line.
    pub fn texts(&self) -> Vec<String> {
        let text = |values: &Vec<Value>| values.iter().map(|value| value.to_string() + "\n").collect();
        self.documents.iter().map(text).collect()
    }

    pub fn decide(&self) -> Decision {
        self.decide_on(&self.policy(), &self.attestations())
    }

    pub fn decide_on(&self, policy: &Policy, attestations: &Attestations) -> Decision {
        let context = AdmissionContext {
            cluster: self.case["cluster"].as_str(),
            namespace: self.case["namespace"].as_str(),
            service_account: self.case["serviceAccount"].as_str(),
            annotations: &[],
        };
        policy.evaluate_text(&self.image, attestations, &context, self.case["at"].as_str().unwrap().parse().unwrap())
    }

    /// Every member of one of these names, wherever it stands in the documents.
    pub fn members(&mut self, names: &[&str]) -> Vec<&mut Value> {
        let mut found = Vec::new();
        self.documents.iter_mut().flatten().for_each(|value| collect(value, names, &mut found));
        found
    }

    /// The texts of the signatures; those of PGP and of malformed base64 are none.
    pub fn signatures(&mut self) -> Vec<&mut Value> {
        let members = self.members(&["signature", "Base64Signature", "sig"]);
        members.into_iter().filter(|text| is_base64(text)).collect()
    }

    /// The texts of the payloads.
    pub fn payloads(&mut self) -> Vec<&mut Value> {
        let members = self.members(&["serializedPayload", "serialized_payload", "Payload", "payload"]);
        members.into_iter().filter(|text| is_base64(text)).collect()
    }

    pub fn key_ids(&mut self) -> Vec<&mut Value> {
        self.members(&["publicKeyId", "public_key_id", "keyid", "hint"])
    }

    /// Whether some document is a DSSE envelope, or holds one: its ids are hints, and refuse nothing.
    pub fn has_dsse(&mut self) -> bool {
        !self.members(&["payloadType"]).is_empty()
    }

    /// Whether every signature names a key, and none a key that is nobody's. In a bundle it may be named twice.
    pub fn names_every_key(&mut self) -> bool {
        let nobody = ["not-the-key", "some key"];
        self.signatures().len() <= self.key_ids().len()
            && !self.key_ids().iter().any(|id| nobody.contains(&id.as_str().unwrap()))
    }

    /// Whether every signature names a key, and is refused if no key has that id.
    pub fn needs_known_ids(&mut self) -> bool {
        self.names_every_key() && !self.has_dsse()
    }

    /// Whether some document has what cosign prints.
    pub fn has_cosign(&mut self) -> bool {
        !self.members(&["Base64Signature"]).is_empty()
    }

    pub fn keys(&mut self) -> Vec<&mut Value> {
        let attestors = self.policy["attestors"].as_array_mut().unwrap().iter_mut();
        attestors.flat_map(|attestor| attestor["publicKeys"].as_array_mut().unwrap()).collect()
    }

    /// The rule that decides.
    pub fn rule(&mut self) -> &mut Value {
        let name = self.decide().rule().unwrap().to_owned();
        let found = self.policy.get("rules").and_then(Value::as_array).and_then(|rules| {
            let mut places = rules.iter().enumerate();
            places.find(|(_, rule)| rule["name"] == name.as_str()).map(|(place, _)| place)
        });
        match found {
            Some(place) => &mut self.policy["rules"][place],
            None => &mut self.policy["default"],
        }
    }
}

fn collect<'v>(value: &'v mut Value, names: &[&str], found: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if names.contains(&name.as_str()) && value.is_string() {
                    found.push(value);
                } else {
                    collect(value, names, found);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| collect(item, names, found)),
        _ => {}
    }
}

/// PGP's armour has its own lines, and what is malformed has an exclamation mark.
fn is_base64(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.is_empty() && !text.contains(['!', ' ', '\n']))
}

/// The bytes of a base64 text, in either alphabet.
pub fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap().replace('-', "+").replace('_', "/");
    STANDARD.decode(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn text(bytes: &[u8]) -> Value {
    STANDARD.encode(bytes).into()
}
