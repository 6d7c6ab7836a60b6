//! An OCI registry: the signatures and attestations that cosign stored there.

use super::{
    Document, FetchError,
    artifacts::{Artifacts, Blobs},
};
use crate::registry::{Access, Descriptor, IMAGE, Manifest, Reference, Registry, Repository, signature_tag};
use dokimos::{Digest, ImageReference};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

/// Manifests that are asked for at the same time.
const AT_ONCE: usize = 8;

/// What the configuration says of registries.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct RegistryConfig {
    /// Where the signatures of all images are, if it is not where the image is; cosign calls it `COSIGN_REPOSITORY`.
    pub repository: Option<Repository>,
    /// The registries whose images are looked for; without it, those of all images.
    pub hosts: Option<Vec<String>>,
    /// How registries are reached.
    pub access: Access,
}

/// The registry of an image, or the one that holds the signatures for all.
#[derive(Debug)]
pub(super) struct RegistrySource {
    registry: Registry,
    repository: Option<Repository>,
    hosts: Option<Vec<String>>,
}

impl RegistrySource {
    pub(super) fn new(config: RegistryConfig) -> Result<Self, String> {
        let registry = Registry::new(&config.access).map_err(|error| format!("registry.access.{error}"))?;
        let host = |host: String| {
            // Spellings of a host are those of an image's name.
            let image = format!("{host}/x").parse::<ImageReference>();
            let domain = image.ok().filter(|image| image.path() == "x" || image.path() == "library/x");
            domain
                .map(|image| image.domain().to_owned())
                .ok_or_else(|| format!("registry.hosts: {host:?} is not a host"))
        };
        let hosts = config.hosts.map(|hosts| hosts.into_iter().map(host).collect::<Result<_, _>>()).transpose()?;
        Ok(Self { registry, repository: config.repository, hosts })
    }

    pub(super) async fn fetch(&self, image: &ImageReference) -> Result<Vec<Document>, FetchError> {
        let asked = self.hosts.as_ref().is_none_or(|hosts| hosts.iter().any(|host| host == image.domain()));
        let Some(digest) = image.digest().filter(|_| asked) else { return Ok(Vec::new()) };
        let repository = self.repository.clone().unwrap_or_else(|| Repository::of(image));
        Place { registry: &self.registry, repository }.fetch(digest).await
    }
}

/// One repository.
struct Place<'r> {
    registry: &'r Registry,
    repository: Repository,
}

impl Place<'_> {
    async fn fetch(&self, image: &Digest) -> Result<Vec<Document>, FetchError> {
        // First alone: with what it learns about logging in, the others need not.
        let signatures = self.tagged(image, "sig").await?;
        let mut artifacts = Artifacts::new(self);
        let (attestations, others, ()) = tokio::try_join!(self.tagged(image, "att"), self.others(image), async {
            match &signatures {
                Some((place, manifest)) => artifacts.signatures(place, manifest).await,
                None => Ok(()),
            }
        })?;
        if let Some((place, manifest)) = &attestations {
            artifacts.attestations(place, manifest).await?;
        }
        for (place, manifest) in others {
            artifacts.bundle(place, &manifest).await?;
        }
        Ok(artifacts.into_documents())
    }

    /// The manifest under cosign's tag for the image, if there is one.
    async fn tagged(&self, image: &Digest, suffix: &str) -> Result<Option<(String, Manifest)>, FetchError> {
        let Some(tag) = signature_tag(image, suffix) else { return Ok(None) };
        let manifest = self.registry.manifest(&self.repository, Reference::Tag(&tag)).await?;
        Ok(manifest.map(|manifest| (format!("{}:{tag}", self.repository), manifest)))
    }

    /// The manifests that the registry lists as being about the image.
    async fn others(&self, image: &Digest) -> Result<Vec<(String, Manifest)>, FetchError> {
        let list = self.registry.referrers(&self.repository, image).await?;
        let images = list.into_iter().filter(|other| other.media_type == IMAGE);
        stream::iter(images.map(|other| self.other(other))).buffered(AT_ONCE).try_collect().await
    }

    async fn other(&self, other: Descriptor) -> Result<(String, Manifest), FetchError> {
        let refused =
            |what: String| FetchError::permanent(format_args!("{}: what is about an image: {what}", self.repository));
        let digest = other.digest().map_err(refused)?;
        let manifest = self.registry.manifest(&self.repository, Reference::Digest(&digest)).await?;
        let manifest = manifest.ok_or_else(|| refused(format!("{digest} is listed and not there")))?;
        Ok((format!("{}@{digest}", self.repository), manifest))
    }
}

impl Blobs for Place<'_> {
    async fn blob(&self, blob: &Descriptor) -> Result<Vec<u8>, FetchError> {
        self.registry.blob(&self.repository, blob).await
    }
}
