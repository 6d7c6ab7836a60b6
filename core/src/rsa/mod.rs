//! RSA signature verification (RFC 8017), without heap and without secrets.
//!
//! | file | what it is | RFC 8017 |
//! | --- | --- | --- |
//! | `key` | [`RsaPublicKey`]: checks, precomputation, and the public operation s^e mod n | 3.1, 5.2.2 |
//! | `engine` | the kinds of arithmetic: `ifma`, `adx`, `columns` with `simd128`, `portable` | - |
//! | `montgomery` | the arithmetic of `adx` and `portable`, on `limbs` | - |
//! | `message` | [`EncodedMessage`]: what the public operation gives | - |
//! | `pkcs1` | compares it with the one encoding of RSASSA-PKCS1-v1_5 | 8.2.2, 9.2 |
//! | `pss` | checks it by EMSA-PSS | 8.1.2, 9.1.2 |
//! | `error` | why a key or a signature is not accepted | - |
//!
//! Everything here is public: key, signature, message. So time and memory access may depend on all of it, and do.

#[cfg(target_arch = "x86_64")]
mod adx;
#[cfg_attr(
    not(feature = "alloc"),
    allow(dead_code, reason = "callers of batches need alloc, batches themselves do not")
)]
mod batch;
// Tests have it everywhere, by a sweep in plain Rust.
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod columns;
mod engine;
mod error;
// Its arithmetic is tested on every machine with 64 bits, by lanes in plain Rust.
#[cfg(any(target_arch = "x86_64", all(test, target_pointer_width = "64")))]
#[cfg_attr(not(feature = "alloc"), allow(dead_code, unused_imports, reason = "as for `batch`, which it goes with"))]
mod ifma;
mod key;
mod limb;
// Where the vectors of `columns` are sure to be there, nothing else is needed.
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod limbs;
mod message;
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod montgomery;
mod pkcs1;
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod portable;
mod power_of_two;
mod pss;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
mod steps;
#[cfg(test)]
mod tests;

#[cfg(feature = "alloc")]
pub(crate) use batch::recover_batch;
#[cfg(any(test, feature = "internal"))]
pub(crate) use engine::Engine;
pub use error::{RsaKeyError, SignatureError};
pub(crate) use key::RsaPublicKey;
pub(crate) use message::EncodedMessage;
pub(crate) use pss::SaltLength;

/// The longest modulus, in bits: as in ring and Go (CVE-2023-29409); a verification takes 16 times that of 2048 bits.
pub(crate) const MAX_MODULUS_BITS: usize = 8192;
/// The shortest modulus, in bits: NIST SP 800-131A, since 2014.
pub(crate) const MIN_MODULUS_BITS: usize = 2048;
/// The longest modulus and so the longest signature, in bytes.
pub(crate) const MAX_MODULUS_BYTES: usize = MAX_MODULUS_BITS.div_ceil(8);
