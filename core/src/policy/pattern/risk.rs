//! What a pattern matches beyond what its writer may have meant.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Risk {
    /// `**`.
    EveryImage,
    /// `registry*.example.com/…`: whoever may have such a host is trusted.
    HostWildcard,
    /// `gcr.io`, which is `docker.io/library/gcr.io`.
    HostWithoutPath,
    /// `example.com/shop:1.4`: a tag can be moved to another image.
    MutableTag,
    /// `gcr.io/shop*`, which also matches `gcr.io/shop-evil`: the first segment of a path is often the account.
    NoBoundary,
}

impl Risk {
    /// Its code, and what it is in words.
    pub(crate) fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::EveryImage => ("EVERY_IMAGE", "the pattern matches every image of every registry"),
            Self::HostWildcard => ("HOST_WILDCARD", "`*` in the host also matches hosts that others may own"),
            Self::HostWithoutPath => (
                "HOST_WITHOUT_PATH",
                "a name without `/` is an official image of docker.io, also where it looks like a host; \
                 for all images of a host write `/**` behind it",
            ),
            Self::MutableTag => ("MUTABLE_TAG", "a tag can be moved to another image; a digest cannot"),
            Self::NoBoundary => (
                "NO_BOUNDARY",
                "`*` beside other characters in the first part of the path also matches the names of others, \
                 as `shop*` matches `shop-evil`; end it with `/`, as in `shop/**`",
            ),
        }
    }
}
