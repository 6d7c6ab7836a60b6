//! libdokimos: the C interface of dokimos, as `include/dokimos.h` describes it.
//!
//! Nothing is decided, parsed or put into words here: each function turns pointers into values, makes one call into
//! the crate `dokimos`, and turns the result into a status, a handle or a view.
//!
//! | file | what it is |
//! | --- | --- |
//! | `boundary` | what every function runs in: no panic passes it |
//! | `pointer` | what C hands over and is given: byte strings, handles, places for results |
//! | `runtime` | what the standard library does otherwise, in the build for raw signatures alone |
//! | `status`, `error` | what went wrong, as a number and in words |
//! | the others | the functions on one handle each |
#![cfg_attr(not(any(feature = "policy", test)), no_std)]
#![allow(unsafe_code, reason = "this is the boundary to C: every pointer is the caller's word")]
#![allow(clippy::missing_safety_doc, reason = "all have one contract, at the top of dokimos.h and of `pointer`")]
#![allow(clippy::too_many_arguments, reason = "a byte string is two, and results are written through pointers")]

extern crate alloc;

// The header has this order.
pub mod version;

mod status;

mod error;

#[cfg(feature = "policy")]
mod policy;

#[cfg(feature = "policy")]
mod attestations;

#[cfg(feature = "policy")]
mod context;

#[cfg(feature = "policy")]
mod report;

#[cfg(feature = "policy")]
pub mod admission;

#[cfg(feature = "policy")]
pub mod reason;

#[cfg(feature = "policy")]
mod reference;

mod key;

mod boundary;
mod pointer;
#[cfg(not(any(feature = "policy", test)))]
mod runtime;
#[cfg(test)]
#[cfg(feature = "policy")]
mod tests;
