use super::{
    Reader,
    cursor::{END_OF_LINE, trim_end},
    literal::{fold, push_breaks},
};
use crate::{Problem, text::hexadecimal};
use alloc::string::String;

impl Reader<'_> {
    /// The text in quotes that starts here. Further lines of it are indented by at least `least`.
    pub(super) fn quoted(&mut self, least: usize) -> Result<String, Problem> {
        let start = self.cursor;
        match self.quoted_text(Some(least))? {
            Some(text) => Ok(text),
            None => Err(Self::refuse_at(&start, "a quote is not closed")),
        }
    }

    /// The text in quotes that starts here, if it ends on this line.
    pub(super) fn quoted_on_line(&mut self) -> Result<Option<String>, Problem> {
        self.quoted_text(None)
    }

    fn quoted_text(&mut self, least: Option<usize>) -> Result<Option<String>, Problem> {
        let quote = self.cursor.first();
        let escapes = quote == b'"';
        self.cursor.pass(1);
        let mut text = String::new();
        // White space up to here was meant: it is no margin.
        let mut meant = 0;
        loop {
            let ahead = self.cursor.ahead();
            let is_special = |byte| byte == quote || escapes && byte == b'\\';
            let plain = ahead.bytes().position(is_special).unwrap_or(ahead.len());
            text.push_str(ahead.get(..plain).unwrap_or_default());
            self.cursor.pass(plain);
            let special = self.cursor.first();
            if special == END_OF_LINE {
                let Some(empty) = self.quoted_line(least)? else { return Ok(None) };
                text.truncate(trim_end(&text).len().max(meant));
                fold(&mut text, empty);
                continue;
            }
            self.cursor.pass(1);
            if special == quote {
                // In single quotes, a quote is written twice.
                if escapes || self.cursor.first() != quote {
                    return Ok(Some(text));
                }
                self.cursor.pass(1);
                text.push('\'');
                continue;
            }
            // Section 7.3.1: an escaped line break is none.
            if self.cursor.first() == END_OF_LINE {
                let Some(empty) = self.quoted_line(least)? else { return Ok(None) };
                push_breaks(&mut text, empty);
            } else {
                text.push(self.escaped()?);
            }
            meant = text.len();
        }
    }

    /// Goes to the next line of the text, over empty lines, which are counted.
    fn quoted_line(&mut self, least: Option<usize>) -> Result<Option<usize>, Problem> {
        let Some(least) = least else { return Ok(None) };
        let empty = self.cursor.pass_empty_lines();
        if self.cursor.is_done() {
            return Ok(None);
        }
        if self.cursor.column() < least {
            return Err(self.refuse("this line is in quotes and must be indented more"));
        }
        self.cursor.skip_white();
        Ok(Some(empty))
    }

    /// The character of an escape, behind its backslash.
    fn escaped(&mut self) -> Result<char, Problem> {
        let kind = self.cursor.ahead().chars().next();
        self.cursor.pass(kind.map_or(0, char::len_utf8));
        let digits = match kind {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        if digits > 0 {
            let character = self.cursor.ahead().get(..digits).and_then(hexadecimal).and_then(char::from_u32);
            self.cursor.pass(digits);
            return character.ok_or_else(|| self.refuse("the escape is no character"));
        }
        let escape = ESCAPES.iter().find(|(escape, _)| kind == Some(*escape));
        escape.map(|(_, character)| *character).ok_or_else(|| self.refuse("unknown escape"))
    }
}

/// YAML 1.2.2, section 5.7: what one character behind a backslash means.
const ESCAPES: [(char, char); 17] = [
    ('0', '\0'),
    ('a', '\u{7}'),
    ('b', '\u{8}'),
    ('t', '\t'),
    ('n', '\n'),
    ('v', '\u{b}'),
    ('f', '\u{c}'),
    ('r', '\r'),
    ('e', '\u{1b}'),
    (' ', ' '),
    ('"', '"'),
    ('/', '/'),
    ('\\', '\\'),
    ('N', '\u{85}'),
    ('_', '\u{a0}'),
    ('L', '\u{2028}'),
    ('P', '\u{2029}'),
];
