//! Programs that keep credentials: `docker-credential-NAME` (github.com/docker/docker-credential-helpers).

use super::credentials::Login;
use crate::evidence::FetchError;
use dokimos::Excerpt;
use serde::Deserialize;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::timeout,
};

/// For one answer: programs of cloud providers ask a server for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes that are read of an answer: tokens of cloud providers have a few thousand.
const MOST: u64 = 64 * 1024;
/// What a program says that has nothing for a server (credentials/error.go).
const NOT_FOUND: &str = "credentials not found in native keychain";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Asks the program for a login at the server; none if it has none.
///
/// # Errors
/// It cannot be run, fails, or gives no answer that can be understood. What it prints can hold a secret, and is not
/// repeated.
pub(super) async fn ask(name: &str, server: &str) -> Result<Option<Login>, FetchError> {
    let named =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !named {
        let name = Excerpt::new(name, 200);
        return Err(FetchError::permanent(format_args!("\"{name}\" cannot be a program that keeps credentials")));
    }
    let program = format!("docker-credential-{name}");
    match timeout(PATIENCE, run(&program, server)).await {
        Ok(answer) => answer,
        Err(_) => Err(FetchError::transient(format_args!("{program}: no answer within {PATIENCE:?}"))),
    }
}

async fn run(program: &str, server: &str) -> Result<Option<Login>, FetchError> {
    let failed = |what: &str| FetchError::transient(format_args!("{program}: {what}"));
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|_| FetchError::permanent(format_args!("{program}: the program cannot be run")))?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed("it has no input and output"));
    };
    // A program that does not read its input can still answer.
    let _ = input.write_all(server.as_bytes()).await;
    drop(input);
    let mut answer = Vec::new();
    output.take(MOST).read_to_end(&mut answer).await.map_err(|_| failed("its answer cannot be read"))?;
    let status = child.wait().await.map_err(|_| failed("it does not end"))?;
    if !status.success() {
        let text = String::from_utf8_lossy(&answer);
        return if text.trim() == NOT_FOUND { Ok(None) } else { Err(failed("it fails")) };
    }
    let answer: Answer = serde_json::from_slice(&answer)
        .map_err(|_| FetchError::permanent(format_args!("{program}: its answer cannot be understood")))?;
    Ok(Some(Login::named(&answer.username, &answer.secret)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::ErrorKind;
    use std::{fs, path::PathBuf};

    /// A program, which goes when the test is over.
    struct Program(PathBuf);

    impl Program {
        fn new(name: &str, script: &str) -> Self {
            let path = std::env::temp_dir().join(format!("docker-credential-{name}-{}", std::process::id()));
            // Written by another process: a file that this one has open for writing, if only for the moment in which
            // another test starts a program, cannot be run.
            let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$0\" && chmod 755 \"$0\"";
            let written = std::process::Command::new("sh").args(["-c", write]).arg(&path).arg(script).status().unwrap();
            assert!(written.success());
            Self(path)
        }

        async fn ask(&self) -> Result<Option<Login>, FetchError> {
            run(self.0.to_str().unwrap(), "registry.example.com").await
        }
    }

    impl Drop for Program {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    #[tokio::test]
    async fn a_program_gives_what_it_keeps_for_the_server() {
        let script = r#"test "$1" = get && test "$(cat)" = registry.example.com && printf '%s' "$OUT""#;
        for (name, out, login) in [
            ("password", r#"{"ServerURL":"x","Username":"me","Secret":"a:b"}"#, Login::named("me", "a:b")),
            ("token", r#"{"Username":"<token>","Secret":"t"}"#, Login::IdentityToken("t".into())),
        ] {
            let program = Program::new(name, &format!("OUT='{out}'\n{script}"));
            assert!(program.ask().await.unwrap() == Some(login));
        }
        // It need not read what it is told.
        let program = Program::new("deaf", r#"echo '{"Username":"me","Secret":"x"}'"#);
        assert!(program.ask().await.unwrap().is_some());
        let program = Program::new("none", "echo credentials not found in native keychain; exit 1");
        assert!(program.ask().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_program_that_fails_does_not_say_that_there_is_no_login() {
        for (name, script, kind) in [
            ("fails", "echo hunter2; exit 1", ErrorKind::Unreachable),
            ("says", "echo hunter2; exit 0", ErrorKind::Refused),
            ("silent", "exit 0", ErrorKind::Refused),
            ("half", r#"echo '{"Username":"hunter2"}'"#, ErrorKind::Refused),
            ("flood", "while echo hunter2hunter2hunter2hunter2; do :; done", ErrorKind::Refused),
        ] {
            let error = Program::new(name, script).ask().await.err().unwrap();
            // A flood ends in one way or the other: what was read is no answer, or the program died of the closed pipe.
            assert!(error.kind() == kind || name == "flood", "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        for name in ["", "../evil", "a/b", "a b", "nowhere-to-be-found"] {
            assert_eq!(ask(name, "x").await.err().unwrap().kind(), ErrorKind::Refused, "{name}");
        }
    }
}
