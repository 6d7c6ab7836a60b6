//! The `rsa` crate behind the same boundary as dokimos, for `bench.mjs` to compare with.
#![no_std]

extern crate std;

use rsa::{
    PublicKey,
    pkcs1v15::{Signature, VerifyingKey},
    pkcs8::DecodePublicKey,
    sha2::Sha256,
    signature::Verifier,
};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// A public key for PKCS#1 v1.5 with SHA-256.
#[wasm_bindgen]
pub struct Key(VerifyingKey<Sha256>);

#[wasm_bindgen]
impl Key {
    /// Reads a SubjectPublicKeyInfo.
    #[wasm_bindgen(js_name = fromDer)]
    pub fn from_der(der: &[u8]) -> Result<Key, JsError> {
        let key = PublicKey::from_public_key_der(der).map_err(|_| JsError::new("not a key"))?;
        Ok(Self(VerifyingKey::new(key)))
    }

    /// Whether the signature is this key's over the message.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
