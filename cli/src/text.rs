//! Texts as they come in and go out: base64 in, one safe line out.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use std::fmt;

/// The bytes that a base64 text stands for, if it is one: the standard or the URL-safe alphabet, with or without
/// padding, in lines of any length.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    // Padding may be missing, as in base64url. Bits behind the last byte must be zero: one text for one value.
    const LENIENT_PADDING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT_PADDING);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT_PADDING);

    let text: Vec<u8> = text.split(|byte| matches!(byte, b'\r' | b'\n')).flatten().copied().collect();
    STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text)).ok().filter(|bytes| !bytes.is_empty())
}

/// Text as it may stand in a line for people: no control characters, and no invisible ones that make two names look
/// alike.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                c if c.is_control() || is_invisible(c) => write!(f, "{}", c.escape_unicode())?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// [`OneLine`] of at most some hundred characters: what an input says may be megabytes.
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // More than the longest image reference with its sentence.
        const MOST: usize = 1200;
        match self.0.char_indices().nth(MOST) {
            Some((end, _)) => write!(f, "{}…", OneLine(self.0.get(..end).unwrap_or_default())),
            None => OneLine(self.0).fmt(f),
        }
    }
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A string in double quotes, as JSON and YAML both read it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
