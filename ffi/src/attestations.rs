//! The set of attestations: untrusted, as it was found.

use crate::{
    boundary::boundary,
    error::{Error, Failure},
    pointer::{Place, borrow, bytes, free, optional_text, required_mut, text},
    status::{DOKIMOS_INVALID_ATTESTATIONS, Status},
};
use dokimos_core::Budget;
use std::ffi::{c_char, c_void};

/// A set of attestations, none of which has been verified. While one thread adds to it no other may use it; after
/// that any number may read it at the same time.
pub struct Attestations(dokimos_core::Attestations);

impl Attestations {
    pub(crate) fn set(&self) -> &dokimos_core::Attestations {
        &self.0
    }
}

/// Makes an empty set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_attestations_new(
    attestations: *mut *mut Attestations,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        Place::new(attestations, "attestations")?.fill(Attestations(dokimos_core::Attestations::new()));
        Ok(())
    })
}

/// Adds the attestations of one JSON document: a Grafeas occurrence (v1, v1beta1) or a page of them, what
/// `cosign download signature` prints, an array of such objects, or one a line.
///
/// `source` names the document in reports, such as its file name; it may be empty. `added`, unless NULL, is how many
/// attestations the document held; it is written with `DOKIMOS_OK` only.
/// One that is malformed is added too: it satisfies nothing, and the report tells of it.
/// `DOKIMOS_INVALID_ATTESTATIONS`: no such document, or too large; the set is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_attestations_add(
    attestations: *mut Attestations,
    source: *const c_char,
    source_len: usize,
    document: *const c_void,
    document_len: usize,
    added: *mut usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let set = required_mut(attestations, "attestations")?;
        let source = text(source, source_len, "source")?;
        let document = bytes(document, document_len, "document")?;
        let count = set.0.add(source, document, &Budget::default()).map_err(invalid)?;
        if !added.is_null() {
            added.write(count);
        }
        Ok(())
    })
}

/// Adds one attestation whose payload and signature stand alone, as raw bytes.
///
/// `key_id` is the id of the key that signed; NULL where it is not known, and then every key may be tried.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_attestations_add_detached(
    attestations: *mut Attestations,
    source: *const c_char,
    source_len: usize,
    payload: *const c_void,
    payload_len: usize,
    signature: *const c_void,
    signature_len: usize,
    key_id: *const c_char,
    key_id_len: usize,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let set = required_mut(attestations, "attestations")?;
        let source = text(source, source_len, "source")?;
        let payload = bytes(payload, payload_len, "payload")?;
        let signature = bytes(signature, signature_len, "signature")?;
        let key_id = optional_text(key_id, key_id_len, "key_id")?;
        set.0.add_detached(source, payload, signature, key_id, &Budget::default()).map_err(invalid)
    })
}

/// How many attestations the set holds; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_attestations_count(attestations: *const Attestations) -> usize {
    boundary!({ borrow(attestations).map_or(0, |set| set.0.len()) })
}

/// Frees a set; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_attestations_free(attestations: *mut Attestations) {
    boundary!({ free(attestations) })
}

fn invalid(problem: dokimos_core::Problem) -> Failure {
    Failure::Document { status: DOKIMOS_INVALID_ATTESTATIONS, problems: vec![problem] }
}
