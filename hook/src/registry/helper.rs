//! Programs that keep credentials: `docker-credential-NAME` (github.com/docker/docker-credential-helpers).

use super::credentials::Login;
use crate::{evidence::FetchError, shown::Shown};
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
    let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !named {
        let name = Shown(name);
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
