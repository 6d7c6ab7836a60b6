//! The text that is signed: simple signing JSON (containers/image `docs/containers-signature.5.md`), written by several
//! tools in several ways and read here in one; or an in-toto Statement.

mod encoding;
mod statement;
mod style;

pub use encoding::{COSIGN_SIMPLE_SIGNING_TYPE, PreAuthenticationEncoding};
pub use statement::{Statement, Subject};
pub use style::PayloadStyle;

use crate::{
    Budget, Digest, Problem,
    document::{Place, Shown, code},
    go_json,
    json::Json,
};
use alloc::{borrow::Cow, string::String, vec, vec::Vec};

/// What a payload says.
///
/// **Reading it does not verify it**: see [`SimpleSigning`] and [`Statement`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Payload<'p> {
    /// Simple signing.
    SimpleSigning(SimpleSigning<'p>),
    /// An in-toto Statement.
    Statement(Statement<'p>),
}

impl<'p> Payload<'p> {
    /// Reads a payload by its type: that of the DSSE envelope in which it stands. One without a type is simple signing.
    ///
    /// # Errors
    /// `UNKNOWN_FORMAT` for a type that is neither `application/vnd.in-toto+json` (nor `application/vnd.in-toto.…+json`)
    /// nor [`COSIGN_SIMPLE_SIGNING_TYPE`]; otherwise as [`SimpleSigning::parse`] or [`Statement::parse`].
    pub fn parse(payload_type: Option<&str>, bytes: &'p [u8], budget: &Budget) -> Result<Self, Problem> {
        let is_statement = match payload_type {
            None | Some(COSIGN_SIMPLE_SIGNING_TYPE) => false,
            Some(other) if is_in_toto(other) => true,
            Some(other) => {
                let message = format_args!("a payload of type \"{}\" is not supported", Shown(other));
                return Err(Problem::new(code::UNKNOWN_FORMAT, &Place::Root, message));
            }
        };
        let json = Json::parse(bytes, budget)?;
        if is_statement {
            Statement::read(json).map(Self::Statement)
        } else {
            SimpleSigning::read(json).map(Self::SimpleSigning)
        }
    }

    /// The names under which it states this digest, none for a subject that has no name.
    pub(crate) fn names_of(&self, digest: &Digest) -> Vec<Option<&str>> {
        match self {
            Self::SimpleSigning(claim) => {
                let same = claim.manifest_digest().split_once(':') == Some((digest.algorithm().name(), digest.hex()));
                if same { vec![Some(claim.docker_reference())] } else { Vec::new() }
            }
            Self::Statement(statement) => {
                statement.subjects().filter(|subject| subject.has(digest)).map(Subject::name).collect()
            }
        }
    }
}

/// in-toto/attestation `spec/v1/envelope.md`: `application/vnd.in-toto+json`, or with the name of a predicate in it.
fn is_in_toto(payload_type: &str) -> bool {
    let rest = payload_type.strip_prefix("application/vnd.in-toto").and_then(|rest| rest.strip_suffix("+json"));
    rest.is_some_and(|predicate| {
        predicate.is_empty() || predicate.strip_prefix('.').is_some_and(|name| !name.is_empty())
    })
}

/// A simple signing payload: the claim "this repository holds this manifest".
///
/// **Reading it does not verify it.** Anyone can write one. It means something only when the very bytes it was read
/// from carry a good signature of a trusted key, and deciding that is the task of a policy, not of this type.
///
/// ```
/// use dokimos::{Budget, PayloadStyle, SimpleSigning};
/// let digest = "sha256:1ccb399e44f3e0ec86bb1a95031c6b9f81ac77860556a81a90acb79bab8005d9";
/// let bytes = SimpleSigning::write(PayloadStyle::Cosign, "registry.example.com/shop/web", digest, None)?;
/// let claim = SimpleSigning::parse(&bytes, &Budget::default())?;
/// assert_eq!(claim.docker_reference(), "registry.example.com/shop/web");
/// assert_eq!(claim.manifest_digest(), digest);
/// # Ok::<(), dokimos::Problem>(())
/// ```
#[derive(Clone, Debug)]
pub struct SimpleSigning<'p> {
    json: Json<'p>,
    signature_type: SignatureType,
}

impl<'p> SimpleSigning<'p> {
    /// Reads a payload, without any judgement on who wrote it.
    ///
    /// It is read as strictly as containers/image reads it, because two readers that see two claims in one signed text
    /// are how a signature gets stretched: member names must match to the letter, none may stand twice or be unknown,
    /// and nothing may follow. Looser than containers/image in three points, since other producers differ: `type` may be
    /// any [`SignatureType`] in any case, `optional` may be absent, and the values in it may be anything.
    ///
    /// # Errors
    /// The first thing that is wrong: `SYNTAX`, `DUPLICATE_FIELD`, `UNKNOWN_FIELD`, `MISSING_FIELD`, `WRONG_TYPE`,
    /// `INVALID_VALUE` (an unknown `type`, an empty text), or `LIMIT_REACHED` (bytes, depth, number of values).
    pub fn parse(bytes: &'p [u8], budget: &Budget) -> Result<Self, Problem> {
        Self::read(Json::parse(bytes, budget)?)
    }

    fn read(json: Json<'p>) -> Result<Self, Problem> {
        let signature_type = check(&json)?;
        Ok(Self { json, signature_type })
    }

