//! dokimos decides, offline, whether a container image may run here.
//!
//! Give it an image reference, the attestations that were found for the image, a policy, the place where the image is to
//! run, and the time. It gives back allow or deny, and a reason for each step. It opens no file and no connection, reads
//! no clock and no environment: the same question has the same answer everywhere, to the byte of its JSON report.
//!
//! # A screenful
//! ```
//! use dokimos::{AdmissionContext, Attestations, Budget, ImageReference, Policy, ReasonCode, UnixTime};
//!
//! # macro_rules! testdata { ($file:literal) => { concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/", $file) } }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The public key of the release pipeline, in PEM.
//! let pem = include_str!(
//! #   testdata!("evidence/keys/release.pub.pem")
//! #   /*
//!     "release.pub.pem"
//! #   */
//! );
//! // Compiled once, used for many images.
//! let policy = Policy::from_json(format!(r#"{{
//!     "apiVersion": "dokimos.dev/v1",
//!     "kind": "Policy",
//!     "attestors": [{{
//!         "name": "release",
//!         "publicKeys": [{{ "algorithm": "RSA_PSS_2048_SHA256", "pem": {pem:?} }}]
//!     }}],
//!     "rules": [{{
//!         "name": "production",
//!         "namespaces": ["default"],
//!         "images": ["registry.example.com/shop/**"],
//!         "evaluation": "REQUIRE_ATTESTATION",
//!         "require": "release"
//!     }}],
//!     "default": {{ "evaluation": "ALWAYS_DENY" }}
//! }}"#).as_bytes())?;
//!
//! // What was found for the image; nothing of it is trusted yet.
//! let mut attestations = Attestations::new();
//! let document = include_bytes!(
//! #   testdata!("evidence/release.json")
//! #   /*
//!     "release.json"
//! #   */
//! );
//! attestations.add("release.json", document, &Budget::default())?;
//!
//! let image: ImageReference = "registry.example.com/shop/web\
//!     @sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94".parse()?;
//! let place = AdmissionContext { namespace: Some("default"), ..AdmissionContext::default() };
//! let now: UnixTime = "2026-06-01T00:00:00Z".parse()?;
//!
//! let decision = policy.evaluate(&image, &attestations, &place, now);
//! assert!(decision.is_allowed());
//! assert_eq!(decision.reason().code(), ReasonCode::Attested);
//! assert!(decision.to_json().contains(r#""reason":{"code":"ATTESTED","detail":"attested by release"}"#));
//!
//! // The same image by a tag, which can point elsewhere a moment later:
//! let decision = policy.evaluate_text("registry.example.com/shop/web:1.4", &attestations, &place, now);
//! assert_eq!(decision.message(), "image registry.example.com/shop/web:1.4 is not attested");
//! assert_eq!(decision.reason().code(), ReasonCode::TagReference);
//! # Ok(())
//! # }
//! ```
//!
//! Only a signature, without policy and attestation, and without a heap:
//! ```
//! use dokimos::{PublicKey, SignatureError};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let testdata = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata");
//! # let attestations = dokimos::Attestations::parse(&std::fs::read(format!("{testdata}/evidence/release.json"))?)?;
//! # let attestation = attestations.iter().next().ok_or("none")?;
//! # let message = attestation.untrusted_payload().ok_or("no payload")?;
//! # let signature = attestation.signatures()[0].bytes().map_err(Clone::clone)?;
//! # let pem = std::fs::read(format!("{testdata}/evidence/keys/release.pub.pem"))?;
//! # let der = PublicKey::from_pem(pem, "RSA_PSS_2048_SHA256".parse()?)?.to_spki_der();
//! let key = PublicKey::from_der(&der, "RSA_PSS_2048_SHA256".parse()?)?;
//! assert_eq!(key.verify(message, signature), Ok(()));
//! assert_eq!(key.verify(b"another message", signature), Err(SignatureError::Mismatch));
//! # Ok(())
//! # }
//! ```
//!
//! # How the modules hang together
//! ```text
//! bytes ──▶ Attestation ──▶ VerifiedAttestation ──▶ attestor satisfied ──▶ rule met ──▶ Decision
//!          (not trusted)     (one key, signature     (digest, repository,                (reason codes, trace,
//!                             first, payload after)   window of the key)                  one JSON report)
//! ```
//! There is one way through, and no step can be left out: what a payload says comes only out of a
//! [`VerifiedAttestation`], and only a verified signature makes one.
//!
//! | what | types | |
//! | --- | --- | --- |
//! | images | [`ImageReference`], [`Digest`] | the distribution grammar, strictly; one canonical form to compare |
//! | keys | [`PublicKey`], [`SignatureAlgorithm`], [`KeyId`] | strict DER and PEM; the algorithm belongs to the key |
//! | evidence | [`Attestations`], [`Attestation`], [`Signature`] | wire formats, told apart by shape; untrusted |
//! | payload | [`Payload`], [`SimpleSigning`], [`Statement`], [`PayloadStyle`], [`PreAuthenticationEncoding`] | what is signed, read and written |
//! | verification | [`VerifiedAttestation`], [`verify_batch`] | RSASSA-PKCS1-v1_5 and RSASSA-PSS |
//! | policy | [`Policy`], [`PolicyError`], [`Request`], [`ImagePattern`] | attestors, rules, allowlist, break-glass; compiled once |
//! | where, when | [`AdmissionContext`], [`UnixTime`] | given by the caller; what is not given is unknown, not empty |
//! | answer | [`Decision`], [`ReasonCode`], [`Outcome`], [`AttestorReport`] | stable codes; the report is a JSON contract |
//! | Kubernetes | [`AdmissionReview`], [`AdmissionImage`], [`AdmissionResponse`] | a request for admission, its images, the answer |
//! | limits | [`Budget`] | one place for every limit |
//!
//! # Features
//! | feature | | brings |
//! | --- | --- | --- |
//! | `alloc` | default | everything above raw signature verification; needs an allocator, not std |
//! | `yaml` | | `Policy::from_yaml` |
//! | none | `default-features = false` | [`PublicKey::from_der`], [`PublicKey::verify`], algorithms, times: no heap |
//!
//! # Limits
//! Attestations and references come from whoever can write to a registry or send a request. Each limit is a field of
//! [`Budget`], with its default and the reason for it: 4 MiB a document, 32 levels of JSON, 10,000 attestations, 256
//! public-key operations a decision. Passing one is an error or a denial, never an allow. A reference has at most 1,024
//! bytes, a modulus 2,048 to 8,192 bits, a public exponent is odd and 3 ≤ e < 2³³.
//!
//! # What is not supported
//! - Keys other than RSA (ECDSA, Ed25519), and X.509 certificates: a key is a public key that the policy holds.
//! - PGP and JWT attestations, sigstore bundles that are keyless or hold a message signature, Notary Project
//!   signatures. They are told by name (`UNSUPPORTED_FORMAT`), never skipped in silence.
//! - Judging what the predicate of an in-toto statement says: a policy names the types that count.
//! - Transparency logs, timestamps of third parties, keyless signing, revocation lists.
//! - Fetching: attestations, digests behind tags and policies are brought by the caller.
//!
//! # More to read
//! In the repository: [the policy document], [formats], [reason codes], [what it protects against], [design].
//!
//! [the policy document]: https://github.com/dokimos/dokimos/blob/main/docs/POLICY.md
//! [formats]: https://github.com/dokimos/dokimos/blob/main/docs/FORMATS.md
//! [reason codes]: https://github.com/dokimos/dokimos/blob/main/docs/CODES.md
//! [what it protects against]: https://github.com/dokimos/dokimos/blob/main/docs/THREATS.md
//! [design]: https://github.com/dokimos/dokimos/blob/main/docs/DESIGN.md
#![no_std]
// no_std: what std re-exports is taken from where it lives. And what is not public does not say that it is.
#![cfg_attr(
    not(test),
    warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core, unreachable_pub)
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::string_slice,
        clippy::duplicate_mod,
        reason = "a test fails by panicking"
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "alloc")]
mod admission;
mod algorithm;
#[cfg(feature = "alloc")]
mod attestation;
#[cfg(feature = "alloc")]
mod base64;
#[cfg(feature = "alloc")]
mod budget;
#[cfg(feature = "alloc")]
mod context;
#[cfg(feature = "alloc")]
mod decision;
#[cfg(feature = "alloc")]
mod digest;
#[cfg(feature = "alloc")]
mod document;
#[cfg(feature = "alloc")]
mod fields;
#[cfg(feature = "alloc")]
mod go_json;
mod hash;
#[cfg(feature = "internal")]
#[doc(hidden)]
pub mod internal;
#[cfg(feature = "alloc")]
mod json;
mod key;
#[cfg(feature = "alloc")]
mod payload;
#[cfg(feature = "alloc")]
mod policy;
#[cfg(feature = "alloc")]
mod reference;
mod rsa;
#[cfg(feature = "alloc")]
mod sorted;
#[cfg(feature = "alloc")]
mod text;
mod time;
#[cfg(feature = "alloc")]
mod verify;
#[cfg(feature = "yaml")]
mod yaml;

