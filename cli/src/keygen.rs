//! `dokimos keygen`: makes a key pair.

use crate::{
    Answer,
    failure::Failure,
    output::Output,
    policy_entry::{Language, PolicyEntry},
    target::{NewFile, Readers},
    text::OneLine,
};
use clap::{Args, builder::PossibleValuesParser, builder::TypedValueParser};
use dokimos::{Hash, Padding, SignatureAlgorithm};
use dokimos_private_key::PrivateKey;
use std::{ffi::OsString, path::PathBuf};

/// Makes an RSA key pair to sign with
///
/// Writes the private key to NAME.pem (PKCS#8, readable by its owner only) and the public key to NAME.pub.pem
/// (SubjectPublicKeyInfo). Files that exist are never overwritten; if one of the two cannot be written, neither is.
///
/// Prints the id of the key, and the entry that makes it an attestor's key in a policy. The public exponent is 65537, and
/// the random numbers are the operating system's.
///
/// The private key is not encrypted. Where it must never be a file, let a key management service or a hardware module
/// make it, and sign with `dokimos payload` and `dokimos attach`.
#[derive(Args)]
#[command(after_long_help = "\
Example:
  dokimos keygen --bits 3072 --out release
  dokimos sign --key release.pem --algorithm RSA_PSS_3072_SHA256 \\
    --image registry.example.com/shop/web@sha256:… -o web.json")]
pub(crate) struct Keygen {
    /// Size of the modulus
    #[arg(long, default_value = "3072", value_parser = PossibleValuesParser::new(["2048", "3072", "4096"]).try_map(|bits| bits.parse::<usize>()))]
    bits: usize,

    /// Where the key goes: NAME.pem and NAME.pub.pem
    #[arg(long, value_name = "NAME")]
    out: OsString,

    /// The algorithm that the policy entry names [default: RSA_PSS_<bits>_SHA256]
    #[arg(long, value_name = "ALGORITHM")]
    algorithm: Option<SignatureAlgorithm>,
}

impl Keygen {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        let algorithm = self.algorithm.unwrap_or(SignatureAlgorithm::new(Padding::Pss, Hash::Sha256));
        let algorithm = match algorithm.modulus_bits() {
            Some(bits) if bits != self.bits => {
                let what = format_args!("{algorithm} is not for a key of {} bits", self.bits);
                return Err(Failure::usage("--algorithm", what));
            }
            _ => algorithm.with_modulus_bits(self.bits).map_err(|error| Failure::usage("--algorithm", error))?,
        };
        let private_path = self.path(".pem");
        let public_path = self.path(".pub.pem");
        // Making a key takes time; learning that its name is taken should not.
        NewFile::check_name(&private_path)?;
        NewFile::check_name(&public_path)?;
        let refused = |what: &str| Failure::input("key", what);
        let private = PrivateKey::generate(self.bits).map_err(|what| refused(&what))?;
        let key = private.public(algorithm).map_err(|error| Failure::input("key", error))?;
        let pem = private.to_pem().map_err(refused)?;
        let private_file = NewFile::create(&private_path, Readers::Owner)?.write(pem.as_ref())?;
        let public_file = NewFile::create(&public_path, Readers::Everybody)?.write(key.to_pem().as_bytes())?;
        private_file.keep();
        public_file.keep();

        let names = [("private key", private_path), ("public key", public_path)];
        for (what, path) in names {
            out.line(format_args!("# {what}: {}", OneLine(&path.display().to_string())))?;
        }
        out.line(format_args!("# key id: {}", key.default_id()))?;
        out.line(PolicyEntry::list(&[PolicyEntry { key, id: None }], Language::Yaml))?;
        Ok(Answer::Yes)
    }

    fn path(&self, ending: &str) -> PathBuf {
        let mut name = self.out.clone();
        name.push(ending);
        name.into()
    }
}
