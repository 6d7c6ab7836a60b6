//! A folder of attestation files. Each file may speak of any image: a file needs no special name.

use super::{
    Document, FetchError,
    found::{Found, Set},
};
use crate::file;
use dokimos::{Budget, ImageReference};
use serde::Deserialize;
use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tokio::task::spawn_blocking;

/// What the configuration says of a folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DirectoryConfig {
    /// The folder. Files in its subfolders do not count, nor do those whose name begins with a dot.
    pub path: PathBuf,
}

/// A folder whose files are attestation documents. They are read when they change, and not for each image.
#[derive(Debug)]
pub(super) struct Directory {
    folder: Arc<Folder>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    read: Mutex<Option<Read>>,
}

/// What was read, and when it was last known to be all that there is.
#[derive(Clone, Debug)]
struct Read {
    set: Arc<Set>,
    stamps: Vec<Stamp>,
    looked: Instant,
}

/// What tells that a file is another than before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

/// Within so much time the folder is not looked at again.
const FRESH: Duration = Duration::from_millis(500);

/// All files together: what a folder that somebody fills by mistake may take of memory.
const MOST_BYTES: usize = 64 * 1024 * 1024;

impl Directory {
    pub(super) fn new(config: DirectoryConfig) -> Result<Self, String> {
        if !config.path.is_dir() {
            return Err(format!("directory.path: {} is not a folder", config.path.display()));
        }
        Ok(Self { folder: Arc::new(Folder { path: config.path, read: Mutex::new(None) }) })
    }

    pub(super) async fn fetch(&self, _image: &ImageReference) -> Result<Found, FetchError> {
        let folder = Arc::clone(&self.folder);
        spawn_blocking(move || folder.set()).await.map_err(FetchError::transient)?
    }
}

impl Folder {
    fn set(&self) -> Result<Found, FetchError> {
        // Held while files are read, so that they are read once however many ask.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = read.as_ref().filter(|read| read.looked.elapsed() < FRESH) {
            return Ok(Found::Set { set: Arc::clone(&read.set), new: false });
        }
        let looked = Instant::now();
        let stamps = self.stamps().map_err(FetchError::transient)?;
        let (set, new) = match read.take().filter(|read| read.stamps == stamps) {
            Some(read) => (read.set, false),
            None => (Arc::new(Self::read(&stamps)?), true),
        };
        *read = Some(Read { set: Arc::clone(&set), stamps, looked });
        Ok(Found::Set { set, new })
    }

    fn stamps(&self) -> Result<Vec<Stamp>, String> {
        let stamp = |path: PathBuf| {
            let metadata = fs::metadata(&path).map_err(|error| file::failure(&path, &error))?;
            Ok(Stamp { path, length: metadata.len(), modified: metadata.modified().ok() })
        };
        file::in_folder(&self.path)?.into_iter().map(stamp).collect()
    }

    fn read(stamps: &[Stamp]) -> Result<Set, FetchError> {
        let budget = Budget::default();
        let mut left = MOST_BYTES;
        let mut set = Set::default();
        for Stamp { path, .. } in stamps {
            let bytes = file::read(path, budget.document_bytes).map_err(FetchError::transient)?;
            left = left.checked_sub(bytes.len()).ok_or_else(|| {
                FetchError::permanent(format_args!("the folder's files have more than {MOST_BYTES} bytes together"))
            })?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            set.add(&Document { name, bytes }, &budget);
        }
        Ok(set)
    }
}
