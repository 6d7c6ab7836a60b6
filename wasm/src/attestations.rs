use crate::failure::Failure;
use alloc::{rc::Rc, string::String};
use dokimos::{Budget, JsonWriter, Problem};
use wasm_bindgen::prelude::wasm_bindgen;

/// A set of attestations, none of them verified.
#[wasm_bindgen]
#[derive(Default)]
pub struct Attestations(pub(crate) Rc<dokimos::Attestations>);

#[wasm_bindgen]
impl Attestations {
    /// The empty set.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the attestations of a document, and gives how many they were.
    pub fn add(&mut self, source: &str, document: &[u8]) -> Result<u32, Failure> {
        let added = self.own()?.add(source, document, &Budget::default())?;
        Ok(u32::try_from(added).unwrap_or(u32::MAX))
    }

    /// Adds a payload with its signature.
    #[wasm_bindgen(js_name = addDetached)]
    pub fn add_detached(
        &mut self,
        source: &str,
        payload: &[u8],
        signature: &[u8],
        key_id: Option<String>,
    ) -> Result<(), Failure> {
        Ok(self.own()?.add_detached(source, payload, signature, key_id.as_deref(), &Budget::default())?)
    }

    /// The set, to be changed: unless a question that was asked with it still waits for its answer, which only a getter of
    /// the caller's can see.
    fn own(&mut self) -> Result<&mut dokimos::Attestations, Failure> {
        Rc::get_mut(&mut self.0).ok_or_else(Failure::in_use)
    }

    /// How many it holds.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// What stands in them, for display, as JSON: `[[source, format, resource, [key id], problem, unsupported]]`.
    #[must_use]
    pub fn list(&self) -> String {
        let mut json = JsonWriter::new();
        json.open('[');
        for attestation in self.0.iter() {
            json.open('[').text(attestation.source()).text(attestation.format());
            json.text_or_null(attestation.untrusted_resource()).open('[');
            for signature in attestation.signatures() {
                json.text_or_null(signature.key_id());
            }
            push_problem(json.close(']'), attestation.problem());
            json.text_or_null(attestation.unsupported()).close(']');
        }
        json.close(']');
        json.finish()
    }
}

/// `[code, path, message]`, or `null`.
pub(crate) fn push_problem(json: &mut JsonWriter, problem: Option<&Problem>) {
    match problem {
        None => json.raw("null"),
        Some(problem) => json.open('[').text(problem.code()).text(problem.path()).text(problem.message()).close(']'),
    };
}
