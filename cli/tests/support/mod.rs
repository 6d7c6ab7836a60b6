//! What several test files need: the program, a folder to run it in, and the tools to hold it against.

#![allow(dead_code, reason = "not every test file needs all of it")]

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub(crate) const IMAGE: &str =
    "registry.example.com/shop/web@sha256:1ccb399e44f3e0ec86bb1a95031c6b9f81ac77860556a81a90acb79bab8005d9";

/// A folder of one test, removed at its end. The program runs in it, so that its messages name plain files.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        // A run that was killed may have left it.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), content).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.0.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn text(&self, file: &str) -> String {
        String::from_utf8(self.read(file)).unwrap()
    }

    pub(crate) fn exists(&self, file: &str) -> bool {
        self.0.join(file).symlink_metadata().is_ok()
    }

    /// The names of all files in it, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program, to be run in this folder.
    pub(crate) fn dokimos(&self, arguments: &[&str]) -> Command {
        dokimos_in(&self.0, arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::new(self.dokimos(arguments).output().unwrap())
    }

    /// Runs the program with this standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.dokimos(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The program may end without reading it all.
        let _ = child.stdin.take().unwrap().write_all(input);
        Run::new(child.wait_with_output().unwrap())
    }

    /// Makes the key pair NAME.pem and NAME.pub.pem.
    pub(crate) fn make_key(&self, name: &str, bits: &str) {
        self.run(&["keygen", "--bits", bits, "--out", name]).succeeds();
    }

    /// Runs another program in this folder, which must succeed.
    pub(crate) fn tool(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new(program).args(arguments).current_dir(&self.0).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {errors}");
        output.stdout
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, to be run in a folder.
pub(crate) fn dokimos_in(folder: impl AsRef<Path>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dokimos"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn new(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        Self { code: output.status.code(), stdout: output.stdout, stderr }
    }

    /// The standard output, as bytes, of a run that must have succeeded without a word on the standard error.
    #[track_caller]
    pub(crate) fn bytes(self) -> Vec<u8> {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""));
        self.stdout
    }

    /// As [`bytes`](Self::bytes), as text.
    #[track_caller]
    pub(crate) fn succeeds(self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    /// The standard output of a run that must have ended with this code, without a word on the standard error.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> String {
        let stdout = String::from_utf8(self.stdout).unwrap();
        assert_eq!((self.code, self.stderr.as_str()), (Some(code), ""), "{stdout}");
        stdout
    }

    /// The run must have failed with this code and exactly this line, and have printed nothing else.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, line: &str) {
        let stdout = String::from_utf8_lossy(&self.stdout);
        assert_eq!(
            (self.code, self.stderr.as_str(), &*stdout),
            (Some(code), format!("dokimos: {line}\n").as_str(), "")
        );
    }

    /// The command line must have been refused by its parser, with this in its words.
    #[track_caller]
    pub(crate) fn refuses_usage(self, words: &str) {
        assert_eq!((self.code, self.stdout.is_empty()), (Some(2), true), "{}", self.stderr);
        assert!(self.stderr.contains(words), "{}", self.stderr);
    }
}

/// A file of the published test vectors, which stand outside this repository: the environment variable DOKIMOS_VECTORS
/// names their directory. Where it is not set the caller skips its test; in CI that is a failure.
pub(crate) fn vectors(path: &str) -> Option<PathBuf> {
    match env::var_os("DOKIMOS_VECTORS") {
        Some(directory) => Some(PathBuf::from(directory).join(path)),
        None if env::var_os("CI").is_some() => panic!("DOKIMOS_VECTORS is not set"),
        None => {
            eprintln!("skipped: DOKIMOS_VECTORS is not set");
            None
        }
    }
}

/// Whether all these programs are there. Where one is not the caller skips its test; in CI that is a failure.
pub(crate) fn programs(names: &[&str]) -> bool {
    for name in names {
        let found =
            env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(name).is_file());
        if !found {
            assert!(env::var_os("CI").is_none(), "the program {name} is not installed");
            eprintln!("skipped: the program {name} is not installed");
            return false;
        }
    }
    true
}

/// A file of the repository's own test data.
pub(crate) fn testdata(file: &str) -> String {
    format!("{}/../testdata/{file}", env!("CARGO_MANIFEST_DIR"))
}
