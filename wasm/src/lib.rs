//! dokimos in WebAssembly: what JavaScript calls, and nothing that decides.
//!
//! The package's public face is `js/api.js`, with its types in `js/dokimos.d.ts`. It checks the types of arguments, and
//! calls what is here with strings, bytes and handles. What goes back is JSON in a string, or a handle.
//!
//! | file | what it is |
//! | --- | --- |
//! | `admission` | a handle to a request for admission, and its answer |
//! | `attestations` | a handle to a set of attestations |
//! | `failure` | what is thrown: the code, the place and the words of an error, for `DokimosError` |
//! | `heap` | the allocator |
//! | `key` | a handle to a key, and signatures |
//! | `policy` | a handle to a policy, decisions for one image and for many |
//! | `reference` | image references |
//!
//! Nothing here panics, as in core: the lints see to that. Were it to happen all the same, the instance of the module
//! is left as it was in the middle of a call. `js/api.js` notes it and refuses every later call.
#![no_std]

extern crate alloc;
// What ends the module after a panic.
extern crate std;

#[cfg(feature = "policy")]
mod admission;
#[cfg(feature = "policy")]
mod attestations;
mod failure;
#[cfg(target_family = "wasm")]
mod heap;
mod key;
#[cfg(feature = "policy")]
mod policy;
#[cfg(feature = "policy")]
mod reference;

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of dokimos.
#[wasm_bindgen]
#[must_use]
pub fn version() -> alloc::string::String {
    env!("CARGO_PKG_VERSION").into()
}
