//! A folder of attestation files: each is looked into for every image, so that a file needs no special name.

use super::{Document, FetchError};
use dokimos::{Budget, ImageReference};
use serde::Deserialize;
use std::path::PathBuf;

/// What the configuration says of a folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DirectoryConfig {
    /// The folder. Files in its subfolders do not count, nor do those whose name begins with a dot.
    pub path: PathBuf,
}

/// A folder whose files are attestation documents.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// The bytes of the longest document.
    most: usize,
}

impl Directory {
    pub(super) fn new(config: DirectoryConfig) -> Result<Self, String> {
        if !config.path.is_dir() {
            return Err(format!("directory.path: {} is not a folder", config.path.display()));
        }
        Ok(Self { path: config.path, most: Budget::default().document_bytes })
    }

    pub(super) async fn fetch(&self, _image: &ImageReference) -> Result<Vec<Document>, FetchError> {
        let mut entries = tokio::fs::read_dir(&self.path).await.map_err(FetchError::transient)?;
        let mut documents = Vec::new();
        while let Some(entry) = entries.next_entry().await.map_err(FetchError::transient)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            // A link to a file is one: Kubernetes mounts files so.
            if name.starts_with('.') || !tokio::fs::metadata(&path).await.map_err(FetchError::transient)?.is_file() {
                continue;
            }
            let bytes = tokio::fs::read(&path).await.map_err(FetchError::transient)?;
            if bytes.len() > self.most {
                return Err(FetchError::permanent(format_args!("{name} has more than {} bytes", self.most)));
            }
            documents.push(Document { name, bytes });
        }
        documents.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(documents)
    }
}
