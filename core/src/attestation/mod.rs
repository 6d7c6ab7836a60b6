//! Evidence as it arrives: untrusted, and not yet verified in any way.
//!
//! Each wire format has a file of its own here, and all give the same [`Attestation`]: the signed bytes as they were
//! signed, and the signatures over them. Nothing in this module looks into a payload or at a key.

mod base64;
mod bundle;
mod cosign;
mod dsse;
mod grafeas;
mod index;
mod shape;
mod signed;

use crate::{
    Budget, Digest, Problem,
    document::{Excerpt, Place, code},
    fields::Field,
};
use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use base64::Dialect;
use core::slice;
use index::Index;

/// The most bytes of a signature: that of an RSA key of 8,192 bits, the largest that is accepted.
const SIGNATURE_BYTES: usize = 1024;

/// A set of attestations, none of which has been verified.
///
/// ```
/// use dokimos::Attestations;
/// let document = br#"{"Base64Signature": "AQID", "Payload": "e30=", "Cert": null}"#;
/// let attestations = Attestations::parse(document)?;
/// assert_eq!(attestations.len(), 1);
/// # Ok::<(), dokimos::Problem>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Attestations {
    list: Vec<Attestation>,
    index: Index,
}

impl Attestations {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one document with the default [`Budget`]; [`add`](Self::add) says what it may hold.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let mut attestations = Self::new();
        attestations.add("", bytes, &Budget::default())?;
        Ok(attestations)
    }

    /// Adds the attestations of one document and returns how many they were.
    ///
    /// The document is JSON; its format is known by its shape:
    /// - a Grafeas occurrence, v1 or v1beta1, or the page `{"occurrences": […]}` in which its API lists them (`{}` is
    ///   the page that lists none),
    /// - the object that `cosign download signature` prints,
    /// - a DSSE envelope, or a sigstore bundle with one that was signed with a key,
    /// - an array of such objects, or one a line (NDJSON).
    ///
    /// `source` names the document in reports, such as its file name; it may be empty.
    ///
    /// An item that is malformed is added too: it has a [`problem`](Attestation::problem), satisfies nothing, and does
    /// not take the others down. So is one whose kind is known but [not supported](Attestation::unsupported).
    ///
    /// # Errors
    /// The set is then as it was before. `SYNTAX`: not JSON, at any place. `UNKNOWN_FORMAT`: JSON, but no item in it
    /// has a known shape. `DUPLICATE_FIELD`, `WRONG_TYPE`: the list itself is malformed. `LIMIT_REACHED`: the document
    /// is too large or too deep, or the set would hold more than `budget.attestations`.
    pub fn add(&mut self, source: &str, bytes: &[u8], budget: &Budget) -> Result<usize, Problem> {
        let room = budget.attestations.saturating_sub(self.list.len());
        let added = shape::Reader::new(source, room, budget).read(bytes)?;
        let count = added.len();
        if self.list.is_empty() {
            self.list = added;
        } else {
            self.list.extend(added);
        }
        self.index.extend(&self.list);
        Ok(count)
    }

    /// Adds a payload and a signature over it that stand in files of their own, as raw bytes.
    ///
    /// `key_id` is the id of the key that signed, where it is known; without it every key may be tried.
    ///
    /// # Errors
    /// `INVALID_VALUE`: one of the three is empty. `LIMIT_REACHED`: the payload is larger than `budget.document_bytes`,
    /// the signature than 1,024 bytes, or the set would hold more than `budget.attestations`. The path says which.
    pub fn add_detached(
        &mut self,
        source: &str,
        payload: &[u8],
        signature: &[u8],
        key_id: Option<&str>,
        budget: &Budget,
    ) -> Result<(), Problem> {
        for (name, length, most) in [
            ("payload", payload.len(), budget.document_bytes),
            ("signature", signature.len(), SIGNATURE_BYTES),
            ("keyId", key_id.map_or(1, str::len), budget.document_bytes),
        ] {
            check_length(length, most, &Place::Root.member(name))?;
        }
        if self.list.len() >= budget.attestations {
            return Err(too_many(budget));
        }
        let signature = Signature { key_id: key_id.map(String::from), bytes: Ok(signature.into()) };
        let content = Content::Signed { payload: payload.into(), payload_type: None, signatures: vec![signature] };
        let source = Source::new(source).at(&Place::Root, None);
        self.list.push(Attestation { source, format: "detached", resource: None, content });
        self.index.extend(&self.list);
        Ok(())
    }

    /// Adds what a decision on the digest looks at in another set: the attestations whose payload names it, and of the
    /// others the first `budget.other_images`. Returns how many they were.
    ///
    /// For programs that keep a large set, or one for each image, and decide on one image at a time.
    ///
    /// ```
    /// use dokimos::{Attestations, Budget, Digest};
    /// # let digest: Digest = "sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94".parse()?;
    /// let all = Attestations::parse(br#"{"Base64Signature": "AQID", "Payload": "e30=", "Cert": null}"#)?;
    /// let mut few = Attestations::new();
    /// few.add_about(&digest, &all, &Budget::default())?;
    /// assert_eq!(few.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `LIMIT_REACHED`: the set would hold more than `budget.attestations`; it is then as it was before.
    pub fn add_about(&mut self, digest: &Digest, other: &Self, budget: &Budget) -> Result<usize, Problem> {
        let (evidence, _) = other.for_digest(digest.hex(), budget.other_images);
        let count = evidence.len();
        if count > budget.attestations.saturating_sub(self.list.len()) {
            return Err(too_many(budget));
        }
        self.list.extend(evidence.into_iter().map(|evidence| evidence.attestation.clone()));
        self.index.extend(&self.list);
        Ok(count)
    }

    /// The attestations, in the order in which they were added.
    pub fn iter(&self) -> slice::Iter<'_, Attestation> {
        self.list.iter()
    }

    /// Those whose payload names the digest, and behind them as many others as are asked for, each in the order in which
    /// they were added; and how many more others there are.
    pub(crate) fn for_digest(&self, hex: &str, others: usize) -> (Vec<Evidence<'_>>, usize) {
        let naming = self.index.naming(&self.list, hex);
        let most = naming.len().saturating_add(others);
        let mut evidence = Vec::with_capacity(naming.len());
        for attestation in naming.iter().filter_map(|place| self.list.get(*place)) {
            evidence.push(Evidence { attestation, names_digest: true });
        }
        for (place, attestation) in self.list.iter().enumerate() {
            if evidence.len() >= most {
                break;
            }
            if naming.binary_search(&place).is_err() {
                evidence.push(Evidence { attestation, names_digest: false });
            }
        }
        let left = self.list.len().saturating_sub(evidence.len());
        (evidence, left)
    }

    /// How many attestations the set holds, those with a problem among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the set holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// An attestation that a decision looks at.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub(crate) attestation: &'a Attestation,
    /// Whether its bytes hold the image's digest: a hint that orders the search and ranks its failures, no more.
    pub(crate) names_digest: bool,
}

