//! The native half of the Python package `dokimos`: thin shells around the library, in which nothing is decided, parsed
//! or worded.
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "Python needs std anyway")]

mod admission;
mod attestations;
mod audit;
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
    use crate::admission::{AdmissionResponse, AdmissionReview};
    #[pymodule_export]
    use crate::attestations::Attestations;
    #[pymodule_export]
    use crate::audit::evaluate_rows;
    #[pymodule_export]
    use crate::key::{PublicKey, verify_batch};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::reference::{Digest, ImageReference};

    use super::*;
    use dokimos::{ReasonCode, SignatureAlgorithm};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "the name is Python's")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// Runs the command line program, the first argument being its name, and returns its exit code.
    #[pyfunction]
    #[pyo3(signature = (arguments, /))]
    fn run_program(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
        py.detach(|| dokimos_cli::run(arguments))
    }

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
