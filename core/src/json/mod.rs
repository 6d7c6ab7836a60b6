//! JSON as a verifier must read it: strict, bounded, and without the freedom that two readers could use to disagree.
//!
//! RFC 8259, and narrower where it leaves something open: a member that stands twice is an error (Go takes the last,
//! others the first), nesting and the number of values are bounded, text is UTF-8 without a byte order mark and without
//! halves of surrogate pairs, and nothing may follow the document.
//!
//! | file | what it is |
//! | --- | --- |
//! | `mod` | [`Json`]: a value, and how documents become values |
//! | `number` | numbers |
//! | `reader` | values, arrays and objects |
//! | `text` | strings |
//! | `writer` | [`JsonWriter`]: reports and lists |

mod number;
mod reader;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod writer;

#[cfg(feature = "yaml")]
pub(crate) use reader::{DEEPEST, first_repeated};
pub use writer::JsonWriter;
pub(crate) use writer::{push_code_unit, push_escaped};

use crate::{
    Budget,
    document::{Place, Problem, code},
};
use alloc::{borrow::Cow, vec, vec::Vec};
use reader::{Reader, Refusal};

/// A JSON value, borrowing its strings from the input where they hold no escape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    // Two, and not one with a byte in it: a value is then moved by whole words, which shows.
    False,
    True,
    Unsigned(u64),
    /// Always below zero.
    Signed(i64),
    /// Any other number, as it is written: nothing here calculates with one.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads one document.
    pub(crate) fn parse(bytes: &'a [u8], budget: &Budget) -> Result<Self, Problem> {
        Self::parse_one(bytes, budget, Members::Unique)
    }

    /// Reads one document, or several that stand one a line (blank lines aside), each with the number of its line.
    pub(crate) fn parse_lines(
        bytes: &'a [u8],
        budget: &Budget,
        members: Members,
    ) -> Result<Vec<(usize, Self)>, Problem> {
        let mut values = budget.json_values;
        let (first, rest) = document(bytes, budget, members, &mut values, &Place::Root)?;
        let Some(rest) = rest else { return Ok(vec![(1, first)]) };
        // Something follows. The first document counted as one of the lines that are now read one by one.
        values = budget.json_values;
        let mut documents = Vec::new();
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let place = Place::Line(number);
            match document(line, budget, members, &mut values, &place) {
                Ok((document, None)) => documents.push((number, document)),
                // The first document took more than its line, so this was never one a line.
                Err(problem) if documents.is_empty() && problem.code() == code::SYNTAX => {
                    return Err(rest.problem(bytes, &Place::Root));
                }
                Err(problem) => return Err(problem),
                Ok((_, Some(rest))) => return Err(rest.problem(line, &place)),
            }
        }
        Ok(documents)
    }

    /// Reads one document whose members of these names, at any level, are passed over, whatever they hold.
    pub(crate) fn parse_without(
        bytes: &'a [u8],
        budget: &Budget,
        names: &'static [&'static str],
    ) -> Result<Self, Problem> {
        Self::parse_one(bytes, budget, Members::UniqueBut(names))
    }

    fn parse_one(bytes: &'a [u8], budget: &Budget, members: Members) -> Result<Self, Problem> {
        match document(bytes, budget, members, &mut budget.json_values.clone(), &Place::Root)? {
            (value, None) => Ok(value),
            (_, Some(rest)) => Err(rest.problem(bytes, &Place::Root)),
        }
    }

    /// The value as a member of this object, if this is an object and has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(members) => members.iter().find(|(member, _)| member == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string that must stand at this place.
    pub(crate) fn string_at(&self, place: &Place<'_>) -> Result<&str, Problem> {
        match self {
            Json::String(text) => Ok(text),
            other => Err(other.wrong_type(place, "a string")),
        }
    }

    /// The items of the array that must stand at this place.
    pub(crate) fn array_at(&self, place: &Place<'_>) -> Result<&[Json<'a>], Problem> {
        match self {
            Json::Array(items) => Ok(items),
            other => Err(other.wrong_type(place, "an array")),
        }
    }

    /// The members of the object that must stand at this place.
    pub(crate) fn object_at(&self, place: &Place<'_>) -> Result<&[(Cow<'a, str>, Json<'a>)], Problem> {
        match self {
            Json::Object(members) => Ok(members),
            other => Err(other.wrong_type(place, "an object")),
        }
    }

    /// The problem that something else should stand here.
    pub(crate) fn wrong_type(&self, place: &Place<'_>, wanted: &str) -> Problem {
        Problem::new(code::WRONG_TYPE, place, format_args!("expected {wanted}, found {}", self.kind()))
    }

    /// What kind of value this is, for messages: `a string`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::False | Json::True => "a boolean",
            Json::Unsigned(_) | Json::Signed(_) | Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}

pub(crate) fn too_long(bytes: &[u8], budget: &Budget, place: &Place<'_>) -> Problem {
    let message = format_args!("{} bytes, more than the limit of {}", bytes.len(), budget.document_bytes);
    Problem::new(code::LIMIT_REACHED, place, message)
}

/// The document at the start of the bytes, and the complaint if anything but white space follows it. So many values may
/// still be read.
fn document<'a>(
    bytes: &'a [u8],
    budget: &Budget,
    members: Members,
    values: &mut usize,
    place: &Place<'_>,
) -> Result<(Json<'a>, Option<Refusal>), Problem> {
    if bytes.len() > budget.document_bytes {
        return Err(too_long(bytes, budget, place));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Problem::new(code::SYNTAX, place, "not JSON: the document is empty"));
    }
    let mut reader = Reader::new(bytes, budget.json_depth, *values, members);
    let value = reader.value().map_err(|refusal| refusal.problem(bytes, place))?;
    *values = reader.values_left();
    Ok((value, reader.end().err()))
}

/// What is done with the members of objects.
#[derive(Clone, Copy)]
pub(crate) enum Members {
    /// A member that stands twice is an error.
    Unique,
    /// The same, but for the values of those named here: they are passed over, whatever they hold.
    UniqueBut(&'static [&'static str]),
    /// All are kept, for a reader who judges the items of a list one by one and refuses what stands twice itself. The
    /// values of those named here are passed over, whatever they hold.
    AllBut(&'static [&'static str]),
}
