//! The native half of the Python package `dokimos`: thin shells around the library, in which nothing is decided, parsed
//! or worded.
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "Python needs std anyway")]

mod attestations;
mod error;
mod input;
mod key;
mod policy;
mod reference;
mod time;

use pyo3::prelude::*;

/// The native half of dokimos. Use the package, not this module.
// Every class is immutable or locks what changes, so the module works without the interpreter's lock.
#[pymodule(gil_used = false)]
mod _dokimos {
    #[pymodule_export]
    use crate::attestations::Attestations;
    #[pymodule_export]
    use crate::key::{PublicKey, verify_batch};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::reference::{Digest, ImageReference};

    use super::*;
    use dokimos::{ReasonCode, SignatureAlgorithm};

    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// Every reason code with its number, whether it allows, and what it means.
    #[pyfunction]
    fn reason_codes() -> Vec<(&'static str, u16, bool, &'static str)> {
        let rows = ReasonCode::ALL.iter();
        rows.map(|reason| (reason.code(), reason.number(), reason.allows(), reason.description())).collect()
    }

    /// The canonical name of every algorithm that a key can have.
    #[pyfunction]
    fn signature_algorithms() -> Vec<String> {
        SignatureAlgorithm::all().map(|algorithm| algorithm.to_string()).collect()
    }
}
