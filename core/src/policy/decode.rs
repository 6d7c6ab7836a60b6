//! Reading a JSON document member by member, and collecting everything that is wrong with it.

use crate::{
    document::{Place, Problems, Shown, code},
    json::Json,
};
use core::fmt;

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
                let message = format_args!("unknown field \"{}\"; known are {}", Shown(name), Listed(known));
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

    /// Whether the member is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The items of an array.
    pub(super) fn array(&self, name: &str, problems: &mut Problems) -> Option<&'d [Json<'d>]> {
        match self.get(name)? {
            Json::Array(items) => Some(items),
            other => {
                wrong_type(other, &self.place.member(name), "an array", problems);
                None
            }
        }
    }

    /// Reads each item of an array that must hold at least one. None if it is not such an array; else whether every item
    /// is sound.
    ///
    /// An empty list could mean "all" to one reader and "none" to another: it is an error, and leaving the member out
    /// is the one way to say what the documentation says of that.
    pub(super) fn each(&self, name: &str, problems: &mut Problems, read: Read<'_, 'd>) -> Option<bool> {
        self.each_or(name, "the list is empty; leave the field out, or name at least one", problems, read)
    }

    /// The same, with these words for a list that is empty.
    pub(super) fn each_or(&self, name: &str, empty: &str, problems: &mut Problems, read: Read<'_, 'd>) -> Option<bool> {
        let items = self.array(name, problems)?;
        if items.is_empty() {
            self.invalid(name, &empty, problems);
            return None;
        }
        let place = self.place.member(name);
        let mut sound = true;
        for (index, json) in items.iter().enumerate() {
            sound &= read(json, &place.item(index), problems).is_some();
        }
        Some(sound)
    }

    /// The place of the member's text among the values that the field has.
    pub(super) fn one_of(&self, name: &str, text: &str, values: &[&str], problems: &mut Problems) -> Option<usize> {
        let found = values.iter().position(|value| *value == text);
        if found.is_none() {
            let message = format_args!("unknown value \"{}\"; known are {}", Shown(text), Listed(values));
            self.invalid(name, &message, problems);
        }
        found
    }

    /// What was read from the member, or the problem that it could not be.
    pub(super) fn valid<T, E: fmt::Display>(
        &self,
        name: &str,
        read: Result<T, E>,
        problems: &mut Problems,
    ) -> Option<T> {
        read.map_err(|error| self.invalid(name, &error, problems)).ok()
    }

    /// The member has a value that the format does not allow.
    pub(super) fn invalid(&self, name: &str, message: &dyn fmt::Display, problems: &mut Problems) {
        invalid(&self.place.member(name), message, problems);
    }
}

/// How an item of a list is read; none if it is not sound.
pub(super) type Read<'a, 'd> = &'a mut dyn FnMut(&'d Json<'d>, &Place<'_>, &mut Problems) -> Option<()>;

/// There is a value that the format does not allow.
pub(super) fn invalid(place: &Place<'_>, message: &dyn fmt::Display, problems: &mut Problems) {
    problems.add(code::INVALID_VALUE, place, message);
}

/// The value as a string with something in it.
pub(super) fn string<'d>(json: &'d Json<'d>, place: &Place<'_>, problems: &mut Problems) -> Option<&'d str> {
    match json {
        Json::String(text) if text.is_empty() => {
            invalid(place, &"the text is empty", problems);
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

/// Names in a message: `a, b, c`.
struct Listed<'a>(&'a [&'a str]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
