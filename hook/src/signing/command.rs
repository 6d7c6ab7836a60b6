//! A key that another program keeps: it gets a digest and gives back the signature.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use dokimos::{Excerpt, HashValue, PublicKey};
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process,
    time::timeout,
};

/// The most that is read of what the program prints. The base64 text of the longest signature has 1,368 bytes.
const OUTPUT_BYTES: u64 = 16 * 1024;

/// A program that signs.
#[derive(Debug)]
pub(super) struct Command {
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
}

impl Command {
    pub(super) fn new(command: Vec<String>, timeout_seconds: u64) -> Result<Self, String> {
        let mut words = command.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or("key.command.command: names no program")?;
        if timeout_seconds == 0 {
            return Err("key.command.timeoutSeconds: must be at least 1".to_owned());
        }
        Ok(Self { program, arguments: words.collect(), timeout: Duration::from_secs(timeout_seconds) })
    }

    /// Has the message's digest signed. The signature is not verified here.
    pub(super) async fn sign(&self, key: &PublicKey, message: &[u8]) -> Result<Vec<u8>, String> {
        let digest = key.algorithm().hash().digest(&[message]);
        let run = timeout(self.timeout, self.run(key, &digest)).await;
        // The program is killed when what waits for it is dropped.
        let output = run.map_err(|_| self.error(format_args!("has not answered within {:?}", self.timeout)))??;
        signature(&output, key.signature_len())
            .ok_or_else(|| self.error("printed neither a signature of the key's length nor its base64 text"))
    }

    async fn run(&self, key: &PublicKey, digest: &HashValue) -> Result<Vec<u8>, String> {
        let hex = format!("{digest:?}");
        let base64 = STANDARD.encode(digest);
        let algorithm = key.algorithm().to_string();
        let arguments = self.arguments.iter().map(|argument| {
            argument
                .replace("{digest-hex}", &hex)
                .replace("{digest-base64}", &base64)
                .replace("{algorithm}", &algorithm)
        });
        let mut program = process::Command::new(&self.program);
        program.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = program.spawn().map_err(|error| self.error(format_args!("cannot be started: {error}")))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let give = async move {
            if let Some(mut stdin) = stdin {
                // A program that takes the digest from its arguments does not read this, and may have ended.
                let _ = stdin.write_all(digest.as_ref()).await;
            }
        };
        let ((), output, complaint) = tokio::join!(give, read(stdout), read(stderr));
        let status = child.wait().await.map_err(|error| self.error(error))?;
        if !status.success() {
            let complaint = String::from_utf8_lossy(&complaint.unwrap_or_default()).into_owned();
            let complaint = Excerpt::new(complaint.lines().next().unwrap_or_default(), 200);
            return Err(self.error(format_args!("ended with {status}: {complaint}")));
        }
        output.map_err(|error| self.error(error))
    }

    fn error(&self, what: impl std::fmt::Display) -> String {
        format!("the program {} {what}", self.program)
    }
}

async fn read(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        stream.take(OUTPUT_BYTES).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// The signature that was printed, as its bytes or as base64 text with white space around and between its lines.
fn signature(output: &[u8], length: usize) -> Option<Vec<u8>> {
    if output.len() == length {
        return Some(output.to_vec());
    }
    let text: Vec<u8> = output.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(&text).or_else(|_| STANDARD_NO_PAD.decode(&text)).ok()?;
    (bytes.len() == length).then_some(bytes)
}
