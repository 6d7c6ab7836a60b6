use super::{
    Reader,
    cursor::{END_OF_LINE, is_white},
};
use crate::Problem;
use alloc::string::String;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    /// One is kept.
    Clip,
    Keep,
    Strip,
}

impl<'a> Reader<'a> {
    /// The text after `|` or `>`. Its lines are indented by at least `least`.
    pub(super) fn literal(&mut self, least: usize) -> Result<String, Problem> {
        let folded = self.cursor.first() == b'>';
        self.cursor.pass(1);
        let (more, chomping) = self.literal_header(least)?;
        let indent = match more {
            // The indicator counts from the parent, whose children are at `least`.
            Some(more) => least.saturating_add(more).saturating_sub(1),
            None => self.literal_indent(least)?,
        };
        let mut text = String::new();
        // Line breaks since the last line that holds something.
        let mut breaks = 0_usize;
        let mut was_spaced = true;
        while let Some(line) = self.literal_line(least, indent)? {
            // Whether a last line without a break of its own gets one, readers differ on.
            if self.cursor.is_unbroken() && chomping != Chomping::Strip {
                self.cursor.pass(self.cursor.ahead().len());
                return Err(self.refuse("the document ends in a text without a line break"));
            }
            self.cursor.pass_line();
            if line.is_empty() {
                breaks = breaks.saturating_add(1);
                continue;
            }
            // Section 8.1.3: a line that starts with white space is not folded with its neighbours.
            let is_spaced = line.bytes().next().is_some_and(is_white);
            match breaks {
                _ if text.is_empty() || !folded || is_spaced || was_spaced => push_breaks(&mut text, breaks),
                _ => fold(&mut text, breaks.saturating_sub(1)),
            }
            text.push_str(line);
            was_spaced = is_spaced;
            breaks = 1;
        }
        match chomping {
            Chomping::Keep => push_breaks(&mut text, breaks),
            Chomping::Clip if !text.is_empty() => push_breaks(&mut text, breaks.min(1)),
            Chomping::Clip | Chomping::Strip => {}
        }
        Ok(text)
    }

    /// The indicators of indentation and chomping, in either order.
    fn literal_header(&mut self, least: usize) -> Result<(Option<usize>, Chomping), Problem> {
        let (mut more, mut chomping) = (None, None);
        loop {
            match self.cursor.first() {
                digit @ b'1'..=b'9' if more.is_none() => more = Some(digit.wrapping_sub(b'0').into()),
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                _ => break,
            }
            self.cursor.pass(1);
        }
        // Readers differ on what it counts from when there is no parent.
        if more.is_some() && least == 0 {
            return Err(self.refuse("a text that is the whole document cannot state its indentation"));
        }
        self.end_of_line()?;
        Ok((more, chomping.unwrap_or(Chomping::Clip)))
    }

    /// The indentation of the first line that holds something.
    fn literal_indent(&self, least: usize) -> Result<usize, Problem> {
        let mut cursor = self.cursor;
        let mut longest = 0;
        while !cursor.is_done() {
            cursor.skip_spaces();
            match cursor.first() {
                END_OF_LINE => longest = longest.max(cursor.column()),
                b'\t' => return Err(Self::refuse_at(&cursor, "a tab cannot indent; use spaces")),
                _ if cursor.column() < least => break,
                // Section 8.1.1.1.
                _ if cursor.column() < longest => {
                    return Err(Self::refuse_at(&cursor, "an empty line before this one has more spaces"));
                }
                _ => return Ok(cursor.column()),
            }
            cursor.pass_line();
        }
        Ok(least.max(longest))
    }

    /// The line without its indentation, if it is one of the text.
    fn literal_line(&self, least: usize, indent: usize) -> Result<Option<&'a str>, Problem> {
        if self.cursor.is_done() {
            return Ok(None);
        }
        let mut start = self.cursor;
        start.skip_spaces();
        match start.first() {
            // Fewer spaces than the text: empty. More: they are text.
            END_OF_LINE => Ok(Some(self.cursor.ahead().get(indent..).unwrap_or_default())),
            _ if start.column() >= indent => Ok(self.cursor.ahead().get(indent..)),
            b'\t' => Err(Self::refuse_at(&start, "a tab cannot indent; use spaces")),
            // To the specification a comment may stand here; there are readers to which it is a mistake.
            _ if start.column() >= least => {
                Err(Self::refuse_at(&start, "the line is indented less than the text before it"))
            }
            _ => Ok(None),
        }
    }
}

pub(super) fn push_breaks(text: &mut String, breaks: usize) {
    for _ in 0..breaks {
        text.push('\n');
    }
}

/// Section 6.5: one line break is a space, and those after it are kept.
pub(super) fn fold(text: &mut String, empty: usize) {
    if empty == 0 {
        text.push(' ');
    }
    push_breaks(text, empty);
}
