//! dokimos decides, offline, whether a container image may run.
#![no_std]

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
mod reference;
#[cfg_attr(not(feature = "alloc"), allow(dead_code, unused_imports, reason = "batches need a heap"))]
mod rsa;
mod time;

pub use algorithm::{AlgorithmError, Padding, SignatureAlgorithm};
#[cfg(feature = "alloc")]
pub use attestation::{Attestation, Attestations, Signature};
#[cfg(feature = "alloc")]
pub use budget::Budget;
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
pub use reference::{ImageReference, ReferenceError};
pub use rsa::{RsaKeyError, SignatureError};
pub use time::{TimeError, UnixTime};
