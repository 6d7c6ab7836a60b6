//! What went wrong, in words: an object that the caller may ask for and owns.

use crate::{
    boundary::boundary,
    pointer::{Str, borrow, free},
    status::{self, Status},
};
use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// What went wrong. Made by the function that failed, where its caller asked for it.
pub struct Error {
    status: Status,
    problems: Vec<Problem>,
}

struct Problem {
    slug: &'static str,
    message: String,
    path: String,
}

impl Error {
    /// Takes away what an earlier call may have left.
    ///
    /// # Safety
    /// `error` is NULL or a place for a pointer.
    pub(crate) unsafe fn clear(error: *mut *mut Self) {
        if !error.is_null() {
            // SAFETY: as the caller promises.
            unsafe { error.write(core::ptr::null_mut()) };
        }
    }

    fn problem(&self, index: usize) -> Option<&Problem> {
        self.problems.get(index)
    }
}

/// Why a function did nothing, before anybody asked for an object of it.
pub(crate) enum Failure {
    /// The call is wrong: the status, the parameter, and what is wrong with it.
    Call { status: Status, parameter: &'static str, message: String },
    /// What was handed over is wrong.
    Input { status: Status, slug: &'static str, message: String },
    /// A document is wrong, in so many places.
    #[cfg(feature = "policy")]
    Document { status: Status, problems: Vec<dokimos_core::Problem> },
}

impl Failure {
    pub(crate) fn call(status: Status, parameter: &'static str, message: impl Into<String>) -> Self {
        Self::Call { status, parameter, message: message.into() }
    }

    pub(crate) fn input(status: Status, slug: &'static str, message: impl ToString) -> Self {
        Self::Input { status, slug, message: message.to_string() }
    }

    /// Writes the error object, where the caller has a place for it, and gives the status.
    ///
    /// # Safety
    /// `error` is NULL or a place for a pointer.
    pub(crate) unsafe fn report(self, error: *mut *mut Error) -> Status {
        let status = self.status();
        if !error.is_null() {
            let object = Box::new(Error { status, problems: self.problems() });
            // SAFETY: as the caller promises.
            unsafe { error.write(Box::into_raw(object)) };
        }
        status
    }

    fn status(&self) -> Status {
        match self {
            Self::Call { status, .. } | Self::Input { status, .. } => *status,
            #[cfg(feature = "policy")]
            Self::Document { status, .. } => *status,
        }
    }

    fn problems(self) -> Vec<Problem> {
        match self {
            Self::Call { status, parameter, message } => {
                vec![Problem { slug: status::name(status).unwrap_or_default(), message, path: parameter.into() }]
            }
            Self::Input { slug, message, .. } => vec![Problem { slug, message, path: String::new() }],
            #[cfg(feature = "policy")]
            Self::Document { problems, .. } => problems.iter().map(Problem::of).collect(),
        }
    }
}

#[cfg(feature = "policy")]
impl Problem {
    fn of(problem: &dokimos_core::Problem) -> Self {
        Self { slug: problem.code(), message: problem.message().into(), path: problem.path().into() }
    }
}

/// The status that the function gave; `DOKIMOS_OK` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_error_status(error: *const Error) -> Status {
    boundary!({ borrow(error).map_or(status::DOKIMOS_OK, |error| error.status) })
}

/// How many problems the error tells: at least one, and each problem of a policy; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_error_problem_count(error: *const Error) -> usize {
    boundary!({ borrow(error).map_or(0, |error| error.problems.len()) })
}

/// The stable code of a problem, as `UNKNOWN_FIELD` or `KEY_TRUNCATED`; docs/CODES.md lists them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_error_slug(error: *const Error, problem: usize) -> Str {
    boundary!({ Str::of_option(borrow(error).and_then(|error| error.problem(problem)).map(|problem| problem.slug)) })
}

/// A problem in words: one line, which may change between versions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_error_message(error: *const Error, problem: usize) -> Str {
    boundary!({
        let problem = borrow(error).and_then(|error| error.problem(problem));
        Str::of_option(problem.map(|problem| problem.message.as_str()))
    })
}

/// Where a problem is: the place in the document, as `rules[2].require`, or the parameter of a wrong call; empty for
/// the whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_error_path(error: *const Error, problem: usize) -> Str {
    boundary!({
        let problem = borrow(error).and_then(|error| error.problem(problem));
        Str::of_option(problem.map(|problem| problem.path.as_str()))
    })
}

/// Frees an error; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_error_free(error: *mut Error) {
    boundary!({ free(error) })
}
