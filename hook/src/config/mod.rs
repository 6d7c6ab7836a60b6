//! The configuration: one document in YAML or JSON.

mod time_span;

pub use time_span::TimeSpan;

use crate::{evidence::SourceConfig, log::LogFormat, policy::KritisConfig, signing::SigningConfig};
use dokimos::Budget;
use serde::{Deserialize, de::DeserializeOwned};
use std::{fmt, net::SocketAddr, path::PathBuf};

/// What `--config` names. A field that it does not have is an error; what is left out has its default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Config {
    /// Where HTTPS is served.
    pub listen: SocketAddr,
    /// Where health and metrics are served, over plain HTTP.
    pub observe: SocketAddr,
    /// The certificate that is served.
    pub tls: Option<TlsConfig>,
    /// The policy: a file, or a folder of files.
    pub policy: Option<PathBuf>,
    /// How objects of kritis among the policy's files are understood.
    pub kritis: KritisConfig,
    /// The name of the cluster, as the policy's rules name it.
    pub cluster: Option<String>,
    /// Where attestations are, in the order in which they are asked and reported. With none, and with signing on push, it
    /// is the database of what is signed.
    pub evidence: Vec<SourceConfig>,
    /// Signing on push.
    pub signing: Option<SigningConfig>,
    /// What becomes of an image when a source cannot be reached and the decision depends on it.
    pub on_error: OnError,
    /// Whether an update is judged by all images of the new object, and not only by those that are new in it.
    pub evaluate_unchanged: bool,
    /// Whether a denial has no `status.reason`, so that kubectl does not put `(Forbidden)` into its line.
    pub omit_status_reason: bool,
    /// How log lines look.
    pub log: LogFormat,
    /// How much at once.
    pub limits: LimitsConfig,
    /// How sources are asked.
    pub fetch: FetchConfig,
    /// What is kept, and how long.
    pub cache: CacheConfig,
    /// How often files are looked at for changes.
    pub reload: TimeSpan,
    /// How the program ends.
    pub shutdown: ShutdownConfig,
}

/// The certificate and its key, each a file in PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TlsConfig {
    /// The certificate, and behind it those that lead to its authority.
    pub certificate: PathBuf,
    /// The private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

/// What becomes of an image when a source cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "camelCase")]
pub enum OnError {
    /// It is denied.
    #[default]
    Deny,
    /// It is admitted with a warning.
    Allow,
}

/// How much at once.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct LimitsConfig {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of all bodies that are held at the same time; more wait.
    pub bodies_bytes: usize,
    /// Connections; more wait.
    pub connections: usize,
    /// Reviews that are worked on; more wait.
    pub reviews: usize,
    /// For the TLS handshake of a connection, and then for its first request.
    pub handshake: TimeSpan,
    /// The longest time for a review where the API server names none.
    pub time: TimeSpan,
}

/// How sources are asked.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct FetchConfig {
    /// For one request.
    pub timeout: TimeSpan,
    /// How often a request that failed in passing is repeated.
    pub retries: u32,
    /// Before the first repetition; doubled before each further one.
    pub pause: TimeSpan,
    /// Images that are fetched for at the same time; more wait.
    pub concurrent: usize,
}

/// What is kept, and how long.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct CacheConfig {
    /// The most bytes of attestations, and as many again of decisions; 0 keeps nothing.
    pub bytes: usize,
    /// How old the attestations may be by which an image is allowed.
    pub ttl: TimeSpan,
    /// How old the attestations may be by which an image is denied.
    pub denial_ttl: TimeSpan,
}

