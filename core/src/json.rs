//! JSON as a verifier must read it: strict, bounded, and without the freedom that two readers could use to disagree.
//!
//! `serde_json` does the parsing. What it leaves open is closed here: a member that stands twice is an error (Go takes
//! the last, others the first), nesting and the number of values are bounded, and nothing may follow the document.

use crate::{
    Budget,
    document::{Place, Problem, Shown, code},
};
use alloc::{borrow::Cow, collections::BTreeSet, format, string::String, vec::Vec};
use core::{cell::Cell, fmt};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value, borrowing its strings from the input where they hold no escape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Number(f64),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads one document.
    pub(crate) fn parse(bytes: &'a [u8], budget: &Budget) -> Result<Self, Problem> {
        let mut documents = Self::parse_lines(bytes, budget, 1)?;
        documents.pop().ok_or_else(|| Problem::new(code::SYNTAX, &Place::Root, "not JSON: the document is empty"))
    }

    /// Reads at most `most` documents that stand one behind the other, as in newline-delimited JSON.
    pub(crate) fn parse_lines(bytes: &'a [u8], budget: &Budget, most: usize) -> Result<Vec<Self>, Problem> {
        if bytes.len() > budget.document_bytes {
            let message = format!("{} bytes, more than the limit of {}", bytes.len(), budget.document_bytes);
            return Err(Problem::new(code::LIMIT_REACHED, &Place::Root, message));
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let left = Cell::new(budget.json_values);
        let mut documents = Vec::new();
        loop {
            match reader.end() {
                Ok(()) => return Ok(documents),
                Err(error) if documents.len() >= most => {
                    let message = format!("not one JSON document: {error}");
                    return Err(Problem::new(code::SYNTAX, &Place::Root, message));
                }
                Err(_) => {}
            }
            let seed = Strict { depth: budget.json_depth, left: &left };
            documents.push(seed.deserialize(&mut reader).map_err(problem)?);
        }
    }

    /// The value as a member of this object, if this is an object and has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(members) => members.iter().find(|(member, _)| member == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What kind of value this is, for messages: `a string`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Unsigned(_) | Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}

/// serde's error carries only text; the codes of the three errors made here travel at its front.
fn problem(error: serde_json::Error) -> Problem {
    let text = format!("{error}");
    for code in [code::DUPLICATE_FIELD, code::LIMIT_REACHED] {
        if let Some(message) = text.strip_prefix(code) {
            return Problem::new(code, &Place::Root, message.trim_start_matches(": "));
        }
    }
    Problem::new(code::SYNTAX, &Place::Root, format!("not JSON: {text}"))
}

/// Builds a [`Json`] and refuses duplicates, depth and number of values on the way.
#[derive(Clone, Copy)]
pub(crate) struct Strict<'b> {
    depth: usize,
    left: &'b Cell<usize>,
}

impl<'b> Strict<'b> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, left: self.left }),
            None => Err(limit("arrays and objects are nested too deep")),
        }
    }

    fn count<E: Error>(self) -> Result<(), E> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(limit("too many values")),
        }
    }
}

fn limit<E: Error>(message: &str) -> E {
    E::custom(format_args!("{}: {message}", code::LIMIT_REACHED))
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Unsigned(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        // YAML readers give every small integer as signed; a negative one has no meaning in any of our formats.
        Ok(u64::try_from(value).map_or(Json::Number(-1.0), Json::Unsigned))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Number(value))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Json::String(Cow::Owned(value.into())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Self::Value, E> {
        Ok(Json::String(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let seed = self.inner()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(seed)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let seed = self.inner()?;
        let mut object: Vec<(Cow<'de, str>, Json<'de>)> = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            // Few members: look at them. Many: the sets below keep an attacker's object from costing its square.
            if object.len() < MANY_MEMBERS && object.iter().any(|(member, _)| *member == name) {
                return Err(duplicate(&name));
            }
            object.push((name, members.next_value_seed(seed)?));
        }
        if object.len() > MANY_MEMBERS {
            let mut names = BTreeSet::new();
            if let Some((name, _)) = object.iter().find(|(name, _)| !names.insert(name.as_ref())) {
                return Err(duplicate(name));
            }
        }
        Ok(Json::Object(object))
    }
}

const MANY_MEMBERS: usize = 16;

fn duplicate<E: Error>(name: &str) -> E {
    E::custom(format_args!("{}: the member \"{}\" stands twice", code::DUPLICATE_FIELD, Shown(name)))
}

/// A member's name, borrowed where it holds no escape.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Json<'_>, Problem> {
        Json::parse(text.as_bytes(), &Budget::default())
    }

    #[test]
    fn a_duplicate_member_is_refused_in_small_and_large_objects() {
        let problem = parse(r#"{"a":{"b":1,"c":2,"b":3}}"#).unwrap_err();
        assert_eq!(problem.code(), "DUPLICATE_FIELD");
        assert!(problem.message().contains("\"b\""), "{problem}");
        let members: Vec<_> = (0..40).map(|n| format!("\"m{n}\":0")).collect();
        assert!(parse(&format!("{{{}}}", members.join(","))).is_ok());
        for twice in [0, 15, 16, 17, 39] {
            let text = format!("{{{},\"m{twice}\":0}}", members.join(","));
            assert_eq!(parse(&text).unwrap_err().code(), "DUPLICATE_FIELD", "{twice}");
        }
    }

    #[test]
    fn an_escaped_name_is_the_same_name() {
        assert_eq!(parse(r#"{"a":1,"\u0061":2}"#).unwrap_err().code(), "DUPLICATE_FIELD");
    }

    #[test]
    fn depth_values_and_bytes_are_bounded() {
        let budget = Budget { json_depth: 3, json_values: 10, document_bytes: 64, ..Budget::default() };
        let code = |text: &str| Json::parse(text.as_bytes(), &budget).map(|_| ()).map_err(|problem| problem.code());
        assert_eq!(code("[[[1]]]"), Ok(()));
        assert_eq!(code("[[[[1]]]]"), Err("LIMIT_REACHED"));
        assert_eq!(code("[1,2,3,4,5,6,7,8,9]"), Ok(()));
        assert_eq!(code("[1,2,3,4,5,6,7,8,9,10]"), Err("LIMIT_REACHED"));
        assert_eq!(code(&format!("\"{}\"", "x".repeat(62))), Ok(()));
        assert_eq!(code(&format!("\"{}\"", "x".repeat(63))), Err("LIMIT_REACHED"));
    }

    #[test]
    fn what_is_not_one_document_is_refused() {
        for text in ["", " ", "{} {}", "{}x", "{", "nul", "\u{feff}{}", "{\"a\":1,}", "'a'", "01", "NaN"] {
            assert_eq!(parse(text).unwrap_err().code(), "SYNTAX", "{text:?}");
        }
        assert_eq!(Json::parse(b"\"\xff\"", &Budget::default()).unwrap_err().code(), "SYNTAX");
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let documents = Json::parse_lines(b"{}\n[1]\n\n2\n", &Budget::default(), 3).unwrap();
        assert_eq!(
            documents,
            [Json::Object(Vec::new()), Json::Array(alloc::vec![Json::Unsigned(1)]), Json::Unsigned(2)]
        );
        assert_eq!(Json::parse_lines(b"1 2 3", &Budget::default(), 2).unwrap_err().code(), "SYNTAX");
    }
}
