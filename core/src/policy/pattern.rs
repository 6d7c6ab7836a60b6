//! Patterns of a policy document: over images, and over names of clusters, namespaces and service accounts.

mod glob;
mod risk;
#[cfg(test)]
mod tests;

pub(crate) use risk::Risk;

use crate::{
    Digest, DigestAlgorithm, ImageReference, ReferenceError,
    digest::is_hex,
    reference::{Component, Domain, is_port},
};
use alloc::{string::String, vec::Vec};
use core::fmt;
use glob::{Glob, Star};

/// Which images a rule or an exemption speaks of: `registry.example.com/shop/**`.
///
/// ```text
/// pattern    = "**" | [host "/"] path [":" tag | "@" digest]
/// path       = segment *("/" segment) ["/**"] | "**"
/// digest     = "*" | algorithm ":" hex
/// ```
///
/// What is compared is the canonical form of the reference, so that a pattern is written like the name of an image, and
/// `alpine`, `docker.io/alpine` and `Index.Docker.io/library/alpine` are one pattern. A first component is a host if it
/// would be one in a reference; with none, the pattern is over Docker Hub.
///
/// - The whole must match, never a part: `gcr.io/shop` is not the start of `gcr.io/shop-evil`.
/// - `*` is any run of characters, also none, that stays inside its place: in a path anything but `/`; in a host letters,
///   digits and `-`, so that no pattern matches a longer host; in a tag or a digest anything.
/// - `/**` at the end is one or more segments; `**` alone is every image, and so is `*/**`. Elsewhere `**` is an error:
///   `gcr.io/shop**` would match another's `gcr.io/shop-evil/x`.
/// - `*` as the whole first component is an error, except in `*/**`: it could be any registry or any name at Docker Hub.
/// - A pattern without tag or digest is over every tag and digest of its repositories.
/// - A pattern with a tag matches what is named by such a tag (`latest` where none is given), and nothing that has a
///   digest: only the digest binds. A pattern with a digest matches only what has one. One with both is an error.
///
/// What could never match, such as an upper-case path, is an error too.
///
/// ```
/// use dokimos::{ImagePattern, ImageReference};
/// let pattern = ImagePattern::parse("registry.example.com/shop/**")?;
/// assert!(pattern.matches(&"registry.example.com/shop/web:1.4".parse()?));
/// assert!(!pattern.matches(&"registry.example.com/shop-evil/web".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImagePattern {
    /// None is every host.
    domain: Option<Glob>,
    path: Glob,
    version: Version,
}

#[derive(Clone, Debug)]
enum Version {
    Any,
    Tag(Glob),
    /// Without an algorithm it is any.
    Digest(Option<DigestAlgorithm>, Glob),
}

impl ImagePattern {
    /// The most bytes of a pattern: those of a reference.
    pub const MAX_BYTES: usize = ImageReference::MAX_BYTES;

    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        check_length(text)?;
        if matches!(text, "**" | "*/**") {
            return Ok(Self { domain: None, path: Glob::new("**", Star::Segment), version: Version::Any });
        }
        if !text.contains('*') {
            return Self::literal(&ImageReference::parse(text).map_err(PatternError::reference)?);
        }
        if text.strip_suffix("/**").unwrap_or(text).as_bytes().windows(2).any(|pair| pair == b"**") {
            return Err(PatternError::malformed("`**` stands only at the end, as in `shop/**`, or alone"));
        }
        let (name, digest) = split(text, '@');
        let (domain, rest) = match split(name, '/') {
            (first, Some(rest)) if Domain::is_one(first) => (Some(first), rest),
            _ => (None, name),
        };
        let (path, tag) = split(rest, ':');
        if domain.is_none() {
            check_first(path)?;
        }
        let domain = canonical_domain(domain)?;
        check_path(path)?;
        let version = Version::parse(tag, digest)?;
        let is_bare = domain == Domain::DOCKER_HUB && !path.contains('/') && path != "**";
        let library = if is_bare { Domain::LIBRARY } else { "" };
        Ok(Self {
            domain: Some(Glob::new(&domain, Star::Label)),
            path: Glob::new(&[library, path].concat(), Star::Segment),
            version,
        })
    }

    /// The pattern that a reference is of itself.
    fn literal(image: &ImageReference) -> Result<Self, PatternError> {
        let version = match (image.tag(), image.digest()) {
            (None, None) => Version::Any,
            (Some(tag), None) => Version::Tag(Glob::new(tag, Star::Any)),
            (None, Some(digest)) => Version::Digest(Some(digest.algorithm()), Glob::new(digest.hex(), Star::Any)),
            (Some(_), Some(_)) => return Err(PatternError::malformed(TAG_AND_DIGEST)),
        };
        Ok(Self {
            domain: Some(Glob::new(image.domain(), Star::Label)),
            path: Glob::new(image.path(), Star::Segment),
            version,
        })
    }

    /// Whether the image is one of those that the pattern speaks of.
    #[must_use]
    pub fn matches(&self, image: &ImageReference) -> bool {
        self.domain.as_ref().is_none_or(|domain| domain.matches(image.domain()))
            && self.path.matches(image.path())
            && self.version.matches(image)
    }

    /// Whether this pattern certainly matches whatever the other matches. "No" may also mean that it is not plain to see.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let domain = match (&self.domain, &other.domain) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => wide.covers(narrow),
        };
        domain && self.path.covers(&other.path) && self.version.covers(&other.version)
    }

    /// What a person who wrote this pattern may not have meant.
    pub(crate) fn risks(&self) -> Vec<Risk> {
        let mut risks = Vec::new();
        match &self.domain {
            None => risks.push(Risk::EveryImage),
            Some(domain) if domain.is_wild() => risks.push(Risk::HostWildcard),
            Some(_) => {}
        }
        if self.is_host_without_path() {
            risks.push(Risk::HostWithoutPath);
        }
        let (first, _) = split(self.path.as_str(), '/');
        if first.contains('*') && first.bytes().any(|byte| byte != b'*') {
            risks.push(Risk::NoBoundary);
        }
        if matches!(self.version, Version::Tag(_)) {
            risks.push(Risk::MutableTag);
        }
        risks
    }

    /// `gcr.io` is read as a bare name is, and Docker Hub has no official image with a dot in its name.
    fn is_host_without_path(&self) -> bool {
        let at_hub = self.domain.as_ref().is_some_and(|domain| domain.is(Domain::DOCKER_HUB));
        let official = self.path.as_str().strip_prefix(Domain::LIBRARY).filter(|_| at_hub);
        official.is_some_and(|name| !name.contains('/') && Domain::is_one(name))
    }
}

