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
#[cfg(test)]
mod tests;

pub use config::{KeyConfig, SigningConfig, SigningRuleConfig};
pub use endpoint::router;

use crate::{
    database::Database,
    log::{Level, Log},
    metrics::Metrics,
    registry::{Registry, Repository},
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
    /// None where the configuration does not say how it is reached.
    access: Option<Registry>,
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
        let access = config.access.map(|access| Registry::new(&access)).transpose();
        let access = access.map_err(|error| format!("signing.access.{error}"))?;
        let database = Database::open(&config.database).map_err(|error| at("database", &error))?;
        if config.rules.is_empty() {
            return Err(at("rules", &"the list is empty; nothing would be signed"));
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(config.rules.len());
        for (index, rule) in config.rules.into_iter().enumerate() {
            if rule.write_to_registry && access.is_none() {
                let what = "signing.access does not say how the registry is reached";
                return Err(format!("signing.rules[{index}].writeToRegistry: {what}"));
            }
            let rule = Rule::new(rule).map_err(|error| format!("signing.rules[{index}].{error}"))?;
            if rules.iter().any(|other| other.makes_the_same(&rule)) {
                let what = "another rule has this attestor and this key: one of the two would sign nothing";
                return Err(format!("signing.rules[{index}]: {what}"));
            }
            rules.push(rule);
        }
        Ok(Self { secret, registry: config.registry, database: Arc::new(database), access, rules, log, metrics })
    }

    /// Signs what a notification tells of. Whether all of it is now signed and stored.
    async fn receive(&self, envelope: Envelope) -> bool {
        let mut complete = true;
        for event in envelope.events {
            match event.push(&self.registry) {
                Push::None => {}
                // The registry would tell it again and again, and nothing that comes after.
                Push::Unreadable(what) => self.log.event(Level::Error, "push-unreadable", &json!({ "error": what })),
                Push::Manifest(pushed) => complete &= self.sign_all(&pushed).await,
            }
        }
        complete
    }

    /// Signs a manifest and, of an index, those that it lists: a client that finds them in the registry does not push them
    /// again, and they may have been there before there was a rule. Whether it succeeded for all of them.
    async fn sign_all(&self, pushed: &Pushed) -> bool {
        let mut complete = self.sign(pushed).await;
        let Some(registry) = self.access.as_ref().filter(|_| pushed.is_index && self.has_rule_for(pushed)) else {
            return complete;
        };
        let listed = registry.manifests(&Repository::of(&pushed.image), &pushed.digest).await;
        let listed = listed.map_err(|error| error.to_string()).and_then(|digests| {
            digests.into_iter().map(|digest| pushed.sibling(digest)).collect::<Result<Vec<_>, _>>()
        });
        match listed {
            Ok(manifests) => {
                for manifest in manifests {
                    complete &= self.sign(&manifest).await;
                }
                complete
            }
            Err(error) => {
                let fields = json!({ "image": pushed.image.as_given(), "error": error });
                self.log.event(Level::Error, "index-unreadable", &fields);
                self.metrics.pushes.count(["failed"]);
                false
            }
        }
    }

    fn has_rule_for(&self, pushed: &Pushed) -> bool {
        self.rules.iter().any(|rule| rule.matches(&pushed.image))
    }

    /// Signs by every rule that matches. Whether it succeeded for all of them.
    async fn sign(&self, pushed: &Pushed) -> bool {
        let mut complete = true;
        let mut matched = false;
        for rule in self.rules.iter().filter(|rule| rule.matches(&pushed.image)) {
            matched = true;
            let outcome = rule.sign(pushed, &self.database, self.access.as_ref()).await;
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
