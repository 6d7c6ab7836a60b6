//! Members of objects whose unknown members do not matter.

use crate::{
    Problem,
    document::{Place, code},
    json::Json,
};
use alloc::borrow::Cow;

/// The names under which a member may stand: protocol buffers' JSON has two, `lowerCamelCase` and `snake_case`.
#[derive(Clone, Copy)]
pub(crate) struct Name(pub(crate) &'static [&'static str]);

impl Name {
    fn is(self, name: &str) -> bool {
        self.0.contains(&name)
    }

    /// The one that is written, and that messages show.
    pub(crate) fn shown(self) -> &'static str {
        self.0.first().unwrap_or(&"")
    }
}

/// An object and where it stands.
///
/// A member that is asked for may stand in it once, under one name. What nobody asks for is ignored: servers add
/// members, and what is not read cannot be read in two ways.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'j, 'p> {
    members: &'j [(Cow<'j, str>, Json<'j>)],
    place: &'p Place<'p>,
}

impl<'j: 'p, 'p> Fields<'j, 'p> {
    pub(crate) fn new(json: &'j Json<'j>, place: &'p Place<'p>) -> Result<Self, Problem> {
        json.object_at(place).map(|members| Self { members, place })
    }

    /// The member and where it stands; `null` is the same as absent (protocol buffers' JSON mapping, and Go's).
    pub(crate) fn optional(&self, name: Name) -> Result<Option<Field<'j, 'p>>, Problem> {
        let mut found = self.members.iter().filter(|(member, _)| name.is(member));
        match (found.next(), found.next()) {
            (None, _) | (Some((_, Json::Null)), None) => Ok(None),
            (Some((member, json)), None) => Ok(Some(Field { json, place: self.place.member(member) })),
            (Some(_), Some(_)) => {
                let message = format_args!("the field \"{}\" stands twice", name.shown());
                Err(Problem::new(code::DUPLICATE_FIELD, self.place, message))
            }
        }
    }

    pub(crate) fn required(&self, name: Name) -> Result<Field<'j, 'p>, Problem> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    /// The text of a member that must be there.
    pub(crate) fn text(&self, name: Name) -> Result<&'j str, Problem> {
        self.required(name)?.text()
    }

    /// The text of a member, if it is there.
    pub(crate) fn optional_text(&self, name: Name) -> Result<Option<&'j str>, Problem> {
        match self.optional(name)? {
            Some(field) => field.text().map(Some),
            None => Ok(None),
        }
    }

    /// The problem that a member is missing.
    pub(crate) fn missing(&self, name: Name) -> Problem {
        Problem::new(code::MISSING_FIELD, self.place, format_args!("the field \"{}\" is missing", name.shown()))
    }

    /// The problem that two members are there that exclude each other.
    pub(crate) fn not_both(&self, one: Name, other: Name) -> Problem {
        let message = format_args!("the fields \"{}\" and \"{}\" exclude each other", one.shown(), other.shown());
        Problem::new(code::INVALID_VALUE, self.place, message)
    }
}

/// A member of an object, and where it stands, under the name that it has there.
#[derive(Clone, Copy)]
pub(crate) struct Field<'j, 'p> {
    pub(crate) json: &'j Json<'j>,
    pub(crate) place: Place<'p>,
}

impl<'j> Field<'j, '_> {
    pub(crate) fn text(&self) -> Result<&'j str, Problem> {
        self.json.string_at(&self.place)
    }

    pub(crate) fn object(&self) -> Result<Fields<'j, '_>, Problem> {
        Fields::new(self.json, &self.place)
    }

    pub(crate) fn array(&self) -> Result<&'j [Json<'j>], Problem> {
        self.json.array_at(&self.place)
    }
}
