//! What the parts of the program share, and how they are made from the configuration.

use crate::{
    config::Config,
    evidence::{Fetcher, Sources},
    log::{self, Level, Log},
    metrics::Metrics,
    policy::{Files, PolicyStore},
    signing::Signing,
    tls::Certificate,
};
use serde_json::json;
use std::sync::Arc;
use tokio::{
    sync::Semaphore,
    time::{MissedTickBehavior, interval},
};

/// The program's parts.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) policy: PolicyStore,
    pub(crate) certificate: Certificate,
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) signing: Option<Arc<Signing>>,
    /// A permit for each review that is worked on.
    pub(crate) reviews: Semaphore,
    /// A permit for each KiB of a body that is held.
    pub(crate) bodies: Semaphore,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Log,
}

impl App {
    /// # Errors
    /// Everything that is wrong with what the configuration names, one line each.
    pub(crate) fn new(mut config: Config) -> Result<Self, Vec<String>> {
        let log = Log::new(config.log);
        let metrics = Arc::new(Metrics::default());
        let tls = config.tls.take().ok_or_else(|| vec!["tls: no certificate is configured".to_owned()])?;
        let path = config.policy.take().ok_or_else(|| vec!["policy: no policy is configured".to_owned()])?;
        let certificate = Certificate::new(tls).map_err(|error| vec![format!("tls: {error}")])?;
        let policy = PolicyStore::new(Files::new(path, config.kritis.clone()), config.cache)
            .map_err(|errors| errors.into_iter().map(|error| format!("policy: {error}")).collect::<Vec<_>>())?;
        let sources = Sources::new(std::mem::take(&mut config.evidence), config.fetch).map_err(|error| vec![error])?;
        let signing = config.signing.take().map(|signing| Signing::new(signing, log, Arc::clone(&metrics)));
        let signing = signing.transpose().map_err(|error| vec![error])?.map(Arc::new);
        for what in ["policy", "certificate"] {
            metrics.generation.set([what], 1);
            metrics.current.set([what], 1);
        }
        let fetcher =
            Fetcher { sources, at_once: Semaphore::new(config.fetch.concurrent), metrics: Arc::clone(&metrics), log };
        let reviews = Semaphore::new(config.limits.reviews);
        let bodies = Semaphore::new(config.limits.bodies_bytes.div_ceil(1024));
        Ok(Self { config, policy, certificate, fetcher: Arc::new(fetcher), signing, reviews, bodies, metrics, log })
    }

    /// Looks at the files of the policy and the certificate, again and again. A mounted ConfigMap or Secret is swapped by
    /// a link, which no watch on a file sees; reading a few files is no work.
    pub(crate) async fn reload(self: Arc<Self>) {
        let mut ticks = interval(self.config.reload.0);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let app = Arc::clone(&self);
            // A large policy takes a while, and decisions go on.
            let done = tokio::task::spawn_blocking(move || {
                app.reload_policy();
                app.reload_certificate();
            });
            if done.await.is_err() {
                self.log.event(Level::Error, "reload-failed", &json!({}));
            }
        }
    }

    fn reload_policy(&self) {
        match self.policy.reload() {
            None => {}
            Some(Ok(generation)) => {
                self.metrics.generation.set(["policy"], generation.number());
                self.loaded(
                    "policy",
                    "policy-loaded",
                    &json!({
                        "generation": generation.number(), "warnings": generation.warnings(log::now()),
                    }),
                );
            }
            Some(Err(problems)) => self.refused("policy", "policy-refused", &problems),
        }
    }

    fn reload_certificate(&self) {
        match self.certificate.reload() {
            None => {}
            Some(Ok(generation)) => {
                self.metrics.generation.set(["certificate"], generation);
                self.loaded("certificate", "certificate-loaded", &json!({ "generation": generation }));
            }
            Some(Err(problem)) => self.refused("certificate", "certificate-refused", &[problem]),
        }
    }

    fn loaded(&self, what: &'static str, event: &str, fields: &serde_json::Value) {
        self.metrics.reloads.count([what, "loaded"]);
        self.metrics.current.set([what], 1);
        self.log.event(Level::Info, event, fields);
    }

    /// What was in force stays in force.
    fn refused(&self, what: &'static str, event: &str, problems: &[String]) {
        self.metrics.reloads.count([what, "refused"]);
        self.metrics.current.set([what], 0);
        self.log.event(Level::Error, event, &json!({ "problems": problems }));
    }
}
