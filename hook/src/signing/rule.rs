use super::{
    config::{self, SigningRuleConfig},
    event::Pushed,
    signer::Signer,
};
use crate::{
    database::{Database, DatabaseError, Entry},
    registry::{Registry, Repository, Stored},
};
use dokimos::{Attestation, Attestations, ImagePattern, ImageReference, PayloadStyle, SimpleSigning};
use std::sync::Arc;

/// Who signs what.
#[derive(Debug)]
pub(super) struct Rule {
    name: String,
    images: Vec<ImagePattern>,
    attestor: String,
    signer: Signer,
    write_to_registry: bool,
}

/// What a rule had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    Now,
    /// The attestation was there.
    Before,
}

impl Rule {
    pub(super) fn new(config: SigningRuleConfig) -> Result<Self, String> {
        for (place, text) in [("name", &config.name), ("attestor", &config.attestor)] {
            if text.is_empty() {
                return Err(format!("{place}: the text is empty"));
            }
        }
        let images = config::patterns(&config.images)?;
        let signer = Signer::new(config.key, &config.algorithm, config.key_id)?;
        let write_to_registry = config.write_to_registry;
        Ok(Self { name: config.name, images, attestor: config.attestor, signer, write_to_registry })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn attestor(&self) -> &str {
        &self.attestor
    }

    pub(super) fn key_id(&self) -> &str {
        self.signer.key_id()
    }

    /// Whether both make the same attestation of an image.
    pub(super) fn makes_the_same(&self, other: &Self) -> bool {
        self.attestor == other.attestor && self.key_id() == other.key_id()
    }

    pub(super) fn matches(&self, image: &ImageReference) -> bool {
        self.images.iter().any(|pattern| pattern.matches(image))
    }

    /// Makes sure that the rule's attestation of an image is where it belongs: in the database, and in the registry if the
    /// rule says so.
    pub(super) async fn sign(
        &self,
        pushed: &Pushed,
        database: &Arc<Database>,
        registry: Option<&Registry>,
    ) -> Result<Made, String> {
        let found = self.with_database(database, pushed, |database, entry| database.find(entry)).await?;
        let (document, mut made) = match found {
            Some(document) => (document, Made::Before),
            None => {
                let document = self.attest(pushed).await?;
                let add = move |database: &Database, entry: Entry<'_>| database.add(entry, &document);
                (self.with_database(database, pushed, add).await?, Made::Now)
            }
        };
        if let Some(registry) = registry.filter(|_| self.write_to_registry)
            && self.write(pushed, &document, registry).await? == Stored::Added
        {
            made = Made::Now;
        }
        Ok(made)
    }

    /// Stores the signature of a document in the registry.
    async fn write(&self, pushed: &Pushed, document: &str, registry: &Registry) -> Result<Stored, String> {
        let attestations = Attestations::parse(document.as_bytes()).map_err(|problem| problem.to_string())?;
        let attestation = attestations.iter().next().ok_or("the database has an empty document")?;
        let payload = attestation.untrusted_payload().ok_or("the database has a document without a payload")?;
        let signature = attestation.signatures().first().ok_or("the database has a document without a signature")?;
        let signature = signature.bytes().map_err(ToString::to_string)?;
        let repository = Repository::of(&pushed.image);
        let stored =
            registry.put_cosign_signature(&repository, &pushed.digest, payload, signature, Some(self.signer.public()));
        stored.await.map_err(|error| format!("the registry: {error}"))
    }

    /// A Grafeas occurrence with the rule's signature.
    async fn attest(&self, pushed: &Pushed) -> Result<String, String> {
        let Pushed { image, digest, .. } = pushed;
        let style = if self.write_to_registry { PayloadStyle::Cosign } else { PayloadStyle::Kritis };
        let payload = SimpleSigning::write(style, image.repository(), &digest.to_string(), None);
        let payload = payload.map_err(|problem| format!("the payload cannot be written: {problem}"))?;
        let signature = self.signer.sign(&payload).await?;
        let resource = format!("https://{}@{digest}", image.repository());
        let document = Attestation::write_grafeas(&resource, "", &payload, &[(self.key_id(), &signature)]);
        document.map_err(|problem| format!("the attestation cannot be written: {problem}"))
    }

    /// SQLite waits for the disk, which the threads that answer requests must not.
    async fn with_database<T: Send + 'static>(
        &self,
        database: &Arc<Database>,
        pushed: &Pushed,
        action: impl FnOnce(&Database, Entry<'_>) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, String> {
        let (database, image, digest) = (Arc::clone(database), pushed.image.clone(), pushed.digest.clone());
        let (attestor, key_id) = (self.attestor.clone(), self.key_id().to_owned());
        let task =
            move || action(&database, Entry { image: &image, digest: &digest, attestor: &attestor, key_id: &key_id });
        let done = tokio::task::spawn_blocking(task).await.map_err(|error| error.to_string())?;
        done.map_err(|error| format!("the database: {error}"))
    }
}
