//! Strings (RFC 8259 section 7).

use super::reader::{Reader, Reason, Refusal};
use alloc::{borrow::Cow, string::String};

impl<'a> Reader<'a> {
    /// The string whose quotation mark comes next; borrowed if it holds no escape.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Refusal> {
        self.pass(1);
        let start = self.at;
        self.pass(plain_length(self.ahead()));
        let plain = self.text_since(start)?;
        if self.peek() == Some(b'"') {
            self.pass(1);
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.pass(1);
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => {
                    self.pass(1);
                    text.push(self.escape()?);
                }
                Some(_) => {
                    let message = "control character (\\u0000-\\u001F) found while parsing a string";
                    return Err(self.refuse_next(message));
                }
                None => return Err(self.unexpected_end(CUT_OFF)),
            }
            let start = self.at;
            self.pass(plain_length(self.ahead()));
            text.push_str(self.text_since(start)?);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, Refusal> {
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.pass(1);
                return self.code_point();
            }
            Some(_) => return Err(self.refuse_next("invalid escape")),
            None => return Err(self.unexpected_end(CUT_OFF)),
        };
        self.pass(1);
        Ok(character)
    }

    /// One code unit of UTF-16, or two.
    fn code_point(&mut self) -> Result<char, Refusal> {
        let mut point = self.code_unit()?;
        if let 0xd800..=0xdbff = point
            && self.ahead().starts_with(b"\\u")
        {
            self.pass(2);
            if let second @ 0xdc00..=0xdfff = self.code_unit()? {
                // RFC 2781 section 2.2: ten bits each, and the sum has 21 at most.
                point = ((point & 0x3ff) << 10 | second & 0x3ff).wrapping_add(0x1_0000);
            }
        }
        // A first half needs its second. A second half alone is no text either.
        char::from_u32(point).ok_or_else(|| self.refuse(Reason::Syntax("an escape is half of a surrogate pair")))
    }

    fn code_unit(&mut self) -> Result<u32, Refusal> {
        let Some(digits) = self.ahead().first_chunk::<4>() else { return Err(self.unexpected_end(CUT_OFF)) };
        let mut unit = 0_u32;
        for digit in digits {
            let Some(digit) = char::from(*digit).to_digit(16) else {
                return Err(self.refuse_next("invalid escape"));
            };
            self.pass(1);
            // Four digits of four bits: nothing is lost.
            unit = unit.wrapping_shl(4) | digit;
        }
        Ok(unit)
    }
}

const CUT_OFF: &str = "EOF while parsing a string";

/// How many bytes stand before the next quotation mark, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    // Many at a time, without a branch among them: nearly all of a document is text, and the compiler makes vectors of it.
    let (blocks, _) = bytes.as_chunks::<16>();
    let is_plain = |block: &&[u8; 16]| !block.iter().fold(false, |found, byte| found | is_special(*byte));
    let plain = blocks.iter().take_while(is_plain).count().saturating_mul(16);
    let rest = bytes.get(plain..).unwrap_or_default();
    let special = rest.iter().position(|byte| is_special(*byte));
    plain.saturating_add(special.unwrap_or(rest.len()))
}

fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn every_byte_at_every_place_is_found_or_passed() {
        for length in 0..70 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b'x'; length];
                    bytes[place] = byte;
                    let special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(plain_length(&bytes), if special { place } else { length }, "{byte:#x} at {place}");
                }
            }
        }
    }
}
