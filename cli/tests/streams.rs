//! The program among others: pipes that close, disks that are full, terminals with and without colour, help.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use std::{fs::OpenOptions, io::Write, process::Stdio};
use support::{Folder, IMAGE, Run};

const VERIFY: [&str; 8] =
    ["verify-blob", "--key", "key.pub.pem", "--algorithm", "RSA_PKCS1_SHA_256", "--signature", "signature", "-"];

/// A key, and its signature over nothing.
fn folder(test: &str) -> Folder {
    use rsa::{pkcs8::DecodePrivateKey, sha2::Sha256};
    let folder = Folder::new(test);
    folder.make_key("key", "2048");
    let private = rsa::PrivateKey::from_pkcs8_pem(&folder.text("key.pem")).unwrap();
    folder.write("signature", private.pkcs1v15_sign::<Sha256>(b"").unwrap());
    folder
}

/// The answer is in the exit code, whoever reads the words.
#[test]
fn a_closed_pipe_changes_no_answer() {
    let folder = folder("streams-pipe");
    for (message, code) in [(&b""[..], 0), (b"another message", 1)] {
        let mut command = folder.dokimos(&VERIFY);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Nobody reads any more, before the program has anything to say: it waits for its input.
        drop(child.stdout.take());
        child.stdin.take().unwrap().write_all(message).unwrap();
        let run = Run::new(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(code), "{run:?}");
        assert_eq!(run.stderr.is_empty(), code == 0, "{run:?}");
    }
}

#[test]
fn a_closed_standard_error_changes_no_answer() {
    let folder = folder("streams-error");
    let mut command = folder.dokimos(&VERIFY);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    child.stdin.take().unwrap().write_all(b"another message").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn streams_that_are_closed_from_the_start_are_survived() {
    let folder = folder("streams-closed");
    let program = env!("CARGO_BIN_EXE_dokimos");
    let shell = |script: &str| {
        let mut shell = std::process::Command::new("sh");
        Run::new(shell.args(["-c", script, program]).args(VERIFY).current_dir(folder.path()).output().unwrap())
    };
    // A closed standard input is an empty one, and the signature is over nothing.
    assert!(shell(r#""$0" "$@" <&-"#).succeeds().starts_with("verified "));
    assert_eq!(shell(r#""$0" "$@" <&- >&- 2>&-"#).succeeds(), "");
    let empty_key = r#""$0" key id - <&-"#;
    shell(empty_key).fails(3, "standard input: the key is cut off");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let folder = folder("streams-full");
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = Run::new(folder.dokimos(&VERIFY).stdout(full()).output().unwrap());
    run.fails(3, "standard output: no space left on device");
    // The payload is longer than any buffer between.
    let text = "x".repeat(100_000);
    let annotation = format!("text={text}");
    let payload = ["payload", "--image", IMAGE, "--style", "cosign", "--annotation", &annotation];
    let run = Run::new(folder.dokimos(&payload).stdout(full()).output().unwrap());
    run.fails(3, "standard output: no space left on device");
    // With nobody to tell there is still the exit code.
    let run = Run::new(folder.dokimos(&["key", "id", "missing"]).stderr(full()).output().unwrap());
    assert_eq!(run.code, Some(3));
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let folder = folder("streams-colour");
    let plain = folder.run(&VERIFY).succeeds();
    assert!(plain.starts_with("verified ni:///sha-256;"), "{plain}");
    let with = |variables: &[(&str, &str)]| {
        let mut command = folder.dokimos(&VERIFY);
        Run::new(command.envs(variables.iter().copied()).output().unwrap()).succeeds()
    };
    let coloured = with(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.contains('\u{1b}') && coloured != plain);
    assert_eq!(with(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain);
}

/// Under a terminal, which the program `script` provides.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_colour_unless_it_wants_none() {
    if !support::programs(&["script"]) {
        return;
    }
    let folder = folder("streams-terminal");
    let program = env!("CARGO_BIN_EXE_dokimos");
    let terminal = |before: &str| {
        // A CI system shows colour whatever TERM says.
        let line = format!("env -u CI {before} '{program}' {} </dev/null", VERIFY.join(" "));
        String::from_utf8(folder.tool("script", &["-qec", &line, "/dev/null"])).unwrap()
    };
    assert!(terminal("-u NO_COLOR -u CLICOLOR TERM=xterm").contains("\u{1b}["));
    for before in ["NO_COLOR=1 TERM=xterm", "-u NO_COLOR TERM=dumb"] {
        let shown = terminal(before);
        assert!(shown.starts_with("verified ni:///sha-256;"), "{before}: {shown:?}");
    }
}

/// File names are shown, never obeyed: a line stays a line, and a terminal's escapes stay words.
#[cfg(unix)]
#[test]
fn messages_are_one_line_whatever_a_file_is_called() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = Folder::new("streams-names");
    let mut command = folder.dokimos(&["key", "id"]);
    let run = Run::new(command.arg(OsStr::from_bytes(b"a\nb\x1b[31m\xff\xe2\x80\xae")).output().unwrap());
    run.fails(3, "a\\u{a}b\\u{1b}[31m\u{fffd}\\u{202e}: no such file or folder");
}

#[test]
fn every_command_has_a_long_help_with_an_example() {
    let folder = Folder::new("streams-help");
    let commands = [
        &["attach"][..],
        &["inspect"],
        &["key", "id"],
        &["key", "import"],
        &["keygen"],
        &["payload"],
        &["policy", "check"],
        &["reasons"],
        &["sign"],
        &["verify"],
        &["verify-blob"],
    ];
    for command in commands {
        let long = folder.run(&[command, &["--help"]].concat()).succeeds();
        let example = format!("dokimos {} ", command.join(" "));
        let (_, examples) = long.rsplit_once("Example").unwrap_or_else(|| panic!("no example: {long}"));
        assert!(examples.contains(&example), "{long}");
        let fits = |line: &str| line.contains(" [OPTIONS] ") || line.chars().count() <= 100;
        assert!(long.lines().all(fits), "{long}");
        let short = folder.run(&[command, &["-h"]].concat()).succeeds();
        assert!(short.len() < long.len());
        for line in examples.lines().skip(1).filter(|line| !line.is_empty()) {
            assert!(line.starts_with("  ") && line.chars().count() < 80, "too long for a terminal: {line}");
        }
    }
    let top = folder.run(&["--help"]).succeeds();
    assert!(top.contains("Exit codes:") && top.contains("verify-blob"), "{top}");
    assert_eq!(folder.run(&["--version"]).succeeds(), format!("dokimos {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_is_refused() {
    let folder = Folder::new("streams-usage");
    folder.run(&[]).refuses_usage("Usage: dokimos <COMMAND>");
    folder.run(&["no-such-command"]).refuses_usage("unrecognized subcommand 'no-such-command'");
    folder.run(&["key"]).refuses_usage("Usage: dokimos key <COMMAND>");
    folder.run(&["key", "id", "--no-such-option", "file"]).refuses_usage("unexpected argument '--no-such-option'");
}
