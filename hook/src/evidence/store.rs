use super::{EvidenceError, Sources, error::ErrorKind, sources::Gathered};
use crate::{
    cache::Cache,
    config::CacheConfig,
    log::{Level, Log},
    metrics::Metrics,
};
use dokimos::{Attestations, ImageReference};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, watch};

/// What sources gave for an image, and when they were asked.
#[derive(Debug)]
pub(crate) struct Evidence {
    pub(crate) attestations: Attestations,
    pub(crate) errors: Vec<EvidenceError>,
    pub(crate) asked: Instant,
}

impl Evidence {
    /// Whether a source could not be reached, so that there may be more than this.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.errors.iter().any(|error| error.error.kind() == ErrorKind::Unreachable)
    }

    fn weight(&self) -> usize {
        let bytes = self.attestations.iter().map(|attestation| {
            let signatures = attestation.signatures().iter().map(|signature| signature.bytes().map_or(0, <[u8]>::len));
            attestation.untrusted_payload().map_or(0, <[u8]>::len).saturating_add(signatures.sum()).saturating_add(512)
        });
        bytes.sum::<usize>().saturating_add(512)
    }
}

/// What sources gave, kept for a while; and those who wait for the same image wait for one request.
#[derive(Debug)]
pub(crate) struct Store {
    kept: Cache<String, Arc<Evidence>>,
    under_way: Mutex<HashMap<String, Answer>>,
}

/// None until the sources have answered.
type Answer = watch::Receiver<Option<Arc<Evidence>>>;

/// What the fetching needs, shared by all stores.
#[derive(Debug)]
pub(crate) struct Fetcher {
    pub(crate) sources: Sources,
    pub(crate) at_once: Semaphore,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Log,
}

/// What could not be reached is asked again after so much time, and not by each of a hundred Pods.
const ERROR_TTL: Duration = Duration::from_secs(1);

impl Store {
    pub(crate) fn new(config: CacheConfig) -> Self {
        Self { kept: Cache::new(config.bytes), under_way: Mutex::default() }
    }

    /// The evidence for an image, not older than `most`; none when the fetching failed without an answer.
    pub(crate) async fn get(
        self: &Arc<Self>,
        image: &ImageReference,
        most: Duration,
        fetcher: &Arc<Fetcher>,
    ) -> Option<Arc<Evidence>> {
        let key = image.canonical();
        if let Some(evidence) = self.kept.get(&key.to_owned()) {
            let most = if evidence.errors.is_empty() { most } else { most.min(ERROR_TTL) };
            if evidence.asked.elapsed() < most {
                fetcher.metrics.lookups.count(["evidence", "hit"]);
                return Some(evidence);
            }
        }
        fetcher.metrics.lookups.count(["evidence", "miss"]);
        let mut answer = self.start(image, fetcher);
        let evidence = answer.wait_for(Option::is_some).await.ok()?;
        evidence.clone()
    }

    /// Begins to fetch, unless it is under way. It goes on when nobody waits any longer: who asks again then finds it.
    fn start(self: &Arc<Self>, image: &ImageReference, fetcher: &Arc<Fetcher>) -> Answer {
        let mut under_way = self.lock();
        if let Some(answer) = under_way.get(image.canonical()) {
            return answer.clone();
        }
        let (sender, answer) = watch::channel(None);
        under_way.insert(image.canonical().to_owned(), answer.clone());
        let (store, image, fetcher) = (Arc::clone(self), image.clone(), Arc::clone(fetcher));
        tokio::spawn(async move {
            let landed = Landed { store: &store, key: image.canonical() };
            let evidence = Arc::new(fetcher.fetch(&image).await);
            store.kept.insert(image.canonical().to_owned(), Arc::clone(&evidence), evidence.weight());
            drop(landed);
            sender.send_replace(Some(evidence));
        });
        answer
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a request from those under way, however it ends.
struct Landed<'a> {
    store: &'a Store,
    key: &'a str,
}

impl Drop for Landed<'_> {
    fn drop(&mut self) {
        self.store.lock().remove(self.key);
    }
}

impl Fetcher {
    async fn fetch(&self, image: &ImageReference) -> Evidence {
        let asked = Instant::now();
        // Closed it never is. Without a digest there is nothing that an attestation could be for.
        let (Ok(_permit), Some(digest)) = (self.at_once.acquire().await, image.digest()) else {
            return Evidence { attestations: Attestations::new(), errors: Vec::new(), asked };
        };
        let Gathered { set, errors } = self.sources.gather(image, digest).await;
        self.metrics.fetches.count([if errors.is_empty() { "ok" } else { "error" }]);
        for error in &errors {
            self.metrics.evidence_errors.count([error.source, error.error.kind().name()]);
            let fields = json!({ "image": image.canonical(), "error": error.to_string() });
            self.log.event(Level::Warn, "evidence-error", &fields);
        }
        for refused in &set.refused {
            self.metrics.documents_refused.fetch_add(1, Relaxed);
            let fields = json!({ "error": refused });
            self.log.event(Level::Warn, "evidence-document-refused", &fields);
        }
        Evidence { attestations: set.attestations, errors, asked }
    }
}
