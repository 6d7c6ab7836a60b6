//! libdokimos: the C interface of dokimos, as `include/dokimos.h` describes it.
//!
//! Nothing is decided, parsed or put into words here: each function turns pointers into values, makes one call into
//! the crate `dokimos`, and turns the result into a status, a handle or a view.
//!
//! | file | what it is |
//! | --- | --- |
//! | `boundary` | what every function runs in: no panic passes it |
//! | `pointer` | what C hands over and is given: byte strings, handles, places for results |
//! | `status`, `error` | what went wrong, as a number and in words |
//! | the others | the functions on one handle each |
#![allow(unsafe_code, reason = "this is the boundary to C: every pointer is the caller's word")]
#![allow(clippy::missing_safety_doc, reason = "all have one contract, at the top of dokimos.h and of `pointer`")]
#![allow(clippy::too_many_arguments, reason = "a byte string is two, and results are written through pointers")]

// The header has this order.
pub mod version;

mod status;

mod error;

mod policy;

mod attestations;

mod context;

mod report;

pub mod reason;

mod reference;

mod key;

mod boundary;
mod pointer;
#[cfg(test)]
mod tests;
