//! The text form of keys: PEM (RFC 7468), one block with a public key.

use super::{
    KeyError,
    spki::{Form, MAX_INPUT},
};
use crate::{
    base64::{Alphabet, Rules},
    document::Shown,
    text::text_of,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// The one block of a PEM text.
pub(super) struct Block {
    pub(super) form: Form,
    pub(super) der: Vec<u8>,
}

impl Block {
    /// Reads the one block of the text.
    ///
    /// Lines may have any length and end with LF or CR LF, with white space before it; the rest is as RFC 7468 section 3
    /// wants it. RFC 1421 headers, as old encrypted private keys have them, are refused.
    pub(super) fn parse(text: &[u8]) -> Result<Self, KeyError> {
        if text.len() > MAX_INPUT {
            return Err(KeyError::TooLong { bytes: text.len(), limit: MAX_INPUT });
        }
        let mut block = None;
        let mut body = Vec::new();
        let mut is_ended = false;
        for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
            match (Boundary::read(line)?, block) {
                (None, None) => {}
                (Some(Boundary::Begin(label)), None) => block = Some((label, form(label)?)),
                (Some(Boundary::End(_)), None) => return Err(PemError::EndWithoutBegin.into()),
                (None, Some(_)) if is_ended && line.is_empty() => {}
                (Some(Boundary::Begin(_)), _) if is_ended => return Err(PemError::SecondBlock.into()),
                _ if is_ended => return Err(PemError::TextAfterBlock.into()),
                (None, _) if line.contains(&b':') => return Err(PemError::Header.into()),
                (None, _) => body.extend_from_slice(line),
                (Some(Boundary::Begin(_)), _) => return Err(PemError::NoEnd.into()),
                (Some(Boundary::End(end)), Some((label, _))) if end == label => is_ended = true,
                (Some(Boundary::End(end)), _) => return Err(PemError::EndDiffers { label: shown(end) }.into()),
            }
        }
        let Some((_, form)) = block else { return Err(PemError::NoBlock.into()) };
        if !is_ended {
            return Err(PemError::NoEnd.into());
        }
        // The standard alphabet with padding; the decoder refuses all else, and set bits behind the last byte.
        let der = Rules::Standard.decode(&body).map_err(|_| PemError::Base64)?;
        Ok(Self { form, der })
    }
}

/// Which key a block with this label holds.
fn form(label: &[u8]) -> Result<Form, KeyError> {
    if label == b"PUBLIC KEY" {
        return Ok(Form::Spki);
    }
    if label == b"RSA PUBLIC KEY" {
        return Ok(Form::Pkcs1);
    }
    Err(if label.ends_with(b"PRIVATE KEY") {
        KeyError::PrivateKey
    } else if label.ends_with(b"CERTIFICATE") {
        KeyError::Certificate
    } else {
        PemError::Label { label: shown(label) }.into()
    })
}

/// The first or the last line of a block, with its label.
enum Boundary<'t> {
    Begin(&'t [u8]),
    End(&'t [u8]),
}

impl<'t> Boundary<'t> {
    /// The boundary that the line is, if it is one. A line that only begins like one is an error.
    fn read(line: &'t [u8]) -> Result<Option<Self>, PemError> {
        let (is_begin, rest) = if let Some(rest) = line.strip_prefix(b"-----BEGIN") {
            (true, rest)
        } else if let Some(rest) = line.strip_prefix(b"-----END") {
            (false, rest)
        } else {
            return Ok(None);
        };
        let label = rest.strip_prefix(b" ").and_then(|rest| rest.strip_suffix(b"-----")).ok_or(PemError::Boundary)?;
        Ok(Some(if is_begin { Self::Begin(label) } else { Self::End(label) }))
    }
}

/// A label as it may stand in a message.
fn shown(mut label: &[u8]) -> String {
    // As `String::from_utf8_lossy`, of which nothing else here has need.
    let mut text = String::new();
    while !label.is_empty() {
        let (part, wrong) = text_of(label);
        text.push_str(part);
        if wrong > 0 {
            text.push('\u{fffd}');
        }
        label = label.get(part.len().saturating_add(wrong)..).unwrap_or_default();
    }
    Shown(&text).to_string()
}

/// Writes a SubjectPublicKeyInfo as OpenSSL does: lines of 64 characters.
pub(super) fn write(spki: &[u8]) -> String {
    let mut body = String::new();
    Alphabet::Standard.push(spki, &mut body);
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let line;
        (line, rest) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("-----END PUBLIC KEY-----\n");
    text
}

/// Why a text is not one PEM block with a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemError {
    /// What stands between the first and the last line is not base64.
    Base64,
    /// A line begins like a BEGIN or END line and is none.
    Boundary,
    /// The label says PKCS#1 and the content is SubjectPublicKeyInfo, or the reverse.
    ContentDiffers,
    /// The label of the END line is not that of the BEGIN line.
    EndDiffers {
        /// The label of the END line, shortened if need be.
        label: String,
    },
    /// An END line without a BEGIN line before it.
    EndWithoutBegin,
    /// A header as in RFC 1421.
    Header,
    /// Another block than a public key.
    Label {
        /// The label, shortened if need be.
        label: String,
    },
    /// No BEGIN line.
    NoBlock,
    /// No END line after the BEGIN line.
    NoEnd,
    /// A second block follows.
    SecondBlock,
    /// Text follows the block.
    TextAfterBlock,
}

impl PemError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Base64 => "PEM_BASE64",
            Self::Boundary => "PEM_BOUNDARY",
            Self::ContentDiffers => "PEM_CONTENT_DIFFERS",
            Self::EndDiffers { .. } => "PEM_END_DIFFERS",
            Self::EndWithoutBegin => "PEM_END_WITHOUT_BEGIN",
            Self::Header => "PEM_HEADER",
            Self::Label { .. } => "PEM_LABEL",
            Self::NoBlock => "PEM_NO_BLOCK",
            Self::NoEnd => "PEM_NO_END",
            Self::SecondBlock => "PEM_SECOND_BLOCK",
            Self::TextAfterBlock => "PEM_TEXT_AFTER_BLOCK",
        }
    }
}

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64 => "the PEM block is not base64",
            Self::Boundary => "a BEGIN or END line of PEM is damaged",
            Self::ContentDiffers => "the PEM block holds another kind of public key than its label says",
            Self::EndDiffers { label } => return write!(f, "the PEM block ends with the other label `{label}`"),
            Self::EndWithoutBegin => {
                "an END line of PEM has no BEGIN line before it that stands at the beginning of a line"
            }
            Self::Header => "the PEM block has a header line; public keys have none",
            Self::Label { label } => {
                return write!(f, "the PEM block is a `{label}`, not a `PUBLIC KEY` or `RSA PUBLIC KEY`");
            }
            Self::NoBlock => "no PEM block: there is no line `-----BEGIN PUBLIC KEY-----`",
            Self::NoEnd => "the PEM block has no END line",
            Self::SecondBlock => "more than one PEM block; give one key",
            Self::TextAfterBlock => "text follows the PEM block",
        })
    }
}

impl core::error::Error for PemError {}
