//! Where cosign 2 keeps signatures: in the layers of a manifest whose tag is the digest of the image (sigstore/cosign,
//! specs/SIGNATURE_SPEC.md and pkg/oci).

use super::{
    Reference, Registry, Repository,
    auth::Right,
    client::{IMAGE, MOST_MANIFEST, refused},
    manifest::{Manifest, sha256},
};
use crate::evidence::FetchError;
use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::{Digest, ImageReference, PublicKey};
use serde_json::{Map, Value, json};

/// The annotation of a layer that holds its signature, in Base64.
pub(crate) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const LAYER: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// The most signatures of one image, as cosign has it.
const MOST_LAYERS: usize = 1000;
/// How often the manifest is looked at, and written while others write it too.
const ATTEMPTS: u32 = 8;

/// What became of a signature that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is there now.
    Added,
    /// It was there, or one by the same key over the same payload.
    AlreadyThere,
}

/// The tag under which an image's signatures are; none for a digest that is too long for a tag.
pub(crate) fn signature_tag(image: &Digest, suffix: &str) -> Option<String> {
    let tag = format!("{}-{}.{suffix}", image.algorithm(), image.hex());
    (tag.len() <= ImageReference::MAX_TAG_BYTES).then_some(tag)
}

impl Registry {
    /// Stores a signature of an image beside those that are there, so that `cosign verify` finds it.
    ///
    /// `payload` is the text that was signed, of the kind "simple signing". With the key, a signature of the same
    /// payload that the key made is as good as this one: RSASSA-PSS never signs twice alike.
    ///
    /// What another writer stores at the same moment can be lost if it does not look again; we do.
    ///
    /// # Errors
    /// The registry does not answer or does not let us, or what is under the tag is not signatures.
    pub async fn put_cosign_signature(
        &self,
        repository: &Repository,
        image: &Digest,
        payload: &[u8],
        signature: &[u8],
        key: Option<&PublicKey>,
    ) -> Result<Stored, FetchError> {
        let tag = signature_tag(image, "sig")
            .ok_or_else(|| refused(repository, image, "the digest is too long for cosign's tag"))?;
        let entry = Entry { digest: sha256(payload), payload, signature, key };
        let _alone = self.writing.lock().await;
        let mut stored = Stored::AlreadyThere;
        for _ in 0..ATTEMPTS {
            let mut signatures = self.signatures(repository, &tag).await?;
            if signatures.layers.iter().any(|layer| entry.is_in(layer)) {
                return Ok(stored);
            }
            self.put_blob(repository, payload.to_vec()).await?;
            signatures.layers.push(entry.layer());
            let config = signatures.config();
            let length = config.len();
            let config = self.put_blob(repository, config).await?;
            let (media_type, bytes) = signatures.manifest(&config, length);
            if bytes.len() > MOST_MANIFEST || signatures.layers.len() > MOST_LAYERS {
                return Err(refused(repository, &tag, "there is no room for one more signature"));
            }
            self.put_manifest(repository, &tag, media_type, bytes).await?;
            // Looked at once more: another writer may not have seen what we wrote.
            stored = Stored::Added;
        }
        Err(FetchError::transient(format_args!("{repository}: {tag}: others write it all the time")))
    }

    async fn signatures(&self, repository: &Repository, tag: &str) -> Result<Signatures, FetchError> {
        let bytes = self.manifest_bytes(repository, Reference::Tag(tag), Right::PullAndPush).await?;
        Signatures::new(bytes.as_deref()).map_err(|what| refused(repository, &tag, &what))
    }
}

/// A signature as a layer has it.
struct Entry<'a> {
    digest: String,
    payload: &'a [u8],
    signature: &'a [u8],
    key: Option<&'a PublicKey>,
}

impl Entry<'_> {
    fn is_in(&self, layer: &Value) -> bool {
        let text = layer.pointer("/annotations").and_then(|annotations| annotations.get(SIGNATURE)?.as_str());
        let signature = text.and_then(|text| BASE64_STANDARD.decode(text).ok());
        let same = |signature: Vec<u8>| {
            signature == self.signature || self.key.is_some_and(|key| key.verify(self.payload, &signature).is_ok())
        };
        layer.get("digest").is_some_and(|digest| digest == self.digest.as_str()) && signature.is_some_and(same)
    }

    fn layer(&self) -> Value {
        json!({
            "mediaType": LAYER,
            "size": self.payload.len(),
            "digest": self.digest,
            "annotations": { SIGNATURE: BASE64_STANDARD.encode(self.signature) },
        })
    }
}

/// The manifest under the tag, with all that others wrote into it.
struct Signatures {
    members: Map<String, Value>,
    layers: Vec<Value>,
}

impl Signatures {
    fn new(bytes: Option<&[u8]>) -> Result<Self, String> {
        let Some(bytes) = bytes else {
            let members =
                Map::from_iter([("schemaVersion".to_owned(), 2.into()), ("mediaType".to_owned(), IMAGE.into())]);
            return Ok(Self { members, layers: Vec::new() });
        };
        Manifest::parse(bytes)?.layers()?;
        let members = serde_json::from_slice(bytes).map_err(|_| "not a manifest")?;
        let mut signatures = Self { members, layers: Vec::new() };
        if let Some(Value::Array(layers)) = signatures.members.remove("layers") {
            signatures.layers = layers;
        }
        Ok(signatures)
    }

    /// As cosign writes it; a layer is its own content.
    fn config(&self) -> Vec<u8> {
        let digests: Vec<_> = self.layers.iter().filter_map(|layer| layer.get("digest")).collect();
        let history = vec![json!({ "created": "0001-01-01T00:00:00Z" }); digests.len()];
        json!({
            "architecture": "", "created": "0001-01-01T00:00:00Z", "history": history, "os": "",
            "rootfs": { "type": "layers", "diff_ids": digests }, "config": {},
        })
        .to_string()
        .into_bytes()
    }

    /// Its media type and its bytes.
    fn manifest(&self, config: &str, length: usize) -> (&'static str, Vec<u8>) {
        let mut members = self.members.clone();
        members.insert("config".to_owned(), json!({ "mediaType": CONFIG, "size": length, "digest": config }));
        members.insert("layers".to_owned(), Value::Array(self.layers.clone()));
        let docker = self.members.get("mediaType").is_some_and(|media_type| media_type == DOCKER_IMAGE);
        (if docker { DOCKER_IMAGE } else { IMAGE }, Value::Object(members).to_string().into_bytes())
    }
}
