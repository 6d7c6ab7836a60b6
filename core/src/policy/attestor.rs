use super::decode::{Object, one_of, string, wrong_type};
use crate::{
    KeyId, PublicKey, SignatureAlgorithm, Statement, UnixTime,
    base64::Alphabet,
    document::{Place, Problems, Shown, code},
    json::Json,
};
use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// A party that attests images: a name, and the keys that speak for it.
#[derive(Clone, Debug)]
pub(crate) struct Attestor {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) identity: Identity,
    /// The types of statements that count; simple signing counts as cosign's.
    pub(crate) predicate_types: Vec<String>,
    pub(crate) keys: Vec<AttestorKey>,
}

/// How the name that was signed must match the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The whole repository: kritis.
    Repository,
    /// The path without the registry host: registries that answer under several hosts.
    Path,
    /// Not at all, the digest alone binds: Binary Authorization.
    Digest,
}

/// A key of an attestor, with the window in which it may be used.
#[derive(Clone, Debug)]
pub(crate) struct AttestorKey {
    /// The id given in the policy, or the default id.
    pub(crate) id: String,
    pub(crate) default_id: String,
    pub(crate) valid_from: Option<UnixTime>,
    pub(crate) valid_until: Option<UnixTime>,
    pub(crate) key: PublicKey,
}

impl Attestor {
    const FIELDS: &[&str] = &["name", "description", "identity", "predicateTypes", "publicKeys"];

    pub(super) fn decode(json: &Json<'_>, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let object = Object::new(json, place, Self::FIELDS, problems)?;
        let name = object.required_string("name", problems).and_then(|name| checked_name(name, &object, problems));
        let description = object.optional_string("description", problems).map(ToString::to_string);
        let identity = match object.optional_string("identity", problems) {
            Some(text) => Identity::decode(text, &place.member("identity"), problems),
            None => Some(Identity::Repository),
        };
        let predicate_types = match object.get("predicateTypes") {
            Some(_) => predicate_types(&object, problems),
            // A report on an image, signed by the same key, is not an approval of it (CVE-2022-35929).
            None => Some(vec![Statement::COSIGN_SIGN.into()]),
        };
        if object.get("publicKeys").is_none() {
            problems.add(code::MISSING_FIELD, place, "the field \"publicKeys\" is missing");
        }
        let keys_place = place.member("publicKeys");
        let mut keys: Vec<AttestorKey> = Vec::new();
        for (index, json) in object.items("publicKeys", problems)?.iter().enumerate() {
            let key_place = keys_place.item(index);
            let Some(key) = AttestorKey::decode(json, &key_place, problems) else { continue };
            if let Some(first) =
                keys.iter().position(|other| other.key == key.key && other.key.algorithm() == key.key.algorithm())
            {
                problems.add(code::INVALID_VALUE, &key_place, format_args!("the same key as publicKeys[{first}]"));
            }
            keys.push(key);
        }
        Some(Self { name: name?, description, identity: identity?, predicate_types: predicate_types?, keys })
    }
}

/// Texts that are compared to the letter, none of them twice.
fn predicate_types(object: &Object<'_, '_>, problems: &mut Problems) -> Option<Vec<String>> {
    let list = object.place.member("predicateTypes");
    let mut types: Vec<String> = Vec::new();
    for (index, json) in object.items("predicateTypes", problems)?.iter().enumerate() {
        let place = list.item(index);
        let Some(text) = string(json, &place, problems) else { continue };
        if types.iter().any(|other| other == text) {
            problems.add(code::INVALID_VALUE, &place, format_args!("the type \"{}\" stands twice", Shown(text)));
        }
        types.push(text.into());
    }
    Some(types)
}

/// A name of an attestor or a rule: printable, bounded, the same in every report.
pub(super) fn checked_name(name: &str, object: &Object<'_, '_>, problems: &mut Problems) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@ ".contains(&byte);
    if name.len() > 253 || !name.bytes().all(allowed) || name.trim() != name {
        let message = format_args!(
            "\"{}\" is not a name: at most 253 letters, digits, `-`, `_`, `.`, `/`, `:`, `@` and inner spaces",
            Shown(name)
        );
        problems.add(code::INVALID_VALUE, &object.place.member("name"), message);
        return None;
    }
    Some(name.into())
}

