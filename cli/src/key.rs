//! `dokimos key`: what a key is in a policy, and what it is called.

use crate::{
    Answer,
    failure::Failure,
    input::Source,
    key_file::KeyFile,
    output::Output,
    policy_entry::{Language, PolicyEntry},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand, ValueEnum};
use dokimos::{KeyId, PublicKey, SignatureAlgorithm};
use std::fmt::Write;

/// Brings keys into a policy, and tells their ids
#[derive(Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

impl Key {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        match self.command {
            KeyCommand::Import(import) => import.run(out),
            KeyCommand::Id(id) => id.run(out),
        }
    }
}

#[derive(Subcommand)]
enum KeyCommand {
    Import(Import),
    Id(Id),
}

/// Prints the entry of a public key for a policy
///
/// Reads a key in any form in which one is handed out, and prints it as the `publicKeys` of an
/// attestor:
///
///   * PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`), text before the block is skipped
///   * DER (SubjectPublicKeyInfo, PKCS#1)
///   * the base64 text of one of these, as the `publicKeyData` of Alibaba's kritis-validation-hook
#[cfg_attr(feature = "sign", doc = "   * a private key (PKCS#8, PKCS#1), of which only the public half is printed")]
///
/// The key is checked as it will be when the policy is read: its size, its numbers, and that it may
/// be used with the algorithm.
#[derive(Args)]
#[command(
    verbatim_doc_comment,
    after_long_help = "\
Examples:
  dokimos key import --algorithm RSA_PSS_2048_SHA256 \\
    --id 4a2ef103-5aa3-4220-8c1b-5c8a6d0a1e11 kms.pub.pem

  kubectl get attestationauthority demo-aa \\
    -o jsonpath='{.spec.publicKeyData}' |
    dokimos key import --algorithm RSA_SIGN_PKCS1_2048_SHA256 -"
)]
struct Import {
    /// Files with one key each; - is the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<Source>,

    /// How the keys sign, such as RSA_PSS_2048_SHA256
    ///
    /// Any name that is in use is read: RSA_SIGN_PKCS1_4096_SHA512 (Binary Authorization), rsa-sign-pkcs1-2048-sha256
    /// (kritis), RSA_PKCS1_SHA_256 (Alibaba KMS), RSASSA_PSS_SHA_256 (AWS KMS).
    #[arg(long)]
    algorithm: SignatureAlgorithm,

    /// The id that attestations name the key by; without it the key answers to its default id
    #[arg(long, value_name = "ID")]
    id: Option<KeyId>,

    /// Language of the entry
    #[arg(short, long, value_enum, default_value_t = Language::Yaml, value_name = "LANGUAGE")]
    output: Language,
}

impl Import {
    fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        Source::at_most_one_standard_input(&self.files)?;
        if self.id.is_some() && self.files.len() > 1 {
            return Err(Failure::usage("--id", "is for one key, not for several files"));
        }
        let mut entries = Vec::new();
        for file in &self.files {
            let key = KeyFile::read(file)?.public_half(self.algorithm)?;
            entries.push(PolicyEntry { key, id: self.id.clone() });
        }
        out.line(PolicyEntry::list(&entries, self.output))?;
        Ok(Answer::Yes)
    }
}

/// Prints the id of a key
///
/// The default id of a key is made of the SHA-256 of its SubjectPublicKeyInfo in DER, as in kritis and Binary
/// Authorization; every key answers to it, whatever other id a policy gives it. The file may be in any form that
/// `dokimos key import` reads.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  dokimos key id release.pub.pem
  dokimos key id --format cosign-hint release.pub.pem")]
struct Id {
    /// A file with one key; - is the standard input
    file: Source,

    /// How the hash is written
    #[arg(long, value_enum, default_value_t = IdFormat::Ni)]
    format: IdFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum IdFormat {
    /// The default id: ni:///sha-256; and base64url (RFC 6920)
    Ni,
    /// Hexadecimal, as `openssl dgst -sha256` prints it
    Hex,
    /// Base64, the hint in the bundles of cosign
    CosignHint,
}

impl Id {
    fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        let key = KeyFile::read(&self.file)?.public_half_for_any_use()?;
        out.line(self.format.of(&key))?;
        Ok(Answer::Yes)
    }
}

impl IdFormat {
    fn of(self, key: &PublicKey) -> String {
        match self {
            Self::Ni => key.default_id().to_string(),
            Self::Hex => key.fingerprint().iter().fold(String::new(), |mut hex, byte| {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            }),
            Self::CosignHint => STANDARD.encode(key.fingerprint()),
        }
    }
}
