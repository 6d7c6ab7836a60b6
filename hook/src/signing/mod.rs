//! Signing on push: a registry tells that a manifest was pushed, and each rule that matches it signs its digest once.
//!
//! What is answered with success is signed and stored. Whatever fails is answered with an error, so that the registry
//! tells it again: a Docker distribution registry repeats a notification until it is taken.

mod command;
mod config;
mod endpoint;
mod event;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod rule;
mod signer;

pub use config::{KeyConfig, SigningConfig, SigningRuleConfig};
pub use endpoint::router;

use crate::{
    database::Database,
    log::{Level, Log},
    metrics::Metrics,
};
use dokimos::ImageReference;
use endpoint::Secret;
use event::{Envelope, Push, Pushed};
use rule::Rule;
use serde_json::json;
use std::sync::Arc;

/// The rules, and where their signatures go.
#[derive(Debug)]
pub struct Signing {
    secret: Secret,
    /// The registry's name in image references. Never taken from a notification: there it is the `Host` header of
    /// whoever pushed, who could have the image of another registry signed.
    registry: String,
    database: Arc<Database>,
    rules: Vec<Rule>,
    log: Log,
    metrics: Arc<Metrics>,
}

impl Signing {
    /// Reads the keys and opens the store.
    ///
    /// # Errors
    /// What cannot be used, with its place in the configuration: `signing.rules[1].key.file: …`.
    pub fn new(config: SigningConfig, log: Log, metrics: Arc<Metrics>) -> Result<Self, String> {
        let at = |place: &str, what: &dyn std::fmt::Display| format!("signing.{place}: {what}");
        let secret = Secret::new(config.secret_file).map_err(|error| at("secretFile", &error))?;
        config::check_registry(&config.registry).map_err(|error| at("registry", &error))?;
        let database = Database::open(&config.database).map_err(|error| at("database", &error))?;
        if config.rules.is_empty() {
            return Err(at("rules", &"the list is empty; nothing would be signed"));
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(config.rules.len());
        for (index, rule) in config.rules.into_iter().enumerate() {
            let rule = Rule::new(rule).map_err(|error| format!("signing.rules[{index}].{error}"))?;
            if rules.iter().any(|other| other.makes_the_same(&rule)) {
                let what = "another rule has this attestor and this key: one of the two would sign nothing";
                return Err(format!("signing.rules[{index}]: {what}"));
            }
            rules.push(rule);
        }
        Ok(Self { secret, registry: config.registry, database: Arc::new(database), rules, log, metrics })
    }

    /// Signs what a notification tells of. Whether all of it is now signed and stored.
    async fn receive(&self, envelope: Envelope) -> bool {
        let mut complete = true;
        for event in envelope.events {
            match event.push(&self.registry) {
                Push::None => {}
                // The registry would tell it again and again, and nothing that comes after.
                Push::Unreadable(what) => self.log.event(Level::Error, "push-unreadable", &json!({ "error": what })),
                Push::Manifest(pushed) => complete &= self.sign(&pushed).await,
            }
        }
        complete
    }

    /// Signs by every rule that matches. Whether it succeeded for all of them.
    async fn sign(&self, pushed: &Pushed) -> bool {
        let mut complete = true;
        let mut matched = false;
        for rule in self.rules.iter().filter(|rule| rule.matches(&pushed.image)) {
            matched = true;
            let outcome = rule.sign(pushed, &self.database).await;
            complete &= outcome.is_ok();
            self.report(rule, &pushed.image, outcome);
        }
        if !matched {
            self.metrics.pushes.count(["unmatched"]);
        }
        complete
    }

    fn report(&self, rule: &Rule, image: &ImageReference, outcome: Result<rule::Made, String>) {
        let image = image.as_given();
        let (result, level, event, error) = match outcome {
            Ok(rule::Made::Now) => ("signed", Level::Info, "signed", None),
            Ok(rule::Made::Before) => ("known", Level::Info, "signed-before", None),
            Err(error) => ("failed", Level::Error, "not-signed", Some(error)),
        };
        self.metrics.pushes.count([result]);
        let mut fields =
            json!({ "image": image, "rule": rule.name(), "attestor": rule.attestor(), "keyId": rule.key_id() });
        if let (Some(fields), Some(error)) = (fields.as_object_mut(), error) {
            fields.insert("error".to_owned(), error.into());
        }
        self.log.event(level, event, &fields);
    }
}
