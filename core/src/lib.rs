//! dokimos decides, offline, whether a container image may run.
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

mod algorithm;
#[cfg(feature = "alloc")]
mod attestation;
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
mod go_json;
mod hash;
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
mod time;
#[cfg(feature = "alloc")]
mod verify;

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
pub use document::Problem;
pub use hash::Hash;
pub use key::{KeyError, KeyType, PublicKey};
#[cfg(feature = "alloc")]
pub use key::{KeyId, KeyIdError, PemError, SignedMessage, verify_batch};
#[cfg(feature = "alloc")]
pub use payload::{COSIGN_SIMPLE_SIGNING_TYPE, PayloadStyle, PreAuthenticationEncoding, SignatureType, SimpleSigning};
#[cfg(feature = "alloc")]
pub use policy::{Policy, PolicyError, PolicyKey, PolicyRule, Request};
#[cfg(feature = "alloc")]
pub use reference::{ImageReference, ReferenceError};
pub use rsa::{RsaKeyError, SignatureError};
pub use time::{TimeError, UnixTime};
#[cfg(feature = "alloc")]
pub use verify::VerifiedAttestation;
