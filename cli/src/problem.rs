//! A problem of a document, as it is shown.

use crate::text::Excerpt;
use dokimos::Problem;
use serde::Serialize;
use std::fmt;

/// In JSON an object; in a text `path: message`.
#[derive(Serialize)]
pub(crate) struct ShownProblem {
    pub(crate) code: &'static str,
    path: String,
    message: String,
}

impl ShownProblem {
    pub(crate) fn new(problem: &Problem) -> Self {
        Self { code: problem.code(), path: problem.path().to_owned(), message: problem.message().to_owned() }
    }

    pub(crate) fn list(problems: &[Problem]) -> Vec<Self> {
        problems.iter().map(Self::new).collect()
    }
}

impl fmt::Display for ShownProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", Excerpt(&self.path))?;
        }
        Excerpt(&self.message).fmt(f)
    }
}
