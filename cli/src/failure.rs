//! Why a command gave no answer, and how that is said: one line on the standard error, and an exit code.

use crate::text::OneLine;
use clap::error::{ContextKind, ErrorKind};
use dokimos::Problem;
use std::{
    error::Error,
    fmt,
    io::{self, Write},
};

/// A command's work cannot be done. Shown as `dokimos: place: what`, a line for each thing that is wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    place: String,
    /// One line each.
    what: Vec<String>,
}

impl Failure {
    /// An input cannot be read or parsed, or an output cannot be written. `place` names it: a file, `standard input`,
    /// an option.
    pub(crate) fn input(place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { exit: 3, place: place.to_string(), what: vec![what.to_string()] }
    }

    /// An input is not what it should be: everything that is wrong with it.
    pub(crate) fn problems(place: impl fmt::Display, problems: &[Problem]) -> Self {
        Self { exit: 3, place: place.to_string(), what: problems.iter().map(Problem::to_string).collect() }
    }

    /// The command line is wrong in a way that its parser does not see, such as two options that cannot both be given.
    pub(crate) fn usage(place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { exit: 2, place: place.to_string(), what: vec![what.to_string()] }
    }

    /// The operating system refused to open, read or write `place`.
    pub(crate) fn io(place: impl fmt::Display, error: &io::Error) -> Self {
        Self::input(place, io_words(error))
    }

    /// Says it on the standard error, and gives the exit code.
    pub(crate) fn report(&self) -> u8 {
        self.what.iter().for_each(|what| complain(&self.place, what));
        self.exit
    }
}

/// Says on the standard error, in one line, what is wrong with `place`, for a command that goes on.
pub(crate) fn complain(place: &str, what: &str) {
    // With the standard error closed there is nobody to tell: the exit code still says it.
    let _ = writeln!(io::stderr(), "dokimos: {}: {}", OneLine(place), OneLine(what));
}

/// What clap has to say: help and version (exit 0), or what is wrong with the command line (exit 2).
///
/// A value that one of our own parsers refused is told in our one-line form.
pub(crate) fn usage(error: &clap::Error) -> u8 {
    let option = error.get(ContextKind::InvalidArg);
    match (error.kind(), option, error.source()) {
        (ErrorKind::ValueValidation, Some(option), Some(refusal)) => Failure::usage(option, refusal).report(),
        _ => {
            // As in `complain`: a closed pipe changes nothing.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2)
        }
    }
}

/// The system's words without Rust's "(os error 2)".
pub(crate) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::AlreadyExists => "exists already and is not overwritten".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder, not a file".to_owned(),
        _ => {
            let text = error.to_string();
            let words = text.split(" (os error ").next().unwrap_or_default();
            words.chars().take(1).flat_map(char::to_lowercase).chain(words.chars().skip(1)).collect()
        }
    }
}
