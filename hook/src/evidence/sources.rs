use super::{
    EvidenceError, FetchError, Source, SourceConfig,
    error::ErrorKind,
    found::{Found, Set},
};
use crate::config::FetchConfig;
use dokimos::{Budget, Digest, ImageReference};
use std::sync::Arc;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// The sources of the configuration, in its order.
#[derive(Debug)]
pub struct Sources {
    sources: Vec<Arc<Source>>,
    config: FetchConfig,
}

/// What all sources together gave for an image.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) set: Set,
    pub(super) errors: Vec<EvidenceError>,
}

impl Sources {
    /// # Errors
    /// A source that cannot be used, with its place in the list.
    pub fn new(configs: Vec<SourceConfig>, config: FetchConfig) -> Result<Self, String> {
        let source = |(index, config)| {
            Source::new(config).map(Arc::new).map_err(|message| format!("evidence[{index}].{message}"))
        };
        let sources = configs.into_iter().enumerate().map(source).collect::<Result<_, _>>()?;
        Ok(Self { sources, config })
    }

    /// Asks all sources at once, and gives what they have about the digest, in the order of the configuration.
    pub(super) async fn gather(&self, image: &ImageReference, digest: &Digest) -> Gathered {
        let budget = Budget::default();
        let image = Arc::new(image.clone());
        let mut requests = JoinSet::new();
        for (index, source) in self.sources.iter().enumerate() {
            let (source, image, config) = (Arc::clone(source), Arc::clone(&image), self.config);
            requests.spawn(async move {
                let found = source.fetch(&image, config).await;
                (index, found.map_err(|error| EvidenceError { index, source: source.kind(), error }))
            });
        }
        let mut answers = Vec::with_capacity(self.sources.len());
        while let Some(answer) = requests.join_next().await {
            // A source that failed without a word is one whose answer is not known.
            answers.push(answer.unwrap_or_else(|error| {
                let error = FetchError::permanent(error);
                (usize::MAX, Err(EvidenceError { index: usize::MAX, source: "unknown", error }))
            }));
        }
        answers.sort_by_key(|(index, _)| *index);
        let mut gathered = Gathered::default();
        for (_, answer) in answers {
            match answer {
                Ok(found) => found.into_set(digest, &mut gathered.set, &budget),
                Err(error) => gathered.errors.push(error),
            }
        }
        gathered
    }
}

impl Source {
    async fn fetch(&self, image: &ImageReference, config: FetchConfig) -> Result<Found, FetchError> {
        let mut pause = config.pause.0;
        let mut left = config.retries;
        loop {
            let answer = match timeout(config.timeout.0, self.fetch_once(image)).await {
                Ok(answer) => answer,
                Err(_) => Err(FetchError::transient(format_args!("no answer within {:?}", config.timeout.0))),
            };
            match answer {
                Err(error) if error.kind() == ErrorKind::Unreachable && left > 0 => left = left.saturating_sub(1),
                answer => return answer,
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
    }
}
