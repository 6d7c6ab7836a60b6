//! A strict reader of the part of YAML 1.2 that people write policies in.
//!
//! YAML leaves much that two readers take in two ways, and a policy that is read in two ways allows what its author did
//! not. So this reader knows block and flow collections, plain and quoted texts, literal and folded blocks, comments and
//! document markers, reads them as the specification says, and refuses the rest with the place where it stands: anchors,
//! aliases, tags, directives, merge keys, complex keys, tabs as indentation, numbers that JSON would not write so.
//!
//! | file | what it reads |
//! | --- | --- |
//! | `block` | collections by indentation |
//! | `flow` | collections in brackets |
//! | `literal` | texts after `\|` and `>` |
//! | `plain` | texts without quotes, and what they mean |
//! | `quoted` | texts in quotes |

mod block;
mod cursor;
mod flow;
mod literal;
mod plain;
mod quoted;
#[cfg(test)]
mod tests;

use crate::{
    Budget, Problem,
    document::{Place, Shown, code},
    go_json,
    json::{DEEPEST, Json, first_repeated, too_long},
};
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;
use cursor::Cursor;

impl<'a> Json<'a> {
    /// Reads one YAML document, to the same values as JSON.
    pub(crate) fn parse_yaml(bytes: &'a [u8], budget: &Budget) -> Result<Self, Problem> {
        let mut documents = Self::parse_yaml_documents(bytes, budget)?;
        if let Some((line, _)) = documents.get(1) {
            let message = format_args!("not one YAML document: another one starts at line {line}");
            return Err(Problem::new(code::SYNTAX, &Place::Root, message));
        }
        match documents.pop() {
            Some((_, document)) => Ok(document),
            None => Err(Problem::new(code::SYNTAX, &Place::Root, "not YAML: the document is empty")),
        }
    }

    /// Reads the YAML documents that stand one after the other, each with the number of the line where it starts. All
    /// count against one limit of values.
    pub(crate) fn parse_yaml_documents(bytes: &'a [u8], budget: &Budget) -> Result<Vec<(usize, Self)>, Problem> {
        if bytes.len() > budget.document_bytes {
            return Err(too_long(bytes, budget, &Place::Root));
        }
        let text = Cursor::text(bytes)?;
        let mut reader =
            Reader { cursor: Cursor::new(text), depth: budget.json_depth.min(DEEPEST), values: budget.json_values };
        let mut documents = Vec::new();
        // What stands before the first marker is a document only if it is not just comments.
        let mut is_next = reader.content()? || reader.next_document()?;
        while is_next {
            documents.push((reader.cursor.number(), reader.document()?));
            is_next = reader.next_document()?;
        }
        Ok(documents)
    }
}

/// The YAML documents that stand one after the other, each as the JSON text that says the same: compact, with the members
/// of objects sorted by name. What lies between two markers and holds nothing is `null`.
///
/// Read as [`Policy::from_yaml`](crate::Policy::from_yaml) reads a policy: for programs that take other documents beside it,
/// so that no file means one thing to them and another to the library.
///
/// ```
/// use dokimos::{Budget, yaml_documents};
/// let documents = yaml_documents(b"b: 1\na: [x]\n---\n- y\n", &Budget::default())?;
/// assert_eq!(documents, [r#"{"a":["x"],"b":1}"#, r#"["y"]"#]);
/// # Ok::<(), dokimos::Problem>(())
/// ```
///
/// # Errors
/// `SYNTAX`, `DUPLICATE_FIELD` or `LIMIT_REACHED`, with line and column.
pub fn yaml_documents(bytes: &[u8], budget: &Budget) -> Result<Vec<String>, Problem> {
    let text = |(_, document): (usize, Json<'_>)| {
        let mut text = String::new();
        go_json::push_value(&mut text, &document);
        text
    };
    Ok(Json::parse_yaml_documents(bytes, budget)?.into_iter().map(text).collect())
}

/// What is read, and how much more may come.
struct Reader<'a> {
    cursor: Cursor<'a>,
    /// Levels of collections that may still be opened.
    depth: usize,
    /// Values that may still be read.
    values: usize,
}

