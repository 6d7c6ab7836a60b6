//! Patterns of images in the two dialects, as patterns of a policy.
//!
//! Both compare the text of a reference, and a policy compares images: another spelling of an image that a pattern
//! matches (`docker.io/alpine` beside `alpine`) is the same image. No other image is matched that was not before.

use dokimos::ImageReference;

/// kritis: a text, or the start of one and a `*` behind it, which is any run of characters but `/`.
pub(super) fn of_kritis(pattern: &str) -> Result<String, String> {
    let Some(start) = pattern.strip_suffix('*') else {
        return if pattern.contains('*') { Err(ELSEWHERE.to_owned()) } else { exactly(pattern) };
    };
    match start {
        _ if start.contains('*') => Err(ELSEWHERE.to_owned()),
        // Without a `/` it is an official image of Docker Hub. A policy refuses the `*` alone, which reads as more.
        "" => Ok("docker.io/library/*".to_owned()),
        _ => Ok(pattern.to_owned()),
    }
}

/// Alibaba Cloud: the same, and a `*` elsewhere is any run of letters, digits, `-` and `_`.
///
/// A host has no `_`, and there a policy's `*` is the same. In a path or a tag it would be more, with the dot.
pub(super) fn of_alibaba(pattern: &str) -> Result<String, String> {
    let (start, star) = pattern.strip_suffix('*').map_or((pattern, ""), |start| (start, "*"));
    if !start.contains('*') {
        return of_kritis(pattern);
    }
    let Some((host, path)) = start.split_once('/') else { return Err(IN_PATH.to_owned()) };
    if path.contains('*') || !host.contains(['.', ':']) {
        return Err(IN_PATH.to_owned());
    }
    let has_version = path.contains([':', '@']);
    match star {
        // A pattern without tag would be one for every tag and digest.
        "" if !has_version => Ok(format!("{pattern}:latest")),
        _ => Ok(pattern.to_owned()),
    }
}

const ELSEWHERE: &str = "in kritis a `*` that is not at the end stands for itself, and no image has one";
const IN_PATH: &str = "in front of the end a `*` can only stand in the host: elsewhere it would match more than Alibaba Cloud's, which is no dot";

/// The image that has this very name, tag or digest.
fn exactly(text: &str) -> Result<String, String> {
    let image = ImageReference::parse(text).map_err(|error| error.to_string())?;
    // With a digest the tag binds nothing; without a tag it is `latest`, where a pattern would be every tag.
    Ok(image.canonical().to_owned())
}
