//! The raw RSA layer, each of its engines, for benchmarks and fuzzing. No part of the interface: it may change or go.

use crate::{
    Hash, SignatureError,
    rsa::{Engine, RsaPublicKey, SaltLength, recover_batch as batch},
};
use alloc::{format, string::String, vec::Vec};

/// A key with a chosen engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawKey(RsaPublicKey);

/// The names of the engines that this processor has, the fastest first.
#[must_use]
pub fn engines() -> Vec<String> {
    let available = Engine::ALL.iter().filter(|engine| engine.is_available());
    available.map(|engine| format!("{engine:?}").to_lowercase()).collect()
}

impl RawKey {
    /// Takes modulus and exponent, big-endian, and the name of an engine. `None` if the key or the engine is refused.
    #[must_use]
    pub fn new(modulus: &[u8], exponent: &[u8], engine: &str) -> Option<Self> {
        let named = |found: &&Engine| format!("{found:?}").eq_ignore_ascii_case(engine);
        let engine = Engine::ALL.iter().find(named).filter(|engine| engine.is_available())?;
        RsaPublicKey::with_engine(modulus, exponent, *engine).ok().map(Self)
    }

    /// s^e mod n, as long as the modulus.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] if the signature is no number that the key can have made.
    pub fn recover(&self, signature: &[u8]) -> Result<Vec<u8>, SignatureError> {
        self.0.recover(signature).map(|message| message.bytes().to_vec())
    }

    /// Whether the signature is one of RSASSA-PKCS1-v1_5.
    #[must_use]
    pub fn is_pkcs1_v15(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let value = hash.digest(&[message]);
        self.0.recover(signature).is_ok_and(|message| message.is_pkcs1_v15(hash, &value))
    }

    /// Whether the signature is one of RSASSA-PSS, with a salt as long as the hash.
    #[must_use]
    pub fn is_pss(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let value = hash.digest(&[message]);
        let salt = SaltLength::Exactly(value.as_ref().len());
        self.0.recover(signature).is_ok_and(|message| message.is_pss(hash, &value, salt))
    }
}

/// s^e mod n of each job, in their order.
#[must_use]
pub fn recover_batch(jobs: &[(&RawKey, &[u8])]) -> Vec<Option<Vec<u8>>> {
    let jobs: Vec<_> = jobs.iter().map(|(key, signature)| (&key.0, *signature)).collect();
    let mut results = Vec::new();
    results.resize(jobs.len(), None);
    batch(&jobs, &mut |place, result| {
        if let Some(slot) = results.get_mut(place) {
            *slot = result.ok().map(|message| message.bytes().to_vec());
        }
    });
    results
}

/// How many of the signatures of one message are ones of RSASSA-PKCS1-v1_5. Needs no heap but for the list of jobs.
#[must_use]
pub fn count_pkcs1_v15(jobs: &[(&RawKey, &[u8])], hash: Hash, message: &[u8]) -> usize {
    let jobs: Vec<_> = jobs.iter().map(|(key, signature)| (&key.0, *signature)).collect();
    let mut count = 0_usize;
    batch(&jobs, &mut |_, result| {
        let value = hash.digest(&[message]);
        if result.is_ok_and(|message| message.is_pkcs1_v15(hash, &value)) {
            count = count.saturating_add(1);
        }
    });
    count
}
