//! The list of reason codes.

use crate::{boundary::guarded, pointer::Str};
use dokimos_core::ReasonCode;

/// The attestations that the rule requires are there and valid.
pub const DOKIMOS_REASON_ATTESTED: i32 = 100;
/// A pattern of the allowlist exempts the image.
pub const DOKIMOS_REASON_ALLOWLISTED: i32 = 101;
/// The break-glass annotation admits the image; nothing was verified.
pub const DOKIMOS_REASON_BREAK_GLASS: i32 = 102;
/// The rule allows every image that it matches.
pub const DOKIMOS_REASON_ALWAYS_ALLOW: i32 = 103;
/// No rule matches and the policy has no default.
pub const DOKIMOS_REASON_NO_RULE: i32 = 200;
/// The rule denies every image that it matches.
pub const DOKIMOS_REASON_ALWAYS_DENY: i32 = 201;
/// The rule requires attestations and the image is named by a tag, which can change; name it by its digest.
pub const DOKIMOS_REASON_TAG_REFERENCE: i32 = 202;
/// The image reference cannot be parsed.
pub const DOKIMOS_REASON_INVALID_REFERENCE: i32 = 203;
/// A rule depends on a cluster, namespace or service account that was not given.
pub const DOKIMOS_REASON_CONTEXT_INCOMPLETE: i32 = 204;
/// Some of the attestors that the rule requires are satisfied, and others are not.
pub const DOKIMOS_REASON_ATTESTOR_NOT_SATISFIED: i32 = 205;
/// There is no attestation for the image by the attestor.
pub const DOKIMOS_REASON_NO_ATTESTATION: i32 = 300;
/// The attestation is in a format that is not supported.
pub const DOKIMOS_REASON_UNSUPPORTED_FORMAT: i32 = 301;
/// The attestation cannot be read.
pub const DOKIMOS_REASON_ATTESTATION_UNREADABLE: i32 = 302;
/// The signature names a key id that no key of the policy has.
pub const DOKIMOS_REASON_UNKNOWN_KEY: i32 = 303;
/// The key's window of validity has not begun.
pub const DOKIMOS_REASON_KEY_NOT_YET_VALID: i32 = 304;
/// The key's window of validity has ended.
pub const DOKIMOS_REASON_KEY_EXPIRED: i32 = 305;
/// The signature does not verify with the key.
pub const DOKIMOS_REASON_BAD_SIGNATURE: i32 = 306;
/// The signature was made by the key, but with another algorithm than the policy states for it.
pub const DOKIMOS_REASON_ALGORITHM_MISMATCH: i32 = 307;
/// The signature is valid, and the payload is not one that can be read.
pub const DOKIMOS_REASON_PAYLOAD_UNREADABLE: i32 = 308;
/// The signature is valid for another image digest.
pub const DOKIMOS_REASON_DIGEST_MISMATCH: i32 = 309;
/// The signature is valid for this digest in another repository.
pub const DOKIMOS_REASON_REPOSITORY_MISMATCH: i32 = 310;
/// The signature is valid for this image, and what it claims is not of a type that counts for the attestor.
pub const DOKIMOS_REASON_PREDICATE_MISMATCH: i32 = 311;
/// A limit of the budget was reached before the decision was made.
pub const DOKIMOS_REASON_LIMIT_REACHED: i32 = 400;

/// How many reasons there are.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_reason_count() -> usize {
    guarded(|| ReasonCode::ALL.len())
}

/// The number of a reason, one of `DOKIMOS_REASON_…`, by its place in the list, which is ordered by number; 0 for a
/// place behind its end.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_reason_at(index: usize) -> i32 {
    guarded(|| ReasonCode::ALL.get(index).map_or(0, |reason| i32::from(reason.number())))
}

/// The stable code of a reason, as `TAG_REFERENCE`; none for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_reason_code(reason: i32) -> Str {
    guarded(|| Str::of_option(find(reason).map(ReasonCode::code)))
}

/// What a reason means, in a sentence; none for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_reason_description(reason: i32) -> Str {
    guarded(|| Str::of_option(find(reason).map(ReasonCode::description)))
}

/// Whether the reason allows an image; not for a number that is no reason.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_reason_allows(reason: i32) -> bool {
    guarded(|| find(reason).is_some_and(ReasonCode::allows))
}

fn find(number: i32) -> Option<ReasonCode> {
    ReasonCode::ALL.iter().copied().find(|reason| i32::from(reason.number()) == number)
}