/// How the program ends.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct ShutdownConfig {
    /// From the signal on, while `/readyz` says no already, until no more connections are accepted.
    pub delay: TimeSpan,
    /// For the requests that are then still worked on.
    pub timeout: TimeSpan,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8443)),
            observe: SocketAddr::from(([0, 0, 0, 0], 8080)),
            tls: None,
            policy: None,
            kritis: KritisConfig::default(),
            cluster: None,
            evidence: Vec::new(),
            signing: None,
            on_error: OnError::default(),
            evaluate_unchanged: false,
            omit_status_reason: false,
            log: LogFormat::default(),
            limits: LimitsConfig::default(),
            fetch: FetchConfig::default(),
            cache: CacheConfig::default(),
            reload: TimeSpan::secs(5),
            shutdown: ShutdownConfig::default(),
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        // A review holds the new object and the old, and etcd refuses objects above 1.5 MiB. The API server waits 10 s
        // where a webhook's configuration names no time.
        Self {
            body_bytes: 8 * 1024 * 1024,
            bodies_bytes: 64 * 1024 * 1024,
            connections: 1024,
            reviews: 128,
            handshake: TimeSpan::secs(10),
            time: TimeSpan::secs(9),
        }
    }
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self { timeout: TimeSpan::secs(3), retries: 2, pause: TimeSpan::millis(100), concurrent: 64 }
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self { bytes: 16 * 1024 * 1024, ttl: TimeSpan::secs(60), denial_ttl: TimeSpan::secs(5) }
    }
}

impl Default for ShutdownConfig {
    fn default() -> Self {
        Self { delay: TimeSpan::secs(5), timeout: TimeSpan::secs(20) }
    }
}

impl Config {
    /// Reads a configuration.
    ///
    /// ```
    /// use dokimos_hook::config::Config;
    /// let config = Config::parse(b"cluster: prod-1\nevidence: [{ directory: { path: /attestations } }]").unwrap();
    /// assert_eq!(config.cluster.as_deref(), Some("prod-1"));
    /// let error = Config::parse(b"cache: { tll: 5s }").unwrap_err();
    /// assert!(error.starts_with("cache.tll: unknown field"), "{error}");
    /// ```
    ///
    /// # Errors
    /// What is wrong, with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut documents = documents(bytes)?;
        let config: Self = match (documents.pop(), documents.is_empty()) {
            (None | Some(serde_json::Value::Null), true) => return Ok(Self::default()),
            (Some(document @ serde_json::Value::Object(_)), true) => decode(document)?,
            (Some(_), true) => return Err("not an object".to_owned()),
            _ => return Err("more than one document".to_owned()),
        };
        config.checked()
    }

    fn checked(mut self) -> Result<Self, String> {
        // What is signed here is meant to be admitted here.
        if let (Some(signing), true) = (&self.signing, self.evidence.is_empty()) {
            self.evidence.push(SourceConfig::sqlite(signing.database.clone()));
        }
        for (name, value) in [
            ("limits.bodyBytes", self.limits.body_bytes),
            ("limits.bodiesBytes", self.limits.bodies_bytes),
            ("limits.connections", self.limits.connections),
            ("limits.reviews", self.limits.reviews),
            ("fetch.concurrent", self.fetch.concurrent),
        ] {
            if value == 0 || value > MOST_AT_ONCE {
                return Err(format!("{name}: {value} is not a number from 1 to {MOST_AT_ONCE}"));
            }
        }
        if self.limits.bodies_bytes < self.limits.body_bytes {
            return Err(
                "limits.bodiesBytes: less than limits.bodyBytes, so that some bodies could never be held".to_owned()
            );
        }
        for (name, value) in [
            ("limits.handshake", self.limits.handshake),
            ("limits.time", self.limits.time),
            ("fetch.timeout", self.fetch.timeout),
            ("reload", self.reload),
        ] {
            if value.0.is_zero() {
                return Err(format!("{name}: no time at all"));
            }
        }
        Ok(self)
    }
}

/// More of anything at once is a slip of the pen.
const MOST_AT_ONCE: usize = 256 * 1024 * 1024;

/// The documents of a YAML or JSON file, as the library reads a policy.
pub(crate) fn documents(bytes: &[u8]) -> Result<Vec<serde_json::Value>, String> {
    let documents = dokimos::yaml_documents(bytes, &Budget::default()).map_err(|problem| problem.to_string())?;
    documents.iter().map(|text| serde_json::from_str(text).map_err(|error| one_line(&error))).collect()
}

