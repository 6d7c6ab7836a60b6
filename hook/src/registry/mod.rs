//! An OCI registry: manifests and blobs, read and written (github.com/opencontainers/distribution-spec, spec.md).
//!
//! What is named by its digest has that digest, or it is an error. A signature is stored as cosign does it.

mod auth;
mod challenge;
mod client;
mod cosign;
mod credentials;
#[cfg(test)]
pub(crate) mod fake;
mod helper;
mod manifest;
mod repository;
#[cfg(test)]
mod tests;

pub use client::{Reference, Registry};
pub use cosign::Stored;
pub use manifest::{Descriptor, Manifest};
pub use repository::Repository;

pub(crate) use client::{IMAGE, MOST_MANIFEST};
pub(crate) use cosign::{SIGNATURE, signature_tag};
pub(crate) use manifest::has_digest;

use serde::Deserialize;
use std::path::PathBuf;

/// How registries are reached: `access: { dockerConfig: /secrets/.dockerconfigjson }`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Access {
    /// The file in which docker keeps credentials; it is read whenever they are needed. Without it nobody logs in.
    pub docker_config: Option<PathBuf>,
    /// Certificate authorities in PEM that are trusted beside Mozilla's, which are compiled in.
    pub ca_file: Option<PathBuf>,
    /// Registries, with their ports, that are asked over plain HTTP: `localhost:5000`.
    pub insecure: Vec<String>,
}
