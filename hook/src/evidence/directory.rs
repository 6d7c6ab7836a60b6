//! A folder of attestation files. Each file may speak of any image: a file needs no special name.

use super::{
    Document, FetchError,
    found::{Found, Set},
};
use crate::file::{self, Unseen};
use dokimos::{Budget, ImageReference};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
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

impl Stamp {
    /// Whoever may write into the folder can put something there that cannot be read: that never admits an image.
    fn all(folder: &Path) -> Result<Vec<Self>, FetchError> {
        let stamp = |path: PathBuf| {
            let metadata = fs::metadata(&path).map_err(|error| FetchError::permanent(file::failure(&path, &error)))?;
            Ok(Self { path, length: metadata.len(), modified: metadata.modified().ok() })
        };
        let paths = file::in_folder(folder).map_err(|unseen| match unseen {
            Unseen::Folder(words) => FetchError::transient(words),
            Unseen::File(words) => FetchError::permanent(words),
        })?;
        paths.into_iter().map(stamp).collect()
    }
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
        let kept = read.take();
        // A file that went between the listing and the reading is no longer in the next listing.
        let (stamps, new) = Self::look(&self.path, kept.as_ref()).or_else(|_| Self::look(&self.path, kept.as_ref()))?;
        let is_new = new.is_some();
        let set = new.map(Arc::new).or(kept.map(|kept| kept.set)).unwrap_or_default();
        *read = Some(Read { set: Arc::clone(&set), stamps, looked });
        Ok(Found::Set { set, new: is_new })
    }

    /// What tells the files that are there, and their content where they are not those that were read before.
    fn look(path: &Path, kept: Option<&Read>) -> Result<(Vec<Stamp>, Option<Set>), FetchError> {
        let stamps = Stamp::all(path)?;
        let set = match kept.filter(|kept| kept.stamps == stamps) {
            Some(_) => None,
            None => Some(Self::read(&stamps)?),
        };
        Ok((stamps, set))
    }

    fn read(stamps: &[Stamp]) -> Result<Set, FetchError> {
        let budget = Budget::default();
        let mut left = MOST_BYTES;
        let mut set = Set::default();
        for Stamp { path, .. } in stamps {
            let bytes = file::read(path, budget.document_bytes).map_err(FetchError::permanent)?;
            left = left.checked_sub(bytes.len()).ok_or_else(|| {
                FetchError::permanent(format_args!("the folder's files have more than {MOST_BYTES} bytes together"))
            })?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            set.add(&Document { name, bytes }, &budget);
        }
        Ok(set)
    }
}
