//! dokimos decides, offline, whether a container image may run.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod algorithm;
#[cfg(feature = "alloc")]
mod budget;
#[cfg(feature = "alloc")]
mod document;
mod hash;
#[cfg(feature = "alloc")]
mod json;
mod key;
#[cfg_attr(not(feature = "alloc"), allow(dead_code, unused_imports, reason = "batches need a heap"))]
mod rsa;
mod time;

pub use algorithm::{AlgorithmError, Padding, SignatureAlgorithm};
#[cfg(feature = "alloc")]
pub use budget::Budget;
#[cfg(feature = "alloc")]
pub use document::Problem;
pub use hash::Hash;
pub use key::{KeyError, KeyType, PublicKey};
#[cfg(feature = "alloc")]
pub use key::{KeyId, KeyIdError, PemError, SignedMessage, verify_batch};
pub use rsa::{RsaKeyError, SignatureError};
pub use time::{TimeError, UnixTime};
