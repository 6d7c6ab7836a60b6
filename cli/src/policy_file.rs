//! A policy in a file, in JSON or YAML.

use crate::{failure::Failure, input::Source};
use dokimos::{Budget, Policy, PolicyError};

/// A policy document that was read and is not yet known to be one.
pub(crate) struct PolicyFile {
    source: Source,
    bytes: Vec<u8>,
}

impl PolicyFile {
    pub(crate) fn read(source: &Source) -> Result<Self, Failure> {
        Ok(Self { source: source.clone(), bytes: source.read(Budget::default().document_bytes)? })
    }

    /// The policy; a document that is none fails with every problem that it has.
    pub(crate) fn policy(&self) -> Result<Policy, Failure> {
        self.compile().map_err(|error| Failure::problems(&self.source, error.problems()))
    }

    /// The policy, or what is wrong with it.
    pub(crate) fn compile(&self) -> Result<Policy, PolicyError> {
        if self.is_json() { Policy::from_json(&self.bytes) } else { Policy::from_yaml(&self.bytes) }
    }

    /// Its name tells the language. Where it does not, a document that begins with a brace is JSON: so it is read by
    /// the stricter of the two readers.
    fn is_json(&self) -> bool {
        let ending = match &self.source {
            Source::File(path) => path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()),
            Source::StandardInput => None,
        };
        match ending.as_deref() {
            Some("json") => true,
            Some("yaml" | "yml") => false,
            _ => self.bytes.trim_ascii_start().starts_with(b"{"),
        }
    }
}
