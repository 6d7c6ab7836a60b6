//! Statuses. A number is never given another meaning; one that falls out of use stays here as a comment.

use crate::{boundary::guarded, pointer::Str};

/// What a function says of itself: `DOKIMOS_OK`, or why it did nothing.
///
/// 100 to 199: the call is wrong. 200 to 299: a document, key or text that was handed over is not valid.
/// 300 to 399: what was asked is not so. 400 to 499: this build cannot. 900 to 999: a defect of the library.
pub type Status = i32;

/// Done.
pub const DOKIMOS_OK: i32 = 0;
/// A pointer is NULL that may not be.
pub const DOKIMOS_NULL_ARGUMENT: i32 = 100;
/// A length is larger than any object can be.
pub const DOKIMOS_INVALID_LENGTH: i32 = 101;
/// A text is not UTF-8.
pub const DOKIMOS_INVALID_UTF8: i32 = 102;
/// The document is not a policy.
pub const DOKIMOS_INVALID_POLICY: i32 = 200;
/// The document holds no attestations.
pub const DOKIMOS_INVALID_ATTESTATIONS: i32 = 201;
/// The text is not an image reference.
pub const DOKIMOS_INVALID_REFERENCE: i32 = 202;
/// The bytes are not a public key, or not one that is accepted.
pub const DOKIMOS_INVALID_KEY: i32 = 203;
/// The name is not that of an algorithm that can be verified.
pub const DOKIMOS_INVALID_ALGORITHM: i32 = 204;
/// The document is not a request for admission that could be answered.
pub const DOKIMOS_INVALID_REVIEW: i32 = 205;
/// The signature does not verify.
pub const DOKIMOS_INVALID_SIGNATURE: i32 = 300;
/// The library was built without what was asked for.
pub const DOKIMOS_NOT_SUPPORTED: i32 = 400;
/// A defect of the library. Nothing was decided; take it for a no.
pub const DOKIMOS_INTERNAL: i32 = 900;

/// The name of a status without its prefix, as `INVALID_KEY`; none for a number that is no status.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_status_name(status: Status) -> Str {
    guarded(|| Str::of_option(name(status)))
}

pub(crate) fn name(status: Status) -> Option<&'static str> {
    Some(match status {
        DOKIMOS_OK => "OK",
        DOKIMOS_NULL_ARGUMENT => "NULL_ARGUMENT",
        DOKIMOS_INVALID_LENGTH => "INVALID_LENGTH",
        DOKIMOS_INVALID_UTF8 => "INVALID_UTF8",
        DOKIMOS_INVALID_POLICY => "INVALID_POLICY",
        DOKIMOS_INVALID_ATTESTATIONS => "INVALID_ATTESTATIONS",
        DOKIMOS_INVALID_REFERENCE => "INVALID_REFERENCE",
        DOKIMOS_INVALID_KEY => "INVALID_KEY",
        DOKIMOS_INVALID_ALGORITHM => "INVALID_ALGORITHM",
        DOKIMOS_INVALID_REVIEW => "INVALID_REVIEW",
        DOKIMOS_INVALID_SIGNATURE => "INVALID_SIGNATURE",
        DOKIMOS_NOT_SUPPORTED => "NOT_SUPPORTED",
        DOKIMOS_INTERNAL => "INTERNAL",
        _ => return None,
    })
}
