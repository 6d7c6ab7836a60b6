//! What is wrong with a document, and where: shared by the decoders of policies, attestations and payloads.

use alloc::{
    borrow::Cow,
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// A place in a document: `rules[2].require.all[1]`.
#[derive(Clone, Copy)]
pub(crate) enum Place<'p> {
    Root,
    /// One of several documents that stand one a line; the first line is 1.
    Line(usize),
    Member(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl<'p> Place<'p> {
    // In WebAssembly a call is a third of the size of what it does, and this stands in nearly every function that reads.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn member(&'p self, name: &'p str) -> Place<'p> {
        Place::Member(self, name)
    }

    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn item(&'p self, index: usize) -> Place<'p> {
        Place::Item(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Line(number) => write!(f, "line {number}"),
            Place::Member(Place::Root, name) => write!(f, "{}", Shown(name)),
            Place::Member(parent @ Place::Line(_), name) => write!(f, "{parent}: {}", Shown(name)),
            Place::Member(parent, name) => write!(f, "{parent}.{}", Shown(name)),
            Place::Item(parent @ Place::Line(_), index) => write!(f, "{parent}: [{index}]"),
            Place::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Text from an input as it may stand in a message: one line, no control characters, at most 80 characters.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Excerpt(self.0, 80).fmt(f)
    }
}

/// Text that others chose, as it may stand in a message or in a log: one line, at most so many characters, and none that
/// is invisible or shows one thing for another; these are escaped. What was cut off ends with `…`.
///
/// ```
/// use dokimos::Excerpt;
/// assert_eq!(Excerpt::new("alpine:3.11", 80).to_string(), "alpine:3.11");
/// assert_eq!(Excerpt::new("a\nb", 80).to_string(), "a\\u{a}b");
/// assert_eq!(Excerpt::new("abcd", 3).to_string(), "abc…");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a>(pub(crate) &'a str, pub(crate) usize);

impl<'a> Excerpt<'a> {
    /// At most `most` characters of the text.
    #[must_use]
    pub fn new(text: &'a str, most: usize) -> Self {
        Self(text, most)
    }

    /// The text itself, if it may stand in a message as it is. Nearly all text is short and plain, and every attestation
    /// shows some.
    fn plain(&self) -> Option<&'a str> {
        let Self(text, most) = *self;
        (text.len() <= most && text.bytes().fold(true, |all, byte| all & (b' '..=b'~').contains(&byte))).then_some(text)
    }

    pub(crate) fn text(&self) -> Cow<'a, str> {
        self.plain().map_or_else(|| self.to_string().into(), Cow::Borrowed)
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, most) = *self;
        if let Some(plain) = self.plain() {
            return f.write_str(plain);
        }
        let mut characters = text.chars();
        for character in characters.by_ref().take(most) {
            match character {
                // Direction marks and other invisible characters could make one name look like another.
                c if c.is_control() || is_invisible(c) => write!(f, "{}", c.escape_unicode())?,
                c => write!(f, "{c}")?,
            }
        }
        if characters.next().is_some() {
            f.write_str("…")?;
        }
        Ok(())
    }
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// One thing that is wrong with a document.
///
/// `Display` gives `path: message`, one line, as in `rules[2].require: unknown attestor "qa"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Parts>);

/// Behind a pointer: a result that may be a problem is then as small as one that may not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    code: &'static str,
    path: String,
    message: String,
}

impl Problem {
    pub(crate) fn new(code: &'static str, place: &Place<'_>, message: impl fmt::Display) -> Self {
        Self::of(code, place, format_args!("{message}"))
    }

    fn of(code: &'static str, place: &Place<'_>, message: fmt::Arguments<'_>) -> Self {
        Self(Box::new(Parts { code, path: place.to_string(), message: message.to_string() }))
    }

    /// The stable code of the kind of problem, such as `UNKNOWN_FIELD`. The codes are listed in docs/CODES.md.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Where in the document, as `rules[2].require`; empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong, in words, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The same problem, met inside a larger document.
    pub(crate) fn inside(mut self, place: &Place<'_>) -> Self {
        let outer = place.to_string();
        let path = &mut self.0.path;
        if !outer.is_empty() {
            let between = if path.is_empty() || path.starts_with('[') { "" } else { "." };
            path.insert_str(0, between);
            path.insert_str(0, &outer);
        }
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { path, message, .. } = &*self.0;
        if path.is_empty() { f.write_str(message) } else { write!(f, "{path}: {message}") }
    }
}

impl core::error::Error for Problem {}

/// The problems of one document, in the order in which they stand in it.
#[derive(Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, code: &'static str, place: &Place<'_>, message: impl fmt::Display) {
        self.0.push(Problem::new(code, place, message));
    }
}

/// The codes of [`Problem`], each in one place so that every language can list them.
pub(crate) mod code {
    /// Not JSON, or not one JSON document.
    pub(crate) const SYNTAX: &str = "SYNTAX";
    /// A member stands twice in one object.
    pub(crate) const DUPLICATE_FIELD: &str = "DUPLICATE_FIELD";
    /// A limit of the [`Budget`](crate::Budget) was passed.
    pub(crate) const LIMIT_REACHED: &str = "LIMIT_REACHED";
    /// A member that the format does not have.
    pub(crate) const UNKNOWN_FIELD: &str = "UNKNOWN_FIELD";
    /// A member that must be there is not.
    pub(crate) const MISSING_FIELD: &str = "MISSING_FIELD";
    /// A value of another JSON type than the format has there.
    pub(crate) const WRONG_TYPE: &str = "WRONG_TYPE";
    /// A value of the right type that the format does not allow.
    pub(crate) const INVALID_VALUE: &str = "INVALID_VALUE";
    /// JSON, but in no shape that is known for such a document.
    pub(crate) const UNKNOWN_FORMAT: &str = "UNKNOWN_FORMAT";
    /// A request for admission was answered without a decision for each of its images.
    pub(crate) const NOT_DECIDED: &str = "NOT_DECIDED";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_one_would_write_it() {
        let root = Place::Root.member("rules");
        assert_eq!(root.item(2).member("all").to_string(), "rules[2].all");
        let line = Place::Line(7);
        assert_eq!(line.to_string(), "line 7");
        assert_eq!(line.member("Payload").to_string(), "line 7: Payload");
        assert_eq!(line.item(3).member("kind").to_string(), "line 7: [3].kind");
    }

    #[test]
    fn shown_text_is_one_bounded_line() {
        assert_eq!(Shown("plain").to_string(), "plain");
        assert_eq!(Shown("a\nb\u{202e}").to_string(), "a\\u{a}b\\u{202e}");
        for (length, shown) in [(79, 79), (80, 80), (81, 81)] {
            assert_eq!(Shown(&"x".repeat(length)).to_string().chars().count(), shown);
        }
        assert!(Shown(&"x".repeat(81)).to_string().ends_with("x…"));
    }
}
