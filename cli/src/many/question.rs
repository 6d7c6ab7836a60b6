//! What a line of a list asks.

use super::Judge;
use dokimos::{AdmissionContext, Attestations, Budget};
use serde::{
    Deserialize,
    de::{self, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// A line, read. What it does not say is as the options have it.
#[derive(Default)]
pub(super) struct Question {
    pub(super) image: String,
    attestations: Option<Attestations>,
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    annotations: Option<Annotations>,
}

impl Question {
    /// Reads a line: a JSON object, or else an image reference, which need not be a good one. No reference begins with a
    /// brace.
    pub(super) fn parse(line: &[u8], number: usize, budget: &Budget) -> Result<Self, String> {
        if line.starts_with(b"{") {
            return Self::from_json(line, number, budget);
        }
        let image = std::str::from_utf8(line).map_err(|_| "not UTF-8 text".to_owned())?;
        Ok(Self { image: image.to_owned(), ..Self::default() })
    }

    fn from_json(line: &[u8], number: usize, budget: &Budget) -> Result<Self, String> {
        let object: Object<'_> = serde_json::from_slice(line).map_err(|error| words(&error))?;
        let names = [
            ("cluster", &object.cluster),
            ("namespace", &object.namespace),
            ("serviceAccount", &object.service_account),
        ];
        if let Some((name, _)) = names.iter().find(|(_, value)| value.as_deref() == Some("")) {
            return Err(format!("{name}: the text is empty; leave it out if it is not known"));
        }
        Ok(Self {
            image: object.image,
            attestations: object.attestations.map(|documents| read(documents, number, budget)).transpose()?,
            cluster: object.cluster,
            namespace: object.namespace,
            service_account: object.service_account,
            annotations: object.annotations,
        })
    }

    pub(super) fn attestations<'a>(&'a self, judge: &Judge<'a>) -> &'a Attestations {
        self.attestations.as_ref().unwrap_or(judge.attestations)
    }

    /// The annotations of the line, if it has any.
    pub(super) fn annotations(&self) -> Option<Vec<(&str, &str)>> {
        let Annotations(list) = self.annotations.as_ref()?;
        Some(list.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
    }

    pub(super) fn context<'a>(
        &'a self,
        judge: &Judge<'a>,
        annotations: Option<&'a Vec<(&'a str, &'a str)>>,
    ) -> AdmissionContext<'a> {
        AdmissionContext {
            cluster: self.cluster.as_deref().or(judge.context.cluster),
            namespace: self.namespace.as_deref().or(judge.context.namespace),
            service_account: self.service_account.as_deref().or(judge.context.service_account),
            annotations: annotations.map_or(judge.context.annotations, Vec::as_slice),
        }
    }
}

/// The object of a line. Its attestations are not looked into here: what is signed and what stands twice is for the
/// library to say, from the very bytes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Object<'a> {
    image: String,
    #[serde(borrow)]
    attestations: Option<&'a RawValue>,
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    annotations: Option<Annotations>,
}

/// One document, or a list of documents.
fn read(documents: &RawValue, number: usize, budget: &Budget) -> Result<Attestations, String> {
    let mut attestations = Attestations::new();
    let mut add = |place: &str, document: &RawValue| {
        let source = format!("line {number}: {place}");
        let added = attestations.add(&source, document.get().as_bytes(), budget);
        added.map(drop).map_err(|problem| format!("{place}: {problem}"))
    };
    if documents.get().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(documents.get()).map_err(|error| words(&error))?;
        for (index, document) in list.into_iter().enumerate() {
            add(&format!("attestations[{index}]"), document)?;
        }
    } else {
        add("attestations", documents)?;
    }
    Ok(attestations)
}

/// An object of texts, in which no name stands twice.
struct Annotations(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Annotations;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations, A::Error> {
                let mut members: Vec<(String, String)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    if members.iter().any(|(other, _)| *other == name) {
                        return Err(de::Error::custom(format_args!("the annotation {name} stands twice")));
                    }
                    members.push((name, value));
                }
                Ok(Annotations(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// What is wrong with the JSON of a line; that it is its line 1 tells nothing.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words);
    format!("column {}: {text}", error.column())
}
