//! What the readers of texts share.

/// The text that the bytes begin with, and how many bytes behind it are, together, not UTF-8.
pub(crate) fn text_of(bytes: &[u8]) -> (&str, usize) {
    match core::str::from_utf8(bytes) {
        Ok(text) => (text, 0),
        Err(error) => {
            let (text, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
            (core::str::from_utf8(text).unwrap_or_default(), error.error_len().unwrap_or(rest.len()))
        }
    }
}

/// The number of the last line, the first being 1, and how many bytes it has.
pub(crate) fn end_of(bytes: &[u8]) -> (usize, usize) {
    let breaks = bytes.iter().filter(|byte| **byte == b'\n').count();
    (breaks.saturating_add(1), bytes.iter().rev().take_while(|byte| **byte != b'\n').count())
}

/// The number of these hexadecimal digits, of which there are at most eight; no sign stands before them.
pub(crate) fn hexadecimal(digits: &str) -> Option<u32> {
    digits.chars().try_fold(0, |number, digit| Some(number << 4 | digit.to_digit(16)?))
}
