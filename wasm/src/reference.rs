use crate::failure::Failure;
use alloc::string::String;
use dokimos::{ImageReference, JsonWriter};
use wasm_bindgen::prelude::wasm_bindgen;

/// The parts of an image reference, as JSON: `[given, canonical, domain, path, repository, tag, digest]`, with the digest
/// as `[algorithm, hex]`.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> Result<String, Failure> {
    let image: ImageReference = text.parse()?;
    let mut json = JsonWriter::new();
    json.open('[').text(image.as_given()).text(image.canonical()).text(image.domain());
    json.text(image.path()).text(image.repository()).text_or_null(image.tag());
    match image.digest() {
        None => json.raw("null"),
        Some(digest) => json.open('[').text(digest.algorithm().name()).text(digest.hex()).close(']'),
    };
    json.close(']');
    Ok(json.finish())
}
