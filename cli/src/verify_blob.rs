//! `dokimos verify-blob`: a detached signature over a file.

use crate::{
    Answer,
    failure::{Failure, complain},
    input::Source,
    key_file::KeyFile,
    output::Output,
    signature,
};
use anstyle::AnsiColor;
use clap::Args;
use dokimos::SignatureAlgorithm;

/// Verifies a detached signature over a file
///
/// Prints `verified` and the id of the key, and exits with 0, if the signature was made over exactly the bytes of FILE
/// with the private half of the key and with the algorithm. Else it says so on the standard error and exits with 1.
///
/// Nothing in the file or the signature chooses the algorithm: it belongs to the key. RSASSA-PSS signatures may have a salt
/// of any length unless the key itself fixes it.
#[derive(Args)]
#[command(after_long_help = "\
Example:
  openssl dgst -sha256 -sign release.pem -out web.sig web.tar
  dokimos verify-blob --key release.pub.pem \\
    --algorithm RSA_SIGN_PKCS1_3072_SHA256 --signature web.sig web.tar")]
pub(crate) struct VerifyBlob {
    /// The public key: PEM or DER, SubjectPublicKeyInfo or PKCS#1; - is the standard input
    #[arg(long, value_name = "FILE")]
    key: Source,

    /// How the key signs, such as RSA_PSS_2048_SHA256
    ///
    /// Any name that is in use is read: RSA_SIGN_PKCS1_4096_SHA512 (Binary Authorization), rsa-sign-pkcs1-2048-sha256
    /// (kritis), RSA_PKCS1_SHA_256 (Alibaba KMS), RSASSA_PSS_SHA_256 (AWS KMS).
    #[arg(long)]
    algorithm: SignatureAlgorithm,

    /// The signature: its bytes, or their base64 text (standard or URL-safe); - is the standard input
    #[arg(long, value_name = "FILE")]
    signature: Source,

    /// The signed file; - is the standard input
    #[arg(value_name = "FILE")]
    file: Source,
}

impl VerifyBlob {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        Source::at_most_one_standard_input([&self.key, &self.signature, &self.file])?;
        let key = KeyFile::read(&self.key)?.public(self.algorithm)?;
        let signature = signature::read(&self.signature, &key)?;
        let message = self.file.read(MAX_MESSAGE)?;
        match key.verify(&message, &signature) {
            Ok(()) => {
                let verified = out.paint().styled(AnsiColor::Green.on_default().bold(), "verified");
                out.line(format_args!("{verified} {}", key.default_id()))?;
                Ok(Answer::Yes)
            }
            Err(error) => {
                complain(&self.file.to_string(), &error.to_string());
                Ok(Answer::No)
            }
        }
    }
}

/// The longest message. It is held in memory; what container tools sign has some hundred bytes.
const MAX_MESSAGE: usize = 1024 * 1024 * 1024;
