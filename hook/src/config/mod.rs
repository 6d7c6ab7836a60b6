//! The configuration: one document in YAML or JSON.

use crate::{evidence::SourceConfig, log::LogFormat};
use serde::Deserialize;
use std::path::PathBuf;

/// What `--config` names. A field that it does not have is an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Config {
    /// The policy: a file, or a folder of files.
    pub policy: Option<PathBuf>,
    /// Where attestations are, in the order in which they are asked and reported.
    pub evidence: Vec<SourceConfig>,
    /// How log lines look.
    pub log: LogFormat,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// What is wrong, with its place: `evidence[0].directory: unknown field …`.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
        let value: serde_json::Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            format!("{path}: {}", error.into_inner())
        })
    }
}
