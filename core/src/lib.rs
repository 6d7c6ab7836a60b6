//! dokimos decides, offline, whether a container image may run.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(feature = "alloc")]
mod budget;
#[cfg(feature = "alloc")]
mod digest;
#[cfg(feature = "alloc")]
mod document;
#[cfg(feature = "alloc")]
mod go_json;
#[cfg(feature = "alloc")]
mod json;
mod time;
#[cfg(feature = "alloc")]
mod reference;
#[cfg(feature = "alloc")]
mod payload;

#[cfg(feature = "alloc")]
pub use budget::Budget;
#[cfg(feature = "alloc")]
pub use digest::{Digest, DigestAlgorithm, DigestError};
#[cfg(feature = "alloc")]
pub use document::Problem;
pub use time::{TimeError, UnixTime};
#[cfg(feature = "alloc")]
pub use reference::{ImageReference, ReferenceError};
#[cfg(feature = "alloc")]
pub use payload::{COSIGN_SIMPLE_SIGNING_TYPE, PayloadStyle, PreAuthenticationEncoding, SignatureType, SimpleSigning};
