use dokimos::{Digest, DigestAlgorithm};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An image manifest or an index (github.com/opencontainers/image-spec, manifest.md and image-index.md), or Docker's
/// like them. It is read for what it leads to.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    schema_version: u64,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
}

/// What a manifest says of a blob or of another manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    #[serde(default)]
    pub(crate) media_type: String,
    /// Not every descriptor is followed, and an algorithm that is not known harms only those that are.
    pub(crate) digest: String,
    pub(crate) size: u64,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// # Errors
    /// Not a manifest, or both kinds of one at once: readers would differ in what it is.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        // What serde_json says can quote the manifest.
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("not a manifest (line {}, column {})", error.line(), error.column()))?;
        if manifest.schema_version != 2 {
            return Err(format!("a manifest of version {}, not 2", manifest.schema_version));
        }
        if manifest.layers.is_some() && manifest.manifests.is_some() {
            return Err("a manifest with both layers and manifests".to_owned());
        }
        Ok(manifest)
    }

    /// # Errors
    /// It is an index, or has no layers.
    pub(crate) fn layers(&self) -> Result<&[Descriptor], String> {
        self.layers.as_deref().ok_or_else(|| "not the manifest of an image".to_owned())
    }

    /// The manifests that an index lists; none for an image.
    pub(crate) fn children(&self) -> &[Descriptor] {
        self.manifests.as_deref().unwrap_or_default()
    }

    pub(crate) fn is_about(&self, image: &Digest) -> bool {
        self.subject.as_ref().is_some_and(|subject| subject.digest == image.to_string())
    }
}

impl Descriptor {
    /// # Errors
    /// It is no digest, or one of an algorithm that is not known.
    pub(crate) fn digest(&self) -> Result<Digest, String> {
        self.digest.parse().map_err(|error: dokimos::DigestError| error.to_string())
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

/// Whether the bytes are those that the digest names.
pub(crate) fn has_digest(bytes: &[u8], digest: &Digest) -> bool {
    Digest::of(digest.algorithm(), bytes) == *digest
}

/// The name of bytes that are stored: `sha256:…`.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Digest::of(DigestAlgorithm::Sha256, bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_the_digests_that_others_compute() {
        // "abc": FIPS 180-4, the examples.
        for digest in [
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
             454d4423643ce80e2a9ac94fa54ca49f",
        ] {
            let digest: Digest = digest.parse().unwrap();
            assert!(has_digest(b"abc", &digest));
            assert!(!has_digest(b"abd", &digest));
        }
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for (text, why) in [
            ("", "not a manifest"),
            ("[]", "not a manifest"),
            ("{}", "not a manifest"),
            (r#"{"schemaVersion":2,"layers":[{"digest":"sha256:00"}]}"#, "not a manifest"),
            (r#"{"schemaVersion":2,"schemaVersion":2,"layers":[]}"#, "not a manifest"),
            (r#"{"schemaVersion":2,"layers":[],"layers":[]}"#, "not a manifest"),
            (r#"{"schemaVersion":2,"layers":{}}"#, "not a manifest"),
            (r#"{"schemaVersion":1,"layers":[]}"#, "a manifest of version 1, not 2"),
            (r#"{"schemaVersion":2,"layers":[],"manifests":[]}"#, "both layers and manifests"),
        ] {
            let error = Manifest::parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        let index = Manifest::parse(br#"{"schemaVersion":2,"manifests":null}"#).unwrap();
        assert!(index.layers().is_err() && index.children().is_empty());
    }
}
