//! `dokimos sign`: signs an image with a key in a file.

use crate::{
    Answer,
    failure::Failure,
    input::Source,
    key_file::KeyFile,
    output::Output,
    payload::{Claim, Style},
    record::Record,
};
use clap::Args;
use dokimos::SignatureAlgorithm;
use dokimos_private_key::SaltLength;

/// Signs an image
///
/// Writes the attestation that this key signed "this repository holds the manifest with this digest". An image is named by
/// its digest; a tag is refused, since it can be moved to another image.
///
/// The signature is verified before it is written. Keys that are not in files sign with `dokimos payload` and
/// `dokimos attach`.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  dokimos sign --key release.pem --algorithm RSA_PSS_3072_SHA256 \\
    --image registry.example.com/shop/web@sha256:… -o web.json

  dokimos sign --key release.pem --algorithm RSA_SIGN_PKCS1_3072_SHA256 \\
    --image registry.example.com/shop/web@sha256:… \\
    --format cosign --annotation build=417")]
pub(crate) struct Sign {
    /// The private key in PEM, PKCS#8 or PKCS#1; - is the standard input
    #[arg(long, value_name = "FILE")]
    key: Source,

    /// How to sign, such as RSA_PSS_2048_SHA256
    ///
    /// Any name that is in use is read: RSA_SIGN_PKCS1_4096_SHA512 (Binary Authorization), rsa-sign-pkcs1-2048-sha256
    /// (kritis), RSA_PKCS1_SHA_256 (Alibaba KMS), RSASSA_PSS_SHA_256 (AWS KMS).
    #[arg(long)]
    algorithm: SignatureAlgorithm,

    #[command(flatten)]
    claim: Claim,

    /// Style of the payload [default: kritis, or cosign with the format cosign]
    #[arg(long, visible_alias = "style", value_enum)]
    payload_style: Option<Style>,

    /// Length of the salt of an RSASSA-PSS signature in bytes, or max [default: the length of the hash]
    #[arg(long, value_name = "BYTES")]
    salt_length: Option<SaltLength>,

    #[command(flatten)]
    record: Record,
}

impl Sign {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        self.record.check()?;
        let payload = self.claim.payload(self.payload_style.unwrap_or(self.record.usual_style()))?;
        let private = KeyFile::read(&self.key)?.private()?;
        let public = private.public(self.algorithm).map_err(|error| Failure::input(&self.key, error))?;
        let public = match self.salt_length {
            Some(length) => length.of(public).map_err(|error| Failure::usage("--salt-length", error))?,
            None => public,
        };
        let signature = private.sign(&public, &self.record.message(&payload));
        let signature = signature.map_err(|error| Failure::input(&self.key, format_args!("cannot sign: {error}")))?;
        self.record.write("payload", &payload, &signature, &public, out)?;
        Ok(Answer::Yes)
    }
}
