//! JSON as a verifier must read it: strict, bounded, and without the freedom that two readers could use to disagree.
//!
//! `serde_json` does the parsing. What it leaves open is closed here: a member that stands twice is an error (Go takes
//! the last, others the first), nesting and the number of values are bounded, and nothing may follow the document.

use crate::{
    Budget,
    document::{Place, Problem, Shown, code},
};
use alloc::{
    borrow::Cow,
    collections::BTreeSet,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::{cell::Cell, fmt};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A JSON value, borrowing its strings from the input where they hold no escape.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    /// Always below zero.
    Signed(i64),
    Number(f64),
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
        let left = Cell::new(budget.json_values);
        let reader = Strict { depth: budget.json_depth, left: &left, members };
        let (first, rest) = reader.document(bytes, budget, &Place::Root)?;
        let Some(rest) = rest else { return Ok(vec![(1, first)]) };
        // Something follows. The first document counted as one of the lines that are now read one by one.
        left.set(budget.json_values);
        let mut documents = Vec::new();
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let place = Place::Line(number);
            match reader.document(line, budget, &place) {
                Ok((document, None)) => documents.push((number, document)),
                // The first document took more than its line, so this was never one a line.
                Err(problem) if documents.is_empty() && problem.code() == code::SYNTAX => {
                    return Err(not_one(&rest, &Place::Root));
                }
                Err(problem) => return Err(problem),
                Ok((_, Some(rest))) => return Err(not_one(&rest, &place)),
            }
        }
        Ok(documents)
    }

    /// Reads one document whose members of these names, at any level, are passed over unread, whatever they hold.
    pub(crate) fn parse_without(
        bytes: &'a [u8],
        budget: &Budget,
        names: &'static [&'static str],
    ) -> Result<Self, Problem> {
        Self::parse_one(bytes, budget, Members::UniqueBut(names))
    }

    fn parse_one(bytes: &'a [u8], budget: &Budget, members: Members) -> Result<Self, Problem> {
        let left = Cell::new(budget.json_values);
        let reader = Strict { depth: budget.json_depth, left: &left, members };
        match reader.document(bytes, budget, &Place::Root)? {
            (value, None) => Ok(value),
            (_, Some(rest)) => Err(not_one(&rest, &Place::Root)),
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
            Json::Bool(_) => "a boolean",
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

/// serde's error carries only text; the codes of the three errors made here travel at its front.
fn problem(error: &serde_json::Error, place: &Place<'_>) -> Problem {
    let text = words(error, place);
    for code in [code::DUPLICATE_FIELD, code::LIMIT_REACHED] {
        if let Some(message) = text.strip_prefix(code) {
            return Problem::new(code, place, message.trim_start_matches(": "));
        }
    }
    Problem::new(code::SYNTAX, place, format_args!("not JSON: {text}"))
}

fn not_one(rest: &serde_json::Error, place: &Place<'_>) -> Problem {
    Problem::new(code::SYNTAX, place, format_args!("not one JSON document: {}", words(rest, place)))
}

/// The error as text; where the place names the line already, without the line that serde counts from there.
fn words(error: &serde_json::Error, place: &Place<'_>) -> String {
    let text = error.to_string();
    if let Place::Line(_) = place { text.replace(" at line 1 column ", " at column ") } else { text }
}

/// What is done with the members of objects.
#[derive(Clone, Copy)]
pub(crate) enum Members {
    /// A member that stands twice is an error.
    Unique,
    /// The same, but for the values of those named here: they are passed over unread, whatever they hold.
    UniqueBut(&'static [&'static str]),
    /// All are kept, for a reader who judges the items of a list one by one and refuses what stands twice itself. The
    /// values of those named here are passed over unread, whatever they hold.
    AllBut(&'static [&'static str]),
}

/// Builds a [`Json`] and refuses duplicates, depth and number of values on the way.
#[derive(Clone, Copy)]
pub(crate) struct Strict<'b> {
    depth: usize,
    left: &'b Cell<usize>,
    members: Members,
}

