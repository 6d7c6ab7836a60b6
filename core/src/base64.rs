//! Base64 (RFC 4648), strict: no bits at the end that no byte uses, nothing outside the alphabet.

use alloc::{string::String, vec, vec::Vec};

/// The two digits in which the alphabets differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// `+` and `/` (section 4).
    Standard,
    /// `-` and `_` (section 5).
    UrlSafe,
}

/// Which texts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// The standard alphabet, with padding.
    Standard,
    /// Either alphabet, one in a text, with all of the padding or none of it.
    Either,
}

/// Why a text is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base64Error {
    /// A character outside the alphabet, or padding that is not at the end.
    Alphabet,
    /// A length that no bytes give.
    Length,
    /// Bits at the end that no byte uses.
    Bits,
    /// Padding that is missing, or not all there.
    Padding,
}

/// The value of a character that is in neither alphabet; no other has its highest bit.
const OUTSIDE: u8 = 0xff;

/// The values of all characters of both alphabets: that a text mixes them is found by looking for those that differ.
static VALUES: [u8; 256] = values();

/// The standard alphabet.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Rules {
    pub(crate) fn decode(self, text: &[u8]) -> Result<Vec<u8>, Base64Error> {
        // The last characters, of which there are some unless there is none at all, may be padding.
        let blocks = text.len().saturating_sub(1) / 8;
        let (whole, last) = text.split_at_checked(blocks.saturating_mul(8)).unwrap_or_default();
        let padding = last.iter().rev().take_while(|byte| **byte == b'=').count();
        let digits = last.get(..last.len().saturating_sub(padding)).unwrap_or_default();
        let mut end = [b'A'; 8];
        for (to, from) in end.iter_mut().zip(digits) {
            *to = *from;
        }
        let mut bytes = vec![0; blocks.saturating_add(1).saturating_mul(6)];
        let mut seen = 0;
        if let Some((place_of_last, places)) = bytes.as_chunks_mut().0.split_last_mut() {
            for (block, place) in whole.as_chunks().0.iter().zip(places) {
                *place = six(block, &mut seen);
            }
            *place_of_last = six(&end, &mut seen);
        }
        let of_last = digits.len().saturating_mul(3) / 4;
        let (read, unused) =
            bytes.split_at_checked(blocks.saturating_mul(6).saturating_add(of_last)).unwrap_or_default();
        let (in_quad, is_whole) = (digits.len() % 4, text.len().is_multiple_of(4));
        let is_misplaced = padding > 0 && (in_quad < 2 || in_quad.saturating_add(padding) > 4);
        if seen & 0x80 > 0 || is_misplaced || self.is_mixed(text) {
            return Err(Base64Error::Alphabet);
        }
        if in_quad == 1 {
            return Err(Base64Error::Length);
        }
        if self == Self::Standard && !is_whole {
            return Err(Base64Error::Padding);
        }
        if unused.iter().any(|byte| *byte != 0) {
            return Err(Base64Error::Bits);
        }
        if padding > 0 && !is_whole {
            return Err(Base64Error::Padding);
        }
        let read = read.len();
        bytes.truncate(read);
        Ok(bytes)
    }

    /// Whether a character is not in the alphabet of the others.
    fn is_mixed(self, text: &[u8]) -> bool {
        let url_safe = memchr::memchr2(b'-', b'_', text).is_some();
        url_safe && (self == Self::Standard || memchr::memchr2(b'+', b'/', text).is_some())
    }
}

/// The bytes of eight digits. What is wrong with a digit is noted, and looked at once, at the end.
fn six(block: &[u8; 8], seen: &mut u32) -> [u8; 6] {
    let mut bits: u64 = 0;
    for byte in block {
        let value = VALUES.get(usize::from(*byte)).copied().unwrap_or(OUTSIDE);
        *seen |= u32::from(value);
        bits = bits << 6 | u64::from(value);
    }
    let [_, _, bytes @ ..] = bits.to_be_bytes();
    bytes
}

