//! Notifications of a Docker distribution registry (distribution `docs/about/notifications.md`, `notifications/event.go`).

use dokimos::{Digest, ImageReference};
use serde::Deserialize;

/// What a registry posts. Members that are of no use here are passed over: registries add their own.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    pub(super) events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(default)]
    action: String,
    #[serde(default)]
    target: Target,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Target {
    media_type: String,
    digest: String,
    repository: String,
    tag: String,
}

/// What an event tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Push {
    /// Nothing to sign: a pull, a layer, a signature.
    None,
    /// A manifest was pushed, and it cannot be told which; in words.
    Unreadable(String),
    Manifest(Pushed),
}

/// A manifest that was pushed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pushed {
    /// The manifest, by its digest.
    pub(super) image: ImageReference,
    /// The digest of `image`.
    pub(super) digest: Digest,
    /// Whether it is a list of manifests, one for each platform.
    pub(super) is_index: bool,
}

/// The manifests that clients of today push. Not those of version 1, whose digest is not that of their bytes.
const MANIFESTS: [&str; 4] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

impl Event {
    /// What to sign, in the registry of this name.
    pub(super) fn push(&self, registry: &str) -> Push {
        let Target { media_type, digest, repository, tag } = &self.target;
        if self.action != "push" || !MANIFESTS.contains(&media_type.as_str()) || is_cosign_tag(tag) {
            return Push::None;
        }
        let text = format!("{registry}/{repository}@{digest}");
        match text.parse::<ImageReference>() {
            Ok(image) => match image.digest().cloned() {
                Some(digest) => {
                    Push::Manifest(Pushed { image, digest, is_index: INDEXES.contains(&media_type.as_str()) })
                }
                None => Push::Unreadable(format!("{text:?} has no digest")),
            },
            Err(error) => Push::Unreadable(format!("{text:?} is not an image reference: {error}")),
        }
    }
}

impl Pushed {
    /// A manifest of the same repository.
    pub(super) fn sibling(&self, digest: Digest) -> Result<Self, String> {
        let text = format!("{}@{digest}", self.image.repository());
        let image = text.parse().map_err(|error| format!("{text}: {error}"))?;
        Ok(Self { image, digest, is_index: false })
    }
}

/// Whether a tag is one at which cosign keeps signatures of another manifest (`sha256-<hex>.sig`, `.att`, `.sbom`, and the
/// bare one of its referrers): signing these would sign the signatures of signatures, without end.
fn is_cosign_tag(tag: &str) -> bool {
    let Some(rest) = tag.strip_prefix("sha256-") else { return false };
    let hex = rest.split_once('.').map_or(rest, |(hex, _)| hex);
    hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HEX: &str = "15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

    fn push(event: serde_json::Value) -> Push {
        serde_json::from_value::<Event>(event).unwrap().push("registry.example.com:5000")
    }

    #[test]
    fn a_pushed_manifest_is_named_by_the_configured_registry() {
        for media_type in MANIFESTS {
            let event = json!({
                "id": "320678d8-ca14-430f-8bb6-4ca139cd83f7", "timestamp": "2016-03-09T14:44:26.402973972-08:00",
                "action": "push",
                "target": { "mediaType": media_type, "size": 708, "digest": format!("sha256:{HEX}"), "length": 708,
                    "repository": "shop/web", "url": "https://evil.example/v2/shop/web/manifests/x", "tag": "1.4" },
                "request": { "id": "6df24a34", "addr": "192.168.64.11:42961", "host": "evil.example", "method": "PUT" },
                "actor": {}, "source": { "addr": "xtal.local:5000", "instanceID": "a53db899" }
            });
            let Push::Manifest(pushed) = push(event) else { panic!("{media_type}") };
            assert_eq!(pushed.image.as_given(), format!("registry.example.com:5000/shop/web@sha256:{HEX}"));
            assert_eq!(pushed.digest.hex(), HEX);
            assert_eq!(pushed.is_index, media_type.contains("index") || media_type.contains("list"));
        }
    }

    #[test]
    fn what_is_no_pushed_image_is_passed_over() {
        let event = |action: &str, media_type: &str, tag: &str| {
            json!({ "action": action, "target": { "mediaType": media_type, "digest": format!("sha256:{HEX}"),
                "repository": "shop/web", "tag": tag } })
        };
        let manifest = MANIFESTS[0];
        for action in ["pull", "mount", "delete", "Push", ""] {
            assert_eq!(push(event(action, manifest, "")), Push::None, "{action}");
        }
        for media_type in ["application/octet-stream", "application/vnd.docker.distribution.manifest.v1+prettyjws", ""]
        {
            assert_eq!(push(event("push", media_type, "")), Push::None, "{media_type}");
        }
        for ending in ["", ".sig", ".att", ".sbom"] {
            assert_eq!(push(event("push", manifest, &format!("sha256-{HEX}{ending}"))), Push::None, "{ending}");
        }
        assert_eq!(push(json!({})), Push::None);
        for tag in ["", "latest", "sha256-abc", "sha256-abc.sig"] {
            assert!(matches!(push(event("push", manifest, tag)), Push::Manifest(_)), "{tag}");
        }
    }

    #[test]
    fn a_manifest_that_cannot_be_named_is_told_and_not_signed() {
        for (repository, digest) in [
            ("", "sha256:00"),
            ("shop/web", ""),
            ("shop/web", "sha256:00"),
            ("Shop", "x"),
            ("a/../b", "y"),
            ("shop/web:1", ""),
        ] {
            let event = json!({ "action": "push", "target": { "mediaType": MANIFESTS[0], "digest": digest, "repository": repository } });
            assert!(matches!(push(event), Push::Unreadable(_)), "{repository} {digest}");
        }
    }
}
