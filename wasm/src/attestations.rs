use crate::failure::Failure;
use alloc::{rc::Rc, string::String, vec::Vec};
use dokimos::Budget;
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
        let added = Rc::make_mut(&mut self.0).add(source, document, &Budget::default())?;
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
        let set = Rc::make_mut(&mut self.0);
        Ok(set.add_detached(source, payload, signature, key_id.as_deref(), &Budget::default())?)
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
        let list: Vec<_> = self
            .0
            .iter()
            .map(|attestation| {
                let keys: Vec<_> = attestation.signatures().iter().map(dokimos::Signature::key_id).collect();
                let problem = attestation.problem().map(|problem| (problem.code(), problem.path(), problem.message()));
                (
                    attestation.source(),
                    attestation.format(),
                    attestation.untrusted_resource(),
                    keys,
                    problem,
                    attestation.unsupported(),
                )
            })
            .collect();
        // Strings and lists of them: nothing here can fail to serialise.
        serde_json::to_string(&list).unwrap_or_default()
    }
}
