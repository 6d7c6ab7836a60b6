//! Image references: read strictly, and compared in one form.

mod domain;
mod error;
mod scan;

pub(crate) use domain::{Domain, is_port};
pub use error::ReferenceError;
pub(crate) use scan::Component;

use crate::Digest;
use alloc::string::String;
use core::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::Range,
    str::FromStr,
};
use scan::Parts;

/// The tag of a reference that has neither tag nor digest.
pub(crate) const LATEST: &str = "latest";

/// The name of a container image: `registry.example.com:5000/shop/web:1.4@sha256:…`.
///
/// The grammar and the normalisation are those of the Go module github.com/distribution/reference, by which Docker and
/// Kubernetes read names: `alpine` is `docker.io/library/alpine:latest`. What different readers take for different
/// images is refused, and what is another spelling of one registry becomes one spelling:
///
/// - The host is folded to lower case, and the port 443 is dropped, since registries are asked over HTTPS by default
///   (`:80` is kept: it is another port). It stays on a host that would not be read as one without it, `web:443/app`.
/// - `docker.io`, `index.docker.io` and `registry-1.docker.io` are one registry, in any case and with `:443`.
/// - An IPv6 host must be an address, and is written as RFC 5952 has it; a port is 1 to 65535 without leading zeros.
/// - `Foo/bar` is refused: Go reads a host `Foo`, other readers a Docker Hub repository. So are `a_b.com/c` (no host has
///   an underscore; Go answers with an empty host) and a digest alone, with or without its algorithm.
/// - Only ASCII, only what the grammar names: no white space, no control characters, no scheme.
///
/// [`Display`](fmt::Display) and [`as_given`](Self::as_given) give back what was read, to the byte. Everything else that
/// speaks of the registry and the repository speaks of the canonical form, and two references are equal (and ordered,
/// and hashed) by it: `alpine` equals `docker.io/library/alpine:latest`.
///
/// ```
/// use dokimos::ImageReference;
///
/// # fn main() -> Result<(), dokimos::ReferenceError> {
/// let image: ImageReference = "Index.Docker.io/alpine:3.18".parse()?;
/// assert_eq!(image.to_string(), "Index.Docker.io/alpine:3.18");
/// assert_eq!(image.canonical(), "docker.io/library/alpine:3.18");
/// assert_eq!(image.domain(), "docker.io");
/// assert_eq!(image.path(), "library/alpine");
/// assert_eq!(image.tag(), Some("3.18"));
/// assert_eq!(image.digest(), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ImageReference {
    /// The canonical form, and behind it the reference as it was given: one allocation for both.
    text: String,
    /// Where the domain of the canonical form ends.
    domain_end: usize,
    /// Where its path ends, and with it the repository.
    path_end: usize,
    /// Where the canonical form ends and the reference as given begins.
    canonical_end: usize,
    tag: Option<Range<usize>>,
    digest: Option<Digest>,
}

impl ImageReference {
    /// The most bytes that a reference may have. The longest that the limits of its parts allow has fewer than 800:
    /// domain 255, path 255, tag 128, SHA-512 digest 135, and separators.
    pub const MAX_BYTES: usize = 1024;
    /// The most bytes of the domain, with its port (the distribution specification's "limit of 255 characters").
    pub const MAX_DOMAIN_BYTES: usize = 255;
    /// The most bytes of the path, counted after `library/` was put before a bare name.
    pub const MAX_PATH_BYTES: usize = 255;
    /// The most bytes of a tag.
    pub const MAX_TAG_BYTES: usize = 128;

    /// Reads a reference, in time linear in its length.
    ///
    /// # Errors
    /// [`ReferenceError`], with the place where it matters: everything that is not a reference by the grammar, that
    /// passes a limit, or that different readers take for different images.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let Parts { domain, path, tag, digest } = Parts::scan(text)?;
        // Room for "docker.io/library/" and ":latest"; and RFC 5952 can be longer than what was given, by one zero.
        let mut canonical = String::with_capacity(text.len().saturating_mul(2).saturating_add(32));
        Domain::push_canonical(domain.as_ref(), &mut canonical);
        let domain_end = canonical.len();
        canonical.push('/');
        if Domain::puts_library_before(domain.as_ref(), path) {
            canonical.push_str(Domain::LIBRARY);
        }
        canonical.push_str(path);
        let path_end = canonical.len();
        match &digest {
            // Only the digest binds: whoever pulls by both ignores the tag.
            Some(digest) => {
                canonical.push('@');
                canonical.push_str(digest.algorithm().name());
                canonical.push(':');
                canonical.push_str(digest.hex());
            }
            None => {
                canonical.push(':');
                canonical.push_str(tag.as_ref().map_or(LATEST, |(tag, _)| tag));
            }
        }
        let canonical_end = canonical.len();
        canonical.push_str(text);
        let tag = tag.map(|(tag, at)| {
            let start = canonical_end.saturating_add(at);
            start..start.saturating_add(tag.len())
        });
        Ok(Self { text: canonical, domain_end, path_end, canonical_end, tag, digest })
    }

    /// The reference as it was given.
    #[must_use]
    pub fn as_given(&self) -> &str {
        self.slice(self.canonical_end..self.text.len())
    }

    /// The one form of this image's name: the repository, and the digest, or where there is none the tag, or where
    /// there is none `latest`. A tag beside a digest is left out.
    ///
    /// Reading it gives the same canonical form again.
    #[must_use]
    pub fn canonical(&self) -> &str {
        self.slice(0..self.canonical_end)
    }

    /// The registry with its port, in canonical form: `docker.io`, `registry.example.com:5000`, `[2001:db8::1]`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.slice(0..self.domain_end)
    }

    /// The repository's path at the registry, in canonical form: `library/alpine`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.slice(self.domain_end.saturating_add(1)..self.path_end)
    }

    /// The domain and the path: `docker.io/library/alpine`.
    #[must_use]
    pub fn repository(&self) -> &str {
        self.slice(0..self.path_end)
    }

    /// The tag, if one was given. Beside a digest it names nothing.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.clone().map(|range| self.slice(range))
    }

    /// The digest, if one was given.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The ranges are those of `parse`, over ASCII. Were one wrong, the empty string is the name of no image.
    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }
}

impl FromStr for ImageReference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for ImageReference {
    type Error = ReferenceError;

    fn try_from(text: &str) -> Result<Self, ReferenceError> {
        Self::parse(text)
    }
}

/// The reference as it was given.
impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_given())
    }
}

impl fmt::Debug for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageReference").field("given", &self.as_given()).field("canonical", &self.canonical()).finish()
    }
}

/// By the canonical form.
impl PartialEq for ImageReference {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Eq for ImageReference {}

impl PartialOrd for ImageReference {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By the canonical form.
impl Ord for ImageReference {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical().cmp(other.canonical())
    }
}

impl Hash for ImageReference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}
