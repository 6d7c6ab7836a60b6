//! Image references.

use crate::{
    boundary::boundary,
    error::{Error, Failure},
    pointer::{Place, Str, borrow, free, text},
    status::{DOKIMOS_INVALID_REFERENCE, Status},
};
use dokimos_core::ImageReference;
use std::ffi::c_char;

/// An image reference that was read. Nothing changes it: any number of threads may use one at the same time. The
/// functions on it give no text for NULL.
pub struct Reference {
    image: ImageReference,
    digest: Option<String>,
}

/// Reads an image reference and brings it to its canonical form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_parse(
    image: *const c_char,
    image_len: usize,
    reference: *mut *mut Reference,
    error: *mut *mut Error,
) -> Status {
    boundary!(error => {
        let place = Place::new(reference, "reference")?;
        let image = ImageReference::parse(text(image, image_len, "image")?)
            .map_err(|error| Failure::input(DOKIMOS_INVALID_REFERENCE, error.code(), error))?;
        let digest = image.digest().map(ToString::to_string);
        place.fill(Reference { image, digest });
        Ok(())
    })
}

/// The canonical form: `docker.io/library/alpine:latest` for `alpine`. Two references are the same image name if these
/// are equal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_canonical(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).map(|reference| reference.image.canonical())) })
}

/// The reference as it was given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_as_given(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).map(|reference| reference.image.as_given())) })
}

/// The registry, with its port, in canonical form: `docker.io`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_domain(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).map(|reference| reference.image.domain())) })
}

/// The path in the registry: `library/alpine`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_path(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).map(|reference| reference.image.path())) })
}

/// Registry and path: `docker.io/library/alpine`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_repository(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).map(|reference| reference.image.repository())) })
}

/// The tag, if the reference has one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_tag(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).and_then(|reference| reference.image.tag())) })
}

/// The digest with its algorithm, as `sha256:…`, if the reference has one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_digest(reference: *const Reference) -> Str {
    boundary!({ Str::of_option(borrow(reference).and_then(|reference| reference.digest.as_deref())) })
}

/// Frees a reference, and with it every text that came out of it; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dokimos_reference_free(reference: *mut Reference) {
    boundary!({ free(reference) })
}
