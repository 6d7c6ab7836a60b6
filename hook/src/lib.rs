//! The program `dokimos-hook` as a library: a Kubernetes admission webhook that admits only images which a policy allows.
//! Decisions, formats and messages are those of the library `dokimos`.
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "the program needs std anyway")]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::as_conversions,
        clippy::arithmetic_side_effects,
        reason = "a test fails by panicking"
    )
)]

mod app;
mod cache;
mod certificate;
mod command;
pub mod config;
pub mod database;
pub mod evidence;
mod file;
mod http;
mod judge;
pub mod log;
pub mod metrics;
pub mod policy;
pub mod registry;
mod server;
pub mod signing;
mod tls;

use clap::Parser;
use command::Command;
use std::ffi::OsString;

/// Runs the program with these arguments, the first of which is its name, and returns the exit code: 0 done, 2 the command
/// line is wrong, 3 the configuration or what it names cannot be used.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments.command.run(),
        Err(error) => {
            // With the stream closed there is nobody to tell: the exit code still says it.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2)
        }
    }
}

/// Admits only images that a policy allows: a validating admission webhook for Kubernetes.
#[derive(Parser)]
#[command(name = "dokimos-hook", version, max_term_width = 100, after_long_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; the server was asked to stop, and stopped
  2  the command line is wrong
  3  the configuration, or something that it names, cannot be used";
