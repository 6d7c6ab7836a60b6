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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Document;
    use std::{fs, path::Path};

    fn document(name: &str) -> Document {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/evidence").join(name);
        Document { name: name.to_owned(), bytes: fs::read(path).unwrap() }
    }

    #[test]
    fn documents_and_sets_give_what_is_about_the_digest() {
        let digest: Digest = "sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94".parse().unwrap();
        let mut budget = Budget::default();
        budget.other_images = 0;
        let mut documents = ["release.json", "other-digest.json", "release.json", "qa.json"].map(document);
        documents[2] = Document { name: "cut.json".to_owned(), bytes: documents[2].bytes[..100].to_vec() };
        let mut all = Set::default();
        documents.iter().for_each(|document| all.add(document, &budget));
        assert_eq!((all.attestations.len(), all.refused.len()), (3, 1));

        let mut set = Set::default();
        Found::Documents(documents.to_vec()).into_set(&digest, &mut set, &budget);
        let sources: Vec<_> = set.attestations.iter().map(|attestation| attestation.source().to_owned()).collect();
        assert!(sources[0].starts_with("release.json") && sources[1].starts_with("qa.json"), "{sources:?}");
        assert_eq!((sources.len(), set.refused.len()), (2, 1));
        assert!(set.refused[0].starts_with("cut.json: "));

        // What was read before is not complained of again.
        let mut set = Set::default();
        Found::Set { set: Arc::new(all), new: false }.into_set(&digest, &mut set, &budget);
        assert_eq!((set.attestations.len(), set.refused.len()), (2, 0));

        budget.attestations = 1;
        let mut set = Set::default();
        Found::Documents(vec![document("release.json"), document("qa.json")]).into_set(&digest, &mut set, &budget);
        assert!(set.refused.iter().any(|refused| refused.contains("more than 1 attestations")), "{:?}", set.refused);
    }
}
