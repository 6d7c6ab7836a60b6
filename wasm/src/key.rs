use crate::failure::Failure;
use alloc::{
    rc::Rc,
    string::{String, ToString},
    vec::Vec,
};
use dokimos::KeyError;
use wasm_bindgen::prelude::wasm_bindgen;

/// A public key with its algorithm.
#[wasm_bindgen]
pub struct PublicKey(Rc<dokimos::PublicKey>);

#[wasm_bindgen]
impl PublicKey {
    /// Reads a key in DER.
    #[wasm_bindgen(js_name = fromDer)]
    pub fn from_der(der: &[u8], algorithm: &str, salt_length: Option<u32>) -> Result<PublicKey, Failure> {
        Self::with(dokimos::PublicKey::from_der(der, algorithm.parse()?), salt_length)
    }

    /// Reads a key in PEM.
    #[cfg(feature = "policy")]
    #[wasm_bindgen(js_name = fromPem)]
    pub fn from_pem(pem: &[u8], algorithm: &str, salt_length: Option<u32>) -> Result<PublicKey, Failure> {
        Self::with(dokimos::PublicKey::from_pem(pem, algorithm.parse()?), salt_length)
    }

    fn with(key: Result<dokimos::PublicKey, KeyError>, salt_length: Option<u32>) -> Result<Self, Failure> {
        let key = match salt_length {
            Some(bytes) => key.and_then(|key| key.with_salt_length(usize::try_from(bytes).unwrap_or(usize::MAX))),
            None => key,
        };
        Ok(Self(Rc::new(key?)))
    }

    /// Whether the signature is this key's over the message.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature).is_ok()
    }

    /// The canonical name of the algorithm.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn algorithm(&self) -> String {
        self.0.algorithm().to_string()
    }

    /// The size of the modulus.
    #[wasm_bindgen(getter, js_name = modulusBits)]
    #[must_use]
    pub fn modulus_bits(&self) -> u32 {
        u32::try_from(self.0.modulus_bits()).unwrap_or(u32::MAX)
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn fingerprint(&self) -> Vec<u8> {
        self.0.fingerprint().to_vec()
    }

    /// The id of a key that was given none.
    #[cfg(feature = "policy")]
    #[wasm_bindgen(getter, js_name = defaultId)]
    #[must_use]
    pub fn default_id(&self) -> String {
        self.0.default_id().to_string()
    }

    /// The key as SubjectPublicKeyInfo in PEM.
    #[cfg(feature = "policy")]
    #[wasm_bindgen(js_name = toPem)]
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.0.to_pem()
    }
}

/// Signatures to be verified together.
#[cfg(feature = "policy")]
#[wasm_bindgen]
#[derive(Default)]
pub struct Batch(Vec<(Rc<dokimos::PublicKey>, Vec<u8>, Vec<u8>)>);

#[cfg(feature = "policy")]
#[wasm_bindgen]
impl Batch {
    /// An empty batch.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one more.
    pub fn add(&mut self, key: &PublicKey, message: Vec<u8>, signature: Vec<u8>) {
        self.0.push((Rc::clone(&key.0), message, signature));
    }

    /// 1 for each that is right and 0 for each that is not, in the order in which they were added.
    #[must_use]
    pub fn verify(&self) -> Vec<u8> {
        let items = self.0.iter();
        let items: Vec<_> =
            items.map(|(key, message, signature)| dokimos::SignedMessage { key, message, signature }).collect();
        dokimos::verify_batch(&items).iter().map(|result| u8::from(result.is_ok())).collect()
    }
}
