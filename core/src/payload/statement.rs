//! in-toto Statements (in-toto/attestation `spec/v1/statement.md`): what a DSSE envelope says of artifacts.

use super::{canonical_object, text};
use crate::{
    Budget, Digest, Problem,
    document::{Place, Shown, code},
    fields::{Fields, Name},
    json::Json,
};
use alloc::string::String;

/// The most subjects of a statement, and the most digests of a subject: as many as sigstore-go reads.
const SUBJECTS: usize = 1024;
const DIGESTS: usize = 32;

const TYPES: [&str; 2] = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"];

/// An in-toto Statement: the claim "this predicate holds for each of these subjects".
///
/// **Reading it does not verify it.** As for [`SimpleSigning`](crate::SimpleSigning), it means something only when the
/// very bytes it was read from carry a good signature of a trusted key.
///
/// ```
/// use dokimos::{Budget, Statement};
/// let text = br#"{"_type": "https://in-toto.io/Statement/v1", "subject": [{"digest": {"sha256": "1ccb399e"}}],
///     "predicateType": "https://sigstore.dev/cosign/sign/v1", "predicate": {}}"#;
/// let statement = Statement::parse(text, &Budget::default())?;
/// assert_eq!(statement.predicate_type(), Statement::COSIGN_SIGN);
/// let subject = statement.subjects().next().unwrap();
/// assert_eq!(subject.digests().collect::<Vec<_>>(), [("sha256", "1ccb399e")]);
/// # Ok::<(), dokimos::Problem>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Statement<'p>(
    /// Checked when it was read, and looked things up in afterwards.
    Json<'p>,
);

impl<'p> Statement<'p> {
    /// The predicate type of a plain signature, which claims no more than that the subject was signed: what `cosign
    /// sign` writes from version 3 on.
    pub const COSIGN_SIGN: &'static str = "https://sigstore.dev/cosign/sign/v1";

    /// Reads a statement, without any judgement on who wrote it.
    ///
    /// Unknown members are ignored, as in-toto's parsing rules ask; no member may stand twice, in the predicate neither,
    /// and nothing may follow.
    ///
    /// # Errors
    /// The first thing that is wrong: `SYNTAX`, `DUPLICATE_FIELD`, `MISSING_FIELD`, `WRONG_TYPE`, `INVALID_VALUE` (another
    /// `_type` than that of version 0.1 or 1, an empty list), or `LIMIT_REACHED` (bytes, depth, number of
    /// values, more than 1,024 subjects or 32 digests of one).
    pub fn parse(bytes: &'p [u8], budget: &Budget) -> Result<Self, Problem> {
        Self::read(Json::parse(bytes, budget)?)
    }

    pub(super) fn read(json: Json<'p>) -> Result<Self, Problem> {
        check(&json)?;
        Ok(Self(json))
    }

    /// What the statement is about; at least one.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = Subject<'_>> {
        let subjects = match self.0.get("subject") {
            Some(Json::Array(subjects)) => subjects.as_slice(),
            _ => &[],
        };
        subjects.iter().map(Subject)
    }

    /// `predicateType`: what the predicate claims, as a URI. As written.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        text(&self.0, "predicateType").unwrap_or_default()
    }

    /// The predicate: JSON text of an object, compact, members sorted by name. dokimos does not look into it.
    #[must_use]
    pub fn predicate(&self) -> Option<String> {
        self.0.get("predicate").and_then(canonical_object)
    }
}

/// A subject of a [`Statement`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject<'s>(&'s Json<'s>);

impl<'s> Subject<'s> {
    /// Its name: for an image the repository, where the producer states one. As written, and not empty.
    #[must_use]
    pub fn name(self) -> Option<&'s str> {
        // To protocol buffers a text that is empty and one that is absent are the same.
        text(self.0, "name").filter(|name| !name.is_empty())
    }

    /// Its digests: the name of the algorithm, and the value, each as written.
    pub fn digests(self) -> impl Iterator<Item = (&'s str, &'s str)> {
        let digests = match self.0.get("digest") {
            Some(Json::Object(members)) => members.as_slice(),
            _ => &[],
        };
        digests.iter().filter_map(|(algorithm, value)| match value {
            Json::String(value) => Some((algorithm.as_ref(), value.as_ref())),
            _ => None,
        })
    }

    /// Whether one of its digests is this one, to the letter: in-toto writes lower-case hexadecimal.
    pub(crate) fn has(self, digest: &Digest) -> bool {
        self.digests().any(|(algorithm, value)| algorithm == digest.algorithm().name() && value == digest.hex())
    }
}

fn check(json: &Json<'_>) -> Result<(), Problem> {
    let statement = Fields::new(json, &Place::Root)?;
    let kind = statement.text(Name(&["_type"]))?;
    if !TYPES.contains(&kind) {
        let message = format_args!("unknown type \"{}\"", Shown(kind));
        return Err(Problem::new(code::INVALID_VALUE, &Place::Root.member("_type"), message));
    }
    let subjects = statement.required(Name(&["subject"]))?;
    let list = subjects.array()?;
    check_count(list.len(), SUBJECTS, "subjects", &subjects.place)?;
    for (index, subject) in list.iter().enumerate() {
        check_subject(subject, &subjects.place.item(index))?;
    }
    statement.text(Name(&["predicateType"]))?;
    if let Some(predicate) = statement.optional(Name(&["predicate"]))? {
        predicate.json.object_at(&predicate.place)?;
    }
    Ok(())
}

fn check_subject(json: &Json<'_>, place: &Place<'_>) -> Result<(), Problem> {
    let subject = Fields::new(json, place)?;
    subject.optional_text(Name(&["name"]))?;
    let digests = subject.required(Name(&["digest"]))?;
    let list = digests.json.object_at(&digests.place)?;
    check_count(list.len(), DIGESTS, "digests", &digests.place)?;
    list.iter().try_for_each(|(algorithm, value)| value.string_at(&digests.place.member(algorithm)).map(drop))
}

fn check_count(count: usize, most: usize, what: &str, place: &Place<'_>) -> Result<(), Problem> {
    match count {
        0 => Err(Problem::new(code::INVALID_VALUE, place, format_args!("there are no {what}"))),
        _ if count > most => Err(Problem::new(code::LIMIT_REACHED, place, format_args!("more than {most} {what}"))),
        _ => Ok(()),
    }
}