impl<'a> Reader<'a> {
    /// The document whose lines come now; null if there are none.
    fn document(&mut self) -> Result<Json<'a>, Problem> {
        if !self.content()? {
            return self.null();
        }
        let value = self.block(0)?;
        if self.content()? {
            return Err(self.refuse("the value has ended before this; is it indented as it should be?"));
        }
        Ok(value)
    }

    /// Passes over the markers between two documents; whether another one starts.
    fn next_document(&mut self) -> Result<bool, Problem> {
        let mut ended = false;
        loop {
            match self.cursor.marker() {
                None if self.cursor.is_at_end() => return Ok(false),
                None if ended && self.cursor.is_blank() => self.cursor.pass_line(),
                None => return Err(self.refuse("only the line --- starts another document")),
                Some("...") => {
                    self.cursor.pass_marker();
                    self.after_marker()?;
                    ended = true;
                }
                Some(_) => {
                    self.cursor.pass_marker();
                    self.after_marker()?;
                    return Ok(true);
                }
            }
        }
    }

    /// Nothing but a comment may follow a marker on its line.
    fn after_marker(&mut self) -> Result<(), Problem> {
        if self.cursor.is_line_over() {
            self.cursor.pass_line();
            return Ok(());
        }
        Err(self.refuse("a document starts on the line after its marker"))
    }

    /// Goes to the next line that holds something, at its indentation; whether the document has one.
    fn content(&mut self) -> Result<bool, Problem> {
        loop {
            if self.cursor.is_done() {
                return Ok(false);
            }
            self.cursor.skip_spaces();
            if !self.cursor.is_blank() {
                break;
            }
            self.cursor.pass_line();
        }
        match self.cursor.first() {
            b'\t' => Err(self.refuse("a tab cannot indent; use spaces")),
            b'%' if self.cursor.column() == 0 => Err(self.refuse("directives are not supported")),
            _ => Ok(true),
        }
    }

    /// Nothing but a comment may follow on this line; goes to the next.
    fn end_of_line(&mut self) -> Result<(), Problem> {
        if self.cursor.is_line_over() {
            self.cursor.pass_line();
            return Ok(());
        }
        self.cursor.skip_spaces();
        Err(self.refuse("nothing but a comment, after a space, can follow the value on its line"))
    }

    /// One value more.
    fn count(&mut self) -> Result<(), Problem> {
        match self.values.checked_sub(1) {
            Some(left) => self.values = left,
            None => return Err(self.limit("too many values")),
        }
        Ok(())
    }

    fn null(&mut self) -> Result<Json<'a>, Problem> {
        self.count()?;
        Ok(Json::Null)
    }

    /// Goes into a collection, one level deeper.
    fn open(&mut self) -> Result<(), Problem> {
        self.count()?;
        match self.depth.checked_sub(1) {
            Some(left) => self.depth = left,
            None => return Err(self.limit("arrays and objects are nested too deep")),
        }
        Ok(())
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_add(1);
    }

    /// Reads an object, each name once.
    fn object(
        &mut self,
        read: fn(&mut Self, usize, &mut Object<'a>) -> Result<(), Problem>,
        indent: usize,
    ) -> Result<Json<'a>, Problem> {
        self.open()?;
        let mut object = Object::default();
        let end = read(self, indent, &mut object);
        // First: all of its names stand before what ended the reading.
        object.check()?;
        end?;
        self.close();
        Ok(Json::Object(object.members))
    }

    /// A problem at this place.
    fn refuse(&self, message: impl fmt::Display) -> Problem {
        Self::refuse_at(&self.cursor, message)
    }

    fn refuse_at(place: &Cursor<'_>, message: impl fmt::Display) -> Problem {
        place.problem(code::SYNTAX, format_args!("not YAML: {message}"))
    }

    fn limit(&self, message: &str) -> Problem {
        self.cursor.problem(code::LIMIT_REACHED, message)
    }
}

/// The members of an object, and where each of their names stands.
#[derive(Default)]
struct Object<'a> {
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    places: Vec<Cursor<'a>>,
}

impl<'a> Object<'a> {
    /// Takes a name, before its value is read.
    fn name(&mut self, name: Cow<'a, str>, place: Cursor<'a>) {
        self.members.push((name, Json::Null));
        self.places.push(place);
    }

    /// Takes the value of the last name.
    fn value(&mut self, value: Json<'a>) {
        if let Some((_, last)) = self.members.last_mut() {
            *last = value;
        }
    }

    fn check(&self) -> Result<(), Problem> {
        let Some((index, name)) = first_repeated(&self.members) else { return Ok(()) };
        let Some(place) = self.places.get(index) else { return Ok(()) };
        Err(place.problem(code::DUPLICATE_FIELD, format_args!("the member \"{}\" stands twice", Shown(name))))
    }
}
