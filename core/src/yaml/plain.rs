use super::{
    Reader,
    cursor::{END_OF_LINE, is_white, trim_end},
    literal::fold,
};
use crate::{Budget, Problem, document::Shown, json::Json};
use alloc::{borrow::Cow, string::String};

impl<'a> Reader<'a> {
    /// The value without quotes that starts here. Further lines of it are indented by at least `least`.
    pub(super) fn plain(&mut self, least: usize) -> Result<Json<'a>, Problem> {
        self.count()?;
        self.check_start()?;
        let first = self.plain_line()?;
        let mut text = String::new();
        while let Some(empty) = self.plain_goes_on(least)? {
            if text.is_empty() {
                text.push_str(first);
            }
            fold(&mut text, empty);
            text.push_str(self.plain_line()?);
        }
        let value = if text.is_empty() { self.meaning(first)? } else { Json::String(text.into()) };
        self.end_of_line()?;
        Ok(value)
    }

    /// Goes to the next line of the text that was read up to here, over empty lines, which are counted. `None`: it ends.
    fn plain_goes_on(&mut self, least: usize) -> Result<Option<usize>, Problem> {
        let mut next = self.cursor;
        next.skip_white();
        // A comment ends the text.
        if next.first() != END_OF_LINE {
            return Ok(None);
        }
        let empty = next.pass_empty_lines();
        if next.is_done() || next.column() < least || next.is_comment() {
            return Ok(None);
        }
        self.cursor = next;
        match next.first() {
            b'\t' => Err(self.refuse("a tab cannot indent; use spaces")),
            b'-' | b'?' | b':' if next.is_indicator() => {
                Err(self.refuse("this line would go on with the text before it; is it indented as it should be?"))
            }
            _ => Ok(Some(empty)),
        }
    }

    /// What a line says without quotes.
    fn plain_line(&mut self) -> Result<&'a str, Problem> {
        let (text, ends_at_colon) = self.plain_on_line();
        if ends_at_colon {
            return Err(self.refuse(
                "an object starts on a line of its own, and a text with a colon and a space stands in quotes",
            ));
        }
        self.without_tab(text)
    }

    /// Reads up to a colon, a comment or the end of the line, and tells whether it was a colon.
    pub(super) fn plain_on_line(&mut self) -> (&'a str, bool) {
        let end = self.plain_end(b"");
        let ends_at_colon = self.cursor.ahead().as_bytes().get(end) == Some(&b':');
        (self.take_text(end), ends_at_colon)
    }

    /// Reads a text without quotes in a flow collection, up to what ends it there.
    pub(super) fn flow_text(&mut self) -> Result<&'a str, Problem> {
        self.check_start()?;
        if let b':' | b'|' | b'>' = self.cursor.first() {
            return Err(self.refuse("a text that starts with this character stands in quotes"));
        }
        let text = self.take_text(self.plain_end(b",[]{}"));
        if text == "-" {
            return Err(self.refuse("a dash alone stands in quotes"));
        }
        self.without_tab(text)
    }

    /// How much of the line stands before a colon, a comment, or one of these indicators.
    fn plain_end(&self, indicators: &[u8]) -> usize {
        let ahead = self.cursor.ahead().as_bytes();
        let mut before = 0;
        for (at, byte) in ahead.iter().enumerate() {
            let next = ahead.get(at.saturating_add(1));
            let ends = match byte {
                b':' => next.is_none_or(|next| is_white(*next) || indicators.contains(next)),
                b'#' => is_white(before),
                _ => indicators.contains(byte),
            };
            if ends {
                return at;
            }
            before = *byte;
        }
        ahead.len()
    }

    fn take_text(&mut self, bytes: usize) -> &'a str {
        let text = trim_end(self.cursor.ahead().get(..bytes).unwrap_or_default());
        self.cursor.pass(text.len());
        text
    }

    fn without_tab(&self, text: &'a str) -> Result<&'a str, Problem> {
        if text.as_bytes().contains(&b'\t') {
            return Err(self.refuse("a text with a tab stands in quotes"));
        }
        Ok(text)
    }

    /// Refuses what cannot start a text without quotes.
    pub(super) fn check_start(&self) -> Result<(), Problem> {
        Err(self.refuse(match self.cursor.first() {
            b'&' => "anchors are not supported",
            b'*' => "aliases are not supported, and a text that starts with * stands in quotes",
            b'!' => "tags are not supported, and a text that starts with ! stands in quotes",
            b'?' => "complex keys are not supported, and a text that starts with ? stands in quotes",
            b'-' if self.cursor.is_indicator() => "a list starts on a line of its own",
            b':' if self.cursor.is_indicator() => "a name is missing before the colon",
            b',' | b']' | b'}' | END_OF_LINE => "a value is missing",
            b'%' | b'@' | b'`' | b'#' => "a text that starts with this character stands in quotes",
            _ => return Ok(()),
        }))
    }

    /// A member's name without quotes, which no reader takes for anything else than a text.
    pub(super) fn plain_name(&self, text: &'a str) -> Result<Cow<'a, str>, Problem> {
        if text == "<<" {
            return Err(self.refuse("merge keys are not supported"));
        }
        match self.meaning(self.without_tab(text)?)? {
            Json::String(name) => Ok(name),
            other => {
                let message = format_args!("the name {} could be {}: put it in quotes", Shown(text), other.kind());
                Err(self.refuse(message))
            }
        }
    }

    /// What a text without quotes means: YAML 1.2.2, section 10.3.2. Numbers are those of JSON; what other readers, or
    /// those of YAML 1.1, take for a number is refused.
    pub(super) fn meaning(&self, text: &'a str) -> Result<Json<'a>, Problem> {
        if ["null", "Null", "NULL", "~"].contains(&text) {
            return Ok(Json::Null);
        }
        if text == "true" {
            return Ok(Json::True);
        }
        if text == "false" {
            return Ok(Json::False);
        }
        // Readers differ on these.
        if ["True", "TRUE", "False", "FALSE"].contains(&text) {
            return Err(self.refuse("a boolean is true or false, and a text that could be one stands in quotes"));
        }
        if !is_like_a_number(text.as_bytes()) {
            return Ok(Json::String(Cow::Borrowed(text)));
        }
        Json::parse(text.as_bytes(), &Budget::default()).map_err(|_| {
            self.refuse(format_args!("{} is no number as JSON writes it; a text stands in quotes", Shown(text)))
        })
    }
}

/// Whether any reader could take the text for a number.
fn is_like_a_number(text: &[u8]) -> bool {
    let ([b'+' | b'-', rest @ ..] | rest) = text;
    let mut rest = rest;
    if !matches!(rest, [b'0'..=b'9' | b'.', ..]) {
        return false;
    }
    if rest.eq_ignore_ascii_case(b".inf") || rest.eq_ignore_ascii_case(b".nan") {
        return true;
    }
    let radix = match rest {
        [b'0', b'b' | b'B', ..] => 2,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'x' | b'X', ..] => 16,
        _ => 10,
    };
    if radix != 10 {
        rest = rest.get(2..).unwrap_or_default();
        return pass_digits(&mut rest, radix) > 0 && rest.is_empty();
    }
    let mut digits = pass_digits(&mut rest, 10);
    if let [b'.', fraction @ ..] = rest {
        rest = fraction;
        digits = digits.saturating_add(pass_digits(&mut rest, 10));
    }
    if let [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest {
        rest = exponent;
        digits = digits.min(pass_digits(&mut rest, 10));
    }
    digits > 0 && rest.is_empty()
}

/// Goes behind the digits and underscores at the start, and counts them.
fn pass_digits(text: &mut &[u8], radix: u32) -> usize {
    let digits = text.iter().take_while(|byte| **byte == b'_' || char::from(**byte).is_digit(radix)).count();
    *text = text.get(digits..).unwrap_or_default();
    digits
}
