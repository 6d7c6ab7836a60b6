//! The program `dokimos-hook` as a library: a Kubernetes admission webhook that admits only images which a policy allows.
//! Decisions, formats and messages are those of the library `dokimos`.
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "the program needs std anyway")]

pub mod config;
pub mod evidence;
pub mod log;
pub mod signing;
pub mod store;

use clap::Parser;
use std::{ffi::OsString, fs, path::PathBuf};

/// Runs the program with these arguments, the first of which is its name, and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let log = log::Log::default();
    let config = fs::read(&arguments.config).map_err(|error| error.to_string());
    match config.and_then(|bytes| config::Config::parse(&bytes)) {
        Ok(_) => 0,
        Err(error) => {
            log.event(log::Level::Error, "configuration-refused", serde_json::json!({ "error": error }));
            3
        }
    }
}

/// Admits only images that a policy allows.
#[derive(Parser)]
#[command(name = "dokimos-hook", version)]
struct Arguments {
    /// The configuration, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}
