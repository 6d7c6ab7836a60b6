use alloc::{format, string::String};
use core::fmt;
use dokimos::{AlgorithmError, KeyError};
#[cfg(feature = "policy")]
use dokimos::{PolicyError, Problem, ReferenceError, TimeError};
use wasm_bindgen::JsValue;

/// An error on its way to JavaScript, which is thrown as a string: lines of a code, a place and a message. The first
/// is the error; more are the problems that it is made of. None of the three parts holds a line break, and only the
/// last may hold a tab.
pub struct Failure(String);

impl Failure {
    // Once for all types of errors.
    #[inline(never)]
    fn new(code: &str, path: &str, message: &dyn fmt::Display) -> Self {
        Self(format!("{code}\t{path}\t{message}"))
    }

    /// A set of attestations cannot change while it is looked at.
    #[cfg(feature = "policy")]
    pub(crate) fn in_use() -> Self {
        Self::new("INVALID_ARGUMENT", "attestations", &"the set is in use by a decision")
    }

    #[cfg(feature = "policy")]
    fn with(mut self, problems: &[Problem]) -> Self {
        for problem in problems {
            self.0.push('\n');
            self.0.push_str(&Self::new(problem.code(), problem.path(), &problem.message()).0);
        }
        self
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        JsValue::from_str(&failure.0)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(error.code(), "key", &error)
    }
}

impl From<AlgorithmError> for Failure {
    fn from(error: AlgorithmError) -> Self {
        Self::new(error.code(), "algorithm", &error)
    }
}

#[cfg(feature = "policy")]
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::new(problem.code(), problem.path(), &problem).with(core::slice::from_ref(&problem))
    }
}

/// The code and the place of the first problem, as the message is that of the first.
#[cfg(feature = "policy")]
impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let (code, path) = error.problems().first().map_or(("", ""), |problem| (problem.code(), problem.path()));
        Self::new(code, path, &error).with(error.problems())
    }
}

#[cfg(feature = "policy")]
impl From<ReferenceError> for Failure {
    fn from(error: ReferenceError) -> Self {
        Self::new(error.code(), "image", &error)
    }
}

#[cfg(feature = "policy")]
impl From<TimeError> for Failure {
    fn from(error: TimeError) -> Self {
        Self::new(error.code(), "at", &error)
    }
}