    /// `critical.identity.docker-reference`: the repository that the signer names. Not empty, otherwise as written.
    #[must_use]
    pub fn docker_reference(&self) -> &str {
        self.critical("identity", "docker-reference")
    }

    /// `critical.image.docker-manifest-digest`: the manifest that the signer names. Not empty, otherwise as written.
    #[must_use]
    pub fn manifest_digest(&self) -> &str {
        self.critical("image", "docker-manifest-digest")
    }

    fn critical(&self, part: &str, name: &str) -> &str {
        let part = self.json.get("critical").and_then(|critical| critical.get(part));
        part.and_then(|part| text(part, name)).unwrap_or_default()
    }

    /// `critical.type`.
    #[must_use]
    pub fn signature_type(&self) -> SignatureType {
        self.signature_type
    }

    /// The `optional` member, when it is an object: JSON text, compact, members sorted by name.
    #[must_use]
    pub fn annotations(&self) -> Option<String> {
        self.json.get("optional").and_then(canonical_object)
    }
}

/// By what they say, in whatever order it stands.
impl PartialEq for SimpleSigning<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.docker_reference() == other.docker_reference()
            && self.manifest_digest() == other.manifest_digest()
            && self.signature_type == other.signature_type
            && self.annotations() == other.annotations()
    }
}

impl Eq for SimpleSigning<'_> {}

/// The type, of a payload that has all that it must have and nothing else.
fn check(json: &Json<'_>) -> Result<SignatureType, Problem> {
    let root = Place::Root;
    let payload = Exact::new(json, &root, &["critical", "optional"])?;
    let critical_at = root.member("critical");
    let critical = Exact::new(payload.member("critical")?, &critical_at, &["identity", "image", "type"])?;
    let identity_at = critical_at.member("identity");
    let identity = Exact::new(critical.member("identity")?, &identity_at, &["docker-reference"])?;
    let image_at = critical_at.member("image");
    let image = Exact::new(critical.member("image")?, &image_at, &["docker-manifest-digest"])?;
    identity.text("docker-reference")?;
    image.text("docker-manifest-digest")?;
    let signature_type = SignatureType::from_text(critical.text("type")?, &critical_at.member("type"))?;
    match payload.optional("optional") {
        None | Some(Json::Null | Json::Object(_)) => Ok(signature_type),
        Some(other) => Err(other.wrong_type(&root.member("optional"), "null or an object")),
    }
}

/// What `critical.type` may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureType {
    /// `atomic container signature`: containers/image, and kritis.
    Atomic,
    /// `Google cloud binauthz container signature`: Binary Authorization, and voucher.
    BinaryAuthorization,
    /// `cosign container image signature`.
    Cosign,
}

impl SignatureType {
    const ALL: [Self; 3] = [Self::Atomic, Self::BinaryAuthorization, Self::Cosign];

    /// The text as producers write it. Google's own documents spell theirs in two ways, so case is ignored on reading.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Atomic => "atomic container signature",
            Self::BinaryAuthorization => "Google cloud binauthz container signature",
            Self::Cosign => "cosign container image signature",
        }
    }

    fn from_text(text: &str, place: &Place<'_>) -> Result<Self, Problem> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text));
        known.ok_or_else(|| Problem::new(code::INVALID_VALUE, place, format_args!("unknown type \"{}\"", Shown(text))))
    }
}

/// An object that has no other members than those named.
struct Exact<'j, 'p> {
    members: &'j [(Cow<'j, str>, Json<'j>)],
    place: &'p Place<'p>,
}

impl<'j, 'p> Exact<'j, 'p> {
    fn new(json: &'j Json<'j>, place: &'p Place<'p>, known: &[&str]) -> Result<Self, Problem> {
        let members = json.object_at(place)?;
        match members.iter().find(|(name, _)| !known.contains(&name.as_ref())) {
            Some((name, _)) => {
                let message = format_args!("unknown field \"{}\"", Shown(name));
                Err(Problem::new(code::UNKNOWN_FIELD, place, message))
            }
            None => Ok(Self { members, place }),
        }
    }

    fn optional(&self, name: &str) -> Option<&'j Json<'j>> {
        self.members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    fn member(&self, name: &str) -> Result<&'j Json<'j>, Problem> {
        let missing = || Problem::new(code::MISSING_FIELD, self.place, format_args!("the field \"{name}\" is missing"));
        self.optional(name).ok_or_else(missing)
    }

    /// The member as a text with something in it.
    fn text(&self, name: &str) -> Result<&'j str, Problem> {
        let place = self.place.member(name);
        match self.member(name)?.string_at(&place)? {
            "" => Err(Problem::new(code::INVALID_VALUE, &place, "the text is empty")),
            text => Ok(text),
        }
    }
}

/// The text of a member, if it is a text.
fn text<'j>(json: &'j Json<'_>, name: &str) -> Option<&'j str> {
    match json.get(name) {
        Some(Json::String(text)) => Some(text),
        _ => None,
    }
}

/// An object as compact JSON, with its members sorted by name.
fn canonical_object(json: &Json<'_>) -> Option<String> {
    if !matches!(json, Json::Object(_)) {
        return None;
    }
    let mut text = String::new();
    go_json::push_value(&mut text, json);
    Some(text)
}
