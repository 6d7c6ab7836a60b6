//! The program `dokimos`. Each subcommand has a file; what they decide and which formats they read is the library's.
#![forbid(unsafe_code)]
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc, reason = "the program needs std anyway")]

mod attach;
mod failure;
mod image;
mod input;
mod key;
mod key_file;
mod keygen;
mod output;
mod payload;
mod policy_entry;
mod private_key;
mod record;
mod sign;
mod signature;
mod text;
mod verify_blob;

use clap::{Parser, Subcommand};
use failure::Failure;
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
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

/// Decides offline whether container images may run, and signs them.
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
    VerifyBlob(verify_blob::VerifyBlob),
    Keygen(keygen::Keygen),
    Key(key::Key),
    Sign(sign::Sign),
    Payload(payload::Payload),
    Attach(attach::Attach),
}

impl Command {
    fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        match self {
            Self::VerifyBlob(command) => command.run(out),
            Self::Keygen(command) => command.run(out),
            Self::Key(command) => command.run(out),
            Self::Sign(command) => command.run(out),
            Self::Payload(command) => command.run(out),
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
    fn exit_code(self) -> ExitCode {
        match self {
            Answer::Yes => ExitCode::SUCCESS,
            Answer::No => ExitCode::from(1),
        }
    }
}
