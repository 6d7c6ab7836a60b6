//! Raw signatures: a key, a message, a signature; no attestation and no policy.

use crate::{
    boundary::boundary,
    error::{Error, Failure},
    pointer::{Place, Str, borrow, bytes, free, items, places, required, required_mut, text},
    status::{DOKIMOS_INVALID_ALGORITHM, DOKIMOS_INVALID_KEY, DOKIMOS_INVALID_SIGNATURE, DOKIMOS_OK, Status},
};
use alloc::vec::Vec;
use core::ffi::{c_char, c_void};
use dokimos_core::{KeyError, KeyId, PublicKey, SignatureAlgorithm, SignatureError};

/// An RSA public key with the one algorithm that it verifies; read it once and use it often. Any number of threads may
/// verify with one at the same time.
pub struct Key {
    key: PublicKey,
    id: KeyId,
}

/// Reads a key in PEM: `PUBLIC KEY` or `RSA PUBLIC KEY`.
///
/// `algorithm` is the name of the algorithm that the key verifies, as `RSA_PSS_2048_SHA256`, `RSA_PKCS1_SHA_256`, or
/// as key management services and kritis write it.
/// `DOKIMOS_INVALID_ALGORITHM`, `DOKIMOS_INVALID_KEY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_from_pem(
    pem: *const c_void,
    pem_len: usize,
    algorithm: *const c_char,
    algorithm_len: usize,
    key: *mut *mut Key,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(key, "key")?;
        let pem = bytes(pem, pem_len, "pem")?;
        let algorithm = read_algorithm(text(algorithm, algorithm_len, "algorithm")?)?;
        place.fill(Key::new(PublicKey::from_pem(pem, algorithm).map_err(invalid_key)?));
        Ok(())
    })
}

/// Reads a key in DER: SubjectPublicKeyInfo or PKCS#1. Else as `dokimos_key_from_pem`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_from_der(
    der: *const c_void,
    der_len: usize,
    algorithm: *const c_char,
    algorithm_len: usize,
    key: *mut *mut Key,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(key, "key")?;
        let der = bytes(der, der_len, "der")?;
        let algorithm = read_algorithm(text(algorithm, algorithm_len, "algorithm")?)?;
        place.fill(Key::new(PublicKey::from_der(der, algorithm).map_err(invalid_key)?));
        Ok(())
    })
}

/// From now on the key accepts only RSASSA-PSS signatures whose salt has this many bytes. While it is set no other
/// thread may use the key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_set_salt_length(key: *mut Key, bytes: usize, error: *mut *mut Error) -> Status {
    boundary!(error => {
        let key = required_mut(key, "key")?;
        key.key = key.key.clone().with_salt_length(bytes).map_err(invalid_key)?;
        Ok(())
    })
}

/// The id under which a key is known that was given no other: `ni:///sha-256;…` (RFC 6920); no text for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_id(key: *const Key) -> Str {
    boundary!({ Str::of_option(borrow(key).map(|key| key.id.as_str())) })
}

/// The size of the modulus in bits; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_modulus_bits(key: *const Key) -> usize {
    boundary!({ borrow(key).map_or(0, |key| key.key.modulus_bits()) })
}

/// Verifies the signature of a message: `DOKIMOS_OK` if the private half of this key made it over exactly this message
/// with the key's algorithm, else `DOKIMOS_INVALID_SIGNATURE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_verify(
    key: *const Key,
    message: *const c_void,
    message_len: usize,
    signature: *const c_void,
    signature_len: usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let key = required(key, "key")?;
        let message = bytes(message, message_len, "message")?;
        let signature = bytes(signature, signature_len, "signature")?;
        key.key.verify(message, signature).map_err(invalid_signature)
    })
}

/// A message, its signature, and the key that is to have made it. The layout of this structure never changes.
#[repr(C)]
pub struct SignedMessage {
    /// The key; not NULL.
    pub key: *const Key,
    /// The signed bytes.
    pub message: *const c_void,
    /// How many bytes were signed.
    pub message_len: usize,
    /// The signature.
    pub signature: *const c_void,
    /// The length of the signature.
    pub signature_len: usize,
}

/// Verifies many signatures, with keys mixed freely; faster than one by one where the processor can do several at once.
///
/// `statuses[i]` is what `dokimos_key_verify` gives for `messages[i]`; no other item changes it. They are written with
/// `DOKIMOS_OK` only, which says that all were tried, not that any verifies: look at each. A wrong pointer or length in
/// one item is an error of the whole call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_verify_batch(
    messages: *const SignedMessage,
    count: usize,
    statuses: *mut Status,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let statuses = places(statuses, count, "statuses")?;
        let mut list = Vec::new();
        for item in items(messages, count, "messages")? {
            list.push(dokimos_core::SignedMessage {
                key: &required(item.key, "messages[].key")?.key,
                message: bytes(item.message, item.message_len, "messages[].message")?,
                signature: bytes(item.signature, item.signature_len, "messages[].signature")?,
            });
        }
        for (status, result) in statuses.iter_mut().zip(dokimos_core::verify_batch(&list)) {
            status.write(if result.is_ok() { DOKIMOS_OK } else { DOKIMOS_INVALID_SIGNATURE });
        }
        Ok(())
    })
}

/// Frees a key; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_key_free(key: *mut Key) {
    boundary!({ free(key) })
}

impl Key {
    fn new(key: PublicKey) -> Self {
        Self { id: key.default_id(), key }
    }
}

fn read_algorithm(name: &str) -> Result<SignatureAlgorithm, Failure> {
    name.parse()
        .map_err(|error: dokimos_core::AlgorithmError| Failure::input(DOKIMOS_INVALID_ALGORITHM, error.code(), error))
}

fn invalid_key(error: KeyError) -> Failure {
    Failure::input(DOKIMOS_INVALID_KEY, error.code(), error)
}

fn invalid_signature(error: SignatureError) -> Failure {
    Failure::input(DOKIMOS_INVALID_SIGNATURE, error.code(), error)
}
