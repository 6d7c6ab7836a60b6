//! Base64 as the formats allow it, and no freer: one text for the same bytes would be best, but producers differ.

use crate::{
    Problem,
    base64::{Alphabet, Base64Error, Rules},
    document::{Place, code},
};
use alloc::{string::String, vec::Vec};

/// Whose rules a text follows. None of them lets bits stand at the end that no byte uses.
#[derive(Clone, Copy)]
pub(super) enum Dialect {
    /// Go's `[]byte` and `base64.StdEncoding`: the standard alphabet, padded, and line breaks anywhere, which are in
    /// signatures that came out of `openssl base64` and were attached to an image as they were.
    Go,
    /// Protocol buffers' JSON mapping: "Either standard or URL-safe base64 encoding with/without paddings are
    /// accepted". Which alphabet is settled for each text; one text does not mix them.
    Protobuf,
}

impl Dialect {
    pub(super) fn decode(self, text: &str, place: &Place<'_>) -> Result<Vec<u8>, Problem> {
        let decoded = match self {
            // Few have line breaks, and to look for them takes time.
            Self::Go => {
                Rules::Standard.decode(text.as_bytes()).or_else(|_| Rules::Standard.decode(&without_line_breaks(text)))
            }
            Self::Protobuf => Rules::Either.decode(text.as_bytes()),
        };
        decoded.map_err(|error| {
            let message = match error {
                Base64Error::Alphabet => "not base64: a character outside the alphabet",
                Base64Error::Length => "not base64: a length that no bytes give",
                Base64Error::Bits => "not base64: bits at the end that no byte uses",
                Base64Error::Padding => "not base64: wrong padding",
            };
            Problem::new(code::INVALID_VALUE, place, message)
        })
    }
}

/// Appends the standard, padded form.
pub(super) fn push(out: &mut String, bytes: &[u8]) {
    Alphabet::Standard.push(bytes, out);
}

fn without_line_breaks(text: &str) -> Vec<u8> {
    text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(dialect: Dialect, text: &str) -> Option<Vec<u8>> {
        dialect.decode(text, &Place::Root).ok()
    }

    #[test]
    fn protobuf_takes_either_alphabet_with_or_without_padding() {
        for text in ["+/8=", "-_8=", "+/8", "-_8"] {
            assert_eq!(decode(Dialect::Protobuf, text).unwrap(), [0xfb, 0xff], "{text}");
        }
        for (text, length) in [("", 0), ("QQ", 1), ("QQ==", 1), ("QUE", 2), ("QUFB", 3), ("QUFBQQ==", 4)] {
            assert_eq!(decode(Dialect::Protobuf, text).unwrap(), b"AAAA"[..length], "{text}");
        }
    }

    #[test]
    fn protobuf_takes_nothing_freer() {
        for (text, message) in [
            ("+_8=", "alphabet"),
            ("-/8=", "alphabet"),
            ("+/-_", "alphabet"),
            ("-_+/", "alphabet"),
            (" QUE=", "alphabet"),
            ("QUE=\n", "alphabet"),
            ("QU E", "alphabet"),
            ("QUE\n", "alphabet"),
            ("QQ==QQ==", "alphabet"),
            ("QUFBé", "alphabet"),
            ("QQ=", "padding"),
            ("Q===", "alphabet"),
            ("====", "alphabet"),
            ("=", "alphabet"),
            ("QUFB====", "alphabet"),
            ("Q", "length"),
            ("QUFBQ", "length"),
            ("QR==", "bits"),
            ("QR", "bits"),
            ("QUF=", "bits"),
            ("_R", "bits"),
        ] {
            let problem = Dialect::Protobuf.decode(text, &Place::Root).unwrap_err();
            assert_eq!(problem.code(), "INVALID_VALUE", "{text:?}");
            assert!(problem.message().contains(message), "{text:?}: {problem}");
        }
    }

    #[test]
    fn go_takes_the_standard_alphabet_padded_and_broken_into_lines() {
        for text in ["+/8=", "+/8=\n", "+/\r8=", "\r\n+/\n8\r\n=\n"] {
            assert_eq!(decode(Dialect::Go, text).unwrap(), [0xfb, 0xff], "{text:?}");
        }
        for text in ["-_8=", "+/8", "+/9=", "+/8= ", "+ /8=", "\t+/8="] {
            assert_eq!(decode(Dialect::Go, text), None, "{text:?}");
        }
    }
}