/// Reads a value of a document, and names the place of what is wrong with it.
pub(crate) fn decode<T: DeserializeOwned>(document: serde_json::Value) -> Result<T, String> {
    serde_path_to_error::deserialize(document).map_err(|error| match error.path().to_string().as_str() {
        "." => one_line(error.inner()),
        path => format!("{path}: {}", one_line(error.inner())),
    })
}

/// The first line, without names of types of the program.
fn one_line(error: &impl fmt::Display) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let Some((before, after)) = line.split_once(", expected ") else { return line.to_owned() };
    let expected = match after.split(' ').next().unwrap_or_default() {
        "struct" => "an object",
        "usize" | "u32" => "a whole number",
        _ => after,
    };
    format!("{before}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_with_its_place_and_in_words() {
        for (text, expected) in [
            ("limits: 5", "limits: invalid type: integer `5`, expected an object"),
            ("limits: { reviews: many }", "limits.reviews: invalid type: string \"many\", expected a whole number"),
            ("fetch: { retries: -1 }", "fetch.retries: invalid value: integer `-1`, expected a whole number"),
            ("evaluateUnchanged: yes", "evaluateUnchanged: invalid type: string \"yes\", expected a boolean"),
            ("listen: here", "listen: invalid socket address syntax"),
            ("- a", "not an object"),
            ("a: 1\n---\nb: 1", "more than one document"),
            ("reload: 5", "reload: invalid type: integer `5`, expected a string"),
        ] {
            assert_eq!(Config::parse(text.as_bytes()).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn a_file_means_what_it_means_to_the_library() {
        for text in ["a: &x 1", "a: !!str 1", "a: 0644", "a: yes\na: no", "\ta: 1", "a: {b: 1}\n...\nc"] {
            let error = documents(text.as_bytes()).unwrap_err();
            let policy = dokimos::Policy::from_yaml(text.as_bytes()).unwrap_err();
            assert_eq!(error, policy.problems()[0].to_string(), "{text}");
        }
        assert_eq!(documents(b"a: no\n---\n").unwrap(), [serde_json::json!({ "a": "no" }), serde_json::Value::Null]);
    }

    #[test]
    fn nothing_is_a_configuration_too() {
        for text in ["", "# nothing\n", "{}", "---\n"] {
            assert_eq!(Config::parse(text.as_bytes()).unwrap().listen.port(), 8443, "{text}");
        }
    }

    /// What docs/HOOK.md says of a default is the default.
    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let config = Config::default();
        let documented = include_str!("../../../docs/HOOK.md");
        for (field, value) in [
            ("limits.bodyBytes", config.limits.body_bytes.to_string()),
            ("limits.bodiesBytes", config.limits.bodies_bytes.to_string()),
            ("limits.handshake", format!("`{:?}`", config.limits.handshake.0)),
            ("limits.connections", config.limits.connections.to_string()),
            ("limits.reviews", config.limits.reviews.to_string()),
            ("limits.time", format!("`{:?}`", config.limits.time.0)),
            ("fetch.timeout", format!("`{:?}`", config.fetch.timeout.0)),
            ("fetch.retries", config.fetch.retries.to_string()),
            ("fetch.pause", format!("`{:?}`", config.fetch.pause.0)),
            ("fetch.concurrent", config.fetch.concurrent.to_string()),
            ("cache.bytes", config.cache.bytes.to_string()),
            ("cache.ttl", format!("`{:?}`", config.cache.ttl.0)),
            ("cache.denialTtl", format!("`{:?}`", config.cache.denial_ttl.0)),
            ("reload", format!("`{:?}`", config.reload.0)),
            ("shutdown.delay", format!("`{:?}`", config.shutdown.delay.0)),
            ("shutdown.timeout", format!("`{:?}`", config.shutdown.timeout.0)),
            ("listen", format!("`{}`", config.listen)),
            ("observe", format!("`{}`", config.observe)),
        ] {
            let row = format!("| `{field}` | {value} |");
            assert!(documented.contains(&row), "{row}");
        }
    }
}
