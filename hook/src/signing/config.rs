use crate::registry::Access;
use dokimos::{ImagePattern, ImageReference};
use serde::Deserialize;
use std::path::PathBuf;

/// What the configuration says of signing on push.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SigningConfig {
    /// A file with the secret that the registry sends: `Authorization: Bearer SECRET`. White space around it does not
    /// count. It is read again for each notification, so that it can be replaced.
    pub secret_file: PathBuf,
    /// The registry's host in image references, with its port where it has one: `registry.example.com`.
    pub registry: String,
    /// The SQLite file that keeps what is signed.
    pub database: PathBuf,
    /// How the registry is reached; without it nothing is asked of it or written into it.
    pub access: Option<Access>,
    /// Who signs what. Every rule that matches an image signs it.
    pub rules: Vec<SigningRuleConfig>,
}

/// A rule: which images, by which attestor, with which key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SigningRuleConfig {
    /// The rule's name, in logs.
    pub name: String,
    /// Patterns over images, as the rules of a policy have them.
    pub images: Vec<String>,
    /// The attestor that the key speaks for, as the policy calls it.
    pub attestor: String,
    /// Where the private key is.
    pub key: KeyConfig,
    /// How to sign, such as `RSA_PSS_3072_SHA256`.
    pub algorithm: String,
    /// The id that the policy knows the key by; without it the key's `ni:///sha-256;…` id.
    pub key_id: Option<String>,
    /// Whether the signature is stored in the registry too, as cosign does it.
    #[serde(default)]
    pub write_to_registry: bool,
}

/// Where a private key is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum KeyConfig {
    /// A PEM file, PKCS #8 or PKCS #1.
    File(PathBuf),
    /// A program that signs a digest, such as the tool of a key management service.
    Command {
        /// The program and its arguments. In each argument `{digest-hex}` and `{digest-base64}` stand for the digest,
        /// `{algorithm}` for the algorithm; the digest's bytes are its standard input. It prints the signature: its bytes, or
        /// their base64 text.
        command: Vec<String>,
        /// The public key in PEM.
        public_key: PathBuf,
        /// How long it may take, in seconds.
        #[serde(default = "ten")]
        timeout_seconds: u64,
    },
    /// A key in a hardware module, by PKCS #11.
    Pkcs11 {
        /// The module's shared library.
        module: PathBuf,
        /// The label of the token.
        token_label: String,
        /// The label of the private key.
        key_label: String,
        /// A file with the user's PIN.
        pin_file: PathBuf,
        /// The public key in PEM.
        public_key: PathBuf,
    },
}

fn ten() -> u64 {
    10
}

/// A host as it stands in image references.
pub(super) fn check_registry(registry: &str) -> Result<(), String> {
    let image: ImageReference =
        format!("{registry}/x").parse().map_err(|error| format!("not a registry's host: {error}"))?;
    if image.path() == "x" {
        return Ok(());
    }
    Err("not a registry's host: it needs a dot or a port".to_owned())
}

/// The patterns of a rule, of which there is at least one.
pub(super) fn patterns(texts: &[String]) -> Result<Vec<ImagePattern>, String> {
    if texts.is_empty() {
        return Err("images: the list is empty; it would match nothing".to_owned());
    }
    let pattern = |(index, text): (usize, &String)| {
        ImagePattern::parse(text).map_err(|error| format!("images[{index}]: {error}"))
    };
    texts.iter().enumerate().map(pattern).collect()
}
