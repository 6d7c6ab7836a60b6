//! The library's errors as exceptions of the package. The exceptions are Python classes, in `_errors.py`.

use dokimos::{DigestError, KeyError, PolicyError, Problem, ReferenceError, SignatureError};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyType};
use std::fmt;

/// Makes exceptions of one class of `dokimos._errors`.
pub(crate) struct Exception {
    name: &'static str,
    class: PyOnceLock<Py<PyType>>,
}

static POLICY: Exception = Exception::new("PolicyError");
static ADMISSION: Exception = Exception::new("AdmissionError");
static ATTESTATION: Exception = Exception::new("AttestationError");
static REFERENCE: Exception = Exception::new("ReferenceError");
static PUBLIC_KEY: Exception = Exception::new("PublicKeyError");
static SIGNATURE: Exception = Exception::new("SignatureError");
/// Raised with the report.
pub(crate) static NOT_ATTESTED: Exception = Exception::new("NotAttestedError");

impl Exception {
    const fn new(name: &'static str) -> Self {
        Self { name, class: PyOnceLock::new() }
    }

    /// The exception with these arguments of its constructor; whatever goes wrong on the way is raised instead.
    pub(crate) fn raised<'py>(&self, py: Python<'py>, arguments: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
        let made = self.class.import(py, "dokimos._errors", self.name).and_then(|class| class.call1(arguments));
        made.map_or_else(|error| error, PyErr::from_value)
    }
}

pub(crate) fn policy(py: Python<'_>, error: &PolicyError) -> PyErr {
    let problems: Vec<_> = error.problems().iter().map(problem).collect();
    let (code, path) = error.problems().first().map_or(("", ""), |first| (first.code(), first.path()));
    POLICY.raised(py, (error.to_string(), code, path, problems))
}

/// A problem as the arguments of the class `Problem`.
pub(crate) fn problem(problem: &Problem) -> (&'static str, String, String) {
    (problem.code(), problem.path().to_owned(), problem.message().to_owned())
}

pub(crate) fn admission(py: Python<'_>, problem: &Problem) -> PyErr {
    ADMISSION.raised(py, (problem.to_string(), problem.code(), problem.path()))
}

pub(crate) fn attestation(py: Python<'_>, source: &str, problem: &Problem) -> PyErr {
    let message = if source.is_empty() { problem.to_string() } else { format!("{source}: {problem}") };
    ATTESTATION.raised(py, (message, problem.code(), problem.path()))
}

pub(crate) fn reference(py: Python<'_>, error: &ReferenceError) -> PyErr {
    coded(py, &REFERENCE, error.code(), error)
}

pub(crate) fn digest(py: Python<'_>, error: &DigestError) -> PyErr {
    coded(py, &REFERENCE, error.code(), error)
}

pub(crate) fn key(py: Python<'_>, error: &KeyError) -> PyErr {
    coded(py, &PUBLIC_KEY, error.code(), error)
}

pub(crate) fn algorithm(py: Python<'_>, error: dokimos::AlgorithmError) -> PyErr {
    coded(py, &PUBLIC_KEY, error.code(), error)
}

pub(crate) fn signature(py: Python<'_>, error: SignatureError) -> PyErr {
    coded(py, &SIGNATURE, dokimos::ReasonCode::BadSignature.code(), error)
}

fn coded(py: Python<'_>, exception: &Exception, code: &str, error: impl fmt::Display) -> PyErr {
    exception.raised(py, (error.to_string(), code))
}
