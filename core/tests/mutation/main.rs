//! Every good case of testdata, changed in one named way, with the reason that must come out.
//!
//! A case is good if it is decided as ATTESTED. What changes the meaning of its evidence, its policy or its image must
//! be denied, with the reason that names the change; what changes only how the same thing is written must not matter.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

mod evidence;
mod good;
mod image;
mod policy;
