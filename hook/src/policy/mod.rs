//! The policy that is in force, from a file or a folder, read again when it changes.

mod files;
mod generation;
mod kritis;

pub(crate) use files::Files;
pub(crate) use generation::{Answer, Generation, Question};
pub use kritis::KritisConfig;

use crate::config::CacheConfig;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The policy in force.
#[derive(Debug)]
pub(crate) struct PolicyStore {
    files: Files,
    cache: CacheConfig,
    current: RwLock<Arc<Generation>>,
    /// What was read last, good or not.
    seen: Mutex<Result<files::Contents, String>>,
}

impl PolicyStore {
    /// # Errors
    /// Every problem of the policy, one line each.
    pub(crate) fn new(files: Files, cache: CacheConfig) -> Result<Self, Vec<String>> {
        let contents = files.read().map_err(|error| vec![error])?;
        let policy = files.compile(&contents)?;
        let current = RwLock::new(Arc::new(Generation::new(1, policy, cache)));
        Ok(Self { files, cache, current, seen: Mutex::new(Ok(contents)) })
    }

    pub(crate) fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files again. None where nothing changed; else the generation that is now in force, with an empty cache.
    ///
    /// # Errors
    /// The new files are no policy: every problem, one line each. The old policy stays. It is said once for each change.
    pub(crate) fn reload(&self) -> Option<Result<Arc<Generation>, Vec<String>>> {
        let contents = self.files.read();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == contents {
            return None;
        }
        let policy = match &contents {
            Ok(contents) => self.files.compile(contents),
            Err(error) => Err(vec![error.clone()]),
        };
        *seen = contents;
        Some(policy.map(|policy| {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            let next = Generation::new(current.number().saturating_add(1), policy, self.cache);
            *current = Arc::new(next);
            Arc::clone(&current)
        }))
    }
}
