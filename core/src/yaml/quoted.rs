use super::{Reader, plain::fold};
use crate::Problem;
use alloc::string::String;

impl Reader<'_> {
    /// The text in quotes that starts here. Further lines of it are indented by at least `least`.
    pub(super) fn quoted(&mut self, least: usize) -> Result<String, Problem> {
        let start = self.cursor;
        match self.quoted_text(Some(least))? {
            Some(text) => Ok(text),
            None => Err(Self::refuse_at(start, "a quote is not closed")),
        }
    }

    /// The text in quotes that starts here, if it ends on this line.
    pub(super) fn quoted_on_line(&mut self) -> Result<Option<String>, Problem> {
        self.quoted_text(None)
    }

    fn quoted_text(&mut self, least: Option<usize>) -> Result<Option<String>, Problem> {
        let quote = self.cursor.first();
        let escapes = quote == Some('"');
        self.cursor.pass(1);
        let mut text = String::new();
        // White space up to here was meant: it is no margin.
        let mut meant = 0;
        while let Some(character) = self.quoted_character(&mut text, meant, least)? {
            self.cursor.pass(character.len_utf8());
            match character {
                '\\' if escapes => {
                    // Section 7.3.1: an escaped line break is none.
                    if self.cursor.ahead().is_empty() {
                        let Some(empty) = self.quoted_line(least)? else { return Ok(None) };
                        text.extend(core::iter::repeat_n('\n', empty));
                    } else {
                        text.push(self.escaped()?);
                    }
                    meant = text.len();
                }
                // In single quotes, a quote is written twice.
                _ if quote == Some(character) => {
                    if escapes || self.cursor.first() != quote {
                        return Ok(Some(text));
                    }
                    self.cursor.pass(1);
                    text.push(character);
                }
                _ => text.push(character),
            }
        }
        Ok(None)
    }

    /// What comes next, on this line or after line breaks, which are folded. `None`: the text does not end.
    fn quoted_character(
        &mut self,
        text: &mut String,
        meant: usize,
        least: Option<usize>,
    ) -> Result<Option<char>, Problem> {
        if self.cursor.first().is_none() {
            let Some(empty) = self.quoted_line(least)? else { return Ok(None) };
            let trimmed = text.trim_end_matches([' ', '\t']).len();
            text.truncate(trimmed.max(meant));
            fold(text, empty);
        }
        Ok(self.cursor.first())
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
        let kind = self.cursor.first();
        self.cursor.pass(kind.map_or(0, char::len_utf8));
        let digits = match kind {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        if digits > 0 {
            let hex = self.cursor.ahead().get(..digits).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let character = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
            self.cursor.pass(digits);
            return character.ok_or_else(|| self.refuse("the escape is no character"));
        }
        Ok(match kind {
            Some('0') => '\0',
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('v') => '\u{b}',
            Some('f') => '\u{c}',
            Some('r') => '\r',
            Some('e') => '\u{1b}',
            Some(same @ (' ' | '"' | '/' | '\\')) => same,
            Some('N') => '\u{85}',
            Some('_') => '\u{a0}',
            Some('L') => '\u{2028}',
            Some('P') => '\u{2029}',
            _ => return Err(self.refuse("unknown escape")),
        })
    }
}
