//! Where the reader is: a place in a line.

use crate::{
    document::{Place, Problem, code},
    text::{end_of, text_of},
};
use core::fmt;

/// Stands for the end of a line: no text holds this character.
pub(super) const END_OF_LINE: u8 = 0;

/// A place in the text. Copied to look ahead.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// This line, without its break.
    line: &'a str,
    /// Bytes of the line that were read.
    at: usize,
    number: usize,
    /// What follows the break of this line; `None` if the line has no break.
    rest: Option<&'a str>,
    /// No line is left in this document: what stands here is a marker, or nothing.
    done: bool,
}

impl<'a> Cursor<'a> {
    /// The bytes as text that this reader can count lines and columns of.
    pub(super) fn text(bytes: &'a [u8]) -> Result<&'a str, Problem> {
        let (text, wrong) = text_of(bytes);
        if wrong > 0 {
            return Err(Self::of_last(text).problem(code::SYNTAX, "not YAML: the bytes are not UTF-8"));
        }
        // Some editors write it. Anywhere else it is refused below.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, character) in text.char_indices() {
            let allowed = match character {
                '\r' => text.as_bytes().get(at.saturating_add(1)) == Some(&b'\n'),
                // Line breaks to readers of YAML 1.1, and none to those of YAML 1.2.
                '\u{85}' | '\u{2028}' | '\u{2029}' => false,
                // YAML 1.2.2, section 5.1: c-printable, but for the byte order mark.
                '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'.. => true,
                _ => false,
            };
            if !allowed {
                let message = format_args!(
                    "not YAML: the character \\u{{{:x}}} is allowed in double quotes alone, as an escape",
                    u32::from(character)
                );
                return Err(Self::of_last(text.get(..at).unwrap_or_default()).problem(code::SYNTAX, message));
            }
        }
        Ok(text)
    }

    /// The end of the last line of a text, for a problem there.
    fn of_last(text: &'a str) -> Self {
        let (number, at) = end_of(text.as_bytes());
        let line = text.get(text.len().saturating_sub(at)..).unwrap_or_default();
        Self { line, at, number, rest: None, done: false }
    }

    /// The start of the text.
    pub(super) fn new(text: &'a str) -> Self {
        let mut cursor = Self { line: "", at: 0, number: 0, rest: Some(text), done: false };
        cursor.take_line();
        cursor
    }

    /// Goes to the start of the next line, or notes that the document has none.
    pub(super) fn pass_line(&mut self) {
        if !self.done {
            self.take_line();
        }
    }

    fn take_line(&mut self) {
        self.number = self.number.saturating_add(1);
        self.at = 0;
        match self.rest {
            // After the last break there is no line.
            None | Some("") => (self.line, self.rest, self.done) = ("", None, true),
            Some(text) => {
                let (line, rest) = text.split_once('\n').map_or((text, None), |(line, rest)| (line, Some(rest)));
                self.line = if rest.is_some() { line.strip_suffix('\r').unwrap_or(line) } else { line };
                self.rest = rest;
                self.done = self.marker().is_some();
            }
        }
    }

    /// The marker that stands at the start of this line.
    pub(super) fn marker(&self) -> Option<&'a str> {
        let marker = self.line.get(..3)?;
        let ends = self.line.as_bytes().get(3).is_none_or(|after| is_white(*after));
        (ends && matches!(marker, "---" | "...")).then_some(marker)
    }

    /// Goes behind the marker on its line, where the next document may be read.
    pub(super) fn pass_marker(&mut self) {
        self.at = 3;
        self.done = false;
    }

    /// Whether no line of the document is left.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Whether nothing of the text is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.done && self.marker().is_none()
    }

    /// Whether this line was the last of the text, and no break ended it.
    pub(super) fn is_unbroken(&self) -> bool {
        self.rest.is_none()
    }

    /// The number of this line; the first is 1.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Bytes of this line before this place. All are ASCII where it counts as indentation.
    pub(super) fn column(&self) -> usize {
        self.at
    }

    /// What is left of this line.
    pub(super) fn ahead(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// The first byte of what is left of this line, or [`END_OF_LINE`].
    pub(super) fn first(&self) -> u8 {
        self.ahead().bytes().next().unwrap_or(END_OF_LINE)
    }

    /// Goes on in this line.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    pub(super) fn skip_spaces(&mut self) {
        self.skip(|byte| byte == b' ');
    }

    /// Passes over spaces and tabs.
    pub(super) fn skip_white(&mut self) {
        self.skip(is_white);
    }

    fn skip(&mut self, is_skipped: fn(u8) -> bool) {
        while is_skipped(self.first()) {
            self.pass(1);
        }
    }

    /// Goes from this line to the next that is not just white space, at its indentation; how many were.
    pub(super) fn pass_empty_lines(&mut self) -> usize {
        let mut empty = 0_usize;
        loop {
            self.pass_line();
            if self.done {
                return empty;
            }
            self.skip_white();
            if self.first() != END_OF_LINE {
                self.at = 0;
                self.skip_spaces();
                return empty;
            }
            empty = empty.saturating_add(1);
        }
    }

    /// Whether the character here has white space or the end of the line after it, as indicators have.
    pub(super) fn is_indicator(&self) -> bool {
        self.ahead().as_bytes().get(1).is_none_or(|after| is_white(*after))
    }

    /// Whether a comment starts here: at the start of a line, or after white space.
    pub(super) fn is_comment(&self) -> bool {
        let before = self.line.as_bytes().get(..self.at).and_then(<[u8]>::last);
        self.first() == b'#' && before.is_none_or(|before| is_white(*before))
    }

    /// Whether the rest of this line is white space or a comment.
    pub(super) fn is_line_over(&self) -> bool {
        let mut end = *self;
        end.skip_white();
        end.first() == END_OF_LINE || end.is_comment()
    }

    /// Whether the whole line is white space or a comment.
    pub(super) fn is_blank(&self) -> bool {
        Self { at: 0, ..*self }.is_line_over()
    }

    pub(super) fn problem(&self, code: &'static str, message: impl fmt::Display) -> Problem {
        let before = self.line.get(..self.at).unwrap_or_default();
        let column = before.chars().count().saturating_add(1);
        let message = format_args!("{message} at line {} column {column}", self.number);
        Problem::new(code, &Place::Root, message)
    }
}

/// Whether the byte is a space or a tab.
pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The text without the spaces and tabs at its end.
pub(super) fn trim_end(text: &str) -> &str {
    let white = text.bytes().rev().take_while(|byte| is_white(*byte)).count();
    text.get(..text.len().saturating_sub(white)).unwrap_or_default()
}
