use super::Reader;
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
        if next.first().is_some() {
            return Ok(None);
        }
        let empty = next.pass_empty_lines();
        if next.is_done() || next.column() < least || next.is_comment() {
            return Ok(None);
        }
        self.cursor = next;
        match next.first() {
            Some('\t') => Err(self.refuse("a tab cannot indent; use spaces")),
            Some('-' | '?' | ':') if next.is_indicator() => {
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
        let ahead = self.cursor.ahead();
        let mut bytes = ahead.bytes().enumerate().peekable();
        let mut before = 0;
        let mut end = (ahead.len(), false);
        while let Some((at, byte)) = bytes.next() {
            let next = bytes.peek().map(|(_, next)| *next);
            match byte {
                b':' if matches!(next, None | Some(b' ' | b'\t')) => {
                    end = (at, true);
                    break;
                }
                b'#' if matches!(before, b' ' | b'\t') => {
                    end = (at, false);
                    break;
                }
                _ => before = byte,
            }
        }
        (self.take_text(end.0), end.1)
    }

    /// Reads a text without quotes in a flow collection, up to what ends it there.
    pub(super) fn flow_text(&mut self) -> Result<&'a str, Problem> {
        self.check_start()?;
        if let Some(':' | '|' | '>') = self.cursor.first() {
            return Err(self.refuse("a text that starts with this character stands in quotes"));
        }
        let ahead = self.cursor.ahead();
        let mut bytes = ahead.bytes().enumerate().peekable();
        let mut before = 0;
        let mut end = ahead.len();
        while let Some((at, byte)) = bytes.next() {
            let next = bytes.peek().map(|(_, next)| *next);
            let ends = match byte {
                b',' | b'[' | b']' | b'{' | b'}' => true,
                b':' => matches!(next, None | Some(b' ' | b'\t' | b',' | b'[' | b']' | b'{' | b'}')),
                b'#' => matches!(before, b' ' | b'\t'),
                _ => false,
            };
            if ends {
                end = at;
                break;
            }
            before = byte;
        }
        let text = self.take_text(end);
        if text == "-" {
            return Err(self.refuse("a dash alone stands in quotes"));
        }
        self.without_tab(text)
    }

    fn take_text(&mut self, bytes: usize) -> &'a str {
        let text = self.cursor.ahead().get(..bytes).unwrap_or_default().trim_end_matches([' ', '\t']);
        self.cursor.pass(text.len());
        text
    }

    fn without_tab(&self, text: &'a str) -> Result<&'a str, Problem> {
        if text.contains('\t') {
            return Err(self.refuse("a text with a tab stands in quotes"));
        }
        Ok(text)
    }

    /// Refuses what cannot start a text without quotes.
    pub(super) fn check_start(&self) -> Result<(), Problem> {
        Err(self.refuse(match self.cursor.first() {
            Some('&') => "anchors are not supported",
            Some('*') => "aliases are not supported, and a text that starts with * stands in quotes",
            Some('!') => "tags are not supported, and a text that starts with ! stands in quotes",
            Some('?') => "complex keys are not supported, and a text that starts with ? stands in quotes",
            Some('-') if self.cursor.is_indicator() => "a list starts on a line of its own",
            Some(':') if self.cursor.is_indicator() => "a name is missing before the colon",
            Some(',' | ']' | '}') | None => "a value is missing",
            Some('%' | '@' | '`' | '#') => "a text that starts with this character stands in quotes",
            Some(_) => return Ok(()),
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
        match text {
            "null" | "Null" | "NULL" | "~" => return Ok(Json::Null),
            "true" => return Ok(Json::True),
            "false" => return Ok(Json::False),
            // Readers differ on these.
            "True" | "TRUE" | "False" | "FALSE" => {
                return Err(self.refuse("a boolean is true or false, and a text that could be one stands in quotes"));
            }
            _ => {}
        }
        if !is_like_a_number(text) {
            return Ok(Json::String(Cow::Borrowed(text)));
        }
        Json::parse(text.as_bytes(), &Budget::default()).map_err(|_| {
            self.refuse(format_args!("{} is no number as JSON writes it; a text stands in quotes", Shown(text)))
        })
    }
}

/// Whether any reader could take the text for a number.
fn is_like_a_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return false;
    }
    if [".inf", ".nan"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return true;
    }
    if let Some((prefix, digits)) = text.split_at_checked(2) {
        let radix = match prefix {
            "0b" | "0B" => 2,
            "0o" | "0O" => 8,
            "0x" | "0X" => 16,
            _ => 0,
        };
        if radix > 0 {
            return !digits.is_empty() && digits.chars().all(|digit| digit == '_' || digit.is_digit(radix));
        }
    }
    let (mantissa, exponent) = split(text, &['e', 'E']);
    let (whole, fraction) = split(mantissa, &['.']);
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    [Some(whole), fraction, exponent].into_iter().flatten().all(digits)
        && (!whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty()))
        && exponent != Some("")
}

fn split<'t>(text: &'t str, at: &[char]) -> (&'t str, Option<&'t str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Section 6.5: one line break is a space, and those after it are kept.
pub(super) fn fold(text: &mut String, empty: usize) {
    if empty == 0 {
        text.push(' ');
    }
    text.extend(core::iter::repeat_n('\n', empty));
}
