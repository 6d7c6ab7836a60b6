//! What signers keep beside an image in the form of an image: manifests whose layers are signatures and attestations.

use super::{Document, FetchError};
use crate::registry::{Descriptor, Manifest, SIGNATURE};
use base64::{Engine, prelude::BASE64_STANDARD};
use dokimos::{Budget, Excerpt};
use serde_json::json;

/// Bundles of sigstore, of every version and spelling of it.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
/// The most layers of one manifest, as cosign has it.
const MOST_LAYERS: usize = 1000;
/// The most bytes of all documents about one image that one source gives.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Where the blobs of a manifest are.
pub(super) trait Blobs: Sync {
    /// The bytes of the digest that the descriptor has.
    fn blob(&self, blob: &Descriptor) -> impl Future<Output = Result<Vec<u8>, FetchError>> + Send;
}

/// Reads documents out of manifests.
pub(super) struct Artifacts<'b, B> {
    blobs: &'b B,
    most: usize,
    left: usize,
    documents: Vec<Document>,
}

impl<'b, B: Blobs> Artifacts<'b, B> {
    pub(super) fn new(blobs: &'b B) -> Self {
        Self { blobs, most: Budget::default().document_bytes, left: MOST_BYTES, documents: Vec::new() }
    }

    pub(super) fn into_documents(self) -> Vec<Document> {
        self.documents
    }

    /// cosign's signatures: each layer is a payload, and its signature is beside it.
    pub(super) async fn signatures(&mut self, place: &str, manifest: &Manifest) -> Result<(), FetchError> {
        for (index, layer) in layers(place, manifest)?.iter().enumerate() {
            let name = format!("{place} layers[{index}]");
            // What has no signature, or none that can be read, is reported as such.
            let signature = layer.annotation(SIGNATURE).unwrap_or_default();
            self.add(name, layer, |payload| {
                json!({ "Base64Signature": signature, "Payload": BASE64_STANDARD.encode(payload) }).to_string().into()
            })
            .await?;
        }
        Ok(())
    }

    /// cosign's attestations: each layer is a DSSE envelope.
    pub(super) async fn attestations(&mut self, place: &str, manifest: &Manifest) -> Result<(), FetchError> {
        for (index, layer) in layers(place, manifest)?.iter().enumerate() {
            self.add(format!("{place} layers[{index}]"), layer, |envelope| envelope).await?;
        }
        Ok(())
    }

    /// A sigstore bundle, if that is what the manifest holds: exactly one layer, told by its media type. Its artifact type
    /// says it too, but not in the lists of every registry.
    pub(super) async fn bundle(&mut self, place: String, manifest: &Manifest) -> Result<(), FetchError> {
        match manifest.layers() {
            Ok([layer]) if layer.media_type.starts_with(BUNDLE) => self.add(place, layer, |bundle| bundle).await,
            _ => Ok(()),
        }
    }

    async fn add(
        &mut self,
        name: String,
        layer: &Descriptor,
        document: impl FnOnce(Vec<u8>) -> Vec<u8>,
    ) -> Result<(), FetchError> {
        let size = usize::try_from(layer.size).unwrap_or(usize::MAX);
        // A large bill of materials beside a good signature does not make the signature unreadable. Nothing is in its
        // place, which no reader takes for an attestation, and its name says why in the log.
        let unread = if size > self.most {
            Some(self.most)
        } else if size > self.left {
            Some(MOST_BYTES)
        } else {
            None
        };
        if let Some(most) = unread {
            let name = format!("{name}: {size} bytes are not read, the limit is {most}");
            self.documents.push(Document { name, bytes: Vec::new() });
            return Ok(());
        }
        let bytes = self.blobs.blob(layer).await?;
        self.left = self.left.saturating_sub(bytes.len());
        self.documents.push(Document { name, bytes: document(bytes) });
        Ok(())
    }
}

fn layers<'m>(place: &str, manifest: &'m Manifest) -> Result<&'m [Descriptor], FetchError> {
    let refused = |what: &str| FetchError::permanent(format_args!("{}: {what}", Excerpt::new(place, 200)));
    let layers = manifest.layers().map_err(|what| refused(&what))?;
    if layers.len() > MOST_LAYERS {
        return Err(refused(&format!("more than {MOST_LAYERS} layers")));
    }
    Ok(layers)
}
