//! Many signatures at once.

use super::PublicKey;
use crate::{SignatureError, rsa};
use alloc::{vec, vec::Vec};

/// A message, its signature, and the key that is to have made it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "built by callers; these three are what a verification takes")]
pub struct SignedMessage<'a> {
    /// The key.
    pub key: &'a PublicKey,
    /// The signed bytes.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// Verifies many signatures, with keys mixed freely. The results stand in the order of the items.
///
/// Each result is exactly what [`PublicKey::verify`] gives for that item: no item can change the result of another.
/// It is faster than one at a time where the processor can do several at once, and never slower.
///
/// ```
/// use dokimos::{PublicKey, SignedMessage, verify_batch};
///
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/keys");
/// # let pem = std::fs::read_to_string(format!("{folder}/rsa-2048.pem")).unwrap();
/// let key = PublicKey::from_pem(&pem, "RSA_PKCS1_SHA_256".parse()?)?;
/// let item = SignedMessage { key: &key, message: b"message", signature: &[0; 256] };
/// let results = verify_batch(&[item, item]);
/// assert_eq!(results, [item.key.verify(item.message, item.signature); 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn verify_batch(items: &[SignedMessage<'_>]) -> Vec<Result<(), SignatureError>> {
    let jobs: Vec<_> = items.iter().map(|item| (&item.key.rsa, item.signature)).collect();
    // What is not reported stays refused.
    let mut results = vec![Err(SignatureError::Mismatch); items.len()];
    rsa::recover_batch(&jobs, &mut |place, recovered| {
        if let (Some(result), Some(item)) = (results.get_mut(place), items.get(place)) {
            *result = recovered.and_then(|encoded| {
                let value = item.key.digest(&[item.message]);
                if item.key.accepts(encoded, &value) { Ok(()) } else { Err(SignatureError::Mismatch) }
            });
        }
    });
    results
}
