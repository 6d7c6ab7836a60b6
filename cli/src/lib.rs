//! The command line program `dokimos` as a function, so that other packages (Python's `python -m dokimos`) run the same
//! code. Each subcommand has a file; what they decide and which formats they read is the library `dokimos`.
//!
//! | feature | default | commands |
//! | --- | --- | --- |
//! | (none) | | `verify`, `inspect`, `policy check`, `reasons`, `verify-blob`, `key` (public keys only) |
//! | `sign` | yes | `keygen`, `sign`, `payload`, `attach`, and `key` with private keys |
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "the program needs std anyway")]

mod annotation;
#[cfg(feature = "sign")]
mod attach;
mod evidence;
mod explain;
mod failure;
mod format;
#[cfg(feature = "sign")]
mod image;
mod input;
mod inspect;
mod key;
mod key_file;
#[cfg(feature = "sign")]
mod keygen;
mod many;
mod moment;
mod output;
#[cfg(feature = "sign")]
mod payload;
mod place;
mod policy;
mod policy_entry;
mod policy_file;
mod problem;
mod reasons;
#[cfg(feature = "sign")]
mod record;
#[cfg(feature = "sign")]
mod sign;
mod signature;
#[cfg(feature = "sign")]
mod target;
mod text;
mod verify;
mod verify_blob;

use clap::{Parser, Subcommand};
use failure::Failure;
use output::Output;
use std::ffi::OsString;

/// Runs the program with these arguments, the first of which is the name that help and usage show, and returns the exit
/// code that `dokimos --help` lists: 0 yes, 1 no, 2 usage, 3 an input or an output that fails.
///
/// Reads and writes the process's standard streams and the files that the arguments name, and never ends the process.
///
/// ```
/// assert_eq!(dokimos_cli::run(["dokimos", "--version"].map(Into::into)), 0);
/// ```
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return failure::usage(&error),
    };
    let mut out = Output::standard();
    let answer = arguments.command.run(&mut out);
    // What a command printed before it failed is shown too.
    let flushed = out.finish();
    match answer.and_then(|answer| flushed.map(|()| answer)) {
        Ok(answer) => answer.exit_code(),
        Err(failure) => failure.report(),
    }
}

#[cfg_attr(feature = "sign", doc = "Decides offline whether container images may run, and signs them.")]
#[cfg_attr(not(feature = "sign"), doc = "Decides offline whether container images may run.")]
///
/// An image may run where a policy says so: the attestors that the policy requires must have signed the image's digest.
/// dokimos needs no network, no server and no clock but the one that you give it.
#[derive(Parser)]
#[command(name = "dokimos", version, max_term_width = 100, after_long_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; every image is allowed; the signature verifies
  1  an image is denied; the signature does not verify
  2  the command line is wrong
  3  an input cannot be read or parsed, or an output cannot be written

A file named - is the standard input where one is read, and the standard output where one is written.";

#[derive(Subcommand)]
enum Command {
    Verify(verify::Verify),
    Inspect(inspect::Inspect),
    Policy(policy::PolicyCommand),
    Reasons(reasons::Reasons),
    VerifyBlob(verify_blob::VerifyBlob),
    #[cfg(feature = "sign")]
    Keygen(keygen::Keygen),
    Key(key::Key),
    #[cfg(feature = "sign")]
    Sign(sign::Sign),
    #[cfg(feature = "sign")]
    Payload(payload::Payload),
    #[cfg(feature = "sign")]
    Attach(attach::Attach),
}

impl Command {
    fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        match self {
            Self::Verify(command) => command.run(out),
            Self::Inspect(command) => command.run(out),
            Self::Policy(command) => command.run(out),
            Self::Reasons(command) => command.run(out),
            Self::VerifyBlob(command) => command.run(out),
            #[cfg(feature = "sign")]
            Self::Keygen(command) => command.run(out),
            Self::Key(command) => command.run(out),
            #[cfg(feature = "sign")]
            Self::Sign(command) => command.run(out),
            #[cfg(feature = "sign")]
            Self::Payload(command) => command.run(out),
            #[cfg(feature = "sign")]
            Self::Attach(command) => command.run(out),
        }
    }
}

/// What a command that did its work found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Done, allowed, verified.
    Yes,
    /// Denied, not verified.
    No,
}

impl Answer {
    fn exit_code(self) -> u8 {
        match self {
            Answer::Yes => 0,
            Answer::No => 1,
        }
    }
}
