//! The reader of values, arrays and objects.

use super::{Json, Members};
use crate::{
    document::{Place, Problem, Shown, code},
    sorted::repeated,
    text::{end_of, text_of},
};
use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};

/// Each level is a call, here and in the reader of YAML: no budget makes documents deeper than this.
pub(crate) const DEEPEST: usize = 127;

/// Up to so many members, each is compared with those before it.
const MANY_MEMBERS: usize = 16;

/// Reads a document from its start.
pub(super) struct Reader<'a> {
    /// The document, up to the first byte that is not UTF-8.
    pub(super) text: &'a str,
    /// Whether that is all of it.
    is_all_text: bool,
    pub(super) at: usize,
    /// Levels of arrays and objects that may still be opened.
    depth: usize,
    /// Values that may still be read.
    values: usize,
    members: Members,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], depth: usize, values: usize, members: Members) -> Self {
        let (text, wrong) = text_of(bytes);
        let is_all_text = wrong == 0;
        Self { text, is_all_text, at: 0, depth: depth.min(DEEPEST), values, members }
    }

    pub(super) fn values_left(&self) -> usize {
        self.values
    }

    /// Refuses all but white space up to the end.
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        match self.peek_past_white() {
            None if self.is_all_text => Ok(()),
            None => Err(self.unexpected_end("")),
            Some(_) => Err(self.refuse_after(1, Reason::Trailing)),
        }
    }

    pub(super) fn value(&mut self) -> Result<Json<'a>, Refusal> {
        self.values = match self.values.checked_sub(1) {
            Some(values) => values,
            None => return Err(self.refuse(Reason::Limit("too many values"))),
        };
        match self.peek_past_white() {
            Some(b'"') => self.string().map(Json::String),
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.literal(),
        }
    }

    fn literal(&mut self) -> Result<Json<'a>, Refusal> {
        let (length, value) = match self.ahead() {
            ahead if ahead.starts_with(b"null") => (4, Json::Null),
            ahead if ahead.starts_with(b"true") => (4, Json::True),
            ahead if ahead.starts_with(b"false") => (5, Json::False),
            [] => return Err(self.unexpected_end("EOF while parsing a value")),
            _ => return Err(self.refuse_next("expected value")),
        };
        self.pass(length);
        Ok(value)
    }

    fn array(&mut self) -> Result<Json<'a>, Refusal> {
        self.open()?;
        let mut items = Vec::new();
        while self.another(b']', items.is_empty())? {
            items.push(self.value()?);
        }
        self.close();
        Ok(Json::Array(items))
    }

    fn object(&mut self) -> Result<Json<'a>, Refusal> {
        self.open()?;
        let mut members: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        let mut is_first = true;
        while self.another(b'}', is_first)? {
            is_first = false;
            let name = self.name()?;
            match self.members {
                Members::AllBut(passed_over) | Members::UniqueBut(passed_over)
                    if passed_over.contains(&name.as_ref()) =>
                {
                    self.colon()?;
                    self.pass_over()?;
                    continue;
                }
                Members::AllBut(_) => {}
                // Few members: look at them. Many: what is done below keeps an attacker's object from costing its square.
                _ if members.len() >= MANY_MEMBERS => {}
                _ if members.iter().any(|(member, _)| *member == name) => return Err(self.twice(&name)),
                _ => {}
            }
            self.colon()?;
            members.push((name, self.value()?));
        }
        if members.len() > MANY_MEMBERS
            && !matches!(self.members, Members::AllBut(_))
            && let Some((_, name)) = first_repeated(&members)
        {
            return Err(self.twice(name));
        }
        self.close();
        Ok(Json::Object(members))
    }

    /// A member's name.
    fn name(&mut self) -> Result<Cow<'a, str>, Refusal> {
        if self.peek() != Some(b'"') {
            return Err(self.refuse_next("key must be a string"));
        }
        self.string()
    }

    fn colon(&mut self) -> Result<(), Refusal> {
        match self.peek_past_white() {
            Some(b':') => {
                self.pass(1);
                Ok(())
            }
            Some(_) => Err(self.refuse_next("expected `:`")),
            None => Err(self.unexpected_end("EOF while parsing an object")),
        }
    }

    /// Whether another item or member follows, up to its first character; what ends them is passed.
    fn another(&mut self, end: u8, is_first: bool) -> Result<bool, Refusal> {
        let (at_end, otherwise) = match end {
            b']' => ("EOF while parsing a list", "expected `,` or `]`"),
            _ => ("EOF while parsing an object", "expected `,` or `}`"),
        };
        match self.peek_past_white() {
            Some(byte) if byte == end => {
                self.pass(1);
                return Ok(false);
            }
            Some(_) if is_first => return Ok(true),
            Some(b',') => self.pass(1),
            Some(_) => return Err(self.refuse_next(otherwise)),
            None => return Err(self.unexpected_end(at_end)),
        }
        match self.peek_past_white() {
            Some(byte) if byte == end => Err(self.refuse_next("trailing comma")),
            Some(_) => Ok(true),
            None => Err(self.unexpected_end("EOF while parsing a value")),
        }
    }

    /// Passes a value that is JSON, however deep and however large: nothing else is asked of it.
    fn pass_over(&mut self) -> Result<(), Refusal> {
        // What ends each array and object that is open.
        let mut ends: Vec<u8> = Vec::new();
        loop {
            let end = match self.peek_past_white() {
                Some(b'[') => Some(b']'),
                Some(b'{') => Some(b'}'),
                Some(b'"') => self.string().map(|_| None)?,
                Some(b'-' | b'0'..=b'9') => self.number_text().map(|_| None)?,
                _ => self.literal().map(|_| None)?,
            };
            let mut is_first = end.is_some();
            if let Some(end) = end {
                self.pass(1);
                ends.push(end);
            }
            loop {
                let Some(end) = ends.last().copied() else { return Ok(()) };
                if self.another(end, is_first)? {
                    break;
                }
                ends.pop();
                is_first = false;
            }
            if ends.last() == Some(&b'}') {
                self.name()?;
                self.colon()?;
            }
        }
    }

    fn open(&mut self) -> Result<(), Refusal> {
        self.pass(1);
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => Err(self.refuse(Reason::Limit("arrays and objects are nested too deep"))),
        }
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_add(1);
    }

    pub(super) fn ahead(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn peek_past_white(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.pass(1),
                other => return other,
            }
        }
    }

    pub(super) fn pass(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// The text from there to here.
    pub(super) fn text_since(&self, start: usize) -> Result<&'a str, Refusal> {
        // Both ends stand beside ASCII or at the end of the text.
        self.text.get(start..self.at).ok_or_else(|| self.refuse(Reason::Syntax(NOT_UTF8)))
    }

    #[cold]
    fn twice(&self, name: &str) -> Refusal {
        self.refuse(Reason::Twice(format!("the member \"{}\" stands twice", Shown(name))))
    }

    /// The text ends where it should not.
    #[cold]
    pub(super) fn unexpected_end(&self, message: &'static str) -> Refusal {
        self.refuse_next(if self.is_all_text { message } else { NOT_UTF8 })
    }

    /// A complaint about what was read last.
    #[cold]
    pub(super) fn refuse(&self, reason: Reason) -> Refusal {
        self.refuse_after(0, reason)
    }

    /// A complaint about what comes next.
    #[cold]
    pub(super) fn refuse_next(&self, message: &'static str) -> Refusal {
        self.refuse_after(1, Reason::Syntax(message))
    }

    #[cold]
    fn refuse_after(&self, bytes: usize, reason: Reason) -> Refusal {
        Refusal(Box::new((self.at.saturating_add(bytes).min(self.text.len()), reason)))
    }
}

