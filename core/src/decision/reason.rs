use core::fmt;

/// What there is to say of a code.
struct Facts {
    number: u16,
    code: &'static str,
    description: &'static str,
}

macro_rules! reason_codes {
    ($(#[doc = $description:literal] $variant:ident = $number:literal, $code:literal;)+) => {
        /// Why an image was allowed or denied, or what became of one attestation: stable in every language.
        ///
        /// `docs/CODES.md` lists the codes; a code is never given another meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ReasonCode {
            $(#[doc = $description] $variant,)+
        }

        impl ReasonCode {
            /// Every code, in the order of [`number`](Self::number).
            pub const ALL: &'static [ReasonCode] = &[$(ReasonCode::$variant,)+];

            /// The code as it stands in reports, such as `TAG_REFERENCE`.
            #[must_use]
            pub fn code(self) -> &'static str {
                self.facts().code
            }

            /// The code as a number, for languages that want one: allowing reasons from 100, denials by policy from
            /// 200, failures of attestations from 300, and what stopped the evaluation from 400.
            #[must_use]
            pub fn number(self) -> u16 {
                self.facts().number
            }

            /// Whether this reason allows an image.
            #[must_use]
            pub fn allows(self) -> bool {
                self.number() < 200
            }

            /// What the code means, in a sentence.
            #[must_use]
            pub fn description(self) -> &'static str {
                self.facts().description
            }

            fn facts(self) -> &'static Facts {
                match self {
                    $(ReasonCode::$variant => {
                        const { &Facts { number: $number, code: $code, description: $description.trim_ascii() } }
                    })+
                }
            }
        }
    };
}

reason_codes! {
    /// The attestations that the rule requires are there and valid.
    Attested = 100, "ATTESTED";
    /// A pattern of the allowlist exempts the image.
    Allowlisted = 101, "ALLOWLISTED";
    /// The break-glass annotation admits the image; nothing was verified.
    BreakGlass = 102, "BREAK_GLASS";
    /// The rule allows every image that it matches.
    AlwaysAllow = 103, "ALWAYS_ALLOW";
    /// No rule matches and the policy has no default.
    NoRule = 200, "NO_RULE";
    /// The rule denies every image that it matches.
    AlwaysDeny = 201, "ALWAYS_DENY";
    /// The rule requires attestations and the image is named by a tag, which can change; name it by its digest.
    TagReference = 202, "TAG_REFERENCE";
    /// The image reference cannot be parsed.
    InvalidReference = 203, "INVALID_REFERENCE";
    /// A rule depends on a cluster, namespace or service account that was not given.
    ContextIncomplete = 204, "CONTEXT_INCOMPLETE";
    /// Some of the attestors that the rule requires are satisfied, and others are not.
    AttestorNotSatisfied = 205, "ATTESTOR_NOT_SATISFIED";
    /// There is no attestation for the image by the attestor.
    NoAttestation = 300, "NO_ATTESTATION";
    /// The attestation is in a format that is not supported.
    UnsupportedFormat = 301, "UNSUPPORTED_FORMAT";
    /// The attestation cannot be read.
    AttestationUnreadable = 302, "ATTESTATION_UNREADABLE";
    /// The signature names a key id that no key of the policy has.
    UnknownKey = 303, "UNKNOWN_KEY";
    /// The key's window of validity has not begun.
    KeyNotYetValid = 304, "KEY_NOT_YET_VALID";
    /// The key's window of validity has ended.
    KeyExpired = 305, "KEY_EXPIRED";
    /// The signature does not verify with the key.
    BadSignature = 306, "BAD_SIGNATURE";
    /// The signature was made by the key, but with another algorithm than the policy states for it.
    AlgorithmMismatch = 307, "ALGORITHM_MISMATCH";
    /// The signature is valid, and the payload is not one that can be read.
    PayloadUnreadable = 308, "PAYLOAD_UNREADABLE";
    /// The signature is valid for another image digest.
    DigestMismatch = 309, "DIGEST_MISMATCH";
    /// The signature is valid for this digest in another repository.
    RepositoryMismatch = 310, "REPOSITORY_MISMATCH";
    /// The signature is valid for this image, and what it claims is not of a type that counts for the attestor.
    PredicateMismatch = 311, "PREDICATE_MISMATCH";
    /// A limit of the budget was reached before the decision was made.
    LimitReached = 400, "LIMIT_REACHED";
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers_are_distinct_and_in_order() {
        for pair in ReasonCode::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number(), "{pair:?}");
            assert!(pair[0] < pair[1], "the enum is ordered as its numbers are: {pair:?}");
        }
        let mut codes: alloc::vec::Vec<_> = ReasonCode::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ReasonCode::ALL.len());
    }
}
