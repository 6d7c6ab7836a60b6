//! The writer of reports and lists.

use alloc::string::String;
use core::fmt::Write;

/// Writes JSON on one line, as reports are written: no white space, and in texts only those characters escaped that must
/// be (RFC 8259 section 7), with the short escape where there is one.
///
/// Commas come by themselves. It does not check that what is opened is closed: see the example.
///
/// ```
/// let mut json = dokimos::JsonWriter::new();
/// json.open('{').name("image").text("alpine").name("allowed").raw("true").name("warnings").open('[').close(']').close('}');
/// assert_eq!(json.finish(), r#"{"image":"alpine","allowed":true,"warnings":[]}"#);
/// ```
#[derive(Clone, Debug, Default)]
pub struct JsonWriter(String);

impl JsonWriter {
    /// Nothing written yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `{` or `[`.
    pub fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.0.push(bracket);
        self
    }

    /// `}` or `]`.
    pub fn close(&mut self, bracket: char) -> &mut Self {
        self.0.push(bracket);
        self
    }

    /// The name of the member whose value is written next.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.0.push(':');
        self
    }

    /// A string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        push_string(&mut self.0, text);
        self
    }

    /// A string, or `null`.
    pub fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// A whole number.
    pub fn number(&mut self, number: usize) -> &mut Self {
        self.separate();
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{number}");
        self
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.0.push_str(json);
        self
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }

    /// A value or a name ends with none of these: a string ends with its quotation mark.
    fn separate(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().all(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        out.push_str(text);
    } else {
        text.chars().for_each(|character| push_escaped(out, character));
    }
    out.push('"');
}

/// Appends a character as it stands in a string.
pub(crate) fn push_escaped(out: &mut String, character: char) {
    let short = match character {
        '"' => '"',
        '\\' => '\\',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\0'..='\u{1f}' => return push_code_unit(out, character.try_into().unwrap_or_default()),
        plain => return out.push(plain),
    };
    out.push('\\');
    out.push(short);
}

/// Appends a code unit of UTF-16 as an escape.
pub(crate) fn push_code_unit(out: &mut String, unit: u16) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.extend(char::from_digit(u32::from(unit >> shift & 0xf), 16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn texts_are_written_as_serde_json_writes_them() {
        let all: String = ('\0'..='\u{ff}').chain("\u{2028}\u{feff}😀\u{10ffff}".chars()).collect();
        for text in ["", "plain", "a \"quoted\" \\ text", all.as_str()] {
            let mut json = JsonWriter::new();
            json.text(text);
            assert_eq!(json.finish(), serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn commas_stand_between_values_and_nowhere_else() {
        let mut json = JsonWriter::new();
        json.open('[').open('[').close(']').open('{').close('}').text_or_null(None).text_or_null(Some("[")).text("{");
        json.number(0).boolean(true).boolean(false).open('{').name("").text(":").name("a:").open('[').text(",");
        json.close(']').name("b").raw("{}").name("c").raw("[]").close('}').close(']');
        let text = json.finish();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        assert_eq!(value.as_array().map(Vec::len), Some(9));
    }
}