/// By the attestations, in their order.
impl PartialEq for Attestations {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for Attestations {}

impl<'a> IntoIterator for &'a Attestations {
    type Item = &'a Attestation;
    type IntoIter = slice::Iter<'a, Attestation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A payload and signatures over it, as someone handed them over: nothing about it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    source: String,
    format: &'static str,
    resource: Option<String>,
    content: Content,
}

/// What could be made of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A payload to be verified with any of the signatures. DSSE signs a type with it.
    Signed { payload: Vec<u8>, payload_type: Option<String>, signatures: Vec<Signature> },
    /// A malformed item.
    Unreadable(Problem),
    /// A well-formed attestation of a kind that cannot be verified here: which.
    Unsupported(Cow<'static, str>),
    /// A well-formed item that attests nothing, such as a finding of a scanner, which stands in the same list.
    Unrelated(Cow<'static, str>),
}

impl Attestation {
    /// Where the attestation came from: the source that was given and the place in it, as `signatures.json:
    /// occurrences[3]` or `signatures.json: line 7`. An occurrence that stands alone shows its name instead of a place.
    ///
    /// One line of bounded length, without control characters. For reports only: another item may bear the same.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The format in which it came: `grafeas/v1`, `grafeas/v1beta1`, `cosign`, `dsse`, `sigstore-bundle` or `detached`;
    /// `unknown` for an item that cannot be used.
    #[must_use]
    pub fn format(&self) -> &'static str {
        self.format
    }

    /// The signatures over the payload; none if the attestation is malformed or not supported.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        match &self.content {
            Content::Signed { signatures, .. } => signatures,
            _ => &[],
        }
    }

    /// The payload, byte for byte as it was signed – **if** it was: whoever wrote the attestation chose these bytes.
    /// They are for display. A decision is a policy's to make, after it has verified a signature over them.
    #[must_use]
    pub fn untrusted_payload(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Signed { payload, .. } => Some(payload),
            _ => None,
        }
    }

    /// The type that is signed with the payload, as the attestation states it; none unless it is a DSSE envelope.
    #[must_use]
    pub fn untrusted_payload_type(&self) -> Option<&str> {
        match &self.content {
            Content::Signed { payload_type, .. } => payload_type.as_deref(),
            _ => None,
        }
    }

    /// The image for which an occurrence says it stands (`resourceUri`). No signature covers it: it is for display.
    #[must_use]
    pub fn untrusted_resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// Why the attestation cannot be read, if it cannot; the path is that in its document.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match &self.content {
            Content::Unreadable(problem) => Some(problem),
            _ => None,
        }
    }

    /// What it is, in words, if it is of a kind that is not supported, such as `a PGP signed attestation`, or no
    /// attestation at all, such as `an occurrence of kind VULNERABILITY`.
    #[must_use]
    pub fn unsupported(&self) -> Option<&str> {
        match &self.content {
            Content::Unsupported(what) | Content::Unrelated(what) => Some(what),
            _ => None,
        }
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    /// Whether the text stands anywhere in the payload's bytes: a hint which attestation to try first, and no more. A
    /// payload can name a digest in other words (JSON escapes), and can hold the text without naming the digest.
    pub(crate) fn names_digest(&self, hex: &str) -> bool {
        self.untrusted_payload().is_some_and(|payload| index::names(payload, hex.as_bytes()))
    }
}

