//! `dokimos attach`: records a signature that was made elsewhere.

use crate::{
    Answer,
    failure::{Failure, complain},
    input::Source,
    key_file::KeyFile,
    output::Output,
    record::Record,
    signature,
};
use clap::Args;
use dokimos::{Budget, SignatureAlgorithm};

/// Records a signature that was made elsewhere
///
/// Takes the payload that `dokimos payload` wrote and the signature that a key management service or a hardware module
/// made over it, and writes the attestation. The signature is verified first: one that does not verify is not recorded,
/// and the exit code is 1.
///
/// With --pae give the payload as it is, not its encoding: that is how it is recorded.
#[derive(Args)]
#[command(after_long_help = "\
Example:
  dokimos payload --image registry.example.com/shop/web@sha256:… -o web.payload
  openssl dgst -sha256 -sign release.pem -out web.sig web.payload
  dokimos attach --payload web.payload --signature web.sig \\
    --public-key release.pub.pem --algorithm RSA_SIGN_PKCS1_3072_SHA256 \\
    -o web.json")]
pub(crate) struct Attach {
    /// The payload; - is the standard input
    #[arg(long, value_name = "FILE")]
    payload: Source,

    /// The signature: its bytes, or their base64 text (standard or URL-safe); - is the standard input
    #[arg(long, value_name = "FILE")]
    signature: Source,

    /// The public key: PEM or DER, SubjectPublicKeyInfo or PKCS#1; - is the standard input
    #[arg(long, value_name = "FILE")]
    public_key: Source,

    /// How the key signed, such as RSA_PSS_2048_SHA256
    ///
    /// Any name that is in use is read: RSA_SIGN_PKCS1_4096_SHA512 (Binary Authorization), rsa-sign-pkcs1-2048-sha256
    /// (kritis), RSA_PKCS1_SHA_256 (Alibaba KMS), RSASSA_PSS_SHA_256 (AWS KMS).
    #[arg(long)]
    algorithm: SignatureAlgorithm,

    #[command(flatten)]
    record: Record,
}

impl Attach {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        self.record.check()?;
        Source::at_most_one_standard_input([&self.payload, &self.signature, &self.public_key])?;
        let key = KeyFile::read(&self.public_key)?.public(self.algorithm)?;
        let signature = signature::read(&self.signature, &key)?;
        let payload = self.payload.read(Budget::default().document_bytes)?;
        if let Err(error) = key.verify(&self.record.message(&payload), &signature) {
            complain(&self.signature.to_string(), &error.to_string());
            return Ok(Answer::No);
        }
        self.record.write(&self.payload, &payload, &signature, &key, out)?;
        Ok(Answer::Yes)
    }
}
