//! The program `dokimos-hook`: the library of this package, given the process's arguments.
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_core, reason = "the program needs std anyway")]

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    ExitCode::from(dokimos_hook::run(env::args_os()))
}