/// One signature of an attestation, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    key_id: Option<String>,
    bytes: Result<Vec<u8>, Problem>,
}

impl Signature {
    /// The id of the key that is said to have signed: a hint where to look, never a reason to trust.
    ///
    /// `None` where the format has no ids (cosign), and where the signature is malformed.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The raw bytes: 1 to 1,024 of them.
    ///
    /// # Errors
    /// Why the signature cannot be read; the path is that in the attestation's document.
    pub fn bytes(&self) -> Result<&[u8], &Problem> {
        self.bytes.as_deref()
    }
}

/// The name of a document, ready to be put in front of a place.
struct Source(String);

impl Source {
    fn new(name: &str) -> Self {
        Self(Excerpt(name, 200).text().into_owned())
    }

    /// The place in the document, or the item's own name where it is the whole document.
    fn at(&self, place: &Place<'_>, name: Option<&str>) -> String {
        let inside = match (place, name) {
            (Place::Root, Some(name)) => Excerpt(name, 200).text().into_owned(),
            (place, _) => place.to_string(),
        };
        match (self.0.is_empty(), inside.is_empty()) {
            (false, false) => [self.0.as_str(), ": ", inside.as_str()].concat(),
            (false, true) => self.0.clone(),
            (true, false) => inside,
            (true, true) => "document".into(),
        }
    }
}