impl Alphabet {
    /// Appends the bytes: with padding in the standard alphabet, as PEM and JSON have them, and without it in the other, as
    /// URLs do.
    pub(crate) fn push(self, bytes: &[u8], out: &mut String) {
        for chunk in bytes.chunks(3) {
            let mut bits = [0; 4];
            for (to, from) in bits.iter_mut().zip(chunk) {
                *to = *from;
            }
            let mut bits = u32::from_be_bytes(bits);
            for place in 0..4 {
                if place <= chunk.len() {
                    out.push(self.digit(bits >> 26));
                } else if self == Self::Standard {
                    out.push('=');
                }
                bits <<= 6;
            }
        }
    }

    fn digit(self, value: u32) -> char {
        let digit = usize::try_from(value).ok().and_then(|value| DIGITS.get(value)).copied().unwrap_or_default();
        match (self, digit) {
            (Self::UrlSafe, b'+') => '-',
            (Self::UrlSafe, b'/') => '_',
            _ => char::from(digit),
        }
    }
}

#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "computed by the compiler, to which an overflow or an index that is wrong is an error"
)]
const fn values() -> [u8; 256] {
    let mut values = [OUTSIDE; 256];
    let mut value = 0;
    while value < 64 {
        values[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::{
        DecodeError, Engine,
        engine::general_purpose::{GeneralPurpose, PAD, PAD_INDIFFERENT, STANDARD, URL_SAFE_NO_PAD},
    };
    use proptest::prelude::*;

    /// The same by the `base64` crate.
    fn by_the_crate(rules: Rules, text: &[u8]) -> Result<Vec<u8>, Base64Error> {
        let either = |alphabet| GeneralPurpose::new(alphabet, PAD_INDIFFERENT);
        let read = match rules {
            Rules::Standard => GeneralPurpose::new(&::base64::alphabet::STANDARD, PAD).decode(text),
            Rules::Either => match either(&::base64::alphabet::STANDARD).decode(text) {
                Err(DecodeError::InvalidByte(_, b'-' | b'_')) => either(&::base64::alphabet::URL_SAFE).decode(text),
                read => read,
            }
            .and_then(|bytes| match text.ends_with(b"=") && !text.len().is_multiple_of(4) {
                true => Err(DecodeError::InvalidPadding),
                false => Ok(bytes),
            }),
        };
        read.map_err(|error| match error {
            DecodeError::InvalidByte(..) => Base64Error::Alphabet,
            DecodeError::InvalidLength(_) => Base64Error::Length,
            DecodeError::InvalidLastSymbol { .. } => Base64Error::Bits,
            DecodeError::InvalidPadding => Base64Error::Padding,
        })
    }

    #[test]
    fn every_text_of_five_of_these_characters_is_read_as_the_crate_reads_it() {
        const SOME: [u8; 9] = *b"AQ/+_-= \xff";
        for length in 0..=5 {
            for number in 0..SOME.len().pow(length) {
                let mut rest = number;
                let mut text = Vec::new();
                for _ in 0..length {
                    text.push(SOME[rest % SOME.len()]);
                    rest /= SOME.len();
                }
                for rules in [Rules::Standard, Rules::Either] {
                    assert_eq!(rules.decode(&text), by_the_crate(rules, &text), "{rules:?} {}", text.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn every_byte_is_a_digit_or_none_as_in_the_crate() {
        for byte in 0..=255 {
            for place in 0..8 {
                let mut text = *b"QUFBQUFB";
                text[place] = byte;
                for rules in [Rules::Standard, Rules::Either] {
                    assert_eq!(rules.decode(&text), by_the_crate(rules, &text), "{rules:?} {}", text.escape_ascii());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back_and_are_written_as_by_the_crate(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut text = String::from("before ");
            Alphabet::Standard.push(&bytes, &mut text);
            prop_assert_eq!(&text[7..], STANDARD.encode(&bytes));
            prop_assert_eq!(Rules::Standard.decode(&text.as_bytes()[7..]), Ok(bytes.clone()));
            let mut text = String::new();
            Alphabet::UrlSafe.push(&bytes, &mut text);
            prop_assert_eq!(&text, &URL_SAFE_NO_PAD.encode(&bytes));
            prop_assert_eq!(Rules::Either.decode(text.as_bytes()), Ok(bytes));
        }

        #[test]
        fn any_text_is_read_as_by_the_crate(text in "[A-Za-z0-9+/_=-]{0,40}") {
            for rules in [Rules::Standard, Rules::Either] {
                prop_assert_eq!(rules.decode(text.as_bytes()), by_the_crate(rules, text.as_bytes()));
            }
        }
    }
}