#[cfg(feature = "alloc")]
pub use admission::{AdmissionImage, AdmissionOptions, AdmissionResponse, AdmissionReview};
pub use algorithm::{AlgorithmError, Padding, SignatureAlgorithm};
#[cfg(feature = "alloc")]
pub use attestation::{Attestation, Attestations, Signature};
#[cfg(feature = "alloc")]
pub use budget::Budget;
#[cfg(feature = "alloc")]
pub use context::AdmissionContext;
#[cfg(feature = "alloc")]
pub use decision::{AttestationReport, AttestorReport, BreakGlass, Decision, Enforcement, Outcome, ReasonCode};
#[cfg(feature = "alloc")]
pub use digest::{Digest, DigestAlgorithm, DigestError};
#[cfg(feature = "alloc")]
pub use document::{Excerpt, Problem};
pub use hash::{Hash, HashValue};
#[cfg(feature = "alloc")]
pub use json::JsonWriter;
pub use key::{KeyError, KeyType, PublicKey};
#[cfg(feature = "alloc")]
pub use key::{KeyId, KeyIdError, PemError, SignedMessage, verify_batch};
#[cfg(feature = "alloc")]
pub use payload::{
    COSIGN_SIMPLE_SIGNING_TYPE, Payload, PayloadStyle, PreAuthenticationEncoding, SignatureType, SimpleSigning,
    Statement, Subject,
};
#[cfg(feature = "alloc")]
pub use policy::{ImagePattern, PatternError, Policy, PolicyError, PolicyKey, PolicyRule, Request};
#[cfg(feature = "alloc")]
pub use reference::{ImageReference, ReferenceError};
pub use rsa::{RsaKeyError, SignatureError};
pub use time::{TimeError, UnixTime};
#[cfg(feature = "alloc")]
pub use verify::VerifiedAttestation;
#[cfg(feature = "yaml")]
pub use yaml::yaml_documents;
