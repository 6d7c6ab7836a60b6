package dokimos

// #include <dokimos.h>
import "C"

// ReasonCode says why an image was allowed or denied; a code is never given another meaning.
type ReasonCode int32

// The reasons: allowing ones from 100, denials by policy from 200, failures of attestations from 300, and what stopped
// the evaluation from 400.
const (
	// ReasonAttested: the attestations that the rule requires are there and valid.
	ReasonAttested ReasonCode = C.DOKIMOS_REASON_ATTESTED
	// ReasonAllowlisted: a pattern of the allowlist exempts the image.
	ReasonAllowlisted ReasonCode = C.DOKIMOS_REASON_ALLOWLISTED
	// ReasonBreakGlass: the break-glass annotation admits the image; nothing was verified.
	ReasonBreakGlass ReasonCode = C.DOKIMOS_REASON_BREAK_GLASS
	// ReasonAlwaysAllow: the rule allows every image that it matches.
	ReasonAlwaysAllow ReasonCode = C.DOKIMOS_REASON_ALWAYS_ALLOW
	// ReasonNoRule: no rule matches and the policy has no default.
	ReasonNoRule ReasonCode = C.DOKIMOS_REASON_NO_RULE
	// ReasonAlwaysDeny: the rule denies every image that it matches.
	ReasonAlwaysDeny ReasonCode = C.DOKIMOS_REASON_ALWAYS_DENY
	// ReasonTagReference: the rule requires attestations and the image is named by a tag, which can change; name it by its digest.
	ReasonTagReference ReasonCode = C.DOKIMOS_REASON_TAG_REFERENCE
	// ReasonInvalidReference: the image reference cannot be parsed.
	ReasonInvalidReference ReasonCode = C.DOKIMOS_REASON_INVALID_REFERENCE
	// ReasonContextIncomplete: a rule depends on a cluster, namespace or service account that was not given.
	ReasonContextIncomplete ReasonCode = C.DOKIMOS_REASON_CONTEXT_INCOMPLETE
	// ReasonAttestorNotSatisfied: some of the attestors that the rule requires are satisfied, and others are not.
	ReasonAttestorNotSatisfied ReasonCode = C.DOKIMOS_REASON_ATTESTOR_NOT_SATISFIED
	// ReasonNoAttestation: there is no attestation for the image by the attestor.
	ReasonNoAttestation ReasonCode = C.DOKIMOS_REASON_NO_ATTESTATION
	// ReasonUnsupportedFormat: the attestation is in a format that is not supported.
	ReasonUnsupportedFormat ReasonCode = C.DOKIMOS_REASON_UNSUPPORTED_FORMAT
	// ReasonAttestationUnreadable: the attestation cannot be read.
	ReasonAttestationUnreadable ReasonCode = C.DOKIMOS_REASON_ATTESTATION_UNREADABLE
	// ReasonUnknownKey: the signature names a key id that no key of the policy has.
	ReasonUnknownKey ReasonCode = C.DOKIMOS_REASON_UNKNOWN_KEY
	// ReasonKeyNotYetValid: the key's window of validity has not begun.
	ReasonKeyNotYetValid ReasonCode = C.DOKIMOS_REASON_KEY_NOT_YET_VALID
	// ReasonKeyExpired: the key's window of validity has ended.
	ReasonKeyExpired ReasonCode = C.DOKIMOS_REASON_KEY_EXPIRED
	// ReasonBadSignature: the signature does not verify with the key.
	ReasonBadSignature ReasonCode = C.DOKIMOS_REASON_BAD_SIGNATURE
	// ReasonAlgorithmMismatch: the signature was made by the key, but with another algorithm than the policy states for it.
	ReasonAlgorithmMismatch ReasonCode = C.DOKIMOS_REASON_ALGORITHM_MISMATCH
	// ReasonPayloadUnreadable: the signature is valid, and the payload is not one that can be read.
	ReasonPayloadUnreadable ReasonCode = C.DOKIMOS_REASON_PAYLOAD_UNREADABLE
	// ReasonDigestMismatch: the signature is valid for another image digest.
	ReasonDigestMismatch ReasonCode = C.DOKIMOS_REASON_DIGEST_MISMATCH
	// ReasonRepositoryMismatch: the signature is valid for this digest in another repository.
	ReasonRepositoryMismatch ReasonCode = C.DOKIMOS_REASON_REPOSITORY_MISMATCH
	// ReasonPredicateMismatch: the signature is valid for this image, and what it claims is not of a type that counts for the attestor.
	ReasonPredicateMismatch ReasonCode = C.DOKIMOS_REASON_PREDICATE_MISMATCH
	// ReasonLimitReached: a limit of the budget was reached before the decision was made.
	ReasonLimitReached ReasonCode = C.DOKIMOS_REASON_LIMIT_REACHED
)

// ReasonCodes lists every reason that the library knows, by number.
func ReasonCodes() []ReasonCode {
	codes := make([]ReasonCode, C.dokimos_reason_count())
	for i := range codes {
		codes[i] = ReasonCode(C.dokimos_reason_at(C.size_t(i)))
	}
	return codes
}

// String is the stable code as text, such as "TAG_REFERENCE"; empty for a number that is no reason.
func (r ReasonCode) String() string { return text(C.dokimos_reason_code(C.int32_t(r))) }

// Description says in a sentence what the reason means.
func (r ReasonCode) Description() string { return text(C.dokimos_reason_description(C.int32_t(r))) }

// Allows says whether the reason allows an image.
func (r ReasonCode) Allows() bool { return bool(C.dokimos_reason_allows(C.int32_t(r))) }
