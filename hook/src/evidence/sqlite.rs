//! An SQLite file of attestations, as signing on push keeps them.

use super::{Document, FetchError};
use crate::database::Database;
use dokimos::{Budget, ImageReference};
use serde::Deserialize;
use std::{path::PathBuf, sync::Arc};

/// What the configuration says of an SQLite file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SqliteConfig {
    /// The file; it is made if there is none.
    pub path: PathBuf,
}

/// An SQLite file of attestation documents.
#[derive(Debug)]
pub(super) struct Sqlite {
    database: Arc<Database>,
    most: usize,
}

impl Sqlite {
    pub(super) fn new(config: SqliteConfig) -> Result<Self, String> {
        let database =
            Database::open(&config.path).map_err(|error| format!("sqlite.path: {}: {error}", config.path.display()))?;
        Ok(Self { database: Arc::new(database), most: Budget::default().attestations })
    }

    pub(super) async fn fetch(&self, image: &ImageReference) -> Result<Vec<Document>, FetchError> {
        let Some(digest) = image.digest().cloned() else { return Ok(Vec::new()) };
        let (database, most) = (Arc::clone(&self.database), self.most);
        // SQLite waits for the disk, which the threads that answer requests must not.
        let found = tokio::task::spawn_blocking(move || database.documents(&digest, most)).await;
        let documents = found.map_err(FetchError::transient)?.map_err(FetchError::transient)?;
        Ok(documents.into_iter().map(|(name, document)| Document { name, bytes: document.into_bytes() }).collect())
    }
}