/// The first name that stood before, and its place.
pub(crate) fn first_repeated<'m>(members: &'m [(Cow<'_, str>, Json<'_>)]) -> Option<(usize, &'m str)> {
    repeated(members.iter().map(|(name, _)| name.as_ref()).enumerate().collect()).first().copied()
}

const NOT_UTF8: &str = "the text is not UTF-8";

/// Why a document is refused, and up to which byte it was read. Behind a pointer: a result that may be one is copied at
/// every step of the way.
pub(super) struct Refusal(Box<(usize, Reason)>);

pub(super) enum Reason {
    Limit(&'static str),
    Syntax(&'static str),
    Trailing,
    Twice(String),
}

impl Refusal {
    /// The problem in these bytes, with line and column, or with the column alone where the place names the line already.
    #[cold]
    pub(super) fn problem(&self, bytes: &[u8], place: &Place<'_>) -> Problem {
        let (at, reason) = &*self.0;
        let read = bytes.get(..*at).unwrap_or(bytes);
        let (line, column) = end_of(read);
        let (code, before, message) = match reason {
            Reason::Limit(message) => (code::LIMIT_REACHED, "", *message),
            Reason::Syntax(message) => (code::SYNTAX, "not JSON: ", *message),
            Reason::Trailing => (code::SYNTAX, "not one JSON document: ", "trailing characters"),
            Reason::Twice(message) => (code::DUPLICATE_FIELD, "", message.as_str()),
        };
        match place {
            Place::Line(_) => Problem::new(code, place, format_args!("{before}{message} at column {column}")),
            _ => Problem::new(code, place, format_args!("{before}{message} at line {line} column {column}")),
        }
    }
}
