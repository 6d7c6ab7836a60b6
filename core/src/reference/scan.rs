//! The grammar of a reference: one scan forward over its bytes.

use super::{Domain, ImageReference, ReferenceError};
use crate::{Digest, DigestAlgorithm};

/// The parts of a reference as they were written, checked.
pub(crate) struct Parts<'a> {
    pub(super) domain: Option<Domain<'a>>,
    pub(super) path: &'a str,
    /// The tag and where it stands.
    pub(super) tag: Option<(&'a str, usize)>,
    pub(super) digest: Option<Digest>,
}

impl<'a> Parts<'a> {
    /// reference = [domain "/"] component *("/" component) [":" tag] ["@" digest]
    pub(super) fn scan(text: &'a str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if text.len() > ImageReference::MAX_BYTES {
            return Err(ReferenceError::TooLong { length: text.len() });
        }
        let mut scanner = Scanner { text, at: 0 };
        let domain = scanner.domain()?;
        let path = scanner.path()?;
        let tag = scanner.tag()?;
        let digest = scanner.digest()?;
        let parts = Self { domain, path, tag, digest };
        parts.check()?;
        Ok(parts)
    }

    /// What cannot be seen from one part alone.
    fn check(&self) -> Result<(), ReferenceError> {
        if self.domain.is_none() && self.digest.is_none() && self.is_bare_digest() {
            return Err(ReferenceError::BareDigest);
        }
        let library =
            if Domain::puts_library_before(self.domain.as_ref(), self.path) { Domain::LIBRARY.len() } else { 0 };
        let length = self.path.len().saturating_add(library);
        if length > ImageReference::MAX_PATH_BYTES { Err(ReferenceError::PathTooLong { length }) } else { Ok(()) }
    }

    /// `9f86d0…` is an identifier to Go's ParseNormalizedNamed, which refuses it, and an image of that name to others.
    /// `sha256:9f86d0…` is a digest to Go's ParseAnyReference, and the image `sha256` with a long tag to others.
    fn is_bare_digest(&self) -> bool {
        let (algorithm, hash) = match self.tag {
            Some((tag, _)) => (DigestAlgorithm::from_name(self.path), tag),
            None => (Some(DigestAlgorithm::Sha256), self.path),
        };
        algorithm.is_some_and(|algorithm| hash.len() == algorithm.hex_len())
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// The registry and the slash behind it, if the first component is one.
    fn domain(&mut self) -> Result<Option<Domain<'a>>, ReferenceError> {
        let Some((first, _)) = self.text.split_once('/') else { return Ok(None) };
        if Domain::is_one(first) {
            self.at = first.len().saturating_add(1);
            return Domain::parse(first).map(Some);
        }
        match first.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Err(ReferenceError::AmbiguousDomain),
            false => Ok(None),
        }
    }

    /// Components with slashes between, up to the tag, the digest or the end.
    fn path(&mut self) -> Result<&'a str, ReferenceError> {
        let start = self.at;
        let mut component = Component::Start;
        while let Some(byte) = self.peek().filter(|byte| !matches!(byte, b':' | b'@')) {
            let position = self.at;
            let Some(next) = component.next(byte) else {
                return Err(match byte.is_ascii_uppercase() {
                    true => ReferenceError::UpperCasePath { position },
                    false => ReferenceError::InvalidPath { position },
                });
            };
            component = next;
            self.pass();
        }
        if component.is_whole() {
            Ok(self.since(start))
        } else {
            Err(ReferenceError::InvalidPath { position: self.at })
        }
    }

    /// [A-Za-z0-9_] [A-Za-z0-9_.-]{0,127}, ASCII alone: an Arabic digit is a digit to some regular expressions.
    fn tag(&mut self) -> Result<Option<(&'a str, usize)>, ReferenceError> {
        if !self.take(b':') {
            return Ok(None);
        }
        let start = self.at;
        while self.peek().is_some_and(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => true,
            b'.' | b'-' => self.at > start,
            _ => false,
        }) {
            self.pass();
        }
        let tag = self.since(start);
        if tag.is_empty() || !matches!(self.peek(), None | Some(b'@')) {
            return Err(ReferenceError::InvalidTag { position: self.at });
        }
        if tag.len() > ImageReference::MAX_TAG_BYTES {
            return Err(ReferenceError::TagTooLong { length: tag.len() });
        }
        Ok(Some((tag, start)))
    }

    /// All that is left, if an `@` stands before it.
    fn digest(&mut self) -> Result<Option<Digest>, ReferenceError> {
        if !self.take(b'@') {
            return Ok(None);
        }
        Ok(Some(Digest::parse(self.text.get(self.at..).unwrap_or_default())?))
    }

    fn take(&mut self, expected: u8) -> bool {
        let taken = self.peek() == Some(expected);
        if taken {
            self.pass();
        }
        taken
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn pass(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// The text from there to here, where ASCII ends.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// Where in a component of a path a byte stands: `[a-z0-9]+ (separator [a-z0-9]+)*`, the separators being `.`, `_`,
/// `__` and any number of `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    Start,
    Word,
    Dot,
    Underscore,
    TwoUnderscores,
    Hyphens,
}

impl Component {
    /// What follows one more byte of the path; none if it may not stand here.
    pub(crate) fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (_, b'a'..=b'z' | b'0'..=b'9') => Some(Self::Word),
            (Self::Word, b'/') => Some(Self::Start),
            (Self::Word, b'.') => Some(Self::Dot),
            (Self::Word, b'_') => Some(Self::Underscore),
            (Self::Underscore, b'_') => Some(Self::TwoUnderscores),
            (Self::Word | Self::Hyphens, b'-') => Some(Self::Hyphens),
            _ => None,
        }
    }

    /// Whether a component may end here.
    pub(crate) fn is_whole(self) -> bool {
        self == Self::Word
    }
}
