//! The entry that a public key has in a policy.

use crate::text::quoted;
use clap::ValueEnum;
use dokimos::{KeyId, PublicKey};

/// The language of a policy.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Language {
    Yaml,
    Json,
}

/// A key, and the id that its user gives it.
pub(crate) struct PolicyEntry {
    pub(crate) key: PublicKey,
    pub(crate) id: Option<KeyId>,
}

impl PolicyEntry {
    /// The `publicKeys` of an attestor, without a line feed at the end.
    pub(crate) fn list(entries: &[Self], language: Language) -> String {
        match language {
            Language::Yaml => entries.iter().fold("publicKeys:".to_owned(), |list, entry| list + &entry.yaml()),
            Language::Json => {
                let entries: Vec<String> = entries.iter().map(Self::json).collect();
                format!("{{\n  \"publicKeys\": [\n{}\n  ]\n}}", entries.join(",\n"))
            }
        }
    }

    fn yaml(&self) -> String {
        let mut entry = String::new();
        let members = [
            self.id.as_ref().map(|id| format!("id: {}", quoted(id.as_str()))),
            Some(format!("algorithm: {}", self.key.algorithm())),
            Some("pem: |".to_owned()),
        ];
        for (number, member) in members.into_iter().flatten().enumerate() {
            entry.push_str(if number == 0 { "\n  - " } else { "\n    " });
            entry.push_str(&member);
        }
        for line in self.key.to_pem().lines() {
            entry.push_str("\n      ");
            entry.push_str(line);
        }
        entry
    }

    fn json(&self) -> String {
        let members = [
            self.id.as_ref().map(|id| ("id", id.to_string())),
            Some(("algorithm", self.key.algorithm().to_string())),
            Some(("pem", self.key.to_pem())),
        ];
        let members = members.into_iter().flatten();
        let members: Vec<String> =
            members.map(|(name, value)| format!("      \"{name}\": {}", quoted(&value))).collect();
        format!("    {{\n{}\n    }}", members.join(",\n"))
    }
}
