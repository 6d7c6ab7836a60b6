use dokimos::{Attestations, Budget, Digest};
use std::sync::Arc;

/// An attestation document that a source found, as `dokimos::Attestations::add` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What reports call it: the file, the tag, the occurrence. Never a secret, such as a password in an address.
    pub name: String,
    /// The document, of at most `Budget::document_bytes`.
    pub bytes: Vec<u8>,
}

/// What a source found for an image.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// Documents that were fetched for this image.
    #[cfg_attr(not(test), expect(dead_code, reason = "the sources that fetch for one image come beside this one"))]
    Documents(Vec<Document>),
    /// What the source has for all images, read already: just now, or for an earlier image.
    Set { set: Arc<Set>, new: bool },
}

/// Attestations for many images, and what could not be read.
#[derive(Debug, Default)]
pub(super) struct Set {
    pub(super) attestations: Attestations,
    /// Each in one line, with the document's name.
    pub(super) refused: Vec<String>,
}

impl Set {
    /// Adds a document, or says why it is none.
    pub(super) fn add(&mut self, document: &Document, budget: &Budget) {
        if let Err(problem) = self.attestations.add(&document.name, &document.bytes, budget) {
            self.refused.push(format!("{}: {problem}", document.name));
        }
    }
}

impl Found {
    /// Moves what is about the digest into the set.
    pub(super) fn into_set(self, digest: &Digest, set: &mut Set, budget: &Budget) {
        let (found, new) = match self {
            Self::Set { set, new } => (set, new),
            Self::Documents(documents) => {
                let mut found = Set::default();
                documents.iter().for_each(|document| found.add(document, budget));
                (Arc::new(found), true)
            }
        };
        if let Err(problem) = set.attestations.add_about(digest, &found.attestations, budget) {
            set.refused.push(problem.to_string());
        }
        // Said once, and not for each image.
        if new {
            set.refused.extend(found.refused.iter().cloned());
        }
    }
}