impl Strict<'_> {
    /// The document at the start of the bytes, and serde's complaint if anything but white space follows it.
    fn document<'a>(
        self,
        bytes: &'a [u8],
        budget: &Budget,
        place: &Place<'_>,
    ) -> Result<(Json<'a>, Option<serde_json::Error>), Problem> {
        if bytes.len() > budget.document_bytes {
            return Err(too_long(bytes, budget, place));
        }
        if bytes.trim_ascii().is_empty() {
            return Err(Problem::new(code::SYNTAX, place, "not JSON: the document is empty"));
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = self.deserialize(&mut reader).map_err(|error| problem(&error, place))?;
        Ok((value, reader.end().err()))
    }

    fn inner<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
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
        Ok(u64::try_from(value).map_or(Json::Signed(value), Json::Unsigned))
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
            match self.members {
                Members::AllBut(skipped) | Members::UniqueBut(skipped) if skipped.contains(&name.as_ref()) => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
                Members::AllBut(_) => {}
                // Few members: look at them. Many: the set below keeps an attacker's object from costing its square.
                _ if object.len() >= MANY_MEMBERS => {}
                _ if object.iter().any(|(member, _)| *member == name) => return Err(duplicate(&name)),
                _ => {}
            }
            object.push((name, members.next_value_seed(seed)?));
        }
        if let Members::AllBut(_) = self.members {
            return Ok(Json::Object(object));
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
    use alloc::format;

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

    fn lines(text: &str) -> Result<Vec<(usize, Json<'_>)>, Problem> {
        Json::parse_lines(text.as_bytes(), &Budget::default(), Members::AllBut(&["Cert"]))
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let documents = lines("\n{}\r\n[1]\n\n  -2\n").unwrap();
        let one = Json::Array(alloc::vec![Json::Unsigned(1)]);
        assert_eq!(documents, [(2, Json::Object(Vec::new())), (3, one), (5, Json::Signed(-2))]);
        assert_eq!(lines("{\n}\n").unwrap(), [(1, Json::Object(Vec::new()))]);
        for (text, message) in [
            ("1 2\n3", "line 1: not one JSON document: trailing characters at column 3"),
            ("{}\n{}}\n", "line 2: not one JSON document: trailing characters at column 3"),
            ("{}\n{\n", "line 2: not JSON: EOF while parsing an object at column 1"),
            ("{\n}\n{\n}", "not one JSON document: trailing characters at line 3 column 1"),
            ("\n", "not JSON: the document is empty"),
        ] {
            let problem = lines(text).unwrap_err();
            assert_eq!((problem.code(), problem.to_string()), ("SYNTAX", message.into()), "{text:?}");
        }
    }

    #[test]
    fn all_lines_share_one_limit_of_values() {
        let budget = Budget { json_values: 5, ..Budget::default() };
        let count = |text: &str| {
            let documents = Json::parse_lines(text.as_bytes(), &budget, Members::AllBut(&[]));
            documents.map(|documents| documents.len()).map_err(|problem| problem.code())
        };
        assert_eq!(count("1\n[2]\n[3]"), Ok(3));
        assert_eq!(count("1\n[2]\n[3]\n4"), Err("LIMIT_REACHED"));
    }

    #[test]
    fn a_lenient_reader_keeps_what_stands_twice_and_passes_over_what_is_named() {
        // The number is the modulus of an RSA certificate as Go writes it: no 64-bit float holds it.
        let number = "9".repeat(617);
        let text = format!(r#"{{"a":1,"a":2,"Cert":{{"N":{number},"N":[[[[1]]]]}},"b":null}}"#);
        let names: Vec<_> = match &lines(&text).unwrap()[0].1 {
            Json::Object(members) => members.iter().map(|(name, _)| name.clone().into_owned()).collect(),
            other => panic!("{other:?}"),
        };
        assert_eq!(names, ["a", "a", "b"]);
        assert_eq!(lines(&format!(r#"{{"N":{number}}}"#)).unwrap_err().code(), "SYNTAX");
        assert_eq!(lines(r#"{"Cert":{"a":1,}}"#).unwrap_err().code(), "SYNTAX");
    }

    #[test]
    fn numbers_keep_their_value() {
        assert_eq!(parse("18446744073709551615").unwrap(), Json::Unsigned(u64::MAX));
        assert_eq!(parse("-9223372036854775808").unwrap(), Json::Signed(i64::MIN));
        // Without serde_json's feature `float_roundtrip` the last digit is lost.
        assert_eq!(parse("51.248178375505404").unwrap(), Json::Number(51.248_178_375_505_404));
        assert_eq!(parse("1e999").unwrap_err().code(), "SYNTAX");
    }
}
