use super::{Document, EvidenceError, FetchError, Source, SourceConfig};
use dokimos::ImageReference;
use std::sync::Arc;
use std::time::Duration;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// How long and how often a source is asked.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one request.
    pub timeout: Duration,
    /// How often a request that failed in passing is repeated.
    pub retries: u32,
    /// Before the first repetition; doubled before each further one.
    pub pause: Duration,
}

/// The sources of the configuration, in its order.
#[derive(Debug)]
pub struct Sources {
    sources: Vec<Arc<Source>>,
    limits: Limits,
}

impl Sources {
    /// # Errors
    /// A source that cannot be used, with its place in the list.
    pub fn new(configs: Vec<SourceConfig>, limits: Limits) -> Result<Self, String> {
        let source = |(index, config)| {
            Source::new(config).map(Arc::new).map_err(|message| format!("evidence[{index}]: {message}"))
        };
        let sources = configs.into_iter().enumerate().map(source).collect::<Result<_, _>>()?;
        Ok(Self { sources, limits })
    }

    /// Asks all sources at once, and gives what each of them found, in the order of the configuration.
    pub async fn fetch(&self, image: &ImageReference) -> Vec<Result<Vec<Document>, EvidenceError>> {
        let image = Arc::new(image.clone());
        let mut requests = JoinSet::new();
        for (index, source) in self.sources.iter().enumerate() {
            let (source, image, limits) = (Arc::clone(source), Arc::clone(&image), self.limits);
            requests.spawn(async move {
                let answer = source.fetch(&image, limits).await;
                (
                    index,
                    answer.map_err(|error| EvidenceError { kind: source.kind(), index, message: error.to_string() }),
                )
            });
        }
        let mut answers = requests.join_all().await;
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}

impl Source {
    async fn fetch(&self, image: &ImageReference, limits: Limits) -> Result<Vec<Document>, FetchError> {
        let mut pause = limits.pause;
        let mut left = limits.retries;
        loop {
            let answer = match timeout(limits.timeout, self.fetch_once(image)).await {
                Ok(answer) => answer,
                Err(_) => Err(FetchError::transient(format_args!("no answer within {:?}", limits.timeout))),
            };
            match answer {
                Err(error) if error.is_transient() && left > 0 => left = left.saturating_sub(1),
                answer => return answer,
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
    }
}
