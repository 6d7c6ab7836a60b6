//! A folder with an image and its signatures, as `cosign save` writes it (image-spec, image-layout.md).

use super::{
    Document, FetchError,
    artifacts::{Artifacts, Blobs},
};
use crate::{
    file,
    registry::{Descriptor, MOST_MANIFEST, Manifest, has_digest},
};
use dokimos::{Budget, Digest, ImageReference};
use serde::Deserialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::spawn_blocking;

/// The annotation by which `cosign save` tells what an entry of the index is.
const KIND: &str = "kind";
const SIGNATURES: &str = "dev.cosignproject.cosign/sigs";
const ATTESTATIONS: &str = "dev.cosignproject.cosign/atts";
/// The most blobs that are looked into for what is about an image.
const MOST_BLOBS: usize = 10_000;

/// What the configuration says of a layout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LayoutConfig {
    /// The folder, with `index.json` and `blobs` in it.
    pub path: PathBuf,
}

/// A layout on disk.
#[derive(Debug)]
pub(super) struct Layout {
    folder: Arc<Path>,
}

impl Layout {
    pub(super) fn new(config: LayoutConfig) -> Result<Self, String> {
        if !config.path.join("index.json").is_file() {
            return Err(format!("layout.path: {} is not a folder with an index.json", config.path.display()));
        }
        Ok(Self { folder: config.path.into() })
    }

    pub(super) async fn fetch(&self, image: &ImageReference) -> Result<Vec<Document>, FetchError> {
        let Some(digest) = image.digest().cloned() else { return Ok(Vec::new()) };
        let index = self.index().await?;
        let mut artifacts = Artifacts::new(self);
        for entry in index.children() {
            let kind = entry.annotation(KIND);
            if !matches!(kind, Some(SIGNATURES | ATTESTATIONS)) {
                continue;
            }
            let place = entry.digest.clone();
            let bytes = self.read(entry, MOST_MANIFEST).await?;
            let manifest = Manifest::parse(&bytes).map_err(|what| self.refused(&place, &what))?;
            match kind {
                Some(SIGNATURES) => artifacts.signatures(&place, &manifest).await?,
                _ => artifacts.attestations(&place, &manifest).await?,
            }
        }
        let folder = Arc::clone(&self.folder);
        for (place, manifest) in blocking(move || about(&folder, &digest)).await? {
            artifacts.bundle(place, &manifest).await?;
        }
        Ok(artifacts.into_documents())
    }

    async fn index(&self) -> Result<Manifest, FetchError> {
        let path = self.folder.join("index.json");
        let bytes = blocking(move || read(&path, MOST_MANIFEST)).await?;
        Manifest::parse(&bytes).map_err(|what| self.refused("index.json", &what))
    }

    async fn read(&self, blob: &Descriptor, most: usize) -> Result<Vec<u8>, FetchError> {
        let digest = blob.digest().map_err(|what| self.refused("a blob", &what))?;
        let path = self.folder.join("blobs").join(digest.algorithm().name()).join(digest.hex());
        let bytes = blocking(move || read(&path, most)).await?;
        if has_digest(&bytes, &digest) {
            Ok(bytes)
        } else {
            Err(self.refused(&digest.to_string(), "the blob has another digest"))
        }
    }

    fn refused(&self, place: &str, what: &str) -> FetchError {
        FetchError::permanent(format_args!("{}: {place}: {what}", self.folder.display()))
    }
}

impl Blobs for Layout {
    async fn blob(&self, blob: &Descriptor) -> Result<Vec<u8>, FetchError> {
        self.read(blob, Budget::default().document_bytes).await
    }
}

/// The manifests whose subject is the image. `cosign save` leaves those with bundles out of the index.
fn about(folder: &Path, image: &Digest) -> Result<Vec<(String, Manifest)>, FetchError> {
    let blobs = folder.join("blobs").join("sha256");
    let mut found = Vec::new();
    let paths = file::in_folder(&blobs).map_err(FetchError::transient)?;
    if paths.len() > MOST_BLOBS {
        return Err(FetchError::permanent(format_args!("{}: more than {MOST_BLOBS} blobs", blobs.display())));
    }
    for path in paths {
        let length = fs::metadata(&path).map_err(|error| FetchError::transient(file::failure(&path, &error)))?.len();
        if length > u64::try_from(MOST_MANIFEST).unwrap_or(u64::MAX) {
            continue;
        }
        let bytes = read(&path, MOST_MANIFEST)?;
        // Most blobs are compressed files, and most others speak of no other image.
        let Some(manifest) =
            Some(&bytes).filter(|bytes| bytes.starts_with(b"{")).and_then(|bytes| Manifest::parse(bytes).ok())
        else {
            continue;
        };
        if !manifest.is_about(image) {
            continue;
        }
        let name = format!("sha256:{}", path.file_name().unwrap_or_default().to_string_lossy());
        if !name.parse().is_ok_and(|digest| has_digest(&bytes, &digest)) {
            return Err(FetchError::permanent(format_args!("{}: the blob has another digest", path.display())));
        }
        found.push((name, manifest));
    }
    Ok(found)
}

/// A file that is named, and so must be there.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, FetchError> {
    let length = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(FetchError::permanent(format_args!("{}: it is named and not there", path.display())));
        }
        Err(error) => return Err(FetchError::transient(file::failure(path, &error))),
    };
    if usize::try_from(length).map_or(true, |length| length > most) {
        return Err(FetchError::permanent(format_args!("{}: longer than {most} bytes", path.display())));
    }
    file::read(path, most).map_err(FetchError::transient)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FetchError> + Send + 'static,
) -> Result<T, FetchError> {
    spawn_blocking(work).await.map_err(FetchError::transient)?
}
