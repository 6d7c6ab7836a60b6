use dokimos::ImageReference;
use serde::{Deserialize, Deserializer, de::Error};
use std::fmt;

/// A repository at a registry: `registry.example.com/shop/web`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repository {
    domain: String,
    path: String,
}

impl Repository {
    /// That of an image.
    #[must_use]
    pub fn of(image: &ImageReference) -> Self {
        Self { domain: image.domain().to_owned(), path: image.path().to_owned() }
    }

    /// Reads a name.
    ///
    /// ```
    /// let repository = dokimos_hook::registry::Repository::parse("registry.example.com/signatures").unwrap();
    /// assert_eq!((repository.domain(), repository.path()), ("registry.example.com", "signatures"));
    /// assert!(dokimos_hook::registry::Repository::parse("registry.example.com/signatures:latest").is_err());
    /// ```
    ///
    /// # Errors
    /// No repository, or one with a tag or a digest.
    pub fn parse(text: &str) -> Result<Self, String> {
        let image: ImageReference = text.parse().map_err(|error| format!("not a repository: {error}"))?;
        if image.tag().is_some() || image.digest().is_some() {
            return Err("a repository has neither tag nor digest".to_owned());
        }
        Ok(Self::of(&image))
    }

    /// The registry, as an image's name has it.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The path at the registry.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The host that is asked: that of Docker Hub has another name than its images.
    pub(super) fn host(&self) -> &str {
        if self.domain == "docker.io" { "registry-1.docker.io" } else { &self.domain }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.path)
    }
}

impl<'de> Deserialize<'de> for Repository {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
