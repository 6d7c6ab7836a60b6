//! The attestations that a command is given.

use crate::{failure::Failure, input::Source, text};
use clap::Args;
use dokimos::{Attestations, Budget, KeyId};
use std::{ffi::OsString, fs, path::Path};

/// Where the attestations are.
#[derive(Args)]
pub(crate) struct Evidence {
    /// Attestations: a file, a folder of files, or - for the standard input; can be given several times
    ///
    /// A document holds Grafeas occurrences (v1 or v1beta1: one, an array, a page, or one a line) or what `cosign download
    /// signature` prints. Of a folder every file counts, but not those in its subfolders, and not those whose name begins
    /// with a dot.
    #[arg(long, value_name = "FILE|DIR|-")]
    attestations: Vec<Source>,

    /// A payload whose signature is in a file of its own
    #[arg(long, value_name = "FILE", requires = "signature")]
    payload: Option<Source>,

    /// The signature of --payload: its bytes, or their base64 text
    #[arg(long, value_name = "FILE", requires = "payload")]
    signature: Option<Source>,

    /// The id of the key that made --signature [default: every key is tried]
    #[arg(long, value_name = "ID", requires = "signature")]
    key_id: Option<KeyId>,
}

impl Evidence {
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.attestations.iter().chain(&self.payload).chain(&self.signature)
    }

    /// Reads all of it.
    pub(crate) fn read(&self, budget: &Budget) -> Result<Attestations, Failure> {
        let mut attestations = Attestations::new();
        for source in &self.attestations {
            add(&mut attestations, source, budget)?;
        }
        if let (Some(payload), Some(signature)) = (&self.payload, &self.signature) {
            self.add_detached(&mut attestations, payload, signature, budget)?;
        }
        Ok(attestations)
    }

    fn add_detached(
        &self,
        attestations: &mut Attestations,
        payload: &Source,
        signature: &Source,
        budget: &Budget,
    ) -> Result<(), Failure> {
        let payload_bytes = payload.read(budget.document_bytes)?;
        let bytes = signature.read(MAX_SIGNATURE_FILE)?;
        // No key is known yet that would tell the length. That the bytes of a signature happen to be base64 text, at
        // least 256 characters of it, is less likely than that they were guessed.
        let bytes = text::base64(&bytes).unwrap_or(bytes);
        let key_id = self.key_id.as_ref().map(KeyId::as_str);
        attestations
            .add_detached(&signature.to_string(), &payload_bytes, &bytes, key_id, budget)
            .map_err(|problem| Failure::input(if problem.path() == "payload" { payload } else { signature }, problem))
    }
}

/// Adds the attestations in a file, or in the files of a folder.
pub(crate) fn add(attestations: &mut Attestations, source: &Source, budget: &Budget) -> Result<(), Failure> {
    let Source::File(path) = source else { return add_file(attestations, source, &source.to_string(), budget) };
    if !path.is_dir() {
        return add_file(attestations, source, &source.to_string(), budget);
    }
    for name in file_names(path)? {
        // A report is the same wherever the folder lies.
        let shown = name.to_string_lossy().into_owned();
        add_file(attestations, &Source::File(path.join(name)), &shown, budget)?;
    }
    Ok(())
}

fn add_file(attestations: &mut Attestations, source: &Source, name: &str, budget: &Budget) -> Result<(), Failure> {
    let bytes = source.read(budget.document_bytes)?;
    attestations.add(name, &bytes, budget).map(drop).map_err(|problem| Failure::input(source, problem))
}

/// The files of a folder that count, sorted by name. A link to a file is one: Kubernetes mounts files so.
fn file_names(folder: &Path) -> Result<Vec<OsString>, Failure> {
    let unreadable = |error| Failure::io(folder.display(), &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        let path = folder.join(&name);
        // What cannot be looked at, such as a link that leads nowhere, could be an attestation that is missing.
        if !hidden && fs::metadata(&path).map_err(|error| Failure::io(path.display(), &error))?.is_file() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The longest file of a signature: as base64 text in lines, that of the largest key has some 1,400 bytes.
const MAX_SIGNATURE_FILE: usize = 16 * 1024;
