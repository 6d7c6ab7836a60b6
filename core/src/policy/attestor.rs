use super::decode::{Object, invalid, string, wrong_type};
use crate::{
    KeyError, KeyId, PublicKey, SignatureAlgorithm, Statement, UnixTime,
    base64::Alphabet,
    document::{Place, Problems, Shown},
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
    pub(crate) valid_from: Option<UnixTime>,
    pub(crate) valid_until: Option<UnixTime>,
    pub(crate) key: PublicKey,
}

impl Attestor {
    const FIELDS: &[&str] = &["name", "description", "identity", "predicateTypes", "publicKeys"];

    pub(super) fn decode(json: &Json<'_>, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let object = Object::new(json, place, Self::FIELDS, problems)?;
        let name = checked_name(&object, problems);
        let description = object.optional_string("description", problems);
        let identity = match object.optional_string("identity", problems) {
            Some(text) => object.one_of("identity", text, &["repository", "path", "digest"], problems),
            None => Some(0),
        };
        let predicate_types = if object.has("predicateTypes") {
            predicate_types(&object, problems)
        } else {
            // A report on an image, signed by the same key, is not an approval of it (CVE-2022-35929).
            Some(vec![Statement::COSIGN_SIGN.into()])
        };
        object.required("publicKeys", problems)?;
        // With the place of each, as some may not be sound.
        let mut keys: Vec<(usize, AttestorKey)> = Vec::new();
        let mut count = 0_usize;
        object.each("publicKeys", problems, &mut |json, place, problems| {
            let index = count;
            count = count.saturating_add(1);
            let key = AttestorKey::decode(json, place, problems)?;
            let same = |other: &PublicKey| *other == key.key && other.algorithm() == key.key.algorithm();
            if let Some((first, _)) = keys.iter().find(|(_, other)| same(&other.key)) {
                invalid(place, &format_args!("the same key as publicKeys[{first}]"), problems);
            }
            keys.push((index, key));
            Some(())
        })?;
        let identity = match identity? {
            1 => Identity::Path,
            2 => Identity::Digest,
            // The strictest.
            _ => Identity::Repository,
        };
        Some(Self {
            name: name?.into(),
            description: description.map(String::from),
            identity,
            predicate_types: predicate_types?,
            keys: keys.into_iter().map(|(_, key)| key).collect(),
        })
    }
}

/// Texts that are compared to the letter, none of them twice.
fn predicate_types(object: &Object<'_, '_>, problems: &mut Problems) -> Option<Vec<String>> {
    let mut types: Vec<String> = Vec::new();
    object.each("predicateTypes", problems, &mut |json, place, problems| {
        let text = string(json, place, problems)?;
        if types.iter().any(|other| other == text) {
            invalid(place, &format_args!("the type \"{}\" stands twice", Shown(text)), problems);
        }
        types.push(text.into());
        Some(())
    })?;
    Some(types)
}

/// A name of an attestor or a rule: printable, bounded, the same in every report.
pub(super) fn checked_name<'d>(object: &Object<'d, '_>, problems: &mut Problems) -> Option<&'d str> {
    let name = object.required_string("name", problems)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@ ".contains(&byte);
    if name.len() > 253 || !name.bytes().all(allowed) || name.trim_ascii() != name {
        let message = format_args!(
            "\"{}\" is not a name: at most 253 letters, digits, `-`, `_`, `.`, `/`, `:`, `@` and inner spaces",
            Shown(name)
        );
        object.invalid("name", &message, problems);
        return None;
    }
    Some(name)
}

impl AttestorKey {
    const FIELDS: &[&str] = &["id", "algorithm", "saltLength", "validFrom", "validUntil", "pem"];

    fn decode(json: &Json<'_>, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let object = Object::new(json, place, Self::FIELDS, problems)?;
        let id = object.optional_string("id", problems);
        let valid_from = time(&object, "validFrom", problems);
        let valid_until = time(&object, "validUntil", problems);
        let algorithm = object
            .required_string("algorithm", problems)
            .and_then(|text| object.valid("algorithm", text.parse::<SignatureAlgorithm>(), problems));
        let pem = object.required_string("pem", problems);
        if let (Some(from), Some(until)) = (valid_from, valid_until)
            && until <= from
        {
            object.invalid("validUntil", &"not later than validFrom", problems);
        }
        let given_id = id.and_then(|id| object.valid("id", KeyId::new(id), problems));
        let mut key = match PublicKey::from_pem(pem?.as_bytes(), algorithm?) {
            Ok(key) => key,
            Err(error) => return refused(&object, "pem", error, problems),
        };
        if let Some(json) = object.get("saltLength") {
            let Json::Unsigned(length) = json else {
                wrong_type(json, &place.member("saltLength"), "a number of bytes", problems);
                return None;
            };
            key = match key.with_salt_length(usize::try_from(*length).unwrap_or(usize::MAX)) {
                Ok(key) => key,
                Err(error) => return refused(&object, "saltLength", error, problems),
            };
        }
        // What is there and cannot be read is never as if it were not there.
        if given_id.is_some() != id.is_some()
            || valid_from.is_some() != object.has("validFrom")
            || valid_until.is_some() != object.has("validUntil")
        {
            return None;
        }
        let id = id.map_or_else(|| key.default_id().to_string(), String::from);
        Some(Self { id, valid_from, valid_until, key })
    }

    /// The id by which cosign's bundles name the key.
    pub(super) fn hint(&self) -> String {
        let mut hint = String::new();
        Alphabet::Standard.push(&self.key.fingerprint(), &mut hint);
        hint
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

fn time(object: &Object<'_, '_>, name: &str, problems: &mut Problems) -> Option<UnixTime> {
    let text = object.optional_string(name, problems)?;
    match text.parse() {
        Ok(time) => Some(time),
        Err(error) => {
            let message = format_args!("\"{}\" is not a time: {error}", Shown(text));
            object.invalid(name, &message, problems);
            None
        }
    }
}

fn refused<T>(object: &Object<'_, '_>, name: &str, error: KeyError, problems: &mut Problems) -> Option<T> {
    problems.add(error.code(), &object.place.member(name), error);
    None
}