/// Refuses what is empty, which no signature scheme and no format has, and what is too long.
fn check_length(length: usize, most: usize, place: &Place<'_>) -> Result<(), Problem> {
    match length {
        0 => Err(Problem::new(code::INVALID_VALUE, place, "the value is empty")),
        _ if length > most => {
            let message = format_args!("{length} bytes, more than the limit of {most}");
            Err(Problem::new(code::LIMIT_REACHED, place, message))
        }
        _ => Ok(()),
    }
}

fn too_many(budget: &Budget) -> Problem {
    let message = format_args!("more than {} attestations", budget.attestations);
    Problem::new(code::LIMIT_REACHED, &Place::Root, message)
}

/// The bytes of a payload, from its text.
fn payload_bytes(field: &Field<'_, '_>, dialect: Dialect) -> Result<Vec<u8>, Problem> {
    let bytes = dialect.decode(field.text()?, &field.place)?;
    // The document, which is longer, passed the limit of bytes.
    check_length(bytes.len(), usize::MAX, &field.place)?;
    Ok(bytes)
}

/// The bytes of a signature, from its text.
fn signature_bytes(field: &Field<'_, '_>, dialect: Dialect) -> Result<Vec<u8>, Problem> {
    let bytes = dialect.decode(field.text()?, &field.place)?;
    check_length(bytes.len(), SIGNATURE_BYTES, &field.place)?;
    Ok(bytes)
}

/// A document that was just written, if all that is in it can be read again.
fn readable(written: String) -> Result<String, Problem> {
    for attestation in &Attestations::parse(written.as_bytes())? {
        if let Content::Unreadable(problem) = attestation.content() {
            return Err(problem.clone());
        }
        for signature in attestation.signatures() {
            signature.bytes().map_err(Problem::clone)?;
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_in_the_payload_and_nowhere_else() {
        let mut attestations = Attestations::new();
        let budget = Budget::default();
        attestations.add_detached("abcd", b"\0\xffsha256:ab12", b"ab34", Some("ab56"), &budget).unwrap();
        attestations.add("", br#"{"noteName":"ab12","attestation":{}}"#, &budget).unwrap();
        let [payload, unreadable] = attestations.list.as_slice() else { panic!("{attestations:?}") };
        assert!(payload.names_digest("ab12"));
        for absent in ["ab123", "AB12", "ab34", "ab56", "abcd"] {
            assert!(!payload.names_digest(absent), "{absent}");
        }
        assert!(!unreadable.names_digest("ab12"));
    }

    #[test]
    fn what_is_about_a_digest_is_what_names_it_and_a_few_others() {
        let digest: Digest = std::format!("sha256:{}", "ab".repeat(32)).parse().unwrap();
        let mut budget = Budget { other_images: 2, ..Budget::default() };
        let mut all = Attestations::new();
        for number in 0..100 {
            let payload = if number % 10 == 7 { digest.hex().into() } else { std::format!("other {number}") };
            all.add_detached("", payload.as_bytes(), b"s", None, &budget).unwrap();
        }
        let mut few = Attestations::new();
        assert_eq!(few.add_about(&digest, &all, &budget), Ok(12));
        let names = few.iter().filter(|attestation| attestation.names_digest(digest.hex())).count();
        assert_eq!((few.len(), names), (12, 10));
        // Full is full, and nothing is added in part.
        budget.attestations = 23;
        let problem = few.add_about(&digest, &all, &budget).unwrap_err();
        assert_eq!((problem.code(), few.len()), (code::LIMIT_REACHED, 12));
        budget.attestations = 24;
        assert_eq!(few.add_about(&digest, &all, &budget), Ok(12));
        assert_eq!(few.for_digest(digest.hex(), 0).0.len(), 20);
    }
}
