//! Where attestations come from.
//!
//! A `Source` is one place that is asked; `Sources` asks all of them at once, and `Store` keeps what they answered. A
//! new kind of place is a file of this folder with a type that has a `…Config` (what the configuration says of it), a
//! constructor, and `async fn fetch(&self, image: &ImageReference) -> Result<Vec<Document>, FetchError>`; here it gets one
//! line in each of `SourceConfig`, `Source`, `Source::new`, `Source::kind` and `Source::fetch_once`, where
//! `.map(Found::Documents)` goes behind its `fetch`. Time limits, repetition and keeping are not its business.

mod artifacts;
mod directory;
mod error;
mod found;
mod grafeas;
mod layout;
mod registry;
mod sources;
mod sqlite;
mod store;
#[cfg(test)]
mod tests;

pub use error::{ErrorKind, EvidenceError, FetchError};
pub use found::Document;
pub use sources::Sources;

pub(crate) use store::{Fetcher, Store};

use directory::{Directory, DirectoryConfig};
use dokimos::ImageReference;
use found::Found;
use grafeas::{Grafeas, GrafeasConfig};
use layout::{Layout, LayoutConfig};
use registry::{RegistryConfig, RegistrySource};
use serde::Deserialize;
use sqlite::{Sqlite, SqliteConfig};
use std::path::PathBuf;

/// What the configuration says of one place: `- directory: { path: /attestations }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SourceConfig {
    /// A folder of files.
    Directory(DirectoryConfig),
    /// A Grafeas server.
    Grafeas(GrafeasConfig),
    /// A folder that `cosign save` wrote.
    Layout(LayoutConfig),
    /// The registries of the images.
    Registry(RegistryConfig),
    /// An SQLite file, as signing on push keeps it.
    Sqlite(SqliteConfig),
}

impl SourceConfig {
    pub(crate) fn directory(path: PathBuf) -> Self {
        Self::Directory(DirectoryConfig { path })
    }

    pub(crate) fn sqlite(path: PathBuf) -> Self {
        Self::Sqlite(SqliteConfig { path })
    }
}

/// One place that attestations are fetched from.
#[derive(Debug)]
enum Source {
    Directory(Directory),
    Grafeas(Grafeas),
    Layout(Layout),
    Registry(RegistrySource),
    Sqlite(Sqlite),
}

impl Source {
    /// # Errors
    /// What the configuration names is not there or cannot be used: the program does not start.
    fn new(config: SourceConfig) -> Result<Self, String> {
        Ok(match config {
            SourceConfig::Directory(config) => Self::Directory(Directory::new(config)?),
            SourceConfig::Grafeas(config) => Self::Grafeas(Grafeas::new(config)?),
            SourceConfig::Layout(config) => Self::Layout(Layout::new(config)?),
            SourceConfig::Registry(config) => Self::Registry(RegistrySource::new(config)?),
            SourceConfig::Sqlite(config) => Self::Sqlite(Sqlite::new(config)?),
        })
    }

    /// The name in metrics and logs.
    fn kind(&self) -> &'static str {
        match self {
            Self::Directory(_) => "directory",
            Self::Grafeas(_) => "grafeas",
            Self::Layout(_) => "layout",
            Self::Registry(_) => "registry",
            Self::Sqlite(_) => "sqlite",
        }
    }

    /// Everything that this place has for the image. That there is nothing is no error.
    ///
    /// # Errors
    /// The place could not be asked, or its answer could not be understood or was too large: whether something is there
    /// is not known.
    async fn fetch_once(&self, image: &ImageReference) -> Result<Found, FetchError> {
        match self {
            Self::Directory(directory) => directory.fetch(image).await,
            Self::Grafeas(grafeas) => grafeas.fetch(image).await.map(Found::Documents),
            Self::Layout(layout) => layout.fetch(image).await.map(Found::Documents),
            Self::Registry(registry) => registry.fetch(image).await.map(Found::Documents),
            Self::Sqlite(sqlite) => sqlite.fetch(image).await.map(Found::Documents),
        }
    }
}
