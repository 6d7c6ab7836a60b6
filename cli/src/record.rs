//! The document that holds a payload and the signature over it.

use crate::{
    failure::Failure,
    output::Output,
    payload::{Style, pre_authentication_encoding},
    target::Target,
};
use clap::{Args, ValueEnum};
use dokimos::{Attestation, Attestations, Budget, KeyId, Problem, PublicKey, SimpleSigning};
use std::fmt;

/// Where a signed payload is recorded.
#[derive(Args)]
pub(crate) struct Record {
    /// Format of the document that is written
    #[arg(long, value_enum, default_value_t = Format::Grafeas)]
    format: Format,

    /// The id that the occurrence names the key by, as the policy does [default: the key's ni:///sha-256;… id]
    #[arg(long, value_name = "ID")]
    key_id: Option<KeyId>,

    /// The note that the occurrence belongs to, as projects/PROJECT/notes/NOTE
    #[arg(long, value_name = "NOTE")]
    note: Option<String>,

    /// The signature is over DSSE's pre-authentication encoding of the payload
    #[arg(long)]
    pae: bool,

    /// Where the document goes: a file that does not exist yet, or - for the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: Target,
}

/// A format of attestations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A Grafeas occurrence (v1), as kritis and Binary Authorization read
    Grafeas,
    /// What `cosign download signature` prints
    Cosign,
}

impl Record {
    /// What only occurrences have is refused for cosign's format, which would silently leave it out.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.format == Format::Grafeas {
            return Ok(());
        }
        let options = [("--key-id", self.key_id.is_some()), ("--note", self.note.is_some()), ("--pae", self.pae)];
        match options.into_iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Failure::usage(option, "there is no place for it in the format cosign")),
            None => Ok(()),
        }
    }

    /// The style of payload that belongs to the format.
    pub(crate) fn usual_style(&self) -> Style {
        match self.format {
            Format::Grafeas => Style::Kritis,
            Format::Cosign => Style::Cosign,
        }
    }

    /// The bytes that the signature of the payload is made over.
    pub(crate) fn message(&self, payload: &[u8]) -> Vec<u8> {
        if self.pae { pre_authentication_encoding(payload) } else { payload.to_vec() }
    }

    /// Writes the document, once it was read again and its signature verified: what leaves here is good.
    ///
    /// `source` names the payload in messages.
    pub(crate) fn write(
        &self,
        source: impl fmt::Display,
        payload: &[u8],
        signature: &[u8],
        key: &PublicKey,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let claim = SimpleSigning::parse(payload, &Budget::default());
        let claim = claim.map_err(|problem| Failure::input(source, problem))?;
        let document = match self.format {
            Format::Cosign => Attestation::write_cosign(payload, signature),
            Format::Grafeas => {
                let resource = format!("https://{}@{}", claim.docker_reference(), claim.manifest_digest());
                let id = self.key_id.clone().unwrap_or_else(|| key.default_id());
                let note = self.note.as_deref().unwrap_or_default();
                Attestation::write_grafeas(&resource, note, payload, &[(id.as_str(), signature)])
            }
        };
        let document = document.map_err(|problem| refused(&problem))? + "\n";
        self.read_back(&document, payload, key)?;
        self.output.write(document.as_bytes(), out)
    }

    fn read_back(&self, document: &str, payload: &[u8], key: &PublicKey) -> Result<(), Failure> {
        let attestations = Attestations::parse(document.as_bytes()).map_err(|problem| refused(&problem))?;
        let good = attestations.iter().any(|attestation| {
            attestation.untrusted_payload() == Some(payload)
                && attestation.signatures().iter().any(|signature| {
                    signature.bytes().is_ok_and(|bytes| key.verify(&self.message(payload), bytes).is_ok())
                })
        });
        if good { Ok(()) } else { Err(Failure::input("attestation", "does not verify after it was written")) }
    }
}

fn refused(problem: &Problem) -> Failure {
    Failure::input("attestation", problem)
}
