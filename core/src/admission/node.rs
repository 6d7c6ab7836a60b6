//! Objects of Kubernetes as its API server reads them: `null` is absent, and so is an empty text.

use crate::{
    document::{Place, Problem, code},
    json::Json,
};
use alloc::string::String;

/// A JSON object, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Node<'j, 'p> {
    json: &'j Json<'j>,
    pub(super) place: &'p Place<'p>,
}

impl<'j, 'p> Node<'j, 'p> {
    pub(super) fn new(json: &'j Json<'j>, place: &'p Place<'p>) -> Result<Self, Problem> {
        json.object_at(place)?;
        Ok(Self { json, place })
    }

    /// The member, unless it is `null`. Names are matched to the letter, as the API server does.
    pub(super) fn member(&self, name: &str) -> Option<&'j Json<'j>> {
        self.json.get(name).filter(|value| **value != Json::Null)
    }

    /// The object that stands at the place of one of this object's members.
    pub(super) fn object<'q>(&self, name: &str, place: &'q Place<'q>) -> Result<Option<Node<'j, 'q>>, Problem> {
        self.member(name).map(|json| Node::new(json, place)).transpose()
    }

    /// The object that must stand there.
    pub(super) fn required<'q>(&self, name: &str, place: &'q Place<'q>) -> Result<Node<'j, 'q>, Problem> {
        self.object(name, place)?.ok_or_else(|| missing(place))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&'j str>, Problem> {
        let Some(json) = self.member(name) else { return Ok(None) };
        let text = json.string_at(&self.place.member(name))?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// Copies the text of a member, none if it is absent or empty.
    pub(super) fn copy_text(&self, name: &str, into: &mut Option<String>) -> Result<(), Problem> {
        *into = self.text(name)?.map(String::from);
        Ok(())
    }

    pub(super) fn required_text(&self, name: &str) -> Result<&'j str, Problem> {
        self.text(name)?.ok_or_else(|| missing(&self.place.member(name)))
    }

    pub(super) fn items(&self, name: &str) -> Result<&'j [Json<'j>], Problem> {
        self.member(name).map_or(Ok(&[]), |json| json.array_at(&self.place.member(name)))
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&'j str, &'j Json<'j>)> {
        let members = if let Json::Object(members) = self.json { members.as_slice() } else { &[] };
        members.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

pub(super) fn missing(place: &Place<'_>) -> Problem {
    Problem::new(code::MISSING_FIELD, place, "it is missing")
}

/// What stands at a place, in another document than the one that the place was met in.
pub(super) fn at<'j>(root: &'j Json<'j>, place: &Place<'_>) -> Option<&'j Json<'j>> {
    match place {
        Place::Root => Some(root),
        Place::Line(_) => None,
        Place::Member(parent, name) => at(root, parent)?.get(name),
        Place::Item(parent, index) => match at(root, parent)? {
            Json::Array(items) => items.get(*index),
            _ => None,
        },
    }
}
