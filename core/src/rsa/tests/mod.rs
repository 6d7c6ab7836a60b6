//! Tests of the RSA layer that need its inside.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "tests may fail loudly, and run without feature alloc too"
)]

mod cavp;
mod columns;
mod derived;
mod differential;
mod forgeries;
mod hard;
mod keys;
#[cfg(target_pointer_width = "64")]
mod lanes;
mod small;
mod support;
mod wycheproof;
