//! Reading a JSON document member by member, and collecting everything that is wrong with it.

use crate::{
    document::{Place, Problems, Shown, code},
    json::Json,
};

/// An object of the document, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Object<'d, 'p> {
    json: &'d Json<'d>,
    pub(super) place: &'p Place<'p>,
}

impl<'d, 'p> Object<'d, 'p> {
    /// The value as an object that has no other members than `known`.
    pub(super) fn new(
        json: &'d Json<'d>,
        place: &'p Place<'p>,
        known: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Json::Object(members) = json else {
            wrong_type(json, place, "an object", problems);
            return None;
        };
        for (name, _) in members {
            if !known.contains(&name.as_ref()) {
                let message =
                    format_args!("unknown field \"{}\"; known are {}", Shown(name), Listed(known.iter().copied()));
                problems.add(code::UNKNOWN_FIELD, place, message);
            }
        }
        Some(Self { json, place })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'d Json<'d>> {
        self.json.get(name)
    }

    /// The member, which must be there.
    pub(super) fn required(&self, name: &str, problems: &mut Problems) -> Option<&'d Json<'d>> {
        let value = self.get(name);
        if value.is_none() {
            problems.add(code::MISSING_FIELD, self.place, format_args!("the field \"{name}\" is missing"));
        }
        value
    }

    pub(super) fn required_string(&self, name: &str, problems: &mut Problems) -> Option<&'d str> {
        let value = self.required(name, problems)?;
        string(value, &self.place.member(name), problems)
    }

    pub(super) fn optional_string(&self, name: &str, problems: &mut Problems) -> Option<&'d str> {
        string(self.get(name)?, &self.place.member(name), problems)
    }

    /// The items of an array that must hold at least one.
    ///
    /// An empty list could mean "all" to one reader and "none" to another: it is an error, and leaving the member out
    /// is the one way to say what the documentation says of that.
    pub(super) fn items(&self, name: &str, problems: &mut Problems) -> Option<&'d [Json<'d>]> {
        let place = self.place.member(name);
        match self.get(name)? {
            Json::Array(items) if items.is_empty() => {
                problems.add(
                    code::INVALID_VALUE,
                    &place,
                    "the list is empty; leave the field out, or name at least one",
                );
                None
            }
            Json::Array(items) => Some(items),
            other => {
                wrong_type(other, &place, "an array", problems);
                None
            }
        }
    }
}

/// The value as a string with something in it.
pub(super) fn string<'d>(json: &'d Json<'d>, place: &Place<'_>, problems: &mut Problems) -> Option<&'d str> {
    match json {
        Json::String(text) if text.is_empty() => {
            problems.add(code::INVALID_VALUE, place, "the text is empty");
            None
        }
        Json::String(text) => Some(text),
        other => {
            wrong_type(other, place, "a string", problems);
            None
        }
    }
}

pub(super) fn wrong_type(json: &Json<'_>, place: &Place<'_>, wanted: &str, problems: &mut Problems) {
    problems.add(code::WRONG_TYPE, place, format_args!("expected {wanted}, found {}", json.kind()));
}

/// The value of a field that has a fixed list of values.
pub(super) fn one_of<T: Copy>(
    text: &str,
    values: &[(&str, T)],
    place: &Place<'_>,
    problems: &mut Problems,
) -> Option<T> {
    let found = values.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        let message = format_args!(
            "unknown value \"{}\"; known are {}",
            Shown(text),
            Listed(values.iter().map(|(name, _)| *name))
        );
        problems.add(code::INVALID_VALUE, place, message);
    }
    found
}

/// Names in a message: `a, b, c`.
struct Listed<I>(I);

impl<'a, I: Iterator<Item = &'a str> + Clone> core::fmt::Display for Listed<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (index, name) in self.0.clone().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