impl Version {
    fn parse(tag: Option<&str>, digest: Option<&str>) -> Result<Self, PatternError> {
        match (tag, digest) {
            (None, None) => Ok(Self::Any),
            (Some(tag), None) => {
                check_tag(tag)?;
                Ok(Self::Tag(Glob::new(tag, Star::Any)))
            }
            (None, Some("*")) => Ok(Self::Digest(None, Glob::new("*", Star::Any))),
            (None, Some(digest)) => Self::parse_digest(digest),
            (Some(_), Some(_)) => Err(PatternError::malformed(TAG_AND_DIGEST)),
        }
    }

    fn parse_digest(text: &str) -> Result<Self, PatternError> {
        if !text.contains('*') {
            let digest = Digest::parse(text).map_err(|error| PatternError::reference(error.into()))?;
            return Ok(Self::Digest(Some(digest.algorithm()), Glob::new(digest.hex(), Star::Any)));
        }
        let malformed =
            PatternError::malformed("a digest is `*`, or an algorithm, a colon and lower-case hexadecimal with `*`");
        let (name, hex) = text.split_once(':').ok_or(malformed)?;
        let algorithm = DigestAlgorithm::from_name(name).ok_or(malformed)?;
        let digits = hex.bytes().filter(|byte| *byte != b'*');
        let all_hex = digits.clone().all(is_hex);
        match all_hex && digits.count() <= algorithm.hex_len() {
            true => Ok(Self::Digest(Some(algorithm), Glob::new(hex, Star::Any))),
            false => Err(malformed),
        }
    }

    fn matches(&self, image: &ImageReference) -> bool {
        match (self, image.digest()) {
            (Self::Any, _) => true,
            (Self::Tag(tag), None) => tag.matches(image.tag().unwrap_or(LATEST)),
            (Self::Digest(algorithm, hex), Some(digest)) => {
                algorithm.is_none_or(|algorithm| algorithm == digest.algorithm()) && hex.matches(digest.hex())
            }
            (Self::Tag(_), Some(_)) | (Self::Digest(..), None) => false,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Tag(wide), Self::Tag(narrow)) => wide.covers(narrow),
            (Self::Digest(algorithm, wide), Self::Digest(other, narrow)) => {
                (algorithm.is_none() || algorithm == other) && wide.covers(narrow)
            }
            _ => false,
        }
    }
}

/// Which clusters, namespaces or service accounts a rule speaks of: `prod-*`.
///
/// `*` is any run of characters, also none. The whole name must match, in its case.
#[derive(Clone, Debug)]
pub(crate) struct NamePattern(Glob);

