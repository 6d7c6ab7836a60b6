use crate::failure::Failure;
use alloc::string::String;
use dokimos::ImageReference;
use wasm_bindgen::prelude::wasm_bindgen;

/// The parts of an image reference, as JSON: `[given, canonical, domain, path, repository, tag, digest]`, with the digest
/// as `[algorithm, hex]`.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> Result<String, Failure> {
    let image: ImageReference = text.parse()?;
    let parts = (
        image.as_given(),
        image.canonical(),
        image.domain(),
        image.path(),
        image.repository(),
        image.tag(),
        image.digest().map(|digest| (digest.algorithm().name(), digest.hex())),
    );
    // Strings and lists of them: nothing here can fail to serialise.
    Ok(serde_json::to_string(&parts).unwrap_or_default())
}
