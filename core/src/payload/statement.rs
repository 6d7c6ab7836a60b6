//! in-toto Statements (in-toto/attestation `spec/v1/statement.md`): what a DSSE envelope says of artifacts.

use crate::{
    Budget, Digest, Problem,
    document::{Place, Shown, code},
    go_json,
    json::Json,
};
use alloc::{borrow::Cow, string::String, vec::Vec};

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
/// assert_eq!(statement.subjects()[0].digests().collect::<Vec<_>>(), [("sha256", "1ccb399e")]);
/// # Ok::<(), dokimos::Problem>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Statement<'p> {
    subjects: Vec<Subject<'p>>,
    predicate_type: Cow<'p, str>,
    predicate: Option<Json<'p>>,
}

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
    /// `_type` than that of version 0.1 or 1, an empty text or list), or `LIMIT_REACHED` (bytes, depth, number of
    /// values, more than 1,024 subjects or 32 digests of one).
    pub fn parse(bytes: &'p [u8], budget: &Budget) -> Result<Self, Problem> {
        let root = Place::Root;
        let mut statement = Members::of(Json::parse(bytes, budget)?, &root)?;
        let kind = statement.text("_type")?;
        if !TYPES.contains(&kind.as_ref()) {
            let message = format_args!("unknown type \"{}\"", Shown(&kind));
            return Err(Problem::new(code::INVALID_VALUE, &root.member("_type"), message));
        }
        let subjects_at = root.member("subject");
        let subjects = match statement.required("subject")? {
            Json::Array(items) => items,
            other => return Err(other.wrong_type(&subjects_at, "an array")),
        };
        check_count(subjects.len(), SUBJECTS, "subjects", &subjects_at)?;
        let subject = |(index, json)| Subject::decode(json, &subjects_at.item(index));
        Ok(Self {
            subjects: subjects.into_iter().enumerate().map(subject).collect::<Result<_, _>>()?,
            predicate_type: statement.text("predicateType")?,
            predicate: match statement.optional("predicate") {
                Some(other) if !matches!(other, Json::Object(_)) => {
                    return Err(other.wrong_type(&root.member("predicate"), "an object"));
                }
                predicate => predicate,
            },
        })
    }

    /// What the statement is about; at least one.
    #[must_use]
    pub fn subjects(&self) -> &[Subject<'p>] {
        &self.subjects
    }

    /// `predicateType`: what the predicate claims, as a URI. Not empty, otherwise as written.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// The predicate: JSON text of an object, compact, members sorted by name. dokimos does not look into it.
    #[must_use]
    pub fn predicate(&self) -> Option<String> {
        let mut text = String::new();
        go_json::push_value(&mut text, self.predicate.as_ref()?);
        Some(text)
    }
}

/// A subject of a [`Statement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject<'p> {
    name: Option<Cow<'p, str>>,
    digests: Vec<(Cow<'p, str>, Cow<'p, str>)>,
}

impl<'p> Subject<'p> {
    fn decode(json: Json<'p>, place: &Place<'_>) -> Result<Self, Problem> {
        let mut subject = Members::of(json, place)?;
        let name_at = place.member("name");
        let name = subject.optional("name").map(|name| text(name, &name_at)).transpose()?;
        let digests_at = place.member("digest");
        let digests = Members::of(subject.required("digest")?, &digests_at)?.members;
        check_count(digests.len(), DIGESTS, "digests", &digests_at)?;
        let digest = |(algorithm, hex): (Cow<'p, str>, Json<'p>)| {
            let hex = text(hex, &digests_at.member(&algorithm))?;
            Ok((algorithm, hex))
        };
        let digests = digests.into_iter().map(digest).collect::<Result<_, _>>()?;
        // To protocol buffers a text that is empty and one that is absent are the same.
        Ok(Self { name: name.filter(|name| !name.is_empty()), digests })
    }

    /// Its name: for an image the repository, where the producer states one. As written.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its digests: the name of the algorithm, and the value, each as written.
    pub fn digests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.digests.iter().map(|(algorithm, value)| (algorithm.as_ref(), value.as_ref()))
    }

    /// Whether one of its digests is this one, to the letter: in-toto writes lower-case hexadecimal.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        self.digests().any(|(algorithm, value)| algorithm == digest.algorithm().name() && value == digest.hex())
    }
}

/// The members of an object, each to be taken out once.
struct Members<'p, 'j> {
    members: Vec<(Cow<'p, str>, Json<'p>)>,
    place: &'j Place<'j>,
}

impl<'p, 'j> Members<'p, 'j> {
    fn of(json: Json<'p>, place: &'j Place<'j>) -> Result<Self, Problem> {
        match json {
            Json::Object(members) => Ok(Self { members, place }),
            other => Err(other.wrong_type(place, "an object")),
        }
    }

    /// The member; `null` is the same as absent.
    fn optional(&mut self, name: &str) -> Option<Json<'p>> {
        let index = self.members.iter().position(|(member, _)| member == name)?;
        Some(self.members.swap_remove(index).1).filter(|value| *value != Json::Null)
    }

    fn required(&mut self, name: &str) -> Result<Json<'p>, Problem> {
        let value = self.optional(name);
        let missing = || Problem::new(code::MISSING_FIELD, self.place, format_args!("the field \"{name}\" is missing"));
        value.ok_or_else(missing)
    }

    /// The member as a text with something in it.
    fn text(&mut self, name: &str) -> Result<Cow<'p, str>, Problem> {
        let value = self.required(name)?;
        let place = self.place.member(name);
        match text(value, &place)? {
            text if text.is_empty() => Err(Problem::new(code::INVALID_VALUE, &place, "the text is empty")),
            text => Ok(text),
        }
    }
}

fn text<'p>(json: Json<'p>, place: &Place<'_>) -> Result<Cow<'p, str>, Problem> {
    match json {
        Json::String(text) => Ok(text),
        other => Err(other.wrong_type(place, "a string")),
    }
}

fn check_count(count: usize, most: usize, what: &str, place: &Place<'_>) -> Result<(), Problem> {
    match count {
        0 => Err(Problem::new(code::INVALID_VALUE, place, format_args!("there are no {what}"))),
        _ if count > most => Err(Problem::new(code::LIMIT_REACHED, place, format_args!("more than {most} {what}"))),
        _ => Ok(()),
    }
}