impl NamePattern {
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        check_length(text)?;
        if text.trim() != text || text.contains(char::is_control) {
            // It would match no name, and that is hard to see.
            return Err(PatternError::malformed("a name has no control characters, and no white space around it"));
        }
        Ok(Self(Glob::new(text, Star::Any)))
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        self.0.matches(name)
    }

    /// As [`ImagePattern::covers`].
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.0.covers(&other.0)
    }
}

/// Why a text is not a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternError(Mistake);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    Empty,
    Malformed(&'static str),
    /// A pattern without `*` is a reference.
    Reference(ReferenceError),
    TooLong(usize),
}

impl PatternError {
    const EMPTY: Self = Self(Mistake::Empty);

    const fn malformed(message: &'static str) -> Self {
        Self(Mistake::Malformed(message))
    }

    fn reference(error: ReferenceError) -> Self {
        Self(Mistake::Reference(error))
    }
}

impl core::error::Error for PatternError {}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Mistake::Empty => f.write_str("a pattern cannot be empty"),
            Mistake::Malformed(message) => f.write_str(message),
            Mistake::Reference(error) => error.fmt(f),
            Mistake::TooLong(length) => {
                write!(f, "the pattern has {length} bytes, more than the {} allowed", ImagePattern::MAX_BYTES)
            }
        }
    }
}

const LATEST: &str = crate::reference::LATEST;
const TAG_AND_DIGEST: &str = "a pattern has a tag or a digest, not both: beside a digest the tag binds nothing";

fn check_length(text: &str) -> Result<(), PatternError> {
    match text.len() {
        0 => Err(PatternError::EMPTY),
        length if length > ImagePattern::MAX_BYTES => Err(PatternError(Mistake::TooLong(length))),
        _ => Ok(()),
    }
}

fn split(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The first component where it is no host.
fn check_first(path: &str) -> Result<(), PatternError> {
    let (first, _) = split(path, '/');
    if first == "*" {
        return Err(PatternError::malformed(
            "`*` as the whole first component is any registry to some and any name at docker.io to others: \
             write `**` for every image, or name the registry",
        ));
    }
    if path.contains('/') && first.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(PatternError::reference(ReferenceError::AmbiguousDomain));
    }
    Ok(())
}

/// The one spelling of the host, as in a reference.
fn canonical_domain(domain: Option<&str>) -> Result<String, PatternError> {
    let mut out = String::new();
    let Some(text) = domain.filter(|text| text.contains('*')) else {
        let domain = domain.map(Domain::parse).transpose().map_err(PatternError::reference)?;
        Domain::push_canonical(domain.as_ref(), &mut out);
        return Ok(out);
    };
    if text.bytes().any(|byte| matches!(byte, b'[' | b']')) {
        return Err(PatternError::malformed("an IPv6 address has no `*`"));
    }
    let (name, port) = split(text, ':');
    // Where a `*` may stand a letter may, and wherever anything may follow a `*` it may follow a letter.
    Domain::parse(&name.replace('*', "a")).map_err(PatternError::reference)?;
    out.push_str(name);
    out.make_ascii_lowercase();
    match port {
        None => {}
        // As in a reference: implied, unless the host is none without it.
        Some("443") if name.contains('.') => {}
        Some(port) if is_port(port) || is_port_pattern(port) => {
            out.push(':');
            out.push_str(port);
        }
        Some(_) => return Err(PatternError::malformed("a port is a number from 1 to 65535, or digits with `*`")),
    }
    Ok(out)
}

fn is_port_pattern(text: &str) -> bool {
    text.contains('*')
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte == b'*' || byte.is_ascii_digit())
        && text.bytes().filter(u8::is_ascii_digit).count() <= 5
}

/// Segments of which each may be one of a path, or the `/**` at the end.
fn check_path(path: &str) -> Result<(), PatternError> {
    if path == "**" {
        return Ok(());
    }
    let segments = path.strip_suffix("**").map_or(path, |before| before.strip_suffix("/").unwrap_or_default());
    let mut component = Component::Start;
    for byte in segments.bytes() {
        component = match component.next(if byte == b'*' { b'a' } else { byte }) {
            Some(next) => next,
            None if byte.is_ascii_uppercase() => {
                return Err(PatternError::malformed("a path has no upper-case letters"));
            }
            None => return Err(PatternError::malformed("the path is malformed")),
        };
    }
    if component.is_whole() { Ok(()) } else { Err(PatternError::malformed("the path is malformed")) }
}

fn check_tag(tag: &str) -> Result<(), PatternError> {
    let right = tag.bytes().enumerate().all(|(index, byte)| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'*' => true,
        b'.' | b'-' => index > 0,
        _ => false,
    });
    if right && !tag.is_empty() { Ok(()) } else { Err(PatternError::malformed("the tag is malformed")) }
}