impl Identity {
    const VALUES: &[(&str, Self)] =
        &[("repository", Identity::Repository), ("path", Identity::Path), ("digest", Identity::Digest)];

    fn decode(text: &str, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        one_of(text, Self::VALUES, place, problems)
    }
}

impl AttestorKey {
    const FIELDS: &[&str] = &["id", "algorithm", "saltLength", "validFrom", "validUntil", "pem"];

    fn decode(json: &Json<'_>, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let object = Object::new(json, place, Self::FIELDS, problems)?;
        let id = object.optional_string("id", problems).map(|id| (KeyId::new(id), place.member("id")));
        let valid_from = time(&object, "validFrom", problems);
        let valid_until = time(&object, "validUntil", problems);
        let algorithm = algorithm(&object, problems);
        let pem = object.required_string("pem", problems);
        if let (Some(Some(from)), Some(Some(until))) = (valid_from, valid_until)
            && until <= from
        {
            problems.add(code::INVALID_VALUE, &place.member("validUntil"), "not later than validFrom");
        }
        let id = match id {
            Some((Ok(id), _)) => Some(Some(id)),
            Some((Err(error), place)) => {
                problems.add(code::INVALID_VALUE, &place, error);
                None
            }
            None => Some(None),
        };
        let mut key = match PublicKey::from_pem(pem?.as_bytes(), algorithm?) {
            Ok(key) => key,
            Err(error) => {
                problems.add(error.code(), &place.member("pem"), error);
                return None;
            }
        };
        if let Some(json) = object.get("saltLength") {
            key = with_salt_length(key, json, &place.member("saltLength"), problems)?;
        }
        let default_id = key.default_id().to_string();
        let id = id?.map_or_else(|| default_id.clone(), |id| id.to_string());
        Some(Self { id, default_id, valid_from: valid_from?, valid_until: valid_until?, key })
    }

    /// The ids to which the key answers: the policy's, the default one, and the hint by which cosign's bundles name it.
    pub(super) fn ids(&self) -> [String; 3] {
        let mut hint = String::new();
        Alphabet::Standard.push(&self.key.fingerprint(), &mut hint);
        [self.id.clone(), self.default_id.clone(), hint]
    }

    /// Whether the key may be used at this time: from `validFrom` on, and before `validUntil`.
    pub(crate) fn window(&self, now: UnixTime) -> Window {
        match (self.valid_from, self.valid_until) {
            (Some(from), _) if now < from => Window::NotYet(from),
            (_, Some(until)) if now >= until => Window::Over(until),
            _ => Window::Open,
        }
    }
}

/// Where a time stands to a key's window of validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    NotYet(UnixTime),
    Open,
    Over(UnixTime),
}

/// The outer option is none when the time is there and wrong; the inner one when it is not there.
fn time(object: &Object<'_, '_>, name: &str, problems: &mut Problems) -> Option<Option<UnixTime>> {
    let Some(json) = object.get(name) else { return Some(None) };
    let place = object.place.member(name);
    let text = string(json, &place, problems)?;
    match text.parse() {
        Ok(time) => Some(Some(time)),
        Err(error) => {
            problems.add(code::INVALID_VALUE, &place, format_args!("\"{}\" is not a time: {error}", Shown(text)));
            None
        }
    }
}

fn algorithm(object: &Object<'_, '_>, problems: &mut Problems) -> Option<SignatureAlgorithm> {
    let text = object.required_string("algorithm", problems)?;
    text.parse().map_err(|error| problems.add(code::INVALID_VALUE, &object.place.member("algorithm"), error)).ok()
}

fn with_salt_length(key: PublicKey, json: &Json<'_>, place: &Place<'_>, problems: &mut Problems) -> Option<PublicKey> {
    let Json::Unsigned(length) = json else {
        wrong_type(json, place, "a number of bytes", problems);
        return None;
    };
    let length = usize::try_from(*length).unwrap_or(usize::MAX);
    key.with_salt_length(length).map_err(|error| problems.add(error.code(), place, error)).ok()
}
