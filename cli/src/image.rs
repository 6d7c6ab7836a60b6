//! The image that is to be signed.

use dokimos::{Digest, ImageReference, ReferenceError};
use std::{error::Error, fmt, str::FromStr};

/// A reference with a digest. A tag is no image: what it names can be changed after the signature was made.
#[derive(Clone, Debug)]
pub(crate) struct PinnedImage {
    reference: ImageReference,
    digest: Digest,
}

impl PinnedImage {
    /// The repository in its canonical form, as `docker.io/library/alpine`.
    pub(crate) fn repository(&self) -> &str {
        self.reference.repository()
    }

    pub(crate) fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl FromStr for PinnedImage {
    type Err = NotPinned;

    fn from_str(text: &str) -> Result<Self, NotPinned> {
        let reference = ImageReference::parse(text).map_err(NotPinned::Reference)?;
        let digest = reference.digest().cloned().ok_or(NotPinned::Tag)?;
        Ok(Self { reference, digest })
    }
}

/// Why a text does not name an image that can be signed.
#[derive(Debug)]
pub(crate) enum NotPinned {
    Reference(ReferenceError),
    Tag,
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reference(error) => error.fmt(f),
            Self::Tag => f.write_str("the image has no digest; name it as REPOSITORY@sha256:…, for a tag can be moved"),
        }
    }
}

impl Error for NotPinned {}
