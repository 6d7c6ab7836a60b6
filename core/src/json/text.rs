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
                    return Err(self.refuse_next(Reason::Syntax(message)));
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
            Some(_) => return Err(self.refuse_next(Reason::Syntax("invalid escape"))),
            None => return Err(self.unexpected_end(CUT_OFF)),
        };
        self.pass(1);
        Ok(character)
    }

    /// One code unit of UTF-16, or two.
    fn code_point(&mut self) -> Result<char, Refusal> {
        let first = self.code_unit()?;
        let mut units = [first, 0];
        // A first half needs its second. A second half alone is no text either.
        let units = if let 0xd800..=0xdbff = first
            && self.ahead().starts_with(b"\\u")
        {
            self.pass(2);
            units = [first, self.code_unit()?];
            units.as_slice()
        } else {
            units.get(..1).unwrap_or_default()
        };
        let mut decoded = char::decode_utf16(units.iter().copied());
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(self.refuse(Reason::Syntax("an escape is half of a surrogate pair"))),
        }
    }

    fn code_unit(&mut self) -> Result<u16, Refusal> {
        let Some(digits) = self.ahead().first_chunk::<4>() else { return Err(self.unexpected_end(CUT_OFF)) };
        let mut unit: u16 = 0;
        for digit in digits {
            let Some(digit) = char::from(*digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok()) else {
                return Err(self.refuse_next(Reason::Syntax("invalid escape")));
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
    // Eight at a time: nearly all of a document is text.
    let (words, _) = bytes.as_chunks();
    let plain = words.iter().take_while(|word| !holds_special(**word)).count().saturating_mul(8);
    let rest = bytes.get(plain..).unwrap_or_default();
    let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    plain.saturating_add(special.unwrap_or(rest.len()))
}

/// Whether a quotation mark, a backslash or a control character is among the bytes: in each byte the highest bit tells.
fn holds_special(bytes: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    let word = u64::from_ne_bytes(bytes);
    // Subtracting borrows into the highest bit of a byte that is smaller. A borrow that runs on into the next byte can
    // set one more, which changes nothing: the first was right.
    let below = |word: u64, byte: u64| word.wrapping_sub(ONES.wrapping_mul(byte)) & !word;
    let is = |byte: u64| below(word ^ ONES.wrapping_mul(byte), 1);
    (below(word, 0x20) | is(0x22) | is(0x5c)) & HIGHEST != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn every_byte_at_every_place_is_found_or_passed() {
        for length in 0..20 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b'x'; length];
                    bytes[place] = byte;
                    let special = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(plain_length(&bytes), if special { place } else { length }, "{byte:#x} at {place}");
                    // Beside what is nearly special.
                    let mut bytes = vec![0x7f ^ b'"', 0x20, 0x21, 0x23, 0x5b, 0x5d, 0x80, 0x9f, 0xa2, 0xdc, 0xff];
                    bytes.insert(place % 11, byte);
                    let expected = if special { place % 11 } else { bytes.len() };
                    assert_eq!(plain_length(&bytes), expected, "{byte:#x} at {place}");
                }
            }
        }
    }
}
